"""Prediction-powered means: the authors' figures, special cases and coverage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.stats.sampling.prediction_powered import prediction_powered_mean

# Reference fixture; the figures are ppi-python 0.2.3's (Angelopoulos et al. 2023)
LABELS = [1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 1, 0]
PREDICTIONS = [1, 0, 1, 0, 0, 0, 1, 1, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 1, 0]
UNLABELLED = ([1] * 12 + [0] * 8) * 10
ROWS = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0.2, 9)), min_size=3, max_size=30)


def test_gives_the_authors_mean_at_full_power() -> None:
    mean = prediction_powered_mean(LABELS, PREDICTIONS, UNLABELLED, power=1)
    assert mean.value == pytest.approx(0.5499999999999999, abs=1e-9)
    assert (mean.low, mean.high) == pytest.approx((0.36850479513923196, 0.7314952048607679), abs=1e-6)
    assert mean.standard_error == pytest.approx(0.09260129588726067, abs=1e-9)


def test_gives_the_authors_mean_at_the_best_power() -> None:
    mean = prediction_powered_mean(LABELS, PREDICTIONS, UNLABELLED)
    assert mean.value == pytest.approx(0.5328716013380221, abs=1e-3)
    assert (mean.low, mean.high) == pytest.approx((0.37051033861686683, 0.6952328640591774), abs=2e-3)
    # their plug-in 0.66043 pools the predictions of both samples: cov / ((1 + n / N) var); here each has its own
    assert mean.power == pytest.approx(0.660433999485376, abs=0.02)
    assert mean.power == pytest.approx((0.45 - 0.5 * 0.55) / (0.55 * 0.45 + 20 / 200 * 0.24))


def test_without_power_it_is_the_mean_of_the_labels() -> None:
    mean = prediction_powered_mean(LABELS, PREDICTIONS, UNLABELLED, power=0)
    assert mean.value == pytest.approx(0.5)
    assert mean.standard_error == pytest.approx(np.std(LABELS) / np.sqrt(20))


@given(ROWS, st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_the_best_power_is_never_worse_than_none_or_all(
    rows: list[tuple[float, float, float]], many: list[float]
) -> None:
    labels, predictions, weights = zip(*rows, strict=True)
    best, none, full = (
        prediction_powered_mean(labels, predictions, many, weights=weights, power=power) for power in (None, 0, 1)
    )
    assert best.standard_error <= min(none.standard_error, full.standard_error) + 1e-12
    assert 0 <= best.power <= 1


@given(ROWS, st.integers(0, 99))
def test_equal_weights_are_as_none_and_the_order_does_not_matter(
    rows: list[tuple[float, float, float]], seed: int
) -> None:
    labels, predictions, _ = (np.array(column) for column in zip(*rows, strict=True))
    order = np.random.default_rng(seed).permutation(len(rows))
    mean = prediction_powered_mean(labels, predictions, [0.2, 0.9])
    weighted = prediction_powered_mean(labels[order], predictions[order], [0.9, 0.2], weights=[3.0] * len(rows))
    assert weighted.value == pytest.approx(mean.value, abs=1e-9)
    assert weighted.standard_error == pytest.approx(mean.standard_error, abs=1e-9)


def test_covers_and_is_narrower_where_hard_items_were_drawn_more_often() -> None:
    chance, covered, widths, runs = np.random.default_rng(15), 0, [], 1_000
    for _ in range(runs):
        hard = chance.random(4_000) < 0.25
        truth = (chance.random(4_000) < np.where(hard, 0.5, 0.2)).astype(float)  # mean 0.275
        right = chance.random(4_000) < np.where(hard, 0.7, 0.97)
        machine = np.where(right, truth, 1 - truth)
        inclusion = np.where(hard, 0.3, 0.05)
        drawn = chance.random(4_000) < inclusion
        how = {"weights": 1 / inclusion[drawn]}
        mean = prediction_powered_mean(truth[drawn], machine[drawn], machine, **how)
        alone = prediction_powered_mean(truth[drawn], machine[drawn], machine, **how, power=0)
        covered += mean.low <= 0.275 <= mean.high
        widths.append((mean.standard_error, alone.standard_error))
    assert 0.93 <= covered / runs <= 0.97
    powered, classical = np.mean(widths, axis=0)
    assert powered < 0.8 * classical


def test_one_labelled_item_has_a_value_but_no_interval() -> None:
    mean = prediction_powered_mean([1], [0], [0, 1])
    assert (mean.standard_error, mean.low, mean.high) == (None, None, None)
    assert "fewer than two" in (mean.reason or "")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: prediction_powered_mean([], [], [1]), "at least one"),
        (lambda: prediction_powered_mean([1, 0], [1], [1]), "predictions has 1"),
        (lambda: prediction_powered_mean([1], [1], []), "unlabelled_predictions"),
        (lambda: prediction_powered_mean([1], [1], [1], weights=[-1]), "weights"),
        (lambda: prediction_powered_mean([1], [1], [1], power=2), "power"),
        (lambda: prediction_powered_mean([1], [1], [1], confidence=1), "confidence"),
    ],
)
def test_what_is_no_sample_is_refused(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
