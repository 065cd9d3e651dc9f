"""Items needed to detect a difference of two variants or to estimate a figure precisely; what n items can detect.

Everywhere: `alpha` is the two-sided level (0.05 goes with a 95 % interval; showing "no worse than the margin" by that
interval is one-sided alpha / 2), `power` the chance to detect a difference that is really there. Both, and every share,
lie between 0 and 1, else ValueError. Numbers of items are rounded up.
"""

from __future__ import annotations

from math import ceil, sqrt
from statistics import NormalDist


def smallest_score_difference(
    n: int,
    variance: float,
    *,
    noise_a: float = 0.0,
    noise_b: float = 0.0,
    repeats_a: int = 1,
    repeats_b: int = 1,
    alpha: float = 0.05,
    power: float = 0.8,
) -> float:
    """The smallest difference of mean scores that `n` items, scored under both variants, tell from 0.

    Args:
        n: items, at least 1.
        variance: between items, of the difference of an item's two expected scores.
        noise_a, noise_b: variance of a variant's score when the same item is answered again, mean over items.
        repeats_a, repeats_b: times each item is asked; the noise is divided by it.
        alpha, power: see the module.

    Source: Miller (2024), Adding Error Bars to Evals, arXiv 2411.00640, section 5:
    n = (z_alpha/2 + z_power)² (variance + noise_a / repeats_a + noise_b / repeats_b) / difference², turned round.
    """
    _check_n(n)
    total = _total_variance(variance, noise_a, noise_b, repeats_a, repeats_b)
    return sum(_quantiles(alpha, power)) * sqrt(total / n)


def pairs_for_mcnemar(difference: float, discordant: float, *, alpha: float = 0.05, power: float = 0.8) -> int:
    """Items answered under both variants for McNemar's test to detect `difference`.

    Args:
        difference: of the shares of right answers, not 0, at most `discordant` in size.
        discordant: share of items on which just one variant is right.
        alpha, power: see the module.

    Raises:
        ValueError: an argument is out of range.

    Source: Connor (1987), Biometrics 43:207-211; Miettinen (1968), Biometrics 24:339-352:
    n = (z_alpha/2 √discordant + z_power √(discordant - difference²))² / difference².
    """
    _check_share("discordant", discordant)
    if not 0 < abs(difference) <= discordant:
        raise ValueError(f"difference must not be 0 and at most discordant = {discordant} in size, got {difference}")
    level, chance = _quantiles(alpha, power)
    return ceil((level * sqrt(discordant) + chance * sqrt(max(0.0, discordant - difference**2))) ** 2 / difference**2)


def smallest_mcnemar_difference(n: int, discordant: float, *, alpha: float = 0.05, power: float = 0.8) -> float | None:
    """The smallest difference of shares that McNemar's test tells on `n` items: `pairs_for_mcnemar` turned round.

    Returns:
        0 to `discordant`; None when not even all discordant items in favour of one variant would be told.

    Args, errors and source as for `pairs_for_mcnemar`; `n` is at least 1.
    """
    _check_n(n)
    _check_share("discordant", discordant)
    level, chance = _quantiles(alpha, power)
    inside = n + chance * chance - level * level
    if inside < 0:
        return None
    difference = sqrt(discordant) * (level * sqrt(n) + chance * sqrt(inside)) / (n + chance * chance)
    return difference if difference <= discordant else None


def more_items_to_tell(
    distance: float, deviation: float, n: int, *, alpha: float = 0.05, power: float = 0.8
) -> int | None:
    """Items still missing after `n`, if what was seen so far is what is true.

    Args:
        distance: of the difference seen from what is to be ruled out: from 0, or from -margin for "no worse".
        deviation: standard error so far times √n, above 0 (`PairedComparison.item_deviation`).
        n: items so far, at least 1.
        alpha, power: see the module.

    Returns:
        0 or more; None where no number helps because the distance is 0 or lies on the wrong side (below 0).

    Raises:
        ValueError: an argument is out of range.

    Source: as for `smallest_score_difference`.
    """
    _check_n(n)
    if not deviation > 0:
        raise ValueError(f"deviation must be above 0, got {deviation}")
    if not distance > 0:
        return None
    return max(0, ceil((sum(_quantiles(alpha, power)) * deviation / distance) ** 2) - n)


def _total_variance(variance: float, noise_a: float, noise_b: float, repeats_a: int, repeats_b: int) -> float:
    if not min(variance, noise_a, noise_b) >= 0 or min(repeats_a, repeats_b) < 1:
        raise ValueError("variance, noise_a and noise_b must be 0 or more, repeats_a and repeats_b 1 or more")
    return variance + noise_a / repeats_a + noise_b / repeats_b


def _quantiles(alpha: float, power: float) -> tuple[float, float]:
    """Normal quantiles of the two-sided level and of the power."""
    _check_share("alpha", alpha)
    _check_share("power", power)
    return NormalDist().inv_cdf(1 - alpha / 2), NormalDist().inv_cdf(power)


def _check_share(name: str, value: float) -> None:
    if not 0 < value < 1:
        raise ValueError(f"{name} must lie between 0 and 1, got {value}")


def _check_n(n: int) -> None:
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
