"""Upper bounds for a mean by betting against it: valid at any sample size, for values of any shape within their bounds.

Whoever bets, at fair odds, that the mean is below m, multiplies the stake by more than 1 / alpha with probability at
most alpha when the mean is m or more (Ville 1939). The bound is the least m against which that much would be won.
"""

from __future__ import annotations

from math import log

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from assistant.stats.vectors import Floats, check_range, vectors

_MOST = 0.75  # share of the stake that one bet may lose
_STEPS = 50  # halvings of a bracket: 1e-15 of its width
_GRID = 1024  # means a sequence of bounds can take
_FRACTIONS = expit(np.linspace(-3.0, 4.5, 9))  # of the largest safe bet, for bets laid before any value is seen


def betting_upper_bound(values: npt.ArrayLike, confidence: float, *, bound: float = 1.0) -> float:
    """Upper bound for the mean of independent values between 0 and `bound`.

    Much narrower than Hoeffding's where the variance is small; for values 0 or 1 `binomial_upper_bound` is narrower.

    Args:
        values: shape (n,), in the order drawn (the bound depends on it, its validity doesn't).
        confidence: one-sided level, between 0 and 1.
        bound: the largest value possible, known beforehand.

    Returns:
        From the mean of the values to `bound`.

    Raises:
        ValueError: no values, values or level out of range.

    Source: Waudby-Smith & Ramdas (2024), JRSS B 86:1-27, section 4, predictable bets for a fixed sample size.
    """
    (z,) = vectors(values=values)
    check_range("values", z, 0, bound)
    tops = np.full(len(z), bound)
    return _bisect(z, tops, np.zeros(len(z)), confidence, (float(z.mean()), bound))


def betting_upper_bound_without_replacement(values: npt.ArrayLike, population: int, confidence: float) -> float:
    """Upper bound for a finite population's mean of values in [0, 1], from a simple random sample of it.

    Args:
        values: of the items drawn without replacement, shape (n,), in the order drawn.
        population: items in all, at least n.
        confidence: one-sided level, between 0 and 1.

    Returns:
        Between the means with all unseen values 0 and all 1; the mean itself when all items were drawn.

    Raises:
        ValueError: no values, values or level out of range, or more values than the population.

    Source: Waudby-Smith & Ramdas (2024), section 5.
    """
    (z,) = vectors(values=values)
    check_range("values", z, 0, 1)
    if population < len(z):
        raise ValueError(f"population must hold the {len(z)} drawn items, got {population}")
    left = (population - np.arange(len(z))) / population
    paid = (np.cumsum(z) - z) / population
    total = float(z.sum())
    bracket = total / population, (total + population - len(z)) / population
    return _bisect(z * left, left, paid, confidence, bracket)


def weighted_draws_upper_bounds(
    losses: npt.ArrayLike,
    draw_probabilities: npt.ArrayLike,
    least_draw_probabilities: npt.ArrayLike,
    population: int,
    confidence: float,
) -> Floats:
    """Upper bounds for a population's mean loss after each of a series of unequal draws without replacement.

    All hold together with the stated confidence, so drawing may stop whenever a bound is low enough.

    Args:
        losses: of the items in the order drawn, in [0, 1], shape (n,).
        draw_probabilities: with which each was drawn from those then left (they sum to 1 over these), shape (n,).
        least_draw_probabilities: the smallest such probability among those then left, shape (n,).
        population: items in all.
        confidence: one-sided level, between 0 and 1.

    Returns:
        Shape (n,), never rising, 1 at most.

    Raises:
        ValueError: other lengths, no draws, losses, probabilities or level out of range.

    Source: Shekhar, Xu, Lipton, Liang & Ramdas (2023), Risk-limiting financial audits via weighted sampling without
    replacement, UAI, arXiv 2305.06884.
    """
    loss, q, least = vectors(
        losses=losses, draw_probabilities=draw_probabilities, least_draw_probabilities=least_draw_probabilities
    )
    check_range("losses", loss, 0, 1)
    check_range("draw_probabilities", q, 0, 1)
    if (least <= 0).any() or (least > q).any() or population < len(loss):
        raise ValueError("each draw needs 0 < least probability <= its own, and no more draws than items")
    grid = (1 - np.cos(np.pi * np.arange(1, _GRID + 1) / _GRID)) / 2  # evenly fine for shares near 0 and near 1
    paid = (np.cumsum(loss) - loss) / population
    seen = np.arange(1.0, len(loss) + 1)
    bets = _bets(loss / q * least, confidence, seen * np.log1p(seen))  # no end is fixed: they shrink with time
    wealth = _log_wealth(grid[None, :], loss / (population * q), 1 / (population * least), paid, bets)
    rejected = np.maximum.accumulate(wealth, axis=0) >= -log(1 - confidence)
    first = np.where(rejected.any(axis=1), np.argmax(rejected, axis=1), _GRID - 1)
    return np.minimum(grid[first], 1.0)


