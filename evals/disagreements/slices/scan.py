"""Tests of many overlapping slices at once: how often chance alone makes one of them look as bad."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.special import xlogy
from scipy.stats import hypergeom, norm

from evals.data.eval_data import Codes, Floats

PERMUTATIONS = 999

_CELLS = 8_000_000
"""Numbers drawn at a time: bounds the memory."""

_ROUNDING = 1e-5
_MANY = 5_000

Drawn = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """Tests of s slices, one-sided: worse than elsewhere.

    Attributes:
        statistic: 0 where the slice is no worse, shape (s,).
        p_values: of each slice by itself, shape (s,).
        adjusted: corrected for all of them, at least the p-value, shape (s,).
    """

    statistic: Floats
    p_values: Floats
    adjusted: Floats


def scan_independent(members: sp.csr_array, off: Floats, seed: int) -> Scan:
    """Slices of items that stand alone and weigh the same, against random exchanges of who is misjudged.

    The statistic is the signed root of the likelihood ratio, √(2 [n₁ KL(p₁, p) + n₀ KL(p₀, p)]), which compares small
    and large slices alike; the scan's maximum over slices is the reference distribution, step by step downwards. The
    chance that any slice without a difference is called worse is at most the level, however the slices overlap. The
    p-value of one slice is Fisher's exact one; with repeats, where an item may be half wrong, a normal one.

    Args:
        members: 1 where the slice holds the item, shape (s, n); every slice holds and leaves out an item.
        off: share of repeats misjudged, 0 to 1, shape (n,).
        seed: of the exchanges.

    Source: the scan, Kulldorff (1997), Communications in Statistics 26:1481-1496; step-down maxima, Westfall & Young
    (1993), Resampling-Based Multiple Testing, algorithm 4.1.
    """
    n, total = len(off), float(off.sum())
    size = np.asarray(members.sum(axis=1), dtype=np.float64)
    wrong = members @ off
    observed = _likelihood_ratio(wrong[:, None], size[:, None], total, n)[:, 0]

    def draw(rng: np.random.Generator, count: int) -> Drawn:
        sums = members @ _exchanged(off, rng, count)
        return _likelihood_ratio(sums.astype(np.float64), size[:, None], total, n).astype(np.float32)

    if _is_whole(off):
        p = hypergeom.sf(np.round(wrong) - 1, n, round(total), size)
    else:
        spread = off.var() * size * (n - size) / (n - 1)
        p = norm.sf((wrong - size * total / n) / np.sqrt(spread))
    return Scan(observed, np.asarray(p), _step_down(observed, np.asarray(p), draw, n, seed))


def scan_grouped(members: sp.csr_array, off: Floats, weights: Floats, groups: Codes, seed: int) -> Scan:
    """Slices of items that belong together or weigh differently, against flipping the signs of groups' contributions.

    A group adds sum of w (x - x̄) (off - p) to the score of a slice; without a difference it is as likely to fall on
    either side of 0. The score over √(sum of squares) is compared with its maxima over random signs, step by step
    downwards. Valid as the number of groups grows, whatever the dependence within a group.

    Args:
        members: as for `scan_independent`.
        off: share of repeats misjudged, 0 to 1, shape (n,).
        weights: 0 or more, shape (n,).
        groups: 0 to g - 1, shape (n,).
        seed: of the signs.

    Source: Hemerik, Goeman & Finos (2020), JRSS B 82:841-864, effective scores; step-down as for `scan_independent`.
    """
    count = int(groups.max()) + 1
    of_group = sp.csr_array((np.ones(len(off)), (np.arange(len(off)), groups)), shape=(len(off), count))
    residual = weights * (off - np.average(off, weights=weights))
    within = sp.csr_array(members.multiply(residual[None, :]) @ of_group)
    mean = (members @ weights) / weights.sum()
    all_items = residual @ of_group
    squares = np.asarray(within.multiply(within).sum(axis=1))
    squares = squares - 2 * mean * (within @ all_items) + mean**2 * (all_items @ all_items)
    scale = 1 / np.sqrt(np.maximum(squares, np.finfo(np.float64).tiny))
    observed = np.maximum((within.sum(axis=1) - mean * all_items.sum()) * scale, 0.0)
    small, row = within.astype(np.float32), all_items.astype(np.float32)

    def draw(rng: np.random.Generator, times: int) -> Drawn:
        signs = rng.integers(0, 2, size=(count, times), dtype=np.int8).astype(np.float32) * 2 - 1
        scores = small @ signs - np.outer(mean, row @ signs)
        return np.asarray(scores * scale[:, None], dtype=np.float32)

    return Scan(observed, *_by_draws(observed, draw, count, seed))


def _is_whole(off: Floats) -> bool:
    """Whether every item is right or wrong, nothing between."""
    return bool(np.isin(off, (0.0, 1.0)).all())


def _exchanged(off: Floats, rng: np.random.Generator, count: int) -> Drawn:
    """Random orders of who is misjudged, shape (n, count)."""
    n, wrong = len(off), int((off > 0).sum())
    if n < _MANY or not _is_whole(off):
        rows = rng.permuted(np.broadcast_to(off.astype(np.float32), (count, n)), axis=1)
        return np.ascontiguousarray(rows.T)
    few, rare = min(wrong, n - wrong), 1.0 if wrong <= n - wrong else 0.0
    drawn = np.full((n, count), 1.0 - rare, dtype=np.float32)
    for column in range(count):  # who the fewer are: quicker than a whole order
        drawn[rng.choice(n, few, replace=False, shuffle=False), column] = rare
    return drawn


def _likelihood_ratio(wrong: Floats, size: Floats, total: float, n: int) -> Floats:
    """Signed root; 0 where the slice is no worse than the others."""
    others, rest = n - size, total - wrong
    inside = xlogy(wrong, wrong / size) + xlogy(size - wrong, np.maximum(1 - wrong / size, 0))
    outside = xlogy(rest, np.maximum(rest / others, 0)) + xlogy(others - rest, np.maximum(1 - rest / others, 0))
    together = xlogy(total, total / n) + xlogy(n - total, 1 - total / n)
    return np.asarray(
        np.where(wrong / size > total / n, np.sqrt(np.maximum(2 * (inside + outside - together), 0)), 0.0)
    )


def _draws(observed: Floats, draw: Callable[[np.random.Generator, int], Drawn], n: int, seed: int) -> Drawn:
    rng = np.random.default_rng(seed)
    drawn = np.empty((len(observed), PERMUTATIONS), dtype=np.float32)
    block = max(1, _CELLS // max(n, len(observed)))
    for start in range(0, PERMUTATIONS, block):
        stop = min(PERMUTATIONS, start + block)
        drawn[:, start:stop] = draw(rng, stop - start)
    return drawn


def _step_down(
    observed: Floats, p_values: Floats, draw: Callable[[np.random.Generator, int], Drawn], n: int, seed: int
) -> Floats:
    return np.maximum(_adjusted(observed, _draws(observed, draw, n, seed)), p_values)


def _by_draws(
    observed: Floats, draw: Callable[[np.random.Generator, int], Drawn], n: int, seed: int
) -> tuple[Floats, Floats]:
    drawn = _draws(observed, draw, n, seed)
    beaten = (drawn >= (observed - _ROUNDING)[:, None]).sum(axis=1)
    p_values = (1 + beaten) / (1 + PERMUTATIONS)
    return p_values, np.maximum(_adjusted(observed, drawn), p_values)


def _adjusted(observed: Floats, drawn: Drawn) -> Floats:
    """The largest first: how often the largest of those not yet passed is as large by chance; never falling."""
    order = np.argsort(-observed, kind="stable")
    largest = np.maximum.accumulate(drawn[order][::-1], axis=0)[::-1]
    beaten = (largest >= (observed[order] - _ROUNDING)[:, None]).sum(axis=1)
    adjusted = np.empty(len(observed))
    adjusted[order] = np.maximum.accumulate((1 + beaten) / (1 + PERMUTATIONS))
    return adjusted
