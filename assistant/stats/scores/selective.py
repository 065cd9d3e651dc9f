"""How well a score tells right answers from wrong ones: AUROC, and risk when the unsure are left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import digamma

from assistant.stats.vectors import Floats, check_range, vectors, weights_or_ones


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """Risk of what is answered at each threshold, from the surest items alone to all.

    Attributes:
        thresholds: the distinct confidences, falling, shape (k,); items at or above one are answered.
        coverage: share of items answered, rising to 1.
        risk: mean loss of the items answered.
    """

    thresholds: Floats
    coverage: Floats
    risk: Floats


def auroc(scores: npt.ArrayLike, outcomes: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float | None:
    """Probability that an item with outcome 1 scores higher than one with outcome 0; ties count half.

    Args:
        scores: shape (n,), any finite numbers.
        outcomes: shape (n,), 0 or 1.
        weights: shape (n,), such as 1 / inclusion probability; None weighs all alike.

    Returns:
        0 to 1, 0.5 for a score that tells nothing; None when all outcomes are the same (or weigh nothing).

    Raises:
        ValueError: lengths differ, no items, or outcomes other than 0 and 1.

    Source: Hanley & McNeil (1982), Radiology 143:29-36.
    """
    s, y = vectors(scores=scores, outcomes=outcomes)
    if not np.isin(y, (0, 1)).all():
        raise ValueError("outcomes must be 0 or 1")
    w = weights_or_ones(weights, len(s))
    _, group = np.unique(s, return_inverse=True)
    ones, zeros = np.bincount(group, w * y), np.bincount(group, w * (1 - y))
    if not ones.any() or not zeros.any():
        return None
    lower = np.cumsum(zeros) - zeros
    return float(ones @ (lower + zeros / 2) / (ones.sum() * zeros.sum()))


def risk_coverage(
    confidence: npt.ArrayLike, losses: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> RiskCoverage:
    """Risk at every threshold that can be set; a threshold can't part items of equal confidence.

    Args:
        confidence: shape (n,), higher is surer.
        losses: shape (n,), 0 or more; 1 for wrong and 0 for right gives the error share.
        weights: shape (n,), such as 1 / inclusion probability: coverage and risk of the population the items were
            drawn from; None weighs all alike. Items of weight 0 don't count.

    Raises:
        ValueError: lengths differ, no items, a negative loss or weight, or all weights are zero.

    Source: El-Yaniv & Wiener (2010), JMLR 11:1605-1641; Geifman & El-Yaniv (2017), NeurIPS.
    """
    thresholds, sizes, sums = _tied_groups(confidence, losses, weights)
    answered = np.cumsum(sizes)
    return RiskCoverage(thresholds, answered / answered[-1], np.cumsum(sums) / answered)


def aurc(confidence: npt.ArrayLike, losses: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Area under the risk-coverage curve: mean over k = 1 .. n of the mean loss of the k surest items.

    Items of equal confidence count as if in random order: the risk within a tie is its mean over all orders, so the
    figure doesn't depend on how the items come. Weights, scaled to sum to n, count as so many items with the mean loss
    of their tie, parts of an item included: sum over j = 1 .. w of (before + j * mean) / (k + j), by digamma functions.

    Args and errors as for `risk_coverage`. Source: Geifman, Uziel & El-Yaniv (2019), ICLR.
    """
    _, sizes, sums = _tied_groups(confidence, losses, weights)
    ends = np.cumsum(sizes)
    starts = np.concatenate([[0.0], ends[:-1]])
    means, before = sums / sizes, np.cumsum(sums) - sums
    within = means * sizes + (before - means * starts) * (digamma(ends + 1) - digamma(starts + 1))
    return float(within.sum() / ends[-1])


def excess_aurc(confidence: npt.ArrayLike, losses: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """`aurc` less the least any confidence could reach on these losses, that of the smallest losses first; 0 or more.

    Args and errors as for `risk_coverage`. Source: Geifman, Uziel & El-Yaniv (2019), ICLR.
    """
    (checked,) = vectors(losses=losses)
    return aurc(confidence, checked, weights) - aurc(-checked, checked, weights)


def _tied_groups(
    confidence: npt.ArrayLike, losses: npt.ArrayLike, weights: npt.ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    """Distinct confidences, falling, with the weight of their items (n in sum) and their losses' weighted sum."""
    c, loss = vectors(confidence=confidence, losses=losses)
    check_range("losses", loss, 0, np.inf)
    w = weights_or_ones(weights, len(c))
    kept = w > 0
    c, loss, w = c[kept], loss[kept], w[kept] * (kept.sum() / w.sum())
    rising, group = np.unique(-c, return_inverse=True)
    sizes, sums = (np.asarray(np.bincount(group, column), dtype=np.float64) for column in (w, w * loss))
    return -rising, sizes, sums