def weighted_upper_bound(
    losses: npt.ArrayLike,
    inclusion_probabilities: npt.ArrayLike,
    population: int,
    confidence: float,
    *,
    least_probability: float,
) -> float:
    """Upper bound for a population's mean loss when each item was drawn on its own with its own probability.

    For each size s of bet, a drawn item with loss l and probability pi multiplies the stake by
    1 - (1 - exp(-s l)) / pi, which averages exp(-s l) over being drawn or not; so against a population whose losses sum
    to W the stake times exp(sW) is fair. The bets mix several s, fixed beforehand. For equal probabilities and losses
    of 0 or 1 the exact tests in `finite` are narrower.

    Args:
        losses: of the drawn items, in [0, 1], shape (n,); may be empty.
        inclusion_probabilities: theirs, shape (n,).
        population: items drawn from, drawn or not.
        confidence: one-sided level, between 0 and 1.
        least_probability: the smallest inclusion probability in the whole population, not only among the drawn.

    Returns:
        Between the mean with all unseen losses 0 and 1.

    Raises:
        ValueError: other lengths, losses, probabilities or level out of range, more items than the population.

    Source: betting bound as in Waudby-Smith & Ramdas (2024), for Poisson sampling: independent draws, bets laid
    beforehand; Markov's inequality.
    """
    loss, pi = (np.asarray(a, dtype=np.float64) for a in (losses, inclusion_probabilities))
    if len(loss):
        loss, pi = vectors(losses=loss, inclusion_probabilities=pi)
    _check_level(confidence)
    check_range("losses", loss, 0, 1)
    if not 0 < least_probability <= 1 or population < max(1, len(loss)):
        raise ValueError("least_probability must lie above 0 up to 1, and population count the drawn items")
    check_range("inclusion_probabilities", pi, least_probability, 1)
    sizes = -np.log1p(-_FRACTIONS * least_probability)
    won = np.log1p(np.expm1(-sizes[:, None] * loss) / pi).sum(axis=1) - log(len(sizes))
    low, high = float(loss.sum()), float(loss.sum() + population - len(loss))
    for _ in range(_STEPS):
        middle = (low + high) / 2
        rejected = float(np.logaddexp.reduce(won + sizes * middle)) >= -log(1 - confidence)
        low, high = (low, middle) if rejected else (middle, high)
    return high / population


def _bisect(z: Floats, tops: Floats, paid: Floats, confidence: float, bracket: tuple[float, float]) -> float:
    """The least mean in the bracket against which enough is won at some time; its upper end if there is none."""
    bets = _bets(z / tops, confidence, np.full(len(z), float(len(z))))
    low, high = bracket
    for _ in range(_STEPS):
        middle = (low + high) / 2
        rejected = _log_wealth(np.array([[middle]]), z, tops, paid, bets).max() >= -log(1 - confidence)
        low, high = (low, middle) if rejected else (middle, high)
    return high


def _bets(shares: Floats, confidence: float, horizon: Floats) -> Floats:
    """Each bet from the values before it alone: sqrt(2 ln(1 / alpha) / (variance so far * horizon)).

    Args:
        shares: values over their largest possible, shape (n,).
        horizon: how many draws the bet is meant for, shape (n,).
    """
    _check_level(confidence)
    seen = np.arange(1, len(shares) + 1)
    means = (0.5 + np.cumsum(shares)) / (seen + 1)
    variances = (0.25 + np.cumsum((shares - means) ** 2)) / (seen + 1)
    known = np.concatenate([[0.25], variances[:-1]])
    bets: Floats = np.sqrt(-2 * log(1 - confidence) / (known * horizon))
    return bets


def _log_wealth(means: Floats, z: Floats, tops: Floats, paid: Floats, bets: Floats) -> Floats:
    """Logarithm of the stake after each draw, when betting that the mean is below each of the means; rises with them.

    Args:
        means: shape (1, m).
        z: estimates drawn, whose sum of past `paid` and present expectation is the mean, in [0, tops], shape (n,).

    Returns:
        Shape (n, m); infinite from where a mean is higher than what is left could make it.
    """
    expected = means - paid[:, None]
    room = tops[:, None] - expected
    with np.errstate(divide="ignore", invalid="ignore"):
        bet = np.minimum((bets / tops)[:, None], _MOST / room)
        gains = np.where(room > 0, np.log1p(bet * (expected - z[:, None])), np.inf)
    return np.cumsum(gains, axis=0)


def _check_level(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")
