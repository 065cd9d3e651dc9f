"""Calibration figures against hand-worked values, scikit-learn and their own identities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss
from sklearn.metrics import log_loss as sklearn_log_loss

from assistant.stats.intervals import wilson
from assistant.stats.scores.calibration import (
    brier,
    brier_decomposition,
    expected_calibration_error,
    log_loss,
    reliability,
)

CONFIDENCE = [0.95, 0.9, 0.9, 0.8, 0.8, 0.7, 0.6, 0.6, 0.55, 0.5]
CORRECT = [1, 1, 1, 1, 0, 1, 0, 1, 0, 0]
FORECASTS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1), st.floats(0.5, 20)), min_size=1, max_size=60).map(
    lambda rows: tuple(np.array(column) for column in zip(*rows, strict=True))
)


def test_brier_score_of_the_ten_answers_is_the_mean_of_squares() -> None:
    assert brier(CONFIDENCE, CORRECT) == pytest.approx(0.1865, abs=1e-9)


def test_calibration_error_with_ten_bins_of_equal_width_closed_above() -> None:
    # (0.4,0.5] 1 item gap 0.5; (0.5,0.6] 3 items 1.75 - 1; (0.6,0.7] 0.3; (0.7,0.8] 1.6 - 1; (0.8,0.9] 0.2; rest 0.05
    assert expected_calibration_error(CONFIDENCE, CORRECT, 10, equal_mass=False) == pytest.approx(0.24, abs=1e-9)


def test_bins_of_equal_mass_keep_ties_together() -> None:
    bins = reliability(CONFIDENCE, CORRECT, 5)
    edges = [(0.5, 0.55, 2), (0.6, 0.6, 2), (0.7, 0.8, 3), (0.9, 0.9, 2), (0.95, 0.95, 1)]
    assert [(b.low, b.high, b.n) for b in bins] == edges
    assert [b.share for b in bins] == pytest.approx([0, 1 / 2, 2 / 3, 1, 1])
    assert [b.mean_probability for b in bins] == pytest.approx([0.525, 0.6, 2.3 / 3, 0.9, 0.95])
    assert (bins[2].interval_low, bins[2].interval_high) == pytest.approx(wilson(2, 3))


def test_bins_of_equal_width_that_are_empty_are_left_out() -> None:
    bins = reliability([0.0, 0.1, 0.95], [0, 1, 1], 10, equal_mass=False)
    assert [(b.low, b.high, b.n) for b in bins] == [(0.0, 0.1, 2), (0.9, 1.0, 1)]


def test_an_item_of_weight_two_counts_like_two_items() -> None:
    once = reliability([0.2, 0.2, 0.8], [0, 1, 1], 2, weights=[2, 1, 1])
    twice = reliability([0.2, 0.2, 0.2, 0.8], [0, 0, 1, 1], 2)
    assert [b.weight for b in once] == [b.weight for b in twice] == [3, 1]
    assert [b.share for b in once] == pytest.approx([1 / 3, 1])
    assert [b.share for b in twice] == pytest.approx([1 / 3, 1])
    assert once[0].interval_high > twice[0].interval_high  # two items say less than three


@given(FORECASTS)
def test_scores_agree_with_scikit_learn(rows: tuple[np.ndarray, ...]) -> None:
    p, y, w = rows
    assert brier(p, y, w) == pytest.approx(brier_score_loss(y, p, sample_weight=w, pos_label=1))
    clear = np.clip(p, 1e-6, 1 - 1e-6)
    assert log_loss(clear, y, w) == pytest.approx(sklearn_log_loss(y, clear, sample_weight=w, labels=[0, 1]))


@given(FORECASTS, st.integers(1, 12), st.booleans())
def test_the_parts_of_the_brier_score_sum_exactly(rows: tuple[np.ndarray, ...], bins: int, equal_mass: bool) -> None:
    p, y, w = rows
    parts = brier_decomposition(p, y, bins, equal_mass=equal_mass, weights=w)
    total = parts.reliability - parts.resolution + parts.uncertainty + parts.within_bins
    assert total == pytest.approx(brier(p, y, w), abs=1e-12)
    assert parts.reliability >= 0
    assert -1e-12 <= parts.resolution <= parts.uncertainty + 1e-12


def test_murphys_original_has_nothing_within_bins() -> None:
    parts = brier_decomposition([0.2, 0.2, 0.8, 0.8], [0, 1, 1, 1], 2)
    assert (parts.reliability, parts.resolution, parts.uncertainty, parts.within_bins) == pytest.approx(
        ((0.3**2 + 0.2**2) / 2, 0.25**2, 0.75 * 0.25, 0.0), abs=1e-15
    )


def test_calibrated_forecasts_have_small_error_and_shifted_ones_the_shift() -> None:
    chance = np.random.default_rng(1)
    p = chance.uniform(0.2, 0.8, 20_000)
    y = (chance.random(20_000) < p).astype(int)
    assert expected_calibration_error(p, y) < 0.02
    assert expected_calibration_error(p - 0.15, y) == pytest.approx(0.15, abs=0.02)


def test_weights_undo_a_biased_sample() -> None:
    chance = np.random.default_rng(2)
    p = chance.choice([0.6, 0.95], 40_000)
    y = (chance.random(40_000) < p - 0.1).astype(int)
    drawn_with = np.where(p > 0.9, 0.05, 0.8)
    drawn = chance.random(40_000) < drawn_with
    weighted = brier(p[drawn], y[drawn], 1 / drawn_with[drawn])
    assert weighted == pytest.approx(brier(p, y), abs=0.01)
    assert abs(brier(p[drawn], y[drawn]) - brier(p, y)) > 0.04


def test_a_sure_and_wrong_forecast_costs_much_but_not_infinity() -> None:
    assert log_loss([0.0], [1]) == pytest.approx(-np.log(1e-15))


@pytest.mark.parametrize(
    ("p", "y", "message"),
    [
        ([], [], "at least one"),
        ([0.5], [1, 0], "2 values"),
        ([1.5], [1], "between 0 and 1"),
        ([0.5], [2], "0 or 1"),
        ([float("nan")], [1], "nan"),
    ],
)
def test_what_is_no_forecast_is_refused(p: list[float], y: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        brier(p, y)


def test_weights_that_weigh_nothing_and_no_bins_are_refused() -> None:
    with pytest.raises(ValueError, match="all zero"):
        brier([0.5], [1], [0.0])
    with pytest.raises(ValueError, match="weights has 2"):
        brier([0.5], [1], [1.0, 1.0])
    with pytest.raises(ValueError, match="bins"):
        reliability([0.5], [1], 0)
