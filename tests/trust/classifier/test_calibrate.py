"""Confidence that means what it says."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.stats.scores.calibration import expected_calibration_error, log_loss
from assistant.trust.classifier.calibrate import Calibration, calibrate


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-values)))


def test_without_labels_to_speak_of_the_log_odds_stand_as_they_are() -> None:
    curve = Calibration.fit(np.array([0.0]), np.array([1.0]))
    assert curve.weights == pytest.approx([0.33, 1.0], abs=0.1)


def test_many_labels_undo_a_student_twice_too_sure() -> None:
    generator = np.random.default_rng(0)
    truth = generator.normal(1, 1, 5000)
    agreed = (generator.random(5000) < _sigmoid(truth)).astype(float)
    curve = Calibration.fit(2 * truth, agreed)
    assert curve.weights == pytest.approx([0, 0.5], abs=0.15)  # three standard errors
    assert expected_calibration_error(curve.confidence(2 * truth), agreed) < 0.02


def test_a_group_with_many_labels_gets_its_own_shift_and_one_with_few_the_common_one() -> None:
    generator = np.random.default_rng(1)
    logits = generator.normal(1, 1, 3000)
    group = np.zeros((3000, 2))
    group[:1000, 0] = 1
    group[1000:1005, 1] = 1
    shift = np.where(group[:, 0] == 1, -1.0, np.where(group[:, 1] == 1, -1.0, 0.0))
    agreed = (generator.random(3000) < _sigmoid(logits + shift)).astype(float)
    weights = Calibration.fit(logits, agreed, group).weights
    assert weights[2] == pytest.approx(-0.9, abs=0.2)
    assert abs(weights[3]) < 0.35


def test_a_step_the_logistic_curve_cannot_follow_is_followed_by_stairs() -> None:
    generator = np.random.default_rng(2)
    logits = generator.uniform(-3, 3, 4000)
    agreed = (generator.random(4000) < np.where(logits > 1, 0.98, 0.3)).astype(float)
    curve, unseen = calibrate(logits, agreed, None, seed=0)
    assert curve.stairs is not None
    plain = Calibration.fit(logits, agreed)
    assert log_loss(unseen, agreed) < log_loss(plain.confidence(logits), agreed)


def test_confidence_never_falls_as_the_student_gets_surer() -> None:
    generator = np.random.default_rng(3)
    logits = generator.normal(0, 2, 400)
    agreed = (generator.random(400) < _sigmoid(logits)).astype(float)
    for curve in (Calibration.fit(logits, agreed), Calibration.fit(logits, agreed).with_stairs(logits, agreed)):
        assert (np.diff(curve.confidence(np.linspace(-6, 6, 200))) >= -1e-12).all()


def test_what_is_said_of_a_label_was_fitted_without_it() -> None:
    """Flipping one label changes what the others are told, not what it is told itself."""
    generator = np.random.default_rng(4)
    logits = generator.normal(0, 1, 60)
    agreed = (generator.random(60) < 0.5).astype(float)
    _, before = calibrate(logits, agreed, None, seed=1)
    agreed[7] = 1 - agreed[7]
    _, after = calibrate(logits, agreed, None, seed=1)
    assert before[7] == after[7]
    assert (before != after).any()
