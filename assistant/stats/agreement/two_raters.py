"""Agreement of two raters, from the table of what they answered.

Everywhere: `tables` are counts or weights of shape (..., k, k), one table or a stack of them, so a bootstrap is one
call; `weights` are agreement weights of shape (k, k), 1 on the diagonal (see `weight_matrices`), None for the identity.
Results have shape (...); nan where undefined: an empty table, or chance agreement of 1. A table that isn't square or
holds negative numbers or nan raises ValueError.
"""

from __future__ import annotations

import numpy as np

from assistant.domain.reasons import Reason
from assistant.stats.vectors import Floats

EMPTY = Reason("no_paired_answers")
ONE_CLASS = Reason("one_label_by_both")
ONE_LABEL = Reason("one_label_in_set")


def undefined_because(table: Floats) -> Reason:
    """Why a chance-corrected coefficient of this table is undefined."""
    if not table.any():
        return EMPTY
    return ONE_LABEL if len(table) == 1 else ONE_CLASS


def mean_margins(shares: Floats) -> Floats:
    """The labels' shares averaged over both raters, shape (..., k)."""
    return np.asarray((shares.sum(axis=-1) + shares.sum(axis=-2)) / 2)


def gwet_scale(weights: Floats) -> float:
    """Sum of the agreement weights / (k (k - 1)), by which Gwet's chance agreement is scaled; nan for one label."""
    k = len(weights)
    return float(weights.sum()) / (k * (k - 1)) if k > 1 else float("nan")
