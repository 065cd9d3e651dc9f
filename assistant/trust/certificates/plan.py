"""How often to audit, and which items are likely enough to pass: what reviewers label next, by calibrated confidence.

It only steers the work. The certificate is tested on the audit alone and is valid whatever was planned.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc

from assistant.trust.certificates.certify import least_rate, tolerated_errors

_RATES = 24
_DOUBT = 0.4  # standard error of the expected number of errors, as a share of it


@dataclass(frozen=True, slots=True)
class AuditPlan:
    """What offering all items left, surest first, would bring.

    Args:
        rate: chance of an item to be audited, None where no audit is large enough.
        passing: (n,) chance of each item left, surest first, to pass.
        saved: labels people would not have to give.
    """

    rate: float | None
    passing: np.ndarray
    saved: float


def plan_audit(errors: np.ndarray, allowed: int, level: float) -> AuditPlan:
    """The audit rate that saves most: a high one tolerates errors for longer, but each audited item is a label.

    Args:
        errors: (n,) probability that the machine's label is wrong, of the items left, surest first.
        allowed: wrong labels that may stay in the whole batch.
        level: chance of a breach, in (0, 1).
    """
    best = AuditPlan(None, np.zeros(len(errors)), 0.0)
    least = least_rate(allowed, level)
    if not len(errors) or least >= 1:
        return best
    expected = np.cumsum(errors)
    for rate in np.geomspace(least * 1.0001, max(0.5, least * 1.0002), _RATES):
        tolerated = tolerated_errors(allowed, float(rate), level)
        if tolerated is None:
            continue
        passing = chance_to_pass(expected, float(rate), tolerated)
        saved = float((1 - rate) * passing.sum())
        if saved > best.saved:
            best = AuditPlan(float(rate), passing, saved)
    return best


def chance_to_pass(expected: np.ndarray, rate: float, room: int) -> np.ndarray:
    """P(no more than `room` errors are audited before an item), where about so many errors stand before it.

    The expected number is itself uncertain: a gamma distribution around it makes the count negative binomial.

    Args:
        expected: (n,) errors expected up to each item.
        rate: chance of each to be audited.
        room: errors that may still be met; below 0 nothing passes.
    """
    if room < 0:
        return np.zeros(len(expected))
    shape = _DOUBT**-2
    return np.asarray(betainc(shape, room + 1.0, shape / (shape + rate * expected)))
