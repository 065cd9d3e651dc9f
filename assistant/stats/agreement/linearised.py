"""How one item moves a coefficient of agreement: what a large-sample variance is made of, with or without clusters.

A coefficient is 1 - observed / expected disagreement. Its influence function gives for each cell of the table by how
much the ratio of these would move if a little more weight fell there; the variance of the mean influence over items, or
over clusters of items, is that of the coefficient (Hampel 1974, JASA 69:383-393; Fleiss, Cohen & Everitt 1969 for
kappa). Works on stacks of tables of shape (..., k, k).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from assistant.stats.agreement.two_raters import gwet_scale, mean_margins
from assistant.stats.vectors import Floats

Chance = Literal["none", "kappa", "pi", "uniform", "gwet", "ordinal"]


@dataclass(frozen=True, slots=True)
class Linearised:
    """A coefficient near the table it was computed from.

    Attributes:
        observed: disagreement seen, 0 to 1, shape (...).
        expected: disagreement by chance, shape (...); 0 where the coefficient is undefined, 1 for raw agreement.
        influence: of a cell on observed / expected, weighted mean 0 over the table, shape (..., k, k).
    """

    observed: Floats
    expected: Floats
    influence: Floats


def linearised(shares: Floats, weights: Floats, chance: Chance, categories: int | None = None) -> Linearised:
    """Disagreements of the table and the influence of its cells.

    Args:
        shares: cells that sum to 1, shape (..., k, k).
        weights: agreement weights, shape (k, k); unused for "ordinal", whose distances come from the margins.
        chance: what is expected by chance: "none" for raw agreement, "kappa" independent margins, "pi" the mean margins
            (Scott, Krippendorff), "uniform" every label equally often, "gwet" as AC1, "ordinal" as Krippendorff's
            ordinal metric.
        categories: the label set is the first so many labels, None for all. The second rater's answers beyond it agree
            with nothing; "gwet" and "uniform", whose chance depends on how many labels there are, count the others
            only, and take of such an item the first rater's answer alone, as Gwet does where a rating is missing.

    Returns:
        Influence nan where expected disagreement is 0.

    Source: Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed.: a label's share is the mean over items of its
        share of the item's ratings. There items with a missing rating are left out of observed agreement; here, where
        the rating was given and is invalid, they disagree.
    """
    if chance == "ordinal":
        observed, expected, by_observed, by_expected = _ordinal(shares)
    else:
        d = 1 - weights
        observed = np.einsum("...ij,ij->...", shares, d)
        if categories is None or categories >= shares.shape[-1] or chance not in {"gwet", "uniform"}:
            expected, by_expected = _EXPECTED[chance](shares, d)
        else:
            expected, by_expected = _within(shares, d, chance, categories)
        by_observed = np.broadcast_to(d, shares.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(expected > 0, observed / expected, np.nan)[..., None, None]
        influence = (by_observed - ratio * by_expected) / expected[..., None, None]
    centre = np.einsum("...ij,...ij->...", shares, influence)
    return Linearised(np.asarray(observed), np.asarray(expected), influence - centre[..., None, None])


_Parts = tuple[Floats, Floats]


def _certain(p: Floats, d: Floats) -> _Parts:  # noqa: ARG001 - all four have the same arguments
    return np.ones(p.shape[:-2]), np.zeros_like(p)


def _independent(p: Floats, d: Floats) -> _Parts:
    rows, columns = p.sum(axis=-1), p.sum(axis=-2)
    of_row, of_column = columns @ d.T, rows @ d
    return np.asarray((rows * of_row).sum(axis=-1)), of_row[..., :, None] + of_column[..., None, :]


def _same_margins(p: Floats, d: Floats) -> _Parts:
    means, symmetric = mean_margins(p), (d + d.T) / 2
    each = means @ symmetric
    return np.asarray((means * each).sum(axis=-1)), each[..., :, None] + each[..., None, :]


def _within(p: Floats, d: Floats, chance: Chance, categories: int) -> _Parts:
    """Of the first labels alone: what the second rater answered beyond them counts as if only the first had rated."""
    k = categories
    beyond = p[..., :k, k:].sum(axis=-1)
    inside = p[..., :k, :k] + beyond[..., :, None] * np.eye(k)
    expected, by_cell = _EXPECTED[chance](inside, d[:k, :k])
    by_expected = np.zeros_like(p)
    by_expected[..., :k, :k] = by_cell
    by_expected[..., :k, k:] = np.diagonal(by_cell, axis1=-2, axis2=-1)[..., :, None]
    return expected, by_expected


def _uniform(p: Floats, d: Floats) -> _Parts:
    return np.full(p.shape[:-2], d.mean()), np.zeros_like(p)


def _gwet(p: Floats, d: Floats) -> _Parts:
    means, scale = mean_margins(p), gwet_scale(1 - d)
    each = scale * (means - 0.5)
    return np.asarray(1 - scale * (means * (1 - means)).sum(axis=-1)), each[..., :, None] + each[..., None, :]


def _ordinal(p: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Distances are squared differences of mid-ranks, which move with the margins too."""
    means = mean_margins(p)
    ranks = np.cumsum(means, axis=-1) - means / 2
    gaps = ranks[..., :, None] - ranks[..., None, :]
    d, pairs = gaps**2, means[..., :, None] * means[..., None, :]
    observed, expected = (p * d).sum(axis=(-2, -1)), (pairs * d).sum(axis=(-2, -1))
    both = p + np.swapaxes(p, -1, -2)
    by_observed = d + _through_ranks(2 * (gaps * both).sum(axis=-1))
    each = (d * means[..., None, :]).sum(axis=-1)
    by_expected = each[..., :, None] + each[..., None, :] + _through_ranks(4 * (gaps * pairs).sum(axis=-1))
    return observed, expected, by_observed, by_expected


def _through_ranks(by_rank: Floats) -> Floats:
    """What a cell does by moving the mid-ranks: half through each of its two labels' shares."""
    above = np.flip(np.cumsum(np.flip(by_rank, axis=-1), axis=-1), axis=-1) - by_rank / 2
    return np.asarray((above[..., :, None] + above[..., None, :]) / 2)


_EXPECTED: dict[Chance, Callable[[Floats, Floats], _Parts]] = {
    "none": _certain,
    "kappa": _independent,
    "pi": _same_margins,
    "uniform": _uniform,
    "gwet": _gwet,
}
