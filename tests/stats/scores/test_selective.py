"""AUROC and risk-coverage against hand-worked values and scikit-learn."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from assistant.stats.scores.selective import aurc, auroc, excess_aurc, risk_coverage

CONFIDENCE = [0.95, 0.9, 0.9, 0.8, 0.8, 0.7, 0.6, 0.6, 0.55, 0.5]
LOSSES = [0, 0, 0, 0, 1, 0, 1, 0, 1, 1]
SCORED = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 1), st.floats(0.1, 9)), min_size=2, max_size=50)


@given(SCORED.filter(lambda rows: len({outcome for _, outcome, _ in rows}) == 2))
def test_auroc_agrees_with_scikit_learn(rows: list[tuple[int, int, float]]) -> None:
    scores, outcomes, weights = zip(*rows, strict=True)
    assert auroc(scores, outcomes) == pytest.approx(roc_auc_score(outcomes, scores))
    assert auroc(scores, outcomes, weights) == pytest.approx(roc_auc_score(outcomes, scores, sample_weight=weights))


def test_auroc_of_a_constant_is_half_and_of_one_class_is_undefined() -> None:
    assert auroc([1, 1, 1], [0, 1, 1]) == 0.5
    assert auroc([1, 2, 3], [1, 1, 1]) is None


def test_risk_is_told_only_at_thresholds_that_can_be_set() -> None:
    curve = risk_coverage(CONFIDENCE, LOSSES)
    assert curve.thresholds.tolist() == [0.95, 0.9, 0.8, 0.7, 0.6, 0.55, 0.5]
    assert curve.coverage == pytest.approx([0.1, 0.3, 0.5, 0.6, 0.8, 0.9, 1.0])
    assert curve.risk == pytest.approx([0, 0, 1 / 5, 1 / 6, 2 / 8, 3 / 9, 4 / 10])


def test_aurc_of_distinct_confidences_is_the_mean_of_the_risks() -> None:
    distinct = np.array(CONFIDENCE) - np.arange(10) * 1e-6  # ties parted in the order given
    # By the definition in Geifman & El-Yaniv (2017): risk of the k surest, k = 1 .. 10, and its mean.
    risks = [0, 0, 0, 0, 1 / 5, 1 / 6, 2 / 7, 2 / 8, 3 / 9, 4 / 10]
    assert risk_coverage(distinct, LOSSES).risk == pytest.approx(risks, abs=1e-9)
    assert aurc(distinct, LOSSES) == pytest.approx(0.16357142857142856, abs=1e-9)


def test_aurc_of_ties_is_its_mean_over_all_their_orders() -> None:
    confidence, losses = np.array([0.9, 0.7, 0.7, 0.7, 0.4]), np.array([0.0, 1.0, 0.0, 0.3, 1.0])
    orders = [aurc(np.arange(5, 0, -1), losses[[0, *middle, 4]]) for middle in permutations((1, 2, 3))]
    assert aurc(confidence, losses) == pytest.approx(np.mean(orders))


@given(st.lists(st.tuples(st.integers(0, 9), st.floats(0, 1)), min_size=1, max_size=40))
def test_nothing_beats_the_order_of_the_losses(rows: list[tuple[int, float]]) -> None:
    confidence, losses = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    assert excess_aurc(confidence, losses) >= -1e-12
    assert excess_aurc(-losses, losses) == 0


def test_excess_of_the_ten_answers_takes_off_what_four_errors_cost_at_least() -> None:
    least = (1 / 7 + 2 / 8 + 3 / 9 + 4 / 10) / 10
    assert excess_aurc(CONFIDENCE, LOSSES) == pytest.approx(aurc(CONFIDENCE, LOSSES) - least)


@pytest.mark.parametrize(("confidence", "losses"), [([], []), ([1.0], [-1.0]), ([1.0, 2.0], [0.0])])
def test_what_is_no_curve_is_refused(confidence: list[float], losses: list[float]) -> None:
    with pytest.raises(ValueError, match=r"must|values where"):
        risk_coverage(confidence, losses)


def test_an_item_of_weight_two_is_two_items_of_the_curve() -> None:
    once = risk_coverage([0.9, 0.7, 0.7, 0.4], [0, 1, 0, 1], [2, 1, 3, 2])
    twice = risk_coverage([0.9] * 2 + [0.7] * 4 + [0.4] * 2, [0, 0, 1, 0, 0, 0, 1, 1])
    assert once.coverage == pytest.approx(twice.coverage)
    assert once.risk == pytest.approx(twice.risk)


@given(st.lists(st.tuples(st.integers(0, 9), st.floats(0, 1), st.floats(0.1, 9)), min_size=1, max_size=40))
def test_scale_of_weights_and_items_of_no_weight_do_not_matter(rows: list[tuple[int, float, float]]) -> None:
    confidence, losses, weights = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    for figure in (aurc, excess_aurc):
        assert figure(confidence, losses, 7 * weights) == pytest.approx(figure(confidence, losses, weights))
        assert figure(confidence, losses, np.full(len(rows), 3.0)) == pytest.approx(figure(confidence, losses))
        more = figure([*confidence, 5], [*losses, 9], [*weights, 0])
        assert more == pytest.approx(figure(confidence, losses, weights))
    assert excess_aurc(confidence, losses, weights) >= -1e-9


def test_weights_undo_a_sample_that_holds_mostly_unsure_items() -> None:
    chance = np.random.default_rng(4)
    confidence = chance.random(60_000).round(3)
    losses = (chance.random(60_000) < 0.6 * (1 - confidence)).astype(float)
    drawn_with = np.where(confidence > 0.5, 0.05, 0.5)
    drawn = chance.random(60_000) < drawn_with
    sample = confidence[drawn], losses[drawn]
    assert aurc(*sample, 1 / drawn_with[drawn]) == pytest.approx(aurc(confidence, losses), abs=0.01)
    assert abs(aurc(*sample) - aurc(confidence, losses)) > 0.05
    curve = risk_coverage(*sample, 1 / drawn_with[drawn])
    assert np.interp(0.5, curve.coverage, curve.thresholds) == pytest.approx(0.5, abs=0.02)


def test_weights_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="all zero"):
        risk_coverage([0.5], [1], [0])
    with pytest.raises(ValueError, match="weights has 2 values"):
        aurc([0.5], [1], [1, 1])


def test_outcomes_other_than_zero_and_one_are_refused() -> None:
    with pytest.raises(ValueError, match="0 or 1"):
        auroc([1, 2], [0, 2])
