"""Watching the error share of a stream: statements that hold at all times at once, however often one looks."""

from __future__ import annotations

from collections.abc import Iterator
from math import log

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, logsumexp

from assistant.stats.vectors import Floats, check_range, vectors, weights_or_ones

_STEPS = 50  # halvings of a bracket: 1e-15 of its width
_TIMES = np.array([1.5, 2.0, 3.0, 5.0])  # shares that are bet on, in permitted ones
_STAKES = np.array([0.2, 0.5, 0.15, 0.15])  # ... and how much of the stake is bet on each
_ROUNDING = 1e-9
_ALWAYS = 1 << 40  # labels, where there is no end to them


def confidence_sequence(
    losses: npt.ArrayLike,
    confidence: float,
    weights: npt.ArrayLike | None = None,
    *,
    largest_weight: float = 1.0,
) -> list[tuple[float, float]]:
    """Bounds for the mean loss after each loss, all of which hold together with the stated confidence.

    Bets on each loss with the share seen before it (Krichevsky-Trofimov) against every mean; the means that would
    have lost less than 1 / alpha remain. Exact for losses 0 or 1, valid for any between.

    Args:
        losses: in [0, 1] in order of time, shape (n,); each has the same mean given those before it.
        confidence: of all bounds together, between 0 and 1.
        weights: of items drawn unequally, such that weight * loss has the mean of interest: 1 / inclusion probability
            where the items not drawn are in the list with loss 0.
        largest_weight: the largest weight possible, known beforehand.

    Returns:
        (lower, upper) for each, narrowing; a lower above an upper means that the mean has changed.

    Raises:
        ValueError: no losses, losses, weights or level out of range.

    Source: Waudby-Smith & Ramdas (2024), JRSS B 86:1-27; mixture for Bernoulli: Robbins (1970), Annals of
    Mathematical Statistics 41:1397-1409.
    """
    (loss,) = vectors(losses=losses)
    check_range("losses", loss, 0, 1)
    w = weights_or_ones(weights, len(loss))
    check_range("weights", w, 0, largest_weight)
    _check_share("confidence", confidence)
    y, seen = loss * w / largest_weight, np.arange(1, len(loss) + 1)
    total = np.cumsum(y)
    known = (0.5 + total - y) / seen
    won = np.cumsum(y * np.log(known) + (1 - y) * np.log1p(-known))
    # The stake against mean m is exp(won) / (m^total (1 - m)^(seen - total)); it is least at the mean seen.
    allowance = -log(1 - confidence) - won
    mean = total / seen
    lower = _edge(mean, np.zeros(len(y)), seen, total, allowance)
    upper = _edge(mean, np.ones(len(y)), seen, total, allowance)
    lows = np.maximum.accumulate(lower) * largest_weight
    highs = np.minimum(np.minimum.accumulate(upper) * largest_weight, 1.0)
    return list(zip(lows.tolist(), highs.tolist(), strict=True))


def first_breach(losses: npt.ArrayLike, max_error: float, level: float, *, population: int | None = None) -> int | None:
    """When the losses first prove that the mean loss exceeds `max_error`.

    While each loss has a mean of at most `max_error` given those before it, the chance that this ever returns an index,
    however long the stream, is at most `level`. The mean may wander below; no sample size is fixed. With a population
    the same holds for losses drawn from it at random without replacement while their sum over all of it is at most
    `max_error` times its size: what was found is taken from what may be left, so that a census is never in doubt.

    The stake is split over bets that the mean is 1.5, 2, 3 or 5 times the permitted one, half of it on twice.

    Args:
        losses: in [0, 1] in order of time, shape (n,); may be empty.
        max_error: the permitted mean, between 0 and 1.
        level: chance of a false alarm, between 0 and 1.
        population: items the losses are drawn from; None for a stream.

    Returns:
        Index of the loss at which the stake first reaches 1 / level, or None.

    Raises:
        ValueError: losses, mean or level out of range, or more losses than the population.

    Source: Ville (1939); a mixture of likelihood ratios: Robbins (1970), Annals of Mathematical Statistics
    41:1397-1409; without replacement: Waudby-Smith & Ramdas (2020), NeurIPS, arXiv 2006.04347.
    """
    _check_share("max_error", max_error)
    _check_share("level", level)
    y = np.asarray(losses, dtype=np.float64)
    if not len(y):
        return None
    (y,) = vectors(losses=y)
    check_range("losses", y, 0, 1)
    if population is not None and population < len(y):
        raise ValueError(f"population must hold the {len(y)} losses, got {population}")
    found = np.cumsum(y) - y
    left = np.inf if population is None else population - np.arange(len(y), dtype=np.float64)
    fixed = population is None
    mean = np.full(len(y), max_error) if fixed else np.clip((max_error * (population or 0) - found) / left, 0, 1)
    stake = np.log(_STAKES)[:, None] + np.zeros(len(y))
    for place, share in enumerate(_shares(max_error)):
        bet = np.full(len(y), share) if fixed else np.clip((share * (population or 0) - found) / left, mean, 1)
        with np.errstate(invalid="ignore"):  # after a breach infinity may meet a bet that is lost
            stake[place] += np.cumsum(_log_gains(y, mean, bet))
    proved = np.zeros(len(y), dtype=np.bool_) if fixed else found + y > max_error * (population or 0) + _ROUNDING
    with np.errstate(invalid="ignore"):
        broken = np.flatnonzero(proved | (logsumexp(stake, axis=0) >= -log(level)))
    return int(broken[0]) if len(broken) else None


