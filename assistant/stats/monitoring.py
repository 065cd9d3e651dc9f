"""Watching the error share of a stream: statements that hold at all times at once, however often one looks."""

from __future__ import annotations

from math import log

import numpy as np
import numpy.typing as npt

from assistant.stats.vectors import Floats, check_range, vectors, weights_or_ones

_STEPS = 50  # halvings of a bracket: 1e-15 of its width
_PRIOR_LOSSES = 20.0  # losses at the permitted share that the first bets are made as if one had seen


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


def first_breach(losses: npt.ArrayLike, max_error: float, level: float) -> int | None:
    """When the losses first prove that the mean loss exceeds `max_error`.

    While each loss has a mean of at most `max_error` given those before it, the chance that this ever returns an index,
    however long the stream, is at most `level`. The mean may wander below; no sample size is fixed.

    Args:
        losses: in [0, 1] in order of time, shape (n,); may be empty.
        max_error: the permitted mean, between 0 and 1.
        level: chance of a false alarm, between 0 and 1.

    Returns:
        Index of the loss at which the stake first reaches 1 / level, or None.

    Raises:
        ValueError: losses, mean or level out of range.

    Source: Ville (1939); bets (estimate - m) / (m (1 - m)), log-optimal for losses 0 or 1, from the losses before:
    Waudby-Smith & Ramdas (2024).
    """
    _check_share("max_error", max_error)
    _check_share("level", level)
    y = np.asarray(losses, dtype=np.float64)
    if not len(y):
        return None
    (y,) = vectors(losses=y)
    check_range("losses", y, 0, 1)
    known = (max_error * _PRIOR_LOSSES + np.cumsum(y) - y) / (_PRIOR_LOSSES + np.arange(len(y)))
    bets = np.maximum(known - max_error, 0) / (max_error * (1 - max_error))
    broken = np.flatnonzero(np.cumsum(np.log1p(bets * (y - max_error))) >= -log(level))
    return int(broken[0]) if len(broken) else None


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
