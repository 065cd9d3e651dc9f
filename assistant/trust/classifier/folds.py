"""Logistic regression on rows of numbers, held out by folds: for more labels than the kernel form can hold."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

FOLDS = 5


@dataclass(frozen=True, slots=True)
class FoldFit:
    """A fitted curve: log-odds of a row = offset + row @ weights.

    Args:
        offset: log-odds of an empty row.
        weights: (d,) of the columns.
        unseen: (m,) log-odds of each labelled row by a curve fitted without its fold.
    """

    offset: float
    weights: np.ndarray
    unseen: np.ndarray


def fit_folds(rows: sp.csr_array, outcomes: np.ndarray, penalty: float, generator: np.random.Generator) -> FoldFit:
    """Penalised logistic regression, five more times without a fifth of the rows.

    Args:
        rows: (m, d).
        outcomes: (m,) 0 or 1, both occur.
        penalty: above 0; larger trusts the labels less.
        generator: deals the rows to folds.
    """
    # The penalty keeps the weight of a column that no labelled row has at 0: leaving it out changes nothing.
    used = np.flatnonzero(np.bincount(rows.indices, minlength=rows.shape[1]))
    kept = rows[:, used]
    fold = generator.permutation(len(outcomes)) % FOLDS
    unseen = np.empty(len(outcomes))
    for k in range(FOLDS):
        seen, held = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        offset, weights = _fit(kept[seen], outcomes[seen], penalty)
        unseen[held] = kept[held] @ weights + offset
    offset, weights = _fit(kept, outcomes, penalty)
    whole = np.zeros(rows.shape[1])
    whole[used] = weights
    return FoldFit(offset, whole, unseen)


def _fit(rows: sp.csr_array, outcomes: np.ndarray, penalty: float) -> tuple[float, np.ndarray]:
    # A second and 100 MB that a batch with few labels need not pay.
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    if len(np.unique(outcomes)) < 2:  # a label so rare that a fold took all of it
        return float(np.log((outcomes.sum() + 0.5) / (len(outcomes) - outcomes.sum() + 0.5))), np.zeros(rows.shape[1])
    model = LogisticRegression(C=1 / penalty, max_iter=200, tol=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a rough optimum ranks as well, and is measured held out
        model.fit(rows, outcomes)
    return float(model.intercept_[0]), np.asarray(model.coef_[0])
