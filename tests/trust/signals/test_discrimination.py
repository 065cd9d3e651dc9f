"""What signals are worth: worked by hand, against scikit-learn and DeLong's formula, and honest where undefined."""

from __future__ import annotations

from math import erf, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from assistant.domain.reasons import Reason
from assistant.trust.signals.discrimination import (
    Direction,
    SignalDiscrimination,
    auroc_interval,
    signal_discriminations,
)

NAN = float("nan")
DRAWS = 400


def worth(column: object, right: object, pi: object = None) -> SignalDiscrimination:
    (one,) = signal_discriminations({"signal": column}, right, pi)
    return one


def test_a_signal_with_a_gap_by_hand() -> None:
    # right 4, 3, 2; wrong 3, 1: of six pairs 4 > 3, 4 > 1, 3 = 3, 3 > 1, 2 < 3, 2 > 1 in order: 4.5 of 6
    one = worth([4, 3, 2, 3, 1, NAN], [1, 1, 1, 0, 0, 0])
    assert (one.n, one.wrong, one.share) == (5, 2, 5 / 6)
    assert (one.mean_right, one.mean_wrong) == (3.0, 2.0)
    assert one.auroc == pytest.approx(4.5 / 6)
    assert one.direction is Direction.HIGHER_IS_RIGHT
    assert one.reason is None
    # placements: right 1, 3/4, 1/2; wrong 1/2, 1: variance (1/16) / 3 + (1/8) / 2 (DeLong), on the logit scale
    half = 1.959963984540054 * sqrt(1 / 48 + 1 / 16) / (0.75 * 0.25)
    assert log(one.low / (1 - one.low)) == pytest.approx(log(3) - half)
    assert log(one.high / (1 - one.high)) == pytest.approx(log(3) + half)


def test_a_signal_turned_round_is_worth_the_same_the_other_way() -> None:
    chance = np.random.default_rng(1)
    right = chance.random(200) < 0.8
    signal = right + chance.normal(size=200)
    there, back = worth(signal, right), worth(-signal, right)
    assert there.auroc == pytest.approx(back.auroc)
    assert (there.low, there.high) == (pytest.approx(back.low), pytest.approx(back.high))
    assert (there.direction, back.direction) == (Direction.HIGHER_IS_RIGHT, Direction.LOWER_IS_RIGHT)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 1), st.floats(0.05, 1)), min_size=4, max_size=60).filter(
        lambda rows: len({row[0] for row in rows}) > 1 and len({row[1] for row in rows}) == 2
    )
)
def test_weighted_by_one_over_the_probability_it_is_scikit_learns(rows: list[tuple[int, int, float]]) -> None:
    scores, right, pi = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    one = worth(scores, right, pi)
    area = roc_auc_score(right, scores, sample_weight=1 / pi)
    assert one.auroc == pytest.approx(max(area, 1 - area))
    assert one.mean_right == pytest.approx(np.average(scores[right == 1], weights=1 / pi[right == 1]))
    if one.low is not None:
        assert 0 <= one.low <= one.auroc <= one.high <= 1


def test_with_equal_weights_the_interval_is_delongs() -> None:
    chance = np.random.default_rng(2)
    ones, zeros = np.round(chance.normal(1, 1, 60), 1), np.round(chance.normal(0, 1, 40), 1)
    pairs = (ones[:, None] > zeros[None, :]) + (ones[:, None] == zeros[None, :]) / 2
    area = pairs.mean()
    spread = sqrt(pairs.mean(axis=1).var(ddof=1) / 60 + pairs.mean(axis=0).var(ddof=1) / 40)
    low, high = auroc_interval(np.append(ones, zeros), np.repeat([1, 0], [60, 40]), np.full(100, 2.5))
    half = 1.959963984540054 * spread / (area * (1 - area))
    assert log(low / (1 - low)) == pytest.approx(log(area / (1 - area)) - half)
    assert log(high / (1 - high)) == pytest.approx(log(area / (1 - area)) + half)


