"""Logistic regression on similarities between items: for up to some thousand labels, with held-out scores for free."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

_STEPS = 25
_CLOSE = 2e-2  # times a share's range, 1 / penalty; the held-out scores are an approximation of this order anyway
_LEAST_CURVATURE = 1e-3
_LEAST_STEP = 1 / 64


@dataclass(frozen=True, slots=True)
class KernelFit:
    """A fitted curve: log-odds of an item = offset + similarity to the labelled items @ shares.

    Args:
        offset: the labels' own log-odds.
        shares: (m,) how much each labeled item counts.
        unseen: (m,) log-odds of each labeled item had it not been in the fit.
    """

    offset: float
    shares: np.ndarray
    unseen: np.ndarray

    def log_loss(self, outcomes: np.ndarray) -> float:
        """Mean of -ln(probability of what happened), by the held-out log-odds."""
        return float(np.logaddexp(0, (1 - 2 * outcomes) * self.unseen).mean())


def fit_kernel(similarity: np.ndarray, outcomes: np.ndarray, penalty: float) -> KernelFit:
    """Penalised logistic regression in its dual form, by Newton's method.

    The held-out scores are the exact leave-one-out scores of the last, linearised step (approximate leave-one-out:
    Rahnama Rad & Maleki 2020, JRSS B 82:965-996); they cost one matrix inverse instead of m more fits.

    Args:
        similarity: (m, m) inner products of the labelled items.
        outcomes: (m,) 0 or 1.
        penalty: above 0; larger trusts the labels less.

    Source: Rasmussen & Williams (2006), Gaussian Processes for Machine Learning, section 3.4; Zhu & Hastie (2005),
    JCGS 14:185-205.
    """
    similarity = similarity.astype(np.float32)  # half the time; the penalty keeps the systems well-conditioned
    m = len(outcomes)
    ones = float(outcomes.sum())
    offset = float(np.log((ones + 1) / (m - ones + 1)))
    shares, scores, diagonal = np.zeros(m, np.float32), np.zeros(m, np.float32), np.diag_indices(m)
    for _ in range(_STEPS):
        mean = 1 / (1 + np.exp(-(scores + offset)))
        curvature = np.maximum(mean * (1 - mean), _LEAST_CURVATURE)
        target = scores + (outcomes - mean) / curvature
        system = np.array(similarity, order="F")
        system[diagonal] += penalty / curvature
        factor, _ = lapack.spotrf(system, lower=1, overwrite_a=1)
        move = lapack.spotrs(factor, target, lower=1)[0] - shares
        change = similarity @ move
        step = _downhill(shares, scores, move, change, signs=2 * outcomes - 1, offset=offset, penalty=penalty)
        shares, scores = shares + step * move, scores + step * change
        if step * np.abs(move).max() < _CLOSE / penalty:
            break
    inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    unseen = target - (shares / np.diag(inverse)).astype(np.float64) + offset
    return KernelFit(offset, shares.astype(np.float64), unseen)


def fit_squares(
    similarity: np.ndarray, outcomes: np.ndarray, penalty: float, groups: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """Least squares on labels of -1 and 1, penalised, in the dual form: one system where `fit_kernel` solves a dozen.

    Args:
        similarity, outcomes, penalty: as for `fit_kernel`.
        groups: (m,) number of each item's group.

    Returns:
        (offset, shares, unseen): score of an item = offset + similarity to the labelled items @ shares; unseen (m,) is
        the score of each had its whole group not been in the fit, exact for this offset, the labels' mean.

    Source: Rifkin & Lippert (2007), Notes on regularized least squares, MIT-CSAIL-TR-2007-025.
    """
    labels = 2 * outcomes.astype(np.float32) - 1
    offset = labels.mean()
    system = np.array(similarity, dtype=np.float32, order="F")  # half the time; see `fit_kernel`
    system[np.diag_indices(len(labels))] += penalty
    factor, _ = lapack.spotrf(system, lower=1, overwrite_a=1)
    shares, _ = lapack.spotrs(factor, labels - offset, lower=1)
    inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)  # its lower half
    unseen = np.empty(len(labels))
    for group in np.unique(groups):
        at = np.flatnonzero(groups == group)
        half = np.tril(inverse[np.ix_(at, at)]).astype(np.float64)
        block = half + np.tril(half, -1).T
        unseen[at] = labels[at] - np.linalg.solve(block, shares[at])
    return float(offset), shares.astype(np.float64), unseen


def _downhill(
    shares: np.ndarray,
    scores: np.ndarray,
    move: np.ndarray,
    change: np.ndarray,
    *,
    signs: np.ndarray,
    offset: float,
    penalty: float,
) -> np.float32:
    """How much of a Newton step to take: all of it, or half, a quarter ..., until the penalised loss falls."""

    def loss(step: float) -> float:
        at, weights = scores + step * change, shares + step * move
        return float(np.logaddexp(0, -signs * (at + offset)).sum() + penalty / 2 * (weights @ at))

    step, now = 1.0, loss(0.0)
    while step > _LEAST_STEP and loss(step) > now:
        step /= 2
    return np.float32(step)
