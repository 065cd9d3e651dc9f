"""Checked columns of codes: labels, raters, items and groups as whole numbers from 0."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]


def codes(name: str, column: npt.ArrayLike, classes: int, *, least: int = 0) -> Codes:
    """The column as whole numbers of shape (n,).

    Args:
        name: what to call the column in an error.
        column: shape (n,), whole numbers from `least` to `classes` - 1; may be empty.
        classes: number of codes, 1 or more.
        least: -1 where that stands for no answer.

    Raises:
        ValueError: not flat, not whole (nan included), or outside the range; says which and where.
    """
    given = np.asarray(column)
    if given.ndim != 1:
        raise ValueError(f"{name} must be a flat list of codes, got shape {given.shape}")
    if classes < 1:
        raise ValueError(f"the number of classes must be at least 1, got {classes} for {name}")
    whole = _whole(name, given)
    if len(whole) and (whole.min() < least or whole.max() >= classes):
        at = int(np.argmax((whole < least) | (whole >= classes)))
        raise ValueError(f"{name} must hold codes from {least} to {classes - 1}, got {whole[at]} at position {at}")
    return whole


def _whole(name: str, given: npt.NDArray[np.generic]) -> Codes:
    if len(given) == 0 or given.dtype.kind in "iu":
        return given.astype(np.int64, copy=False)
    if given.dtype.kind != "f":
        raise ValueError(f"{name} must hold whole numbers, got {given.dtype} at position 0")
    floats = given.astype(np.float64)
    broken = ~np.isfinite(floats) | (floats != np.round(floats))
    if broken.any():
        at = int(np.argmax(broken))
        raise ValueError(f"{name} must hold whole numbers, got {floats[at]:g} at position {at}")
    return floats.astype(np.int64)
