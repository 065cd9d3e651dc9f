"""Prediction-powered means: the worked example, survey sampling's forms, what must not move them, and coverage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.stats.sampling.prediction_powered import KnownPredictions, PredictionPowered, prediction_powered_mean

# ppi_mean_small_fixture of the reference values; numbers by ppi-python 0.2.3: PPI++ 0.532872, interval 0.3705 to 0.6952
LABELS = np.array([1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 1, 0])
PREDICTIONS = np.array([1, 0, 1, 0, 0, 0, 1, 1, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 1, 0])
UNLABELLED = np.array(([1] * 12 + [0] * 8) * 10)

ROWS = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(1, 9)), min_size=3, max_size=30)


def everything(predictions: np.ndarray, others: np.ndarray) -> KnownPredictions:
    whole = np.concatenate([predictions, others])
    return KnownPredictions(len(whole), float(whole.mean()), float(whole.var()))


def powered(labels, predictions, others, **more) -> PredictionPowered:
    return prediction_powered_mean(labels, predictions, everything(predictions, others), **more)


def test_gives_the_estimate_of_ppi_plus_plus() -> None:
    found = powered(LABELS, PREDICTIONS, UNLABELLED)
    # PPI++ with the 200 items without a label: power' = cov / ((1 + n / N) var) = 0.225 / (1.1 * 0.2475), with the
    # variance of the labelled predictions in place of the pooled one; of all 220 items power = power' * 220 / 200
    assert found.value == pytest.approx(0.532871, abs=1e-3)
    covariance = float(np.cov(LABELS, PREDICTIONS, ddof=0)[0, 1])
    own, pooled = float(PREDICTIONS.var()), float(np.concatenate([PREDICTIONS, UNLABELLED]).var())
    power = covariance * (1 / 20 - 1 / 220) / (own / 20 - pooled / 220)
    assert found.power == pytest.approx(power)
    assert found.value == pytest.approx(0.5 + power * 200 / 220 * (0.6 - 0.55))
    assert found.low == pytest.approx(0.3705, abs=0.03)  # padded: a little wider than theirs
    assert found.high == pytest.approx(0.6952, abs=0.03)


def test_its_variance_is_that_of_the_difference_estimator_padded_worked_by_hand() -> None:
    # 10 of 100 items drawn at random; labels 5 of 10, the machine right on all but one, and 40 % of all by its count
    labels = np.array([1, 1, 1, 1, 1, 0, 0, 0, 0, 0])
    machine = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
    population = KnownPredictions(100, 0.4, 0.24)
    found = prediction_powered_mean(labels, machine, population, weights=np.full(10, 10.0), correction=np.full(10, 0.9))
    # cov = 0.4 - 0.5 * 0.4 = 0.2, var of predictions 0.24: power 5 / 6; value 0.5 + 5 / 6 * (0.4 - 0.4)
    assert found.power == pytest.approx(5 / 6)
    assert found.value == pytest.approx(0.5)
    power, added = 5 / 6, 1.959963984540054**2 / 4
    seen = 0.9 * (0.25 - 2 * power * 0.2 + power**2 * 0.24) / 10
    mean = 0.5 - power * 0.4
    pulled = added * 0.9 * ((1 - mean) ** 2 + (power + mean) ** 2)
    variance = (100 * seen + pulled) / (10 + 2 * added) ** 2
    assert found.high - found.value == pytest.approx(1.959963984540054 * np.sqrt(variance))
    alone = (100 * 0.9 * 0.25 / 10 + added * 0.9 * 0.5) / (10 + 2 * added) ** 2
    assert found.more_labels == int(10 * (alone / variance - 1))


def test_predictions_that_tell_nothing_do_no_harm() -> None:
    found = powered(LABELS, np.tile([0, 1], 10), UNLABELLED, weights=np.ones(20))
    alone = powered(LABELS, np.zeros(20), np.zeros(200))
    assert found.power <= 0.1
    assert (alone.power, alone.more_labels, alone.value) == (0.0, 0, 0.5)


def test_a_machine_that_was_never_seen_to_err_still_has_an_interval() -> None:
    labels = np.repeat([1.0, 0.0], [20, 80])
    found = powered(labels, labels, np.repeat([1.0, 0.0], [180, 720]))
    assert found.value == pytest.approx(0.2)
    assert found.low < 0.2 - 0.015  # 3 errors of 100 are quite possible where none was seen
    assert found.high > 0.2 + 0.015


def test_where_every_item_is_known_there_is_nothing_left_to_chance() -> None:
    found = powered(LABELS, PREDICTIONS, np.zeros(0), correction=np.zeros(20))
    assert (found.low, found.high) == (pytest.approx(0.5), pytest.approx(0.5))


def test_items_that_are_copies_of_each_other_tell_no_more_than_one() -> None:
    twice = [np.repeat(column, 2) for column in (LABELS, PREDICTIONS, UNLABELLED)]
    single, doubled = powered(LABELS, PREDICTIONS, UNLABELLED), powered(*twice, clusters=np.repeat(np.arange(20), 2))
    assert doubled.value == pytest.approx(single.value, abs=0.01)
    assert doubled.high - doubled.low == pytest.approx(single.high - single.low, rel=0.15)  # Student's with 19 degrees


@given(ROWS, st.integers(0, 99))
def test_equal_weights_are_as_none_and_the_order_does_not_matter(
    rows: list[tuple[float, float, float]], seed: int
) -> None:
    labels, predictions, _ = (np.array(column) for column in zip(*rows, strict=True))
    order, others = np.random.default_rng(seed).permutation(len(rows)), np.array([0.2, 0.9])
    plain = powered(labels, predictions, others)
    weighted = powered(labels[order], predictions[order], others, weights=[3.0] * len(rows))
    assert weighted.value == pytest.approx(plain.value, abs=1e-9)
    assert (weighted.low, weighted.high) == (pytest.approx(plain.low, abs=1e-9), pytest.approx(plain.high, abs=1e-9))


@given(ROWS)
def test_asking_the_other_way_round_gives_the_rest(rows: list[tuple[float, float, float]]) -> None:
    labels, predictions, weights = (np.array(column) for column in zip(*rows, strict=True))
    others = np.array([0.1, 0.6, 0.7])
    found = powered(labels, predictions, others, weights=weights)
    rest = powered(1 - labels, 1 - predictions, 1 - others, weights=weights)
    assert rest.value == pytest.approx(1 - found.value, abs=1e-9)
    assert (rest.low is None) == (found.high is None)
    if found.high is not None:
        assert rest.low == pytest.approx(1 - found.high, abs=1e-6)


@pytest.mark.parametrize("finite", [False, True])
def test_covers_and_is_narrower_where_hard_items_were_drawn_more_often(finite: bool) -> None:
    chance, covered, widths, runs = np.random.default_rng(15), 0, [], 600
    for _ in range(runs):
        hard = chance.random(3_000) < 0.25
        truth = (chance.random(3_000) < np.where(hard, 0.5, 0.2)).astype(float)  # mean 0.275
        right = chance.random(3_000) < np.where(hard, 0.7, 0.97)
        machine = np.where(right, truth, 1 - truth)
        inclusion = np.where(hard, 0.3, 0.05)
        drawn = chance.random(3_000) < inclusion
        how = {"weights": 1 / inclusion[drawn], "correction": 1 - inclusion[drawn] if finite else None}
        labels = truth[drawn], machine[drawn]
        found = prediction_powered_mean(*labels, everything(machine, np.zeros(0)), **how)
        alone = prediction_powered_mean(labels[0], np.zeros(len(labels[0])), KnownPredictions(3_000, 0.0, 0.0), **how)
        covered += found.low <= (truth.mean() if finite else 0.275) <= found.high
        widths.append((found.high - found.low, alone.high - alone.low))
    assert 0.93 <= covered / runs <= 0.985
    narrow, wide = np.mean(widths, axis=0)
    assert narrow < 0.8 * wide


def test_of_a_rare_label_it_covers_too() -> None:
    chance, covered, runs = np.random.default_rng(4), 0, 600
    for _ in range(runs):
        truth = (chance.random(4_000) < 0.02).astype(float)
        found = np.where(chance.random(4_000) < 0.9, truth, 0) + (chance.random(4_000) < 0.005) * (1 - truth)
        drawn = chance.choice(4_000, 200, replace=False)
        mean = prediction_powered_mean(truth[drawn], found[drawn], everything(found, np.zeros(0)))
        covered += mean.low <= 0.02 <= mean.high
    assert covered / runs >= 0.93


def test_one_labelled_item_has_a_value_but_no_interval() -> None:
    found = powered(np.array([1]), np.array([0]), np.array([0, 1]))
    assert (found.low, found.high, found.more_labels) == (None, None, 0)


@pytest.mark.parametrize(
    ("labels", "predictions", "more", "message"),
    [
        ([0, 1], [1], {}, "predictions has 1 values where labels has 2"),
        ([], [], {}, "at least one number"),
        ([0, 2], [0, 1], {}, "labels must lie between 0 and 1"),
        ([0, 1], [0, 7], {}, "predictions must lie between 0 and 1"),
        ([0, 1], [0, 1], {"confidence": 1.0}, "confidence"),
        ([0, 1], [0, 1], {"weights": [1, -1]}, "weights must lie between"),
        ([0, 1], [0, 1], {"correction": [0.5, 1.0]}, "correction must hold"),
    ],
)
def test_bad_columns_are_refused(labels: list, predictions: list, more: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        prediction_powered_mean(labels, predictions, KnownPredictions(10, 0.5, 0.25), **more)
