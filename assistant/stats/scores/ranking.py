"""How well graded relevance is met: the order of results, and the grades themselves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from assistant.stats.contingency import check_tables
from assistant.stats.vectors import Floats, check_range, vectors


def ndcg(relevance: npt.ArrayLike, scores: npt.ArrayLike, k: int | None = None) -> float | None:
    """Gain of the first `k` results of a query by score over that of the best order; equal scores share their ranks.

    The gain is the grade itself, discounted by log2(rank + 1); pass 2^grade - 1 for the exponential gain.

    Args:
        relevance: grades of the results, 0 or more, shape (n,).
        scores: what they are ordered by, highest first, shape (n,).
        k: how many results count; None counts all.

    Returns:
        0 to 1; None when no result is relevant.

    Raises:
        ValueError: other lengths, no results, negative grades, or k below 1.

    Source: Järvelin & Kekäläinen (2002), ACM TOIS 20:422-446; ties as McSherry & Najork (2008), ECIR.
    """
    grades, ordered = vectors(relevance=relevance, scores=scores)
    check_range("relevance", grades, 0, np.inf)
    if k is not None and k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    discounts = 1 / np.log2(np.arange(len(grades)) + 2)
    discounts[len(grades) if k is None else k :] = 0
    best = float(np.sort(grades)[::-1] @ discounts)
    return _gain(grades, ordered, discounts) / best if best > 0 else None


def kendall_tau_b_of_tables(tables: npt.ArrayLike) -> Floats:
    """Kendall's tau-b of two columns of grades from their table, or from a stack of tables, so a bootstrap is one call.

    Args:
        tables: counts or weights where the first grade is the row and the second the column, both in order, shape
            (..., k, k).

    Returns:
        Shape (...), -1 to 1; nan where one side is all tied.

    Raises:
        ValueError: not square, negative, nan.

    Source: as `kendall_tau_b`; with R and C the margins, 2 (concordant - discordant) / √((n² - Σ R²) (n² - Σ C²)).
    """
    t = check_tables(tables)
    n = t.sum(axis=(-2, -1))
    after = np.cumsum(t[..., ::-1, :], axis=-2)[..., ::-1, :] - t  # rows below
    right = np.cumsum(after[..., ::-1], axis=-1)[..., ::-1] - after
    left = np.cumsum(after, axis=-1) - after
    balance = (t * (right - left)).sum(axis=(-2, -1))
    rows, columns = ((t.sum(axis=axis) ** 2).sum(axis=-1) for axis in (-1, -2))
    with np.errstate(invalid="ignore", divide="ignore"):
        tau = 2 * balance / np.sqrt((n * n - rows) * (n * n - columns))
    return np.where((n * n > rows) & (n * n > columns), np.clip(tau, -1.0, 1.0), np.nan)


def _gain(grades: Floats, scores: Floats, discounts: Floats) -> float:
    """Every result of a tie takes the mean discount of the ranks the tie fills: the mean over its orders."""
    group = np.unique(-scores, return_inverse=True)[1]
    sizes = np.bincount(group)
    ends = np.cumsum(sizes)
    sums = np.concatenate([[0.0], np.cumsum(discounts)])
    return float(np.bincount(group, grades) / sizes @ (sums[ends] - sums[ends - sizes]))
