"""Kernel logistic regression against scikit-learn, and its held-out scores against really leaving items out."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from assistant.trust.classifier.kernel import fit_kernel, fit_squares


def _task(n: int = 80, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    rows = generator.normal(size=(n, 6))
    outcomes = (rows[:, 0] + 0.5 * rows[:, 1] + generator.normal(size=n) > 0).astype(float)
    return rows, outcomes


def test_scores_equal_those_of_the_primal_form() -> None:
    rows, outcomes = _task()
    model = LogisticRegression(C=1 / 0.7, fit_intercept=False, tol=1e-10, max_iter=1000)
    # The kernel form starts from the labels' own log-odds: with a fixed offset both solve one problem only at 0.
    balanced = np.concatenate([np.flatnonzero(outcomes == 1)[:30], np.flatnonzero(outcomes == 0)[:30]])
    fit = fit_kernel(rows[balanced] @ rows[balanced].T, outcomes[balanced], 0.7)
    model.fit(rows[balanced], outcomes[balanced])
    weights = rows[balanced].T @ fit.shares
    assert fit.offset == 0
    assert weights == pytest.approx(model.coef_[0], abs=5e-3)


def test_held_out_scores_are_close_to_leaving_each_item_out() -> None:
    rows, outcomes = _task()
    fit = fit_kernel(rows @ rows.T + 1, outcomes, 1.0)
    left_out = []
    for at in range(len(outcomes)):
        seen = np.delete(np.arange(len(outcomes)), at)
        part = fit_kernel(rows[seen] @ rows[seen].T + 1, outcomes[seen], 1.0)
        left_out.append(float((rows[at] @ rows[seen].T + 1) @ part.shares) + part.offset)
    assert np.corrcoef(fit.unseen, left_out)[0, 1] > 0.995
    assert np.abs(fit.unseen - left_out).mean() < 0.15


def test_held_out_scores_of_labels_that_are_chance_tell_nothing() -> None:
    generator = np.random.default_rng(5)
    rows = generator.normal(size=(200, 300))
    outcomes = generator.integers(0, 2, 200).astype(float)
    fit = fit_kernel(rows @ rows.T / 300, outcomes, 0.1)
    right = ((fit.unseen > 0) == (outcomes == 1)).mean()
    assert right < 0.62  # three standard errors above a coin; fitted scores would be right on all
    assert fit.log_loss(outcomes) > 0.6


def test_a_label_nearly_everybody_gave_moves_the_offset() -> None:
    fit = fit_kernel(np.eye(10), np.array([1.0] + [0.0] * 9), 1.0)
    assert fit.offset == pytest.approx(np.log(2 / 10))


def test_least_squares_score_each_group_as_a_fit_without_it_does() -> None:
    rows, outcomes = _task()
    groups = np.arange(len(outcomes)) % 10
    similarity, labels = rows @ rows.T + 1, 2 * outcomes - 1
    offset, shares, unseen = fit_squares(similarity, outcomes, 2.0, groups)
    assert offset == pytest.approx(labels.mean(), abs=1e-6)
    assert similarity @ shares + offset + 2.0 * shares == pytest.approx(labels, abs=2e-3)
    for group in range(10):
        seen, held = np.flatnonzero(groups != group), np.flatnonzero(groups == group)
        system = similarity[np.ix_(seen, seen)] + 2.0 * np.eye(len(seen))
        without = np.linalg.solve(system, labels[seen] - offset)
        assert unseen[held] == pytest.approx(similarity[np.ix_(held, seen)] @ without + offset, abs=2e-3)
