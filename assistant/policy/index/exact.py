"""Exact search: every distance is computed, so that what is found never depends on how an index was built."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from assistant.errors import VectorIndexError

EXACT_ENTRIES = 5_000
"""Up to so many entries a collection is searched exactly, for about 0.05 ms of CPU a query of 512 dimensions."""

_QUERIES = 256  # vectors at a time: 5 MB of similarities
_PAIRS = 256  # exact distances at a time: what fits into a cache
_ROUNDING = 1e-5  # a similarity in single precision, summed in whatever order, is within this of the exact one

Neighbours = tuple[Sequence[str], Sequence[float]]
"""Ids of the entries nearest to one vector, nearest first, and their cosine distances."""


class ExactTable:
    """Vectors in memory, searched whole.

    Neighbours come by distance, equally near ones by id. A distance is a function of its two vectors alone: neither
    the order in which entries came nor the other vectors of a call change a bit of it.

    Args:
        ids: the entries, each once.
        vectors: float32 (n, dims), in the order of `ids`.
    """

    def __init__(self, ids: Sequence[str], vectors: np.ndarray) -> None:
        order = sorted(range(len(ids)), key=ids.__getitem__)
        self._ids = np.array([ids[at] for at in order], dtype=object)
        self._vectors = np.ascontiguousarray(vectors[order], dtype=np.float32)
        self._lengths = _lengths(self._vectors)
        self._units = _units(self._vectors, self._lengths)

    def nearest(self, vectors: np.ndarray, k: int) -> list[Neighbours]:
        """The `k` nearest entries of each vector, as ids and cosine distances (0 to 2); fewer when there are no more.

        Args:
            vectors: float32 (m, dims).
            k: 1 or more.
        """
        found: list[Neighbours] = []
        for start in range(0, len(vectors), _QUERIES):
            found.extend(self._search(np.ascontiguousarray(vectors[start : start + _QUERIES], dtype=np.float32), k))
        return found

    def _search(self, queries: np.ndarray, k: int) -> list[Neighbours]:
        lengths = _lengths(queries)
        rows, columns = self._candidates(_units(queries, lengths), k)
        distances = np.empty(len(rows))
        for start in range(0, len(rows), _PAIRS):
            row, column = rows[start : start + _PAIRS], columns[start : start + _PAIRS]
            dots = np.multiply(queries[row], self._vectors[column], dtype=np.float64).sum(axis=1)
            distances[start : start + _PAIRS] = 1.0 - dots / (lengths[row] * self._lengths[column])
        np.maximum(distances, 0.0, out=distances)
        order = np.lexsort((columns, distances, rows))  # columns stand in the order of the ids
        ends = np.searchsorted(rows, np.arange(len(queries)), side="right").tolist()
        kept = [order[begin : min(begin + k, end)] for begin, end in pairwise([0, *ends])]
        return [(self._ids[columns[one]].tolist(), distances[one].tolist()) for one in kept]

    def _candidates(self, units: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Rows and columns of all pairs that may be among the nearest `k`, by rows."""
        similarities = units @ self._units.T
        if k < len(self._ids):
            least = np.partition(similarities, -k, axis=1)[:, -k]
            rows, columns = np.nonzero(similarities >= least[:, None] - _ROUNDING)
        else:
            rows, columns = np.nonzero(np.ones_like(similarities, dtype=bool))
        return rows, columns


def checked_vectors(vectors: np.ndarray, ids: Sequence[str] | None = None) -> np.ndarray:
    """Vectors as float32 (n, dims), finite; with ids: as many as ids, none of length zero."""
    if vectors.ndim != 2:
        raise VectorIndexError("vectors_misshaped", shape=str(vectors.shape))
    wrong = ~np.isfinite(vectors).all(axis=1)
    if ids is not None:
        if len(ids) != len(vectors):
            raise VectorIndexError("vectors_miscounted", entries=len(ids), vectors=len(vectors))
        wrong |= ~vectors.any(axis=1)
    if wrong.any():
        row = int(wrong.argmax())
        place = ids[row] if ids is not None else f"row {row}"
        raise VectorIndexError("vectors_unfit", count=int(wrong.sum()), place=place)
    return np.ascontiguousarray(vectors, dtype=np.float32)


def _lengths(vectors: np.ndarray) -> np.ndarray:
    """Length of each vector, never 0; in double precision, where the square of a float32 is exact."""
    lengths: np.ndarray = np.sqrt(np.multiply(vectors, vectors, dtype=np.float64).sum(axis=1))
    return np.where(lengths > 0, lengths, 1.0)


def _units(vectors: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    units: np.ndarray = (vectors / lengths[:, None]).astype(np.float32)
    return units
