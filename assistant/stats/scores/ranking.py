"""How well graded relevance is met: the order of results, and the grades themselves."""

from __future__ import annotations

from math import sqrt

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


def mean_ndcg(
    queries: npt.ArrayLike, relevance: npt.ArrayLike, scores: npt.ArrayLike, k: int | None = None
) -> tuple[float | None, int]:
    """Mean `ndcg` over queries, and how many have a relevant result and so count.

    Args:
        queries: which query each result belongs to, any values, shape (n,).
        relevance, scores, k: as `ndcg`.

    Raises:
        ValueError: as `ndcg`, or another number of queries than results.
    """
    grades, ordered = vectors(relevance=relevance, scores=scores)
    asked = np.asarray(queries)
    if asked.shape != grades.shape:
        raise ValueError(f"queries must be one for each of the {len(grades)} results, got shape {asked.shape}")
    group = np.unique(asked, return_inverse=True)[1]
    by_query = np.argsort(group, kind="stable")
    ends = np.cumsum(np.bincount(group))[:-1]
    parts = zip(np.split(grades[by_query], ends), np.split(ordered[by_query], ends), strict=True)
    found = [value for part in parts if (value := ndcg(*part, k)) is not None]
    return (float(np.mean(found)) if found else None), len(found)


def kendall_tau_b(first: npt.ArrayLike, second: npt.ArrayLike) -> float | None:
    """Concordant less discordant pairs over those not tied, -1 to 1; None when one side is all tied.

    Args:
        first, second: grades or scores of the same items, shape (n,).

    Raises:
        ValueError: other lengths or no items.

    Source: Kendall (1945), Biometrika 33:239-251. Of grades from their table; of many distinct values in time
    n (log n)².
    """
    a, b = vectors(first=first, second=second)
    rows, columns = np.unique(a, return_inverse=True)[1], np.unique(b, return_inverse=True)[1]
    pairs = len(a) * (len(a) - 1) / 2
    tied_rows, tied_columns = _tied_pairs(rows), _tied_pairs(columns)
    if pairs in {tied_rows, tied_columns}:
        return None
    discordant = _discordant(rows, columns)
    tied_both = _tied_pairs(rows * (int(columns.max()) + 1) + columns)
    balance = pairs - tied_rows - tied_columns + tied_both - 2 * discordant
    return balance / sqrt(pairs - tied_rows) / sqrt(pairs - tied_columns)


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


def _tied_pairs(groups: npt.NDArray[np.int64]) -> float:
    sizes = np.unique(groups, return_counts=True)[1].astype(np.float64)
    return float((sizes * (sizes - 1)).sum() / 2)


def _discordant(rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]) -> float:
    height, width = int(rows.max()) + 1, int(columns.max()) + 1
    if height * width <= max(4 * len(rows), 10_000):
        table = np.bincount(rows * width + columns, minlength=height * width).reshape(height, width).astype(np.float64)
        above = np.cumsum(table, axis=0) - table
        right = np.cumsum(above[:, ::-1], axis=1)[:, ::-1] - above
        return float((table * right).sum())
    return _inversions(columns[np.lexsort((columns, rows))])


def _inversions(sequence: npt.NDArray[np.int64]) -> float:
    """Pairs in which the larger comes first, counted while runs of doubling length are merged."""
    values, total, length = sequence.astype(np.int64), 0, 1
    n, span = len(values), int(values.max()) + 1
    place = np.arange(n)
    while length < n:
        block = place // (2 * length)
        right = (place // length) % 2 == 1
        order = np.argsort(block * span + values, kind="stable")
        of_right = right[order]
        lefts = np.cumsum(~of_right)
        before = np.concatenate([[0], np.cumsum(np.bincount(block[~right], minlength=int(block[-1]) + 1))])
        total += int((before[block[order] + 1] - lefts)[of_right].sum())
        values, length = values[order], 2 * length
    return float(total)
