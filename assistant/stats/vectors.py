"""Checked columns of numbers: what every statistic of items takes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def vectors(**columns: npt.ArrayLike) -> tuple[Floats, ...]:
    """The named columns as float arrays of one shape (n,), n >= 1, without nan or infinity.

    Raises:
        ValueError: names the column that is empty, of another length, not flat, or not finite.
    """
    arrays = {name: np.asarray(column, dtype=np.float64) for name, column in columns.items()}
    first = next(iter(arrays))
    for name, array in arrays.items():
        if array.ndim != 1 or len(array) == 0:
            raise ValueError(f"{name} must be a flat list of at least one number, got shape {array.shape}")
        if array.shape != arrays[first].shape:
            raise ValueError(f"{name} has {len(array)} values where {first} has {len(arrays[first])}")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds nan or infinity at position {int(np.argmin(np.isfinite(array)))}")
    return tuple(arrays.values())


def check_range(name: str, column: Floats, low: float, high: float) -> None:
    """Refuse values outside [low, high].

    Raises:
        ValueError: names the column, the first such value and its position.
    """
    outside = (column < low) | (column > high)
    if outside.any():
        at = int(np.argmax(outside))
        raise ValueError(f"{name} must lie between {low:g} and {high:g}, got {column[at]:g} at position {at}")


def weights_or_ones(weights: npt.ArrayLike | None, n: int) -> Floats:
    """The weights, or ones when there are none.

    Raises:
        ValueError: another length than `n`, a negative weight, or all are zero.
    """
    if weights is None:
        return np.ones(n)
    (checked,) = vectors(weights=weights)
    if len(checked) != n:
        raise ValueError(f"weights has {len(checked)} values for {n} items")
    check_range("weights", checked, 0, np.inf)
    if not checked.any():
        raise ValueError("weights are all zero")
    return checked
