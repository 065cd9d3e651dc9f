"""Isotonic regression."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from assistant.stats.vectors import Floats, vectors, weights_or_ones


def pool_adjacent_violators(values: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Floats:
    """The non-decreasing sequence nearest to the values in weighted least squares; linear time.

    Args:
        values: shape (n,), in the order of the predictor; values of tied predictors must be averaged before.
        weights: shape (n,), above zero; None weighs all alike.

    Returns:
        Shape (n,), between the least and the largest value.

    Raises:
        ValueError: no values, other lengths, or a weight that is not above zero.

    Source: Ayer et al. (1955), Annals of Mathematical Statistics 26:641-647.
    """
    (checked,) = vectors(values=values)
    w = weights_or_ones(weights, len(checked))
    if (w <= 0).any():
        raise ValueError("weights must be above zero")
    means: list[float] = []
    masses: list[float] = []
    sizes: list[int] = []
    for value, weight in zip(checked.tolist(), w.tolist(), strict=True):
        mean, mass, size = value, weight, 1
        while means and means[-1] >= mean:
            before, mass_before = means.pop(), masses.pop()
            mean = before + (mean - before) * (mass / (mass + mass_before))
            mass, size = mass + mass_before, size + sizes.pop()
        means.append(mean)
        masses.append(mass)
        sizes.append(size)
    return np.repeat(means, sizes)
