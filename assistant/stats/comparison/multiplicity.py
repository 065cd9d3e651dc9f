"""P-values adjusted for testing several hypotheses at once.

Everywhere: p-values between 0 and 1 in any order; None or nan marks a test that could not be made. Such a place stays
None and doesn't count as a test. Compare the adjusted value with the level: at most the level means rejected.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.stats.vectors import Floats

PValues = Sequence[float | None] | Floats


def holm(p_values: PValues) -> list[float | None]:
    """Step-down: the chance of any false rejection is at most the level, whatever the tests' dependence.

    Source: Holm (1979), Scandinavian Journal of Statistics 6:65-70.
    """
    p, tested = _tested(p_values)
    order = np.argsort(p, kind="stable")
    adjusted = np.empty(len(p))
    adjusted[order] = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return _placed(adjusted, tested)


def benjamini_yekutieli(p_values: PValues) -> list[float | None]:
    """As `benjamini_hochberg` whatever the tests' dependence, at the price of the factor 1 + 1/2 + ... + 1/m.

    Errors as for `bonferroni`. Source: Benjamini & Yekutieli (2001), Annals of Statistics 29:1165-1188.
    """
    p, tested = _tested(p_values)
    return _placed(_step_up(p, float((1 / np.arange(1, len(p) + 1)).sum())), tested)


def _step_up(p: Floats, factor: float) -> Floats:
    falling = np.argsort(-p, kind="stable")
    adjusted = np.empty(len(p))
    adjusted[falling] = np.minimum.accumulate(p[falling] * (factor * (len(p) / np.arange(len(p), 0, -1))))
    return adjusted


def _tested(p_values: PValues) -> tuple[Floats, Floats]:
    """The p-values that are there, and all with nan where there is none."""
    given = np.asarray(p_values, dtype=np.float64)
    if given.ndim != 1:
        raise ValueError(f"p_values must be a flat list, got shape {given.shape}")
    outside = (given < 0) | (given > 1)
    if outside.any():
        at = int(np.argmax(outside))
        raise ValueError(f"p_values must lie between 0 and 1, got {given[at]:g} at position {at}")
    return given[~np.isnan(given)], given


def _placed(adjusted: Floats, given: Floats) -> list[float | None]:
    values = iter(np.minimum(adjusted, 1.0).tolist())
    return [None if missing else next(values) for missing in np.isnan(given).tolist()]