@pytest.mark.parametrize("unequal", [False, True])
def test_the_interval_covers_the_population_also_when_reviewers_mostly_see_low_scores(unequal: bool) -> None:
    chance = np.random.default_rng(3)
    truth, covered, naive = (1 + erf(1 / 2)) / 2, 0, 0  # normal scores one spread apart
    for _ in range(DRAWS):
        right = (chance.random(1_000) < 0.8).astype(float)
        scores = right + chance.normal(size=1_000)
        pi = np.where(scores < 0.5, 0.6, 0.15) if unequal else np.full(1_000, 0.3)
        drawn = chance.random(1_000) < pi
        low, high = auroc_interval(scores[drawn], right[drawn], 1 / pi[drawn])
        covered += low <= truth <= high
        low, high = auroc_interval(scores[drawn], right[drawn], np.ones(drawn.sum()))
        naive += low <= truth <= high
    assert covered / DRAWS >= 0.95 - 3 * sqrt(0.05 * 0.95 / DRAWS)
    if unequal:
        assert naive / DRAWS < 0.85


def test_the_best_signal_comes_first_and_the_undefined_last() -> None:
    right = [1, 1, 1, 0, 0, 0]
    found = signal_discriminations(
        {"constant": [1] * 6, "weak": [1, 2, 3, 3, 2, 0], "reversed": [1, 2, 4, 3, 6, 7], "absent": [NAN] * 6}, right
    )
    assert [one.name for one in found] == ["reversed", "weak", "absent", "constant"]


@pytest.mark.parametrize(
    ("column", "right", "reason"),
    [
        ([NAN, NAN, NAN], [1, 0, 1], Reason("signal_of_no_item")),
        ([1, 2, NAN], [1, 1, 0], Reason.of("signal_with_all_right", answers=2)),
        ([1, 2, 3], [0, 0, 0], Reason.of("signal_with_all_wrong", answers=3)),
        ([0.5, 0.5, 0.5], [1, 0, 1], Reason.of("constant_signal", value=0.5, items=3)),
    ],
)
def test_an_undefined_worth_is_none_with_its_reason(column: list[float], right: list[int], reason: Reason) -> None:
    one = worth(column, right)
    assert (one.auroc, one.low, one.high, one.direction) == (None, None, None, None)
    assert one.reason == reason


def test_means_are_none_where_there_is_no_such_item() -> None:
    assert worth([NAN, 2.0], [0, 1]).mean_wrong is None
    assert worth([NAN, 2.0], [0, 1]).mean_right == 2.0


def test_an_interval_that_cant_be_had_is_none_with_its_reason() -> None:
    apart = worth([5, 4, 3, 2, 1], [1, 1, 1, 0, 0])
    assert (apart.auroc, apart.low, apart.high) == (1.0, None, None)
    assert apart.reason == Reason("right_and_wrong_apart")
    single = worth([5, 1, 3, 4], [1, 1, 0, 1])
    assert single.auroc == pytest.approx(2 / 3)
    assert single.reason == Reason("signal_with_one_wrong")


def test_a_half_has_no_direction() -> None:
    assert worth([1, 2, 2, 1], [1, 1, 0, 0]).direction is None


def test_twenty_signals_of_a_hundred_thousand_items_are_ranked_without_counting_pairs() -> None:
    chance = np.random.default_rng(4)
    right = chance.random(100_000) < 0.85
    signals = {
        f"signal {i:02}": np.where(chance.random(100_000) < 0.1, NAN, i * right / 20 + chance.normal(size=100_000))
        for i in range(20)
    }
    found = signal_discriminations(
        signals, right, chance.uniform(0.1, 1, 100_000)
    )  # pairs would be a thousand millions
    assert [one.name for one in found[:3]] == ["signal 19", "signal 18", "signal 17"]


@pytest.mark.parametrize(
    ("signals", "right", "pi", "message"),
    [
        ({"a": [1, 2, 3]}, [1, 0], None, "signal a has shape"),
        ({"a": [1, float("inf")]}, [1, 0], None, "signal a is infinite at position 1"),
        ({"a": [1, 2]}, [1, 2], None, "right must be 0 or 1"),
        ({"a": [1, 2]}, [1, NAN], None, "right holds nan"),
        ({}, [], None, "right must be"),
        ({"a": [1, 2]}, [1, 0], [0.5, 0.0], "inclusion_probabilities must lie"),
        ({"a": [1, 2]}, [1, 0], [0.5], "items has 2 values"),
    ],
)
def test_arguments_out_of_range_are_refused(signals, right, pi, message) -> None:
    with pytest.raises(ValueError, match=message):
        signal_discriminations(signals, right, pi)


def test_a_level_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="confidence must lie"):
        signal_discriminations({}, [1], confidence=1.0)
