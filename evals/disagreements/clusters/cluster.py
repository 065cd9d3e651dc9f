"""Misjudged items that are alike, named by the terms that mark them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.stats import hypergeom

from evals.data.eval_data import Codes, Floats
from evals.disagreements.analysis import Cluster, Conclusion
from evals.disagreements.clusters.placing import place
from evals.disagreements.compared import Compared
from evals.disagreements.examples import shown
from evals.disagreements.target import most_frequent_pair
from evals.disagreements.terms import TermMatrix

LEAST_ITEMS = 20
"""Misjudged items below which they are not clustered: reading them is quicker."""

MOST_ITEMS = 10_000
"""Misjudged items, and items judged as people do, of which more are sampled."""

LEAST_OF_CLUSTER = 5
MOST_CLUSTERS = 12
MOST_TERMS = 5

PRIOR = 500.0
"""How many terms the prior weighs: rare terms must be seen several times before they stand out."""

_LEVEL = 0.01
_MARKED = 2.0
"""Standard errors by which a term must be more frequent in the cluster than among items that are judged right."""


@dataclass(frozen=True, slots=True, eq=False)
class Grouped:
    """A cluster of the misjudged items.

    Attributes:
        terms: that mark it, strongest first.
        items: which of the compared items, nearest to its centre first.
        disagreement: of the compared items nearest to its centre the weighted share that is misjudged.
        elsewhere: the same on the others.
        worse: whether it is larger by more than chance (Fisher, 1 %).
    """

    terms: tuple[str, ...]
    items: Codes
    disagreement: float
    elsewhere: float
    worse: bool


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """What clustering came to.

    Attributes:
        found: clusters, those that are worse first, then the largest.
        clustered: how many misjudged items were clustered, 0 if too few or without texts.
        alone: how many of these are in no cluster.
    """

    found: tuple[Grouped, ...]
    clustered: int
    alone: int


def find_clusters(compared: Compared, terms: TermMatrix | None, seed: int) -> Clusters:
    """k-means on the terms of misjudged items (tf-idf, unit length, reduced to 50 dimensions at most).

    The number of clusters, 2 to 12, is the one with the best mean silhouette. Clusters of fewer than five items, and
    those that no term marks against items that are judged as people do, are dropped. Words of spaced scripts and pairs
    of characters of unspaced ones are the terms, so that Chinese texts cluster as English ones do.

    Args:
        compared: the comparison.
        terms: of its texts; None where they are not known.
        seed: of the sample and of the starting points.

    Source: latent semantic analysis, Deerwester et al. (1990), JASIS 41:391-407; silhouettes, Rousseeuw (1987), Journal
    of Computational and Applied Mathematics 20:53-65.
    """
    misjudged = compared.misjudged
    if terms is None or len(misjudged) < LEAST_ITEMS:
        return Clusters((), 0, 0)
    rng = np.random.default_rng(seed)
    wrong, right = _sample(misjudged, rng), _sample(np.flatnonzero(compared.off == 0), rng)
    placed = place(terms.holds[wrong], terms.holds[right], LEAST_OF_CLUSTER, MOST_CLUSTERS, seed)
    if placed is None:
        return Clusters((), len(wrong), len(wrong))
    found = []
    for label in range(int(placed.labels.max()) + 1):
        members = np.flatnonzero(placed.labels == label)
        names = _names(terms.holds[wrong[members]], terms.holds[right], terms.names)
        if len(members) >= LEAST_OF_CLUSTER and names:
            nearest = wrong[members[np.argsort(placed.distances[members], kind="stable")]]
            alike = right[placed.others == label]
            rates = _rates(compared, wrong, right, nearest, alike)
            found.append(
                Grouped(names, nearest, *rates, worse=_worse(len(nearest), len(alike), len(wrong), len(right)))
            )
    found.sort(key=lambda one: (not one.worse, -float(compared.weights[one.items].sum()), one.terms))
    return Clusters(tuple(found), len(wrong), len(wrong) - sum(len(one.items) for one in found))


def described(
    compared: Compared, clusters: Clusters, conclude: Callable[[Grouped], Conclusion], count: int
) -> tuple[Cluster, ...]:
    """The clusters with their main pair, probable side and the items nearest to their centre.

    Args:
        compared: the comparison.
        clusters: as `find_clusters` gives them.
        conclude: reports the probable side of a cluster.
        count: how many examples to show of each.
    """
    return tuple(_described(compared, one, conclude(one), count) for one in clusters.found)


def _described(compared: Compared, one: Grouped, side: Conclusion, count: int) -> Cluster:
    (people, machine), _ = most_frequent_pair(compared, one.items)
    names = compared.data.classes
    return Cluster(
        terms=one.terms,
        n=len(one.items),
        pair=(names[people], names[machine]),
        side=side,
        examples=shown(compared, one.items, count),
        disagreement=one.disagreement,
        elsewhere=one.elsewhere,
    )


def _sample(items: Codes, rng: np.random.Generator) -> Codes:
    if len(items) <= MOST_ITEMS:
        return items
    return np.sort(rng.choice(items, MOST_ITEMS, replace=False))


def _rates(compared: Compared, wrong: Codes, right: Codes, members: Codes, alike: Codes) -> tuple[float, float]:
    """Share misjudged of items like these, and of the others; samples stand for all they were drawn from."""
    weights, off = compared.weights, compared.off
    times = len(compared.misjudged) / len(wrong)
    times_right = (len(compared) - len(compared.misjudged)) / max(len(right), 1)

    def share(of_wrong: Codes, of_right: Codes) -> float:
        total = times * weights[of_wrong].sum() + times_right * weights[of_right].sum()
        return float(times * (weights * off)[of_wrong].sum() / total) if total else 0.0

    others = np.setdiff1d(wrong, members), np.setdiff1d(right, alike)
    return share(members, alike), share(*others)


def _worse(members: int, alike: int, wrong: int, right: int) -> bool:
    p_value = hypergeom.sf(members - 1, wrong + right, wrong, members + alike)
    return bool(p_value <= _LEVEL)


def _names(of_cluster: sp.csr_array, of_right: sp.csr_array, names: tuple[str, ...]) -> tuple[str, ...]:
    """Terms of at least a fifth of the cluster that mark it against items that are judged as people do."""
    these, others = (np.asarray(part.sum(axis=0), dtype=np.float64) for part in (of_cluster, of_right))
    strength = marking(these, others)
    held = these >= max(2, 0.2 * of_cluster.shape[0])
    order = np.argsort(-strength, kind="stable")
    return tuple(names[at] for at in order if strength[at] >= _MARKED and held[at])[:MOST_TERMS]


def marking(these: Floats, others: Floats) -> Floats:
    """Log-odds of each term in these texts against others, shrunk by an informative Dirichlet prior, as z-scores.

    ln((y + α) / (n + α₀ - y - α)) of these less the same of the others, over √(1/(y + α) + 1/(y' + α)); α is 500 times
    the term's share of all terms in both.

    Args:
        these, others: how often each of t terms occurs, shape (t,).

    Returns:
        z-scores, shape (t,); above 2 the term marks these texts.

    Source: Monroe, Colaresi & Quinn (2008), "Fightin' Words", Political Analysis 16:372-403, equations 16-22.
    """
    total = float(these.sum() + others.sum())
    if total == 0:
        return np.zeros(len(these))
    prior = PRIOR * (these + others) / total
    mine, theirs = these + prior, others + prior
    odds = np.log(_odds(mine)) - np.log(_odds(theirs))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = odds / np.sqrt(1 / mine + 1 / theirs)
    return np.where(prior > 0, z, 0.0)


def _odds(counts: Floats) -> Floats:
    rest = np.maximum(counts.sum() - counts, np.finfo(np.float64).tiny)
    return np.asarray(np.maximum(counts, np.finfo(np.float64).tiny) / rest)
