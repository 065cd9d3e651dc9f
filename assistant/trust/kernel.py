"""Logistic regression on likenesses between items: for up to some thousand labels, with held-out scores for free."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve, lapack

_STEPS = 25
_CLOSE = 1e-2  # of a share; the held-out scores are an approximation of this order anyway
_LEAST_CURVATURE = 1e-3


@dataclass(frozen=True, slots=True)
class KernelFit:
    """A fitted curve: log-odds of an item = offset + likeness to the labelled items @ shares.

    Args:
        offset: the labels' own log-odds.
        shares: (m,) how much each labelled item counts.
        unseen: (m,) log-odds of each labelled item had it not been in the fit.
    """

    offset: float
    shares: np.ndarray
    unseen: np.ndarray

    def log_loss(self, outcomes: np.ndarray) -> float:
        """Mean of -ln(probability of what happened), by the held-out log-odds."""
        return float(np.logaddexp(0, (1 - 2 * outcomes) * self.unseen).mean())


def fit_kernel(likeness: np.ndarray, outcomes: np.ndarray, penalty: float) -> KernelFit:
    """Penalised logistic regression in its dual form, by Newton's method.

    The held-out scores are the exact leave-one-out scores of the last, linearised step (approximate leave-one-out:
    Rahnama Rad & Maleki 2020, JRSS B 82:965-996); they cost one matrix inverse instead of m more fits.

    Args:
        likeness: (m, m) inner products of the labelled items.
        outcomes: (m,) 0 or 1.
        penalty: above 0; larger trusts the labels less.

    Source: Rasmussen & Williams (2006), Gaussian Processes for Machine Learning, section 3.4; Zhu & Hastie (2005),
    JCGS 14:185-205.
    """
    m = len(outcomes)
    ones = float(outcomes.sum())
    offset = float(np.log((ones + 1) / (m - ones + 1)))
    shares, diagonal = np.zeros(m), np.diag_indices(m)
    for _ in range(_STEPS):
        scores = likeness @ shares
        mean = 1 / (1 + np.exp(-np.clip(scores + offset, -500, 500)))
        curvature = np.maximum(mean * (1 - mean), _LEAST_CURVATURE)
        target = scores + (outcomes - mean) / curvature
        system = likeness.copy()
        system[diagonal] += penalty / curvature
        factor = cho_factor(system, lower=True, overwrite_a=True, check_finite=False)
        before, shares = shares, cho_solve(factor, target, check_finite=False)
        if np.abs(shares - before).max() < _CLOSE:
            break
    inverse, _ = lapack.dpotri(factor[0], lower=1)
    return KernelFit(offset, shares, target - shares / np.diag(inverse) + offset)
