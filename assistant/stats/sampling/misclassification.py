"""Shares of labels counted by an imperfect machine, corrected for what it misses and what it wrongly gives.

For labelled items that are no random sample of those the machine counted (for that there is `prediction_powered`). What
must carry over from the labelled items to the others is how often the machine errs on an item of a label.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from assistant.domain.reasons import Reason
from assistant.stats.contingency import check_tables
from assistant.stats.intervals import check_level
from assistant.stats.vectors import Floats, check_range, vectors


@dataclass(frozen=True, slots=True)
class CorrectedShare:
    """Share of items that hold a label in truth.

    Attributes:
        value: cut to 0 to 1; None when undefined.
        low, high: ends of the interval, from 0 to 1; None when undefined.
        reason: why there is no value or no interval; None when both are there.
    """

    value: float | None
    low: float | None
    high: float | None
    reason: Reason | None = None


NO_ITEM_OF_LABEL = Reason("no_item_of_label")
"""People gave some label to no item: nothing shows how the machine does on its items."""

NO_BETTER_THAN_CHANCE = Reason("no_better_than_chance")
"""The machine does not tell the labels apart: its answers are as common whatever is true."""

ERRORS_DIFFER = Reason("errors_differ")
"""With the errors seen on labelled items the machine's counts can't be: it errs otherwise on the other items."""

TOO_FEW_LABELLED = Reason("too_few_labelled_to_correct")
"""So few labelled items that the machine might not tell the labels apart."""


def corrected_share(
    flagged: int,
    n: int,
    *,
    true_positives: float,
    positives: float,
    true_negatives: float,
    negatives: float,
    confidence: float = 0.95,
) -> CorrectedShare:
    """Share of one label, from the machine's count and how it did on labelled items.

    (flagged / n + specificity - 1) / (sensitivity + specificity - 1).

    Args:
        flagged: of the machine's items, those it gives the label, 0 to n.
        n: items with a machine answer only, at least 1; other items than the following.
        true_positives: of the positives, those the machine gives the label.
        positives: items that hold the label by people's answers.
        true_negatives: of the negatives, those the machine does not give it.
        negatives: items that don't hold it.
        confidence: two-sided level.

    Raises:
        ValueError: a count or the level is out of range.

    Source: Rogan & Gladen (1978), American Journal of Epidemiology 107:71-76; interval from Lang & Reiczigel (2014),
    Preventive Veterinary Medicine 113:13-22, eq. 14-17.
    """
    check_level(confidence)
    for part, whole in ((flagged, n), (true_positives, positives), (true_negatives, negatives)):
        if not 0 <= part <= whole or n < 1:
            raise ValueError(f"counts must satisfy 0 <= part <= whole and n >= 1, got {part} of {whole}")
    if not positives or not negatives:
        return CorrectedShare(None, None, None, NO_ITEM_OF_LABEL)
    specificity = true_negatives / negatives
    slope = true_positives / positives + specificity - 1
    if slope <= 0:
        return CorrectedShare(None, None, None, NO_BETTER_THAN_CHANCE)
    value = (flagged / n + specificity - 1) / slope
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    interval = _lang_reiczigel((flagged, n), (true_positives, positives), (true_negatives, negatives), z)
    if interval is None:
        return CorrectedShare(_cut(value), None, None, TOO_FEW_LABELLED)
    return _corrected(value, *interval)


def corrected_shares(table: npt.ArrayLike, counts: npt.ArrayLike, confidence: float = 0.95) -> list[CorrectedShare]:
    """Shares of k labels of which each item has one: the machine's counts times the inverse of its confusion matrix.

    The interval is linearised: how far each row of the matrix, and the counts, may be off by chance; two items spread
    evenly are added to each row first, so that a row without an error has a width too.

    Args:
        table: labelled items by people's label (rows) and the machine's (columns), shape (k, k); a machine's answer
            outside the set belongs in no column.
        counts: of the machine's labels on the items without a label, shape (k,).
        confidence: two-sided level.

    Returns:
        One a label. All are undefined where one label has no labelled item, or the matrix has no usable inverse.

    Raises:
        ValueError: another number of counts than labels, negative counts, none at all, level out of range.

    Source: the matrix form of Rogan & Gladen, e.g. Buonaccorsi (2010), Measurement Error, section 3.3; its delta
    variance by the rows' multinomials.
    """
    check_level(confidence)
    seen = check_tables(table)
    (given,) = vectors(counts=counts)
    check_range("counts", given, 0, np.inf)
    k = len(given)
    if seen.shape != (k, k) or not given.any():
        raise ValueError(f"table must have a row and column for each of the {k} counts, one above 0")
    rows = seen.sum(axis=1)
    if not rows.all():
        return [CorrectedShare(None, None, None, NO_ITEM_OF_LABEL)] * k
    rates = seen / rows[:, None]
    if np.linalg.cond(rates) > 1e6:
        return [CorrectedShare(None, None, None, NO_BETTER_THAN_CHANCE)] * k
    shares = np.linalg.solve(rates.T, given / given.sum())
    padded = (seen + 2 / k) / (rows + 2)[:, None]
    if np.linalg.cond(padded) > 1e6:
        return [CorrectedShare(_cut(value), None, None, TOO_FEW_LABELLED) for value in shares]
    inverse = np.linalg.inv(padded.T)
    q = given / given.sum()
    variance = _through(inverse, q, float(given.sum()))
    for row, share, size in zip(padded, shares, rows + 2, strict=True):
        variance = variance + share**2 * _through(inverse, row, float(size))
    half = NormalDist().inv_cdf((1 + confidence) / 2) * np.sqrt(variance)
    reaches = zip(shares.tolist(), half.tolist(), strict=True)
    return [_corrected(value, value - reach, value + reach) for value, reach in reaches]


def _corrected(value: float, low: float, high: float) -> CorrectedShare:
    """Cut to what is possible; undefined where nothing of the interval is."""
    if low > 1 or high < 0:
        return CorrectedShare(None, None, None, ERRORS_DIFFER)
    shown = _cut(value)
    return CorrectedShare(shown, min(shown, _cut(low)), max(shown, _cut(high)))


def _through(inverse: Floats, shares: Floats, size: float) -> Floats:
    """Variances of inverse @ (shares of a multinomial sample of that size), shape (k,)."""
    spread = (np.diag(shares) - np.outer(shares, shares)) / size
    return np.asarray(np.einsum("ij,jk,ik->i", inverse, spread, inverse))


def _lang_reiczigel(
    flagged: tuple[float, float], found: tuple[float, float], spared: tuple[float, float], z: float
) -> tuple[float, float] | None:
    """Interval of the corrected share from the counts (of, among), shares moved towards the middle beforehand."""
    apparent, apparent_variance = _moved(flagged, z * z / 2)
    sensitivity, by_sensitivity = _moved(found, 1.0)
    specificity, by_specificity = _moved(spared, 1.0)
    slope = sensitivity + specificity - 1
    if slope <= 0:
        return None
    share = (apparent + specificity - 1) / slope
    shift = 2 * z * z * (share * by_sensitivity - (1 - share) * by_specificity)
    half = z * sqrt(apparent_variance + share**2 * by_sensitivity + (1 - share) ** 2 * by_specificity) / slope
    return share + shift - half, share + shift + half


def _moved(counts: tuple[float, float], added: float) -> tuple[float, float]:
    """The share with `added` successes and as many failures more, and its variance."""
    share, size = (counts[0] + added) / (counts[1] + 2 * added), counts[1] + 2 * added
    return share, share * (1 - share) / size


def _cut(value: float) -> float:
    return min(1.0, max(0.0, value))
