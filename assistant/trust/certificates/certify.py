"""The certificate: how many labels may be auto-accepted, and why the statement about them is true.

Items are offered one after another, surest first. Before an item is offered its machine label is fixed; then a coin of
known probability, thrown for this item alone, decides whether it is audited: labelled by a person who sees no machine
label. Items pass, and keep the machine's label unless audited, until the audit has met one error more than it
tolerates; everything after that goes to people.

Why that holds. Let B wrong labels be allowed in the batch, and call it a breach when the (B + 1)-th wrong label passes
unaudited. Number the offered items whose machine label is wrong in the order they are offered. Their coins are fair
coins of probability r: a coin is thrown after the item's label and place were fixed, and owes nothing to what was
learned before. A breach while the audit has met no more than x errors needs B + 1 tails before the (x + 1)-th head, so
at most x heads among the first B + 1 + x coins: probability P(Bin(B + 1 + x, r) <= x). Tolerating the largest x for
which that is at most `level` keeps the chance of a breach at `level`.

Nothing is assumed about classifier and calibration: how well they learned decides how much passes, not whether the
statement is true. Order and labels of what was not offered yet may change with every label that came in, audited ones
included, since the coins still to be thrown know nothing of it. So people's labels certify and teach at once, and the
cut needs no correction for having been chosen on the same audit. Labels given by people are right by definition.

It is a sequential, exact form of PAC labelling (Candès, Ilyas and Zrnic 2025, arXiv 2506.10908, which bounds the error
below a fixed threshold by a normal or a betting bound), by inverse sampling (Haldane 1945, Biometrika 33:222-225).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import bdtr, betaincinv


@dataclass(frozen=True, slots=True)
class CertifiedPrefix:
    """How far a row of offered items came.

    Args:
        count: how many passed, from the first on.
        errors: audited errors among them.
        ended: whether the audit met one error more than it tolerates.
    """

    count: int
    errors: int
    ended: bool


@lru_cache(4096)
def tolerated_errors(allowed: int, rate: float, level: float) -> int | None:
    """The largest number of errors an audit may meet before passing has to end; None where even none is too many.

    Args:
        allowed: wrong labels that may stay in the batch.
        rate: chance of an item to be audited, in (0, 1].
        level: chance of a breach, in (0, 1).
    """
    if not (0 < rate <= 1 and 0 < level < 1 and allowed >= 0):
        raise ValueError(f"rate lies in (0, 1], level in (0, 1), allowed is 0 or more: got {rate}, {level}, {allowed}")
    if breach_probability(0, allowed, rate) > level:
        return None
    low, high = 0, 1
    while breach_probability(high, allowed, rate) <= level:
        low, high = high, 2 * high
        if high > 1 << 40:
            return low  # every item is audited: nothing can pass unseen
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if breach_probability(middle, allowed, rate) <= level else (low, middle)
    return low


def breach_probability(errors: int, allowed: int, rate: float) -> float:
    """P(Bin(allowed + 1 + errors, rate) <= errors): more than `allowed` wrong labels pass before that is exceeded."""
    return float(bdtr(errors, allowed + 1 + errors, rate))


def least_rate(allowed: int, level: float) -> float:
    """The smallest audit rate at which an audit that meets no error certifies: 1 - level^(1 / (allowed + 1))."""
    return float(betaincinv(1, allowed + 1, 1 - level))


def pass_items(wrong: np.ndarray, errors_before: int, tolerated: int) -> CertifiedPrefix:
    """Let items pass until the audit has met one error more than it tolerates.

    Args:
        wrong: (n,) in the order offered: audited, and the person's label differs from the machine's.
        errors_before: audited errors among items that passed earlier.
        tolerated: of `tolerated_errors`; below `errors_before` nothing passes.
    """
    met = np.flatnonzero(wrong)
    room = tolerated - errors_before
    if room < 0:
        return CertifiedPrefix(0, errors_before, ended=True)
    if len(met) <= room:
        return CertifiedPrefix(len(wrong), errors_before + len(met), ended=False)
    return CertifiedPrefix(int(met[room]), tolerated, ended=True)