def breach_times(max_error: float, level: float, *, population: int | None = None) -> Iterator[int]:
    """For 1, 2, ... wrong labels: the most labels among which so many make `first_breach` answer; 0 for none.

    The stake falls with every right label, so a breach comes with a wrong one, while there are not too many others.
    In a population it ends with the number of wrong labels that is one too many: by then all labels may have come.

    Args:
        max_error, level, population: as there; losses of 0 or 1.
    """
    _check_share("max_error", max_error)
    _check_share("level", level)
    wrong, latest = 0, 0
    while population is None or latest < population:
        wrong += 1
        latest = _latest(wrong, max(latest, wrong - 1), max_error, level, population)
        yield latest if latest >= wrong else 0


def _latest(wrong: int, least: int, max_error: float, level: float, population: int | None) -> int:
    """The most labels with a stake of 1 / level, by steps that double and then halve; `least` where none has it."""
    end, low, step = population or _ALWAYS, least, 1

    def enough(labels: int) -> bool:
        return _log_stake(labels, wrong, max_error, population) >= -log(level)

    while low + step <= end and enough(low + step):
        low, step = low + step, 2 * step
    while step > 1:
        step //= 2
        if low + step <= end and enough(low + step):
            low += step
    return low


def _shares(max_error: float) -> Floats:
    """The shares that are bet on: above the permitted one, and never all."""
    return np.minimum(_TIMES * max_error, (1 + max_error) / 2)


def _log_gains(y: Floats, mean: Floats, bet: Floats) -> Floats:
    """Logarithm of what a bet on one mean against another multiplies the stake by, for each loss."""
    with np.errstate(divide="ignore", invalid="ignore"):
        right, wrong = np.where(mean < 1, (1 - bet) / (1 - mean), 1.0), np.where(y > 0, y * bet / mean, 0.0)
        return np.asarray(np.log((1 - y) * right + wrong), dtype=np.float64)


def _log_stake(labels: int, wrong: int, max_error: float, population: int | None) -> float:
    """Logarithm of the stake after so many labels, so many of them wrong; the order is no matter."""
    right, shares = labels - wrong, _shares(max_error)
    if population is None:
        gains = wrong * np.log(shares / max_error) + right * np.log((1 - shares) / (1 - max_error))
        return float(logsumexp(np.log(_STAKES) + gains))
    if wrong > max_error * population + _ROUNDING:
        return float("inf")
    bets = _log_falling(shares * population, wrong) + _log_falling((1 - shares) * population, right)
    permitted = np.array([max_error])
    against = _log_falling(permitted * population, wrong) + _log_falling((1 - permitted) * population, right)
    alive = np.isfinite(bets)  # where so many are right that a bet is lost for good, the permitted share may be, too
    return float(logsumexp(np.log(_STAKES[alive]) + bets[alive] - against)) if alive.any() else -float("inf")


def _log_falling(of: Floats, factors: int) -> Floats:
    """Logarithm of of (of - 1) (of - 2) ..., so many factors; of one that has run out, that of 0."""
    enough = of - factors > -1
    return np.where(enough, gammaln(of + 1) - gammaln(np.where(enough, of - factors, 0.0) + 1), -np.inf)


def _edge(inside: Floats, outside: Floats, seen: npt.NDArray[np.int64], total: Floats, allowance: Floats) -> Floats:
    """Where, between a mean that remains and one that may not, the stake reaches what is allowed."""
    for _ in range(_STEPS):
        middle = (inside + outside) / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            odds = np.where(total > 0, -total * np.log(middle), 0) - np.where(
                seen > total, (seen - total) * np.log1p(-middle), 0
            )
        remains = odds < allowance
        inside, outside = np.where(remains, middle, inside), np.where(remains, outside, middle)
    return outside


def _check_share(name: str, share: float) -> None:
    if not 0 < share < 1:
        raise ValueError(f"{name} must lie between 0 and 1, got {share}")
