"""How near two different labels are: matrices of agreement weights, 1 on the diagonal for full agreement."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from assistant.stats.vectors import Floats, vectors


def identity_weights(classes: int) -> Floats:
    """1 for the same label, 0 for any other, shape (k, k).

    Raises:
        ValueError: no classes.
    """
    return np.eye(_positive(classes))


def linear_weights(classes: int, values: npt.ArrayLike | None = None) -> Floats:
    """1 - distance / largest distance, shape (k, k).

    Args:
        classes: number of grades on the scale, used or not, 1 or more.
        values: of the grades, shape (k,), not all equal; None places them at equal distances.

    Raises:
        ValueError: another number of values, or they are all equal.

    Source: Cicchetti & Allison (1971), American Journal of EEG Technology 11:101-109.
    """
    return agreement_from_disagreement(np.abs(_differences(classes, values)))


def quadratic_weights(classes: int, values: npt.ArrayLike | None = None) -> Floats:
    """1 - (distance / largest distance)², shape (k, k). Arguments and errors as `linear_weights`.

    Source: Fleiss & Cohen (1973), Educational and Psychological Measurement 33:613-619.
    """
    return agreement_from_disagreement(_differences(classes, values) ** 2)


def agreement_from_disagreement(disagreement: npt.ArrayLike) -> Floats:
    """1 - disagreement / largest disagreement; chance-corrected coefficients don't depend on the scale.

    Args:
        disagreement: 0 on the diagonal, 0 or more elsewhere, shape (k, k).

    Raises:
        ValueError: not square, negative, nan, or a diagonal that isn't 0.

    Source: Cohen (1968), Psychological Bulletin 70:213-220.
    """
    given = np.asarray(disagreement, dtype=np.float64)
    if given.ndim != 2 or given.shape[0] != given.shape[1] or given.size == 0:
        raise ValueError(f"disagreement weights must be square, got shape {given.shape}")
    if not np.isfinite(given).all() or (given < 0).any() or np.diag(given).any():
        raise ValueError("disagreement weights must be 0 or more, finite, and 0 on the diagonal")
    largest = float(given.max())
    if largest == 0 and len(given) > 1:
        raise ValueError("disagreement weights are all zero: no two labels differ")
    return 1 - given / (largest or 1.0)


def _differences(classes: int, values: npt.ArrayLike | None) -> Floats:
    (v,) = vectors(values=np.arange(_positive(classes)) if values is None else values)
    if len(v) != classes:
        raise ValueError(f"values must be one for each of the {classes} classes, got {len(v)}")
    return np.asarray(v[:, None] - v[None, :])


def _positive(classes: int) -> int:
    if classes < 1:
        raise ValueError(f"the number of classes must be at least 1, got {classes}")
    return classes
