"""A share counted by an imperfect machine, corrected for what it misses and what it flags wrongly."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from assistant.stats.intervals import wilson

_TOO_FEW = "people labelled too few items to tell that sensitivity and specificity add up to more than 1"


@dataclass(frozen=True, slots=True)
class CorrectedShare:
    """Share of items that are positive in truth.

    Attributes:
        apparent: share the machine flags.
        sensitivity: share of truly positive items that it flags; None without such items.
        sensitivity_interval: Wilson's.
        specificity: share of truly negative items that it doesn't flag; None without such items.
        specificity_interval: Wilson's.
        uncut: (apparent + specificity - 1) / (sensitivity + specificity - 1), which may lie outside 0 to 1.
        value: `uncut` cut to 0 to 1; None when undefined.
        low, high: Lang and Reiczigel's interval, in [0, 1]; None when undefined.
        reason: why there is no value or no interval; None when both are there.
    """

    apparent: float
    sensitivity: float | None
    sensitivity_interval: tuple[float, float]
    specificity: float | None
    specificity_interval: tuple[float, float]
    uncut: float | None
    value: float | None
    low: float | None
    high: float | None
    reason: str | None


def corrected_share(
    flagged: int,
    n: int,
    *,
    true_positives: int,
    positives: int,
    true_negatives: int,
    negatives: int,
    confidence: float = 0.95,
) -> CorrectedShare:
    """Correct the machine's count by how it did on items that people labelled too.

    For a pass rate take "fails" as positive and use 1 - value, 1 - high, 1 - low.

    Args:
        flagged: of the machine's items, those it calls positive, 0 to n.
        n: items with a machine label only, at least 1; other items than the following.
        true_positives: of the positives, those the machine calls positive.
        positives: items that are positive by people's label.
        true_negatives: of the negatives, those the machine calls negative.
        negatives: items that are negative by people's label.
        confidence: two-sided level, between 0 and 1.

    Returns:
        Undefined (None with a reason) where sensitivity + specificity is at most 1: the machine tells nothing then.

    Raises:
        ValueError: a count is out of range, or the level is.

    Source: Rogan & Gladen (1978), American Journal of Epidemiology 107:71-76; interval from Lang & Reiczigel (2014),
    Preventive Veterinary Medicine 113:13-22, eq. 14-17.
    """
    if not 0 <= flagged <= n or n < 1:
        raise ValueError(f"flagged must be between 0 and n, n at least 1, got {flagged} of {n}")
    wilsons = wilson(true_positives, positives, confidence), wilson(true_negatives, negatives, confidence)
    apparent = flagged / n
    sensitivity = true_positives / positives if positives else None
    specificity = true_negatives / negatives if negatives else None
    reason, uncut, value, low, high = _why_undefined(sensitivity, specificity), None, None, None, None
    if sensitivity is not None and specificity is not None and reason is None:
        uncut = (apparent + specificity - 1) / (sensitivity + specificity - 1)
        value = min(1.0, max(0.0, uncut))
        counts = (flagged, n), (true_positives, positives), (true_negatives, negatives)
        interval = _interval(*counts, NormalDist().inv_cdf((1 + confidence) / 2))
        low, high, reason = (*interval, None) if interval else (None, None, _TOO_FEW)
    return CorrectedShare(apparent, sensitivity, wilsons[0], specificity, wilsons[1], uncut, value, low, high, reason)


def _why_undefined(sensitivity: float | None, specificity: float | None) -> str | None:
    if sensitivity is None or specificity is None:
        which = "positive" if sensitivity is None else "negative"
        return f"people labelled no {which} item: nothing tells how the machine does on these"
    if sensitivity + specificity <= 1:
        return (
            f"sensitivity {sensitivity:.3f} and specificity {specificity:.3f} add up to 1 or less: "
            "the machine tells positive from negative no better than chance"
        )
    return None


def _interval(
    flagged: tuple[int, int], found: tuple[int, int], spared: tuple[int, int], z: float
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
    return min(1.0, max(0.0, share + shift - half)), max(0.0, min(1.0, share + shift + half))


def _moved(counts: tuple[int, int], added: float) -> tuple[float, float]:
    """The share with `added` successes and as many failures more, and its variance."""
    share, size = (counts[0] + added) / (counts[1] + 2 * added), counts[1] + 2 * added
    return share, share * (1 - share) / size
