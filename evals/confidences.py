"""How well a variant's confidence tells right answers from wrong ones."""

from __future__ import annotations

import numpy as np

from assistant.stats.scores.calibration import expected_calibration_error, reliability
from assistant.stats.scores.selective import auroc, risk_coverage
from evals.data.eval_data import NONE, EvalData
from evals.evaluation import ConfidenceQuality

LEAST_ITEMS = 30
"""Fewer say nothing about a confidence."""


def confidence_quality(data: EvalData, variant: str, *, confidence: float = 0.95) -> ConfidenceQuality | None:
    """Reliability, and risk when the unsure are left out, on items that people settled; weighted like the data.

    Args:
        data: the data.
        variant: its name.
        confidence: level of the bins' intervals.

    Returns:
        None where it gave none, or on fewer than `LEAST_ITEMS` items.
    """
    one = data.variants[variant]
    if one.confidence is None:
        return None
    kept = np.flatnonzero((data.reference != NONE) & (one.first != NONE) & ~np.isnan(one.confidence))
    if len(kept) < LEAST_ITEMS:
        return None
    stated = one.confidence[kept]
    agreed = (one.first[kept] == data.reference[kept]).astype(np.float64)
    weights = data.weights[kept]
    probable = bool((stated >= 0).all() and (stated <= 1).all())
    return ConfidenceQuality(
        calibrated=one.calibrated,
        bins=tuple(reliability(stated, agreed, weights=weights, confidence=confidence)) if probable else None,
        error=expected_calibration_error(stated, agreed, weights=weights) if probable else None,
        auroc=auroc(stated, agreed, weights),
        curve=risk_coverage(stated, 1 - agreed, weights),
    )
