"""Dawid and Skene's model: the published example, relabellings, limits and speed."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.stats.agreement.aggregation import dawid_skene

# Dawid & Skene (1979), JRSS C 28:20, table 1: 45 patients, three answers by observer 1, one each by observers 2 to 5
PATIENTS = (
    "111111133343341122122222312122232222223322122211133334332222223232222344444442223343111111122232121211111"
    "111211111111111111111222222122213222222222222222122232222212222111111111111112322222111111111111111121121"
    "111111133332331111111222222222232324334343221223223232333333432111111111111111212111232222212111112222222"
)  # seven answers each
ITEMS, RATERS, LABELS = np.array(
    [(place // 7, max(0, place % 7 - 2), int(c) - 1) for place, c in enumerate(PATIENTS)]
).T
ROWS = st.integers(0, 10_000)


def made_up(seed: int, items: int = 40, raters: int = 5, classes: int = 3) -> tuple[np.ndarray, ...]:
    """Items, raters, labels, with one label missing in three and a truth behind them."""
    chance = np.random.default_rng(seed)
    truth = chance.integers(0, classes, items)
    right, other = chance.random((items, raters)) < 0.7, chance.integers(0, classes, (items, raters))
    table = np.where(right, truth[:, None], other)
    given = chance.random((items, raters)) < 0.67
    given[:, 0] = True
    item, rater = np.nonzero(given)
    return item, rater, table[item, rater], truth


def test_gives_the_estimates_of_dawid_and_skene() -> None:
    model = dawid_skene(ITEMS, RATERS, LABELS, 4)
    assert model.marginals == pytest.approx([0.40, 0.42, 0.11, 0.07], abs=0.005)  # as printed
    assert model.marginals == pytest.approx([0.399555, 0.421983, 0.111795, 0.066667], abs=1e-4)
    assert model.log_likelihood == pytest.approx(-192.890881, abs=1e-4)
    first = [
        [0.889488, 0.110512, 0.0, 0.0],
        [0.070585, 0.87638, 0.053035, 0.0],
        [0.0, 0.338822, 0.661178, 0.0],
        [0.0, 0.0, 0.555556, 0.444444],
    ]
    second = [[0.834214, 0.165786, 0, 0], [0.052707, 0.632946, 0.314347, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    assert model.confusion[0] == pytest.approx(np.array(first), abs=1e-3)
    assert model.confusion[1] == pytest.approx(np.array(second), abs=1e-3)
    classes = "142222132243121111222222112111131224233111212"
    assert "".join(str(c + 1) for c in model.posteriors.argmax(axis=1)) == classes
    assert model.posteriors[2] == pytest.approx([0, 1, 0, 0], abs=1e-6)
    assert model.converged


def test_zeros_stay_zero_unless_smoothed() -> None:
    assert (dawid_skene(ITEMS, RATERS, LABELS, 4).confusion == 0).sum() > 20
    smoothed = dawid_skene(ITEMS, RATERS, LABELS, 4, smoothing=0.01)
    assert (smoothed.confusion > 0).all()
    assert smoothed.confusion.sum(axis=2) == pytest.approx(1)


@given(ROWS)
def test_likelihood_rises_with_every_step_and_probabilities_sum_to_one(seed: int) -> None:
    item, rater, label, _ = made_up(seed)
    reached = [dawid_skene(item, rater, label, 3, tolerance=0, most_iterations=n).log_likelihood for n in range(1, 12)]
    assert (np.diff(reached) >= -1e-9).all()
    model = dawid_skene(item, rater, label, 3)
    assert model.posteriors.sum(axis=1) == pytest.approx(1)
    assert model.marginals.sum() == pytest.approx(1)
    seen = ~np.isnan(model.confusion[:, :, 0])
    assert model.confusion.sum(axis=2)[seen] == pytest.approx(1)


@given(ROWS)
def test_names_of_raters_and_items_and_the_order_of_rows_do_not_matter(seed: int) -> None:
    item, rater, label, _ = made_up(seed)
    chance = np.random.default_rng(seed + 1)
    order, new_item, new_rater = chance.permutation(len(item)), chance.permutation(40), chance.permutation(5)
    model = dawid_skene(item, rater, label, 3, tolerance=0, most_iterations=10)
    renamed = dawid_skene(
        new_item[item[order]], new_rater[rater[order]], label[order], 3, tolerance=0, most_iterations=10
    )
    assert renamed.log_likelihood == pytest.approx(model.log_likelihood)
    assert renamed.posteriors[new_item] == pytest.approx(model.posteriors, abs=1e-7)
    assert renamed.confusion[new_rater] == pytest.approx(model.confusion, abs=1e-7, nan_ok=True)


def test_perfect_raters_are_found_perfect() -> None:
    truth = np.array([0, 1, 2, 1, 0, 2, 2])
    model = dawid_skene(np.repeat(np.arange(7), 3), np.tile([0, 1, 2], 7), np.repeat(truth, 3), 3)
    assert model.confusion == pytest.approx(np.array([np.eye(3)] * 3))
    assert model.posteriors.argmax(axis=1).tolist() == truth.tolist()
    assert model.log_likelihood == pytest.approx(2 * 2 * np.log(2 / 7) + 3 * np.log(3 / 7))


def test_a_class_a_rater_never_met_has_no_confusion_row() -> None:
    model = dawid_skene([0, 0, 1, 1, 2], [0, 1, 0, 1, 1], [0, 0, 0, 0, 1], 3)
    assert np.isnan(model.confusion[0, 1:]).all()
    assert np.isnan(model.confusion[1, 2]).all()
    assert model.posteriors.argmax(axis=1).tolist() == [0, 0, 1]


def test_raters_who_are_always_wrong_the_same_way_are_used_where_votes_are_not() -> None:
    chance = np.random.default_rng(13)
    truth = chance.integers(0, 3, 600)
    good = np.where(chance.random((3, 600)) < 0.75, truth, chance.integers(0, 3, (3, 600)))
    swapped = np.where(chance.random((2, 600)) < 0.95, np.array([1, 0, 2])[truth], chance.integers(0, 3, (2, 600)))
    table = np.vstack([good, swapped])
    item, rater = np.tile(np.arange(600), 5), np.repeat(np.arange(5), 600)
    votes = np.stack([(table == label).sum(axis=0) for label in range(3)]).argmax(axis=0)
    model = dawid_skene(item, rater, table.ravel(), 3)
    assert (model.posteriors.argmax(axis=1) == truth).mean() > (votes == truth).mean() + 0.1
    assert model.confusion[4, 0, 1] > 0.8


def test_twenty_steps_for_a_hundred_thousand_items_of_three_ratings_take_about_half_a_second() -> None:
    chance = np.random.default_rng(14)
    truth = chance.integers(0, 4, 100_000)
    item, rater = np.repeat(np.arange(100_000), 3), chance.integers(0, 60, 300_000)
    label = np.where(chance.random(300_000) < 0.7, truth[item], chance.integers(0, 4, 300_000))
    started = time.thread_time()
    model = dawid_skene(item, rater, label, 4, tolerance=0, most_iterations=20)
    assert time.thread_time() - started < 5  # of this thread alone, however busy the machine; 0.5 s on an idle core
    assert model.iterations == 20
    assert (model.posteriors.argmax(axis=1) == truth).mean() > 0.88


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dawid_skene([0, 1], [0], [0, 1], 2), "raters and labels must be as long"),
        (lambda: dawid_skene([0, -1], [0, 0], [0, 1], 2), "items .* got -1 at position 1"),
        (lambda: dawid_skene([0], [0], [0], 2, smoothing=-1), "smoothing"),
        (lambda: dawid_skene([0], [0], [0], 2, most_iterations=0), "most_iterations"),
    ],
)
def test_what_is_no_table_of_labels_is_refused(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
