"""Texts as points, and clusters of these points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from evals.data.eval_data import Codes, Floats

Points = npt.NDArray[np.float64]

DIMENSIONS = 50
MOST_TERMS = 5_000
"""The terms that most texts hold tell what they are about; rarer ones than the first so many cost time."""

_MOST_OF_TEXTS = 0.5
_SILHOUETTE_OF = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class ClusterPlacement:
    """Clusters of n texts, and where r others lie.

    Attributes:
        labels: cluster of each text, shape (n,).
        distances: of each text from the centre of its cluster, shape (n,).
        others: cluster whose centre is nearest, shape (r,).
    """

    labels: Codes
    distances: Floats
    others: Codes


def place(
    texts: sp.csr_array, others: sp.csr_array, least: int, most_clusters: int, seed: int
) -> ClusterPlacement | None:
    """k-means with the number of clusters that has the best mean silhouette.

    Args:
        texts: 1 where the text holds the term, shape (n, t).
        others: texts that are placed but have no say, shape (r, t).
        least: texts a cluster should hold on average.
        most_clusters: 2 or more.
        seed: of the starting points.

    Returns:
        None where the texts have too little in common.
    """
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - only needed here, as what it slows down

    with threadpool_limits(1):  # sums in one order give the same bytes on any machine, and small ones are quicker so
        points = _points(texts, others, seed)
        return None if points is None else _placed(*points, least, most_clusters, seed)


def _placed(these: Points, those: Points, least: int, most_clusters: int, seed: int) -> ClusterPlacement:
    from sklearn.cluster import KMeans  # noqa: PLC0415 - only needed here, and slow to load

    k = _best_number(these, max(1, min(most_clusters, len(these) // least)), seed)
    means = KMeans(k, n_init=4, random_state=seed).fit(these)
    labels = means.labels_.astype(np.int64)
    distances = np.linalg.norm(these - means.cluster_centers_[labels], axis=1)
    nearest = means.predict(those).astype(np.int64) if len(those) else np.zeros(0, dtype=np.int64)
    return ClusterPlacement(labels, distances, nearest)


def _best_number(points: Points, most: int, seed: int) -> int:
    """The number of clusters with the best mean silhouette, the smallest of equals; 1 where points hardly differ."""
    from sklearn.cluster import KMeans  # noqa: PLC0415 - as above
    from sklearn.metrics import silhouette_score  # noqa: PLC0415

    if len(points) > _SILHOUETTE_OF:
        points = points[np.random.default_rng(seed).choice(len(points), _SILHOUETTE_OF, replace=False)]
    best, number = -1.0, 1
    for k in range(2, min(most, len(np.unique(points.round(6), axis=0)) - 1) + 1):
        labels = KMeans(k, n_init=2, random_state=seed).fit_predict(points)
        score = float(silhouette_score(points, labels))
        if score > best + 1e-9:
            best, number = score, k
    return number


def _points(texts: sp.csr_array, others: sp.csr_array, seed: int) -> tuple[Points, Points] | None:
    """Points of unit length; a text without a term that another has lies in the middle."""
    from sklearn.decomposition import TruncatedSVD  # noqa: PLC0415 - as above

    n, frequency = texts.shape[0], np.asarray(texts.sum(axis=0), dtype=np.float64)
    shared = np.flatnonzero((frequency >= 2) & (frequency <= _MOST_OF_TEXTS * n))
    shared = np.sort(shared[np.argsort(-frequency[shared], kind="stable")][:MOST_TERMS])
    if min(n, len(shared)) < 3:
        return None
    rarity = np.log((1 + n) / (1 + frequency[shared])) + 1
    weighted = [sp.csr_matrix(part[:, shared].multiply(rarity[None, :])) for part in (texts, others)]
    reduced = TruncatedSVD(min(DIMENSIONS, n - 1, len(shared) - 1), random_state=seed).fit(weighted[0])
    these, those = (reduced.transform(part) if part.shape[0] else np.zeros((0, 1)) for part in weighted)
    return _of_unit_length(these), _of_unit_length(those)


def _of_unit_length(points: Points) -> Points:
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    return np.asarray(np.divide(points, lengths, out=np.zeros_like(points), where=lengths > 1e-9), dtype=np.float64)
