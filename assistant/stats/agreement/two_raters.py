"""Agreement of two raters, from the table of what they answered.

Everywhere: `tables` are counts or weights of shape (..., k, k), one table or a stack of them, so a bootstrap is one
call; `weights` are agreement weights of shape (k, k), 1 on the diagonal (see `weight_matrices`), None for the identity.
Results have shape (...); nan where undefined: an empty table, or chance agreement of 1. A table that isn't square or
holds negative numbers or nan raises ValueError.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from assistant.domain.reasons import Reason
from assistant.stats.agreement.weight_matrices import check_weights
from assistant.stats.contingency import check_tables
from assistant.stats.vectors import Floats

EMPTY = Reason("no_paired_answers")
ONE_CLASS = Reason("one_label_by_both")
ONE_LABEL = Reason("one_label_in_set")


def raw_agreement(tables: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Floats:
    """Share of items with the same answer, or mean agreement weight, 0 to 1."""
    p, d = _shares(tables, weights)
    return np.asarray(1 - _observed(p, d))


def cohen_kappa(tables: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Floats:
    """Agreement beyond that of independent raters with these margins, -1 to 1.

    Source: Cohen (1960), Educational and Psychological Measurement 20:37-46; weighted: Cohen (1968), Psychological
    Bulletin 70:213-220.
    """
    p, d = _shares(tables, weights)
    return _corrected(p, d, np.einsum("...i,ij,...j->...", p.sum(axis=-1), d, p.sum(axis=-2)))


def scott_pi(tables: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Floats:
    """Agreement beyond that of raters who both draw from the mean of the margins, -1 to 1.

    Source: Scott (1955), Public Opinion Quarterly 19:321-325.
    """
    p, d = _shares(tables, weights)
    means = mean_margins(p)
    return _corrected(p, d, np.einsum("...i,ij,...j->...", means, d, means))


def pabak(tables: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Floats:
    """Agreement beyond that of raters who draw every label equally often (Brennan-Prediger), -1 / (k - 1) to 1.

    Source: Brennan & Prediger (1981), Educational and Psychological Measurement 41:687-699; for two labels Byrt, Bishop
    & Carlin (1993), Journal of Clinical Epidemiology 46:423-429.
    """
    p, d = _shares(tables, weights)
    return _corrected(p, d, np.full(p.shape[:-2], d.mean()))


def gwet_ac(tables: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Floats:
    """Gwet's AC1 (identity weights) or AC2: agreement beyond chance where chance strikes only items hard to tell.

    Keeps its meaning where one label is rare; -1 to 1. The number of labels counts, used or not.

    Source: Gwet (2008), British Journal of Mathematical and Statistical Psychology 61:29-48.
    """
    p, d = _shares(tables, weights)
    means = mean_margins(p)
    return _corrected(p, d, 1 - gwet_scale(1 - d) * (means * (1 - means)).sum(axis=-1))


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


def shares_of(tables: Floats) -> Floats:
    """Each table over its sum; nan where that is 0."""
    with np.errstate(invalid="ignore"):
        return np.asarray(tables / tables.sum(axis=(-2, -1), keepdims=True))


def _shares(tables: npt.ArrayLike, weights: npt.ArrayLike | None) -> tuple[Floats, Floats]:
    """Shares of the cells, and disagreement weights."""
    checked = check_tables(tables)
    return shares_of(checked), 1 - check_weights(weights, checked.shape[-1])


def _observed(p: Floats, d: Floats) -> Floats:
    return np.asarray(np.einsum("...ij,ij->...", p, d))


def _corrected(p: Floats, d: Floats, expected: Floats) -> Floats:
    """1 - observed / expected disagreement."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = _observed(p, d) / expected
    return np.where(expected > 0, 1 - ratio, np.nan)
