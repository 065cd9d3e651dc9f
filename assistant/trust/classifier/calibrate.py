"""From how sure the classifier is to confidence: the probability that a person agrees.

A logistic curve (Platt 1999) in the log-odds, its two numbers drawn towards "the log-odds are right as they are" by a
normal prior, so that 50 labels move it a little and 1,000 decide it. Groups (the label, the language) may shift it:
each shift is drawn towards none, so a group with many labels gets its own curve and one with few shares the common one
(partial pooling). An isotonic step (Zadrozny & Elkan 2002) follows where held-out labels say that it helps. Fitted only
on predictions of items whose own label the classifier had not seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from assistant.stats.scores.calibration import log_loss
from assistant.stats.scores.monotone import pool_adjacent_violators

FOLDS = 5
_PRIOR = np.array([0.0, 1.0])  # no shift, slope one: the classifier is right about itself
_SPREAD = np.array([1.0, 0.5])
_GROUP_SPREAD = 0.4  # log-odds that groups usually lie apart
_STEPS = 50
_ISOTONIC_FROM = 200  # labels; with fewer, a stair is noise
_BLEND = 0.5  # of the stair: all of it would make ties, and no order among them


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """A fitted curve.

    Args:
        weights: (2 + groups,) shift, slope and the groups' own shifts.
        covariance: of the weights: how well the labels know them (Laplace's approximation).
        stairs: (2, k) an isotonic correction of the probability: from, to; None for none.
    """

    weights: np.ndarray
    covariance: np.ndarray
    stairs: np.ndarray | None = None

    @classmethod
    def fit(cls, logits: np.ndarray, agreed: np.ndarray, groups: np.ndarray | None = None) -> Self:
        """The logistic curve through held-out predictions.

        Args:
            logits: (m,) log-odds of the predictions.
            agreed: (m,) whether the person gave the same label.
            groups: (m, g) 1 where an item belongs to a group; None for no groups.
        """
        rows = _rows(logits, groups)
        prior = np.concatenate([_PRIOR, np.zeros(rows.shape[1] - 2)])
        precision = np.diag(np.concatenate([_SPREAD, np.full(rows.shape[1] - 2, _GROUP_SPREAD)]) ** -2)
        weights = prior.copy()
        for _ in range(_STEPS):  # Newton's method: the log posterior is concave
            mean = _sigmoid(rows @ weights)
            curvature = (rows.T * (mean * (1 - mean))) @ rows + precision
            step = np.linalg.solve(curvature, rows.T @ (agreed - mean) - precision @ (weights - prior))
            weights = weights + step
            if np.abs(step).max() < 1e-9:
                break
        return cls(weights, np.linalg.inv(curvature))

    def with_stairs(self, logits: np.ndarray, agreed: np.ndarray, groups: np.ndarray | None = None) -> Self:
        """The same curve with an isotonic correction, fitted on the same predictions."""
        stated = self.confidence(logits, groups)
        order = np.argsort(stated, kind="stable")
        level = pool_adjacent_violators(agreed[order])
        edges = np.flatnonzero(np.diff(level)) + 1
        centres = [part.mean() for part in np.split(stated[order], edges)]
        return replace(self, stairs=np.array([centres, level[np.append(0, edges)]]))

    def confidence(self, logits: np.ndarray, groups: np.ndarray | None = None) -> np.ndarray:
        """(n,) probability that a person agrees, averaged over what the labels leave open about the curve."""
        rows = _rows(logits, groups)
        spread = np.einsum("ij,jk,ik->i", rows, self.covariance, rows)
        # A normal average of a sigmoid: MacKay 1992, "The evidence framework applied to classification networks".
        smooth = _sigmoid((rows @ self.weights) / np.sqrt(1 + np.pi / 8 * spread))
        if self.stairs is None:
            return smooth
        return np.asarray((1 - _BLEND) * smooth + _BLEND * np.interp(smooth, *self.stairs))


def calibrate(
    logits: np.ndarray, agreed: np.ndarray, groups: np.ndarray | None, *, seed: int
) -> tuple[Calibration, np.ndarray]:
    """The curve that says most about labels it has not seen, and what it says of them.

    Args:
        logits: (m,) log-odds of held-out predictions.
        agreed: (m,) whether the person gave the same label.
        groups: (m, g) as for `Calibration.fit`.
        seed: deals the predictions to five folds.

    Returns:
        The curve through all of them, and (m,) the confidence in each by a curve fitted without its fold.
    """
    plain, stairs = np.empty(len(logits)), np.empty(len(logits))
    fold = np.random.default_rng([seed, len(logits)]).permutation(len(logits)) % FOLDS
    for k in range(min(FOLDS, len(logits))):
        seen, held = fold != k, fold == k
        parts = [None if groups is None else groups[rows] for rows in (seen, held)]
        curve = Calibration.fit(logits[seen], agreed[seen], parts[0])
        plain[held] = curve.confidence(logits[held], parts[1])
        if len(logits) >= _ISOTONIC_FROM:
            stairs[held] = curve.with_stairs(logits[seen], agreed[seen], parts[0]).confidence(logits[held], parts[1])
    whole = Calibration.fit(logits, agreed, groups)
    if len(logits) >= _ISOTONIC_FROM and log_loss(stairs, agreed) < log_loss(plain, agreed):
        return whole.with_stairs(logits, agreed, groups), stairs
    return whole, plain


def _rows(logits: np.ndarray, groups: np.ndarray | None) -> np.ndarray:
    common = np.stack([np.ones(len(logits)), logits], axis=1)
    return common if groups is None else np.hstack([common, groups])


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -500, 500))))
