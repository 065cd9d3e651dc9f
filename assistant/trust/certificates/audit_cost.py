"""What audits cost: how much may be auto-accepted, for how many audit labels, by the newest fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.trust.certificates.certify import tolerated_errors
from assistant.trust.certificates.plan import chance_to_pass

_SMALLEST, _FACTOR = 50, 2
_MOST = 0.5  # of the items: auditing more than that saves little


@dataclass(frozen=True, slots=True)
class AuditCost:
    """What an audit of some size would probably bring.

    Args:
        audit_labels: labels it takes if all items are offered.
        rate: chance of an item to be audited.
        tolerated: errors it may meet; None where even none would be too many.
        passing: items expected to pass.
        leaving: of these, items that no person labels.
    """

    audit_labels: int
    rate: float
    tolerated: int | None
    passing: int
    leaving: int


def price_of_certainty(errors: np.ndarray, allowed: int, level: float) -> list[AuditCost]:
    """Audits of 50, 100, 200, ... labels, up to half of the items.

    Args:
        errors: (n,) probability that the machine's label is wrong, of the items left, surest first.
        allowed: wrong labels that may stay in the whole batch.
        level: chance that the certificate is not true, in (0, 1).
    """
    prices, size, expected = [], _SMALLEST, np.cumsum(errors)
    while size <= _MOST * len(errors):
        rate = size / len(errors)
        tolerated = tolerated_errors(allowed, rate, level)
        passing = 0.0 if tolerated is None else float(chance_to_pass(expected, rate, tolerated).sum())
        prices.append(AuditCost(size, rate, tolerated, round(passing), round((1 - rate) * passing)))
        size *= _FACTOR
    return prices
