"""How one item moves a coefficient of several raters: as `linearised`, for items with any number of ratings each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.stats.agreement.two_raters import gwet_scale
from assistant.stats.vectors import Floats, vectors


@dataclass(frozen=True, slots=True)
class RatersLinearised:
    """A coefficient, 1 - observed / expected disagreement, near the items it was computed from.

    Attributes:
        observed: disagreement of pairs of ratings of one item, 0 to 1.
        expected: disagreement by chance; 0 where the coefficient is undefined, 1 for raw agreement.
        influence: of each item, or kind of item, on observed / expected, weighted mean 0, shape (items,).
    """

    observed: float
    expected: float
    influence: Floats


Recipe = Callable[[Floats, Floats], RatersLinearised]


def recipe(name: str, values: npt.ArrayLike | None = None) -> Recipe:
    """What makes a `RatersLinearised` of the named coefficient from counts, shape (items, k), and the items' shares.

    Args:
        name: "raw", "fleiss", "ac1", "alpha_nominal", "alpha_ordinal" or "alpha_interval".
        values: of the grades, shape (k,), for interval distances.

    Raises:
        ValueError: an unknown name, or another number of values than labels.

    Source: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, sections C to E; Fleiss (1971),
    Psychological Bulletin 76:378-382; Gwet (2014), Handbook of Inter-Rater Reliability, 4th edition, chapters 2 and 5.
    """
    named: dict[str, Recipe] = {
        "raw": _raw,
        "fleiss": _fleiss,
        "ac1": _ac1,
        "alpha_nominal": lambda n, shares: _alpha(n, shares, _apart(n)),
        "alpha_ordinal": _ordinal_alpha,
        "alpha_interval": lambda n, shares: _alpha(n, shares, _grade_distances(n.shape[1], values)),
    }
    if name not in named:
        raise ValueError(f"no coefficient is called {name!r}; there are {', '.join(named)}")
    return named[name]


def _raw(n: Floats, shares: Floats) -> RatersLinearised:
    return _combined(shares, _disagreement(n, _apart(n)), 1.0, np.zeros(len(n)))


def _fleiss(n: Floats, shares: Floats) -> RatersLinearised:
    own, d = n / n.sum(axis=1, keepdims=True), _apart(n)
    common = shares @ own
    return _combined(shares, _disagreement(n, d), float(common @ d @ common), 2 * own @ (d @ common))


def _ac1(n: Floats, shares: Floats) -> RatersLinearised:
    own, scale = n / n.sum(axis=1, keepdims=True), gwet_scale(np.eye(n.shape[1]))
    common = shares @ own
    expected = 1 - scale * float((common * (1 - common)).sum())
    return _combined(shares, _disagreement(n, _apart(n)), expected, scale * (own @ (2 * common - 1)))


def _alpha(n: Floats, shares: Floats, d: Floats, pulls: tuple[Floats, Floats] | None = None) -> RatersLinearised:
    """Items count by their ratings, so both disagreements are ratios of sums; `pulls` as `_rank_pulls` gives them."""
    size, common = _sizes(n, shares)
    own = n / n.sum(axis=1, keepdims=True)
    of_item = size * _disagreement(n, d)
    observed, expected = float(shares @ of_item), float(common @ d @ common)
    by_observed = of_item - observed * size
    by_expected = 2 * size * (own @ (d @ common) - expected)
    if pulls is not None:
        by_observed = by_observed + size * (own @ pulls[0])
        by_expected = by_expected + size * (own @ pulls[1])
    return _combined(shares, by_observed, expected, by_expected, observed)


def _ordinal_alpha(n: Floats, shares: Floats) -> RatersLinearised:
    common = _sizes(n, shares)[1]
    return _alpha(n, shares, _rank_distances(common), _rank_pulls(n, shares))


def _rank_pulls(n: Floats, shares: Floats) -> tuple[Floats, Floats]:
    """How a label's share moves observed and expected disagreement by moving the mid-ranks, each shape (k,)."""
    size, common = _sizes(n, shares)
    ratings = n.sum(axis=1)
    scale = shares * size / (ratings * (ratings - 1))
    pairs = (n * scale[:, None]).T @ n - np.diag(scale @ n)
    ranks = np.cumsum(common) - common / 2
    gaps = ranks[:, None] - ranks[None, :]
    observed, expected = (4 * (gaps * each).sum(axis=1) for each in (pairs, np.outer(common, common)))
    return _above(observed), _above(expected)


def _above(by_rank: Floats) -> Floats:
    """A label's share lifts the ranks of all labels above it, and its own by half."""
    return np.asarray(np.cumsum(by_rank[::-1])[::-1] - by_rank / 2)


def _combined(
    shares: Floats, by_observed: Floats, expected: float, by_expected: Floats, observed: float | None = None
) -> RatersLinearised:
    seen = float(shares @ by_observed) if observed is None else observed
    if not expected > 0:
        return RatersLinearised(seen, expected, np.zeros(len(shares)))
    influence = (by_observed - seen / expected * by_expected) / expected
    return RatersLinearised(seen, expected, influence - float(shares @ influence))


def _disagreement(n: Floats, d: Floats) -> Floats:
    """Mean disagreement of the pairs of an item's ratings, shape (items,)."""
    ratings = n.sum(axis=1)
    return np.asarray((n * (n @ d)).sum(axis=1) / (ratings * (ratings - 1)))


def _sizes(n: Floats, shares: Floats) -> tuple[Floats, Floats]:
    """An item's ratings over their mean, shape (items,), and the share of each label among all, shape (k,)."""
    ratings = n.sum(axis=1)
    mean = float(shares @ ratings)
    return ratings / mean, np.asarray(shares @ n / mean)


def _apart(n: Floats) -> Floats:
    return 1 - np.eye(n.shape[1])


def _rank_distances(common: Floats) -> Floats:
    """Squared distances between the mid-ranks of labels as common as this, shape (k, k)."""
    ranks = np.cumsum(common) - common / 2
    return np.asarray((ranks[:, None] - ranks[None, :]) ** 2)


def _grade_distances(classes: int, values: npt.ArrayLike | None) -> Floats:
    """Squared distances between grades, the largest 1, shape (k, k)."""
    (v,) = vectors(values=np.arange(1, classes + 1) if values is None else values)
    if len(v) != classes:
        raise ValueError(f"values must be one for each of the {classes} classes, got {len(v)}")
    d = (v[:, None] - v[None, :]) ** 2
    return np.asarray(d / (d.max() or 1.0))
