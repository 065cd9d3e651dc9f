"""Intervals of observed disagreement carried to its ratio to chance disagreement, of which coefficients are made."""

from __future__ import annotations

from math import sqrt

from assistant.stats.intervals import wilson_of_share
from assistant.stats.sampling.designs import SamplingDesign
from assistant.stats.vectors import Floats


def normal_reaching(value: float, variance: float, z: float) -> tuple[float, float]:
    """The interval of `z` standard errors around the value."""
    half = z * sqrt(max(variance, 0.0))
    return value - half, value + half


def carried_share(
    design: SamplingDesign,
    influence: Floats,
    observed: float,
    expected: float,
    *,
    effective: float,
    confidence: float,
    alone: bool,
) -> tuple[float, float]:
    """The interval of the observed disagreement, carried to observed / expected disagreement.

    Alone, the interval of the share, each end moved out or in as the ratio varies more or less than a share does; as
    part of a hull Wilson's, of as many items as would give the ratio its variance.

    Args:
        influence: of each kind of item on observed / expected, shape (kinds,).
        observed, expected: disagreement, 0 to 1, and above 0.
        effective: `Design.effective_n` of the influence.
        confidence: two-sided level.
        alone: whether it is all of the interval; where no item moves the ratio it then takes `Design.least_n` items,
            and otherwise has no width: another interval will have.

    Returns:
        Ends for observed / expected. Without a disagreement, or without an agreement, from `Design.least_n` items.
    """
    variance = float(design.shares @ influence**2) * expected**2
    inside = 1e-12 < observed < 1 - 1e-12
    moves = variance > 1e-18
    if inside and not moves and not alone:
        return observed / expected, observed / expected
    share, informed = min(max(observed, 0.0), 1.0), inside and moves
    more = sqrt(variance / (observed * (1 - observed))) if informed else 1.0
    n = effective if informed else design.least_n
    if not alone:
        low, high = wilson_of_share(share, design.counted(n / more**2, confidence), confidence)
        return low / expected, high / expected
    low, high = design.interval(share, n, confidence)
    return (share - (share - low) * more) / expected, (share + (high - share) * more) / expected
