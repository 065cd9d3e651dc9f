"""Items, or clusters, with equal contributions to a table: resampling needs only how many of each there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from assistant.stats.codes import codes
from assistant.stats.vectors import Floats, weights_or_ones


@dataclass(frozen=True, slots=True)
class Profiles:
    """The distinct contributions of sampling units.

    Attributes:
        contributions: to the flattened table, a scipy sparse matrix of shape (p, cells).
        counts: units that make each, shape (p,).
    """

    contributions: Any
    counts: Floats


def table_profiles(
    cells: npt.ArrayLike,
    number: int,
    weights: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
) -> Profiles:
    """Profiles of a table's items, or of their clusters when given.

    Args:
        cells: of the items, 0 to `number` - 1, such as `PairedCodes.cells`, shape (n,).
        number: of cells, k² for two raters.
        weights: of the items, shape (n,).
        clusters: of items drawn together, any values that can be sorted, shape (n,).

    Returns:
        As many profiles as differ: few without weights, or with few distinct ones; at most n.

    Raises:
        ValueError: other lengths, no items, cells out of range, negative weights or all zero.
    """
    cell = codes("cells", cells, number)
    if len(cell) == 0:
        raise ValueError("cells must name at least one item's cell")
    weight = weights_or_ones(weights, len(cell))
    if clusters is None:
        return _of_items(cell, number, weight)
    given = np.asarray(clusters)
    if given.shape != cell.shape:
        raise ValueError(f"clusters must be one for each of the {len(cell)} items, got shape {given.shape}")
    group = np.unique(given, return_inverse=True)[1]
    rows = sparse.csr_matrix((weight, (group, cell)), shape=(int(group.max()) + 1, number))
    return _distinct(rows)


def _of_items(cell: npt.NDArray[np.int64], number: int, weight: Floats) -> Profiles:
    distinct, kind = np.unique(weight, return_inverse=True)
    pair, counts = np.unique(cell * len(distinct) + kind, return_counts=True)
    p = len(pair)
    parts = distinct[pair % len(distinct)], pair // len(distinct), np.arange(p + 1)
    return Profiles(sparse.csr_matrix(parts, shape=(p, number)), counts.astype(np.float64))


def _distinct(rows: Any) -> Profiles:
    """Equal rows are found by two random projections, which unequal ones don't share."""
    directions = np.random.default_rng(0).uniform(1, 2, (rows.shape[1], 2))
    marks = rows @ directions
    _, first, counts = np.unique(marks[:, 0] + 1j * marks[:, 1], return_index=True, return_counts=True)
    return Profiles(rows[first], counts.astype(np.float64))
