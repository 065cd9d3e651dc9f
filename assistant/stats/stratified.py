"""The largest probability of a stratified estimate as low as the one seen, over every way to spread the errors."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from assistant.stats.hypergeometric import Floats, Integers, moments, pmf_rows

# What falls outside the window of a stratum's counts is added to the probability, so a short one is safe.
_DEVIATIONS, _EXTRA = 5.0, 6.0
_FIRST_PARTS = {2: 32, 3: 8}  # cells along each axis before any is split
_CLOSE = 0.01  # relative; cells this near to the largest probability seen are not split further
_POINTS = 32  # cells, those with the highest bounds, in whose middle the probability is looked at too
_WORK = 20_000_000  # terms summed before the bound reached so far is taken: about a fifth of a second


@dataclass(frozen=True, slots=True)
class StratifiedSample:
    """Simple random samples of two or three strata, the strata with the heaviest items first.

    Attributes:
        sizes: items in each stratum, shape (s,).
        sampled: of these drawn without replacement, from 1 to the size.
        found: errors among them.
        low, high: the errors each stratum can hold, both ends included.
    """

    sizes: Integers
    sampled: Integers
    found: Integers
    low: Integers
    high: Integers

    @property
    def weights(self) -> Floats:
        """Items that one sampled item speaks for, per stratum."""
        weights: Floats = self.sizes / self.sampled
        return weights

    def probability(self, errors: Integers) -> Floats:
        """P(estimated total <= the one seen) when the strata hold these errors; never too low.

        Args:
            errors: shape (k, s).

        Returns:
            Shape (k,).
        """
        if not len(errors):
            return np.zeros(0)
        starts, rows = zip(*(self._window(s, errors[:, s]) for s in range(len(self.sizes))), strict=True)
        weights = self.weights
        # A count that equals the one seen must count as equal though its floats differ in the last digit.
        budget = float(weights @ self.found) * (1 + 1e-12) + 1e-9
        below = np.cumsum(np.pad(rows[-1], ((0, 0), (1, 0))), axis=1)
        scale = weights[:-1] / weights[-1]
        counts = starts[-2][:, None] + np.arange(rows[-2].shape[1])
        left = budget / weights[-1] - scale[-1] * counts - starts[-1][:, None]
        lost = sum(np.maximum(1 - row.sum(axis=1), 0) for row in rows)
        if len(rows) == 2:
            return np.asarray(lost + _convolve(left, rows[0], below))
        total = np.asarray(lost)
        for j in range(rows[0].shape[1]):
            first = scale[0] * (starts[0] + j)
            total += rows[0][:, j] * _convolve(left - first[:, None], rows[1], below)
        return total

    def terms(self) -> int:
        """About how many terms one probability sums."""
        lengths = [self._length(s, self.high[s : s + 1]) for s in range(len(self.sizes) - 1)]
        return int(np.prod(lengths))

    def _length(self, stratum: int, errors: Integers) -> int:
        _, spread = moments(int(self.sampled[stratum]), int(self.sizes[stratum]), errors)
        return 2 * int(np.ceil(_DEVIATIONS * spread.max() + _EXTRA))

    def _window(self, stratum: int, errors: Integers) -> tuple[Integers, Floats]:
        size, sampled = int(self.sizes[stratum]), int(self.sampled[stratum])
        unique, back = np.unique(errors, return_inverse=True)
        mean, _ = moments(sampled, size, unique)
        length = self._length(stratum, unique)
        least = np.maximum(0, sampled + unique - size)
        start = np.maximum(least, np.floor(mean) - length // 2).astype(np.int64)
        return start[back], pmf_rows(start, length, sampled, size, unique)[back]


def _convolve(left: Floats, rows: Floats, below: Floats) -> Floats:
    """Sum over one stratum's counts (pmf `rows`) of P(the last stratum's count <= what is `left` for it)."""
    index = np.clip(np.floor(left).astype(np.int64) + 1, 0, below.shape[1] - 1)
    total: Floats = np.einsum("ij,ij->i", rows, np.take_along_axis(below, index, axis=1))
    return total


def largest_probability(sample: StratifiedSample, errors: int, settled_by: float | None = None) -> float:
    """Upper bound, close to it, of the largest probability over all spreads of at least `errors` errors.

    The probability falls as any stratum's errors grow. So the errors of the first strata are cut into cells, the last
    stratum holds the rest, and the lower corner of a cell bounds all of it; cells whose bound exceeds the largest
    probability seen at a point are split until they hold one point, come close, or the work allowed is done.

    Args:
        sample: two or three strata.
        errors: total over the strata.
        settled_by: stop as soon as the answer is known to lie above this, and care for no cell that lies below.

    Returns:
        Between 0 and 1; 0 when `errors` can't be spread within the strata's `low` and `high`.
    """
    if errors > sample.high.sum():
        return 0.0
    if errors <= sample.low.sum():
        return min(1.0, float(sample.probability(sample.low[None, :])[0]))
    low, high = _first_cells(sample)
    seen, bound, work = 0.0, 0.0, 0
    while len(low):
        low, high = _within(sample, errors, low, high)
        corners = np.column_stack([low, np.maximum(errors - high.sum(axis=1), sample.low[-1])])
        bounds = sample.probability(corners)
        best = np.argsort(-bounds, kind="stable")[:_POINTS]
        points = _points(sample, errors, low[best], high[best])
        seen = max(seen, float(sample.probability(points).max(initial=0.0)))
        if settled_by is not None and seen > settled_by:
            return min(1.0, seen)
        work += (len(corners) + len(points)) * sample.terms()
        enough = max(seen * (1 + _CLOSE), settled_by or 0.0)
        split = (bounds > enough) & (low < high).any(axis=1)
        if work + 2 ** low.shape[1] * split.sum() * sample.terms() > _WORK:
            split[:] = False
        bound = max(bound, float(bounds[~split].max(initial=0.0)))
        low, high = _halves(low[split], high[split])
    return min(1.0, max(seen, bound))


def _first_cells(sample: StratifiedSample) -> tuple[Integers, Integers]:
    parts = _FIRST_PARTS[len(sample.sizes)]
    axes = []
    for low, high in zip(sample.low[:-1].tolist(), sample.high[:-1].tolist(), strict=True):
        edges = np.unique(np.linspace(low, high + 1, parts + 1).astype(np.int64))
        axes.append(list(zip(edges[:-1].tolist(), (edges[1:] - 1).tolist(), strict=True)))
    cells = np.array(list(product(*axes)), dtype=np.int64)
    return cells[:, :, 0], cells[:, :, 1]


def _within(sample: StratifiedSample, errors: int, low: Integers, high: Integers) -> tuple[Integers, Integers]:
    """The cells that hold a spread with the last stratum's errors within its `low` and `high`."""
    kept = (errors - high.sum(axis=1) <= sample.high[-1]) & (errors - low.sum(axis=1) >= sample.low[-1])
    return low[kept], high[kept]


def _points(sample: StratifiedSample, errors: int, low: Integers, high: Integers) -> Integers:
    """The middles of the cells, where the last stratum can hold the rest."""
    middle = (low + high) // 2
    rest = errors - middle.sum(axis=1)
    inside = (rest >= sample.low[-1]) & (rest <= sample.high[-1])
    points: Integers = np.column_stack([middle, rest])[inside]
    return points


def _halves(low: Integers, high: Integers) -> tuple[Integers, Integers]:
    """Each cell cut in two along each axis that holds more than one value."""
    for axis in range(low.shape[1]):
        wide = low[:, axis] < high[:, axis]
        middle = (low[:, axis] + high[:, axis]) // 2
        first_high, second_low = high.copy(), low[wide]
        first_high[:, axis] = np.where(wide, middle, high[:, axis])
        second_low[:, axis] = middle[wide] + 1
        low, high = np.concatenate([low, second_low]), np.concatenate([first_high, high[wide]])
    return low, high
