"""Agreement of two raters against published tables, statsmodels, scikit-learn, and its own symmetries."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from assistant.stats.agreement.linearised import linearised
from assistant.stats.agreement.weight_matrices import (
    agreement_from_disagreement,
    identity_weights,
    linear_weights,
    quadratic_weights,
)
from assistant.stats.contingency import contingency
from tests.stats.plain import cohen_kappa, gwet_ac, pabak, raw_agreement, scott_pi

# 3 x 3 psychiatric example of Cohen (1960), as in R psych::cohen.kappa
COHEN = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
# SAS PROC FREQ, as kept in statsmodels' tests; the second rater never used the first category
SAS = [[0, 4, 1], [0, 8, 0], [0, 1, 5]]
# Gwet (2008): high agreement, low prevalence, n = 125
PARADOX = [[118, 5], [2, 0]]
# R irr, anxiety data, raters 2 and 3, on a scale of 1 to 6 of which they never used 5
RATER_2 = [3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4]
RATER_3 = [2, 1, 4, 4, 3, 2, 1, 6, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2]

COEFFICIENTS = [raw_agreement, cohen_kappa, scott_pi, pabak, gwet_ac]
TABLES = st.integers(2, 5).flatmap(lambda k: arrays(np.float64, (k, k), elements=st.integers(0, 30)))


def standard_error(table, weights=None) -> float:
    """Of kappa, from the influences that the product's intervals rest on: Fleiss, Cohen & Everitt (1969)."""
    counts = np.asarray(table, dtype=float)
    shares = counts / counts.sum()
    influence = linearised(shares, identity_weights(len(counts)) if weights is None else weights, "kappa").influence
    return float(np.sqrt((shares * influence**2).sum() / counts.sum()))


def test_cohens_example_has_its_published_kappa_and_standard_error() -> None:
    assert raw_agreement(COHEN) == pytest.approx(0.7)
    assert cohen_kappa(COHEN) == pytest.approx(0.4915254237, abs=1e-9)
    assert standard_error(COHEN) == pytest.approx(0.05100181557607786, abs=1e-6)


def test_cohens_weighted_kappa_of_1968() -> None:
    weights = agreement_from_disagreement([[0, 1, 3], [1, 0, 6], [3, 6, 0]])
    assert cohen_kappa(COHEN, weights) == pytest.approx(0.347826087, abs=1e-9)


def test_the_printout_of_sas_with_an_empty_column() -> None:
    assert (cohen_kappa(SAS), standard_error(SAS)) == pytest.approx((0.4842, 0.138), abs=5e-5)
    weights = linear_weights(3)
    assert (cohen_kappa(SAS, weights), standard_error(SAS, weights)) == pytest.approx((0.4701, 0.1457), abs=5e-5)


def test_sas_confidence_limits() -> None:
    for weights, limits in ((None, (0.2137, 0.7547)), (linear_weights(3), (0.1845, 0.7558))):
        value, half = cohen_kappa(SAS, weights), 1.959964 * standard_error(SAS, weights)
        assert (value - half, value + half) == pytest.approx(limits, abs=5e-5)


def test_ordinal_distances_are_those_of_the_whole_scale() -> None:
    # true scale: scikit-learn with labels=1..6
    table = contingency(np.array(RATER_2) - 1, np.array(RATER_3) - 1, 6)
    assert cohen_kappa(table) == pytest.approx(-0.0062893081761006275, abs=1e-9)
    assert cohen_kappa(table, linear_weights(6)) == pytest.approx(0.12621359223300954, abs=1e-9)
    assert cohen_kappa(table, quadratic_weights(6)) == pytest.approx(0.22979797979797978, abs=1e-9)


def test_distances_between_only_the_grades_used_are_those_irr_prints() -> None:
    used = np.unique(RATER_2 + RATER_3)
    a, b = np.searchsorted(used, RATER_2), np.searchsorted(used, RATER_3)
    table = contingency(a, b, len(used))
    values = [cohen_kappa(table), cohen_kappa(table, linear_weights(5)), cohen_kappa(table, quadratic_weights(5))]
    assert values == pytest.approx([-0.006289308, 0.1459075, 0.2520325], abs=1e-6)
    true = quadratic_weights(len(used), used)  # their own values bring the true scale back
    assert cohen_kappa(table, true) == pytest.approx(0.22979797979797978, abs=1e-9)


@pytest.mark.parametrize(
    ("table", "kappa"),  # Wikipedia, Cohen's kappa
    [([[20, 5], [10, 15]], 0.4), ([[45, 15], [25, 15]], 0.1304347826), ([[25, 35], [5, 35]], 0.2592592593)],
)
def test_tables_worked_in_wikipedia(table: list[list[int]], kappa: float) -> None:
    assert cohen_kappa(table) == pytest.approx(kappa, abs=1e-9)


def test_where_a_label_is_rare_kappa_falls_below_zero_and_ac1_does_not() -> None:
    found = [float(coefficient(PARADOX)) for coefficient in COEFFICIENTS]
    expected = [0.944, -0.023391812865497075, -0.028806584362140154, 0.888, 0.9407763376087177]
    assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("k", [2, 3, 5])
def test_a_stack_of_random_tables_agrees_with_statsmodels_and_scikit_learn(k: int) -> None:
    tables = np.random.default_rng(k).integers(1, 40, (340, k, k)).astype(float)
    rows, columns = np.repeat(np.arange(k), k), np.tile(np.arange(k), k)
    for name, weights in (("linear", linear_weights(k)), ("quadratic", quadratic_weights(k)), (None, None)):
        ours = cohen_kappa(tables, weights)
        theirs = [cohens_kappa(table, wt=name, return_results=False) for table in tables]
        assert ours == pytest.approx(np.array(theirs), abs=1e-12)
        theirs = [cohen_kappa_score(rows, columns, weights=name, sample_weight=t.ravel()) for t in tables[:20]]
        assert ours[:20] == pytest.approx(np.array(theirs), abs=1e-12)


@pytest.mark.parametrize("k", [2, 3, 5])
def test_standard_errors_agree_with_statsmodels(k: int) -> None:
    for table in np.random.default_rng(k).integers(1, 40, (40, k, k)).astype(float):
        for name, weights in ((None, None), ("quadratic", quadratic_weights(k))):
            assert standard_error(table, weights) == pytest.approx(cohens_kappa(table, wt=name).std_kappa, rel=1e-9)


@given(TABLES, st.randoms())
def test_swapping_raters_or_renaming_labels_changes_nothing(table: np.ndarray, chance) -> None:
    order = list(range(len(table)))
    chance.shuffle(order)
    for coefficient in COEFFICIENTS:
        value = coefficient(table)
        assert coefficient(table.T) == pytest.approx(value, nan_ok=True, abs=1e-12)
        assert coefficient(table[np.ix_(order, order)]) == pytest.approx(value, nan_ok=True, abs=1e-12)
        assert coefficient(7 * table) == pytest.approx(value, nan_ok=True, abs=1e-12)


@given(TABLES)
def test_weighted_coefficients_keep_their_value_when_the_scale_is_turned_round(table: np.ndarray) -> None:
    weights = quadratic_weights(len(table))
    for coefficient in COEFFICIENTS:
        turned = coefficient(table[::-1, ::-1], weights)
        assert turned == pytest.approx(coefficient(table, weights), nan_ok=True, abs=1e-12)


@given(st.lists(st.integers(1, 50), min_size=2, max_size=5))
def test_perfect_agreement_is_one_and_independence_is_zero(margin: list[int]) -> None:
    for coefficient in COEFFICIENTS:
        assert coefficient(np.diag(margin)) == pytest.approx(1)
    by_chance = np.outer(margin, margin)
    assert cohen_kappa(by_chance) == pytest.approx(0, abs=1e-12)
    assert scott_pi(by_chance, quadratic_weights(len(margin))) == pytest.approx(0, abs=1e-12)


@given(TABLES)
def test_merging_all_labels_but_one_gives_the_two_by_two_table_of_that_one(table: np.ndarray) -> None:
    assume(table.sum() > 0)
    one = np.array([[table[1:, 1:].sum(), table[1:, 0].sum()], [table[0, 1:].sum(), table[0, 0]]])
    assert raw_agreement(one) >= raw_agreement(table) - 1e-12
    weights = np.eye(len(table))
    weights[1:, 1:] = 1
    assert cohen_kappa(table, weights) == pytest.approx(cohen_kappa(one), nan_ok=True, abs=1e-9)


@given(TABLES)
def test_quadratic_and_linear_kappa_of_two_labels_are_the_plain_one(table: np.ndarray) -> None:
    two = table[:2, :2]
    assert cohen_kappa(two, quadratic_weights(2)) == pytest.approx(cohen_kappa(two), nan_ok=True, abs=1e-12)


@pytest.mark.parametrize("chance", ["none", "kappa", "pi", "uniform", "gwet", "ordinal"])
def test_influences_are_the_derivatives_of_the_coefficient(chance: str) -> None:
    weights, shares = linear_weights(3), np.array(COHEN) / 200

    def ratio(p: np.ndarray) -> float:
        seen = linearised(p / p.sum(), weights, chance)
        return float(seen.observed / seen.expected)

    numeric = np.zeros((3, 3))
    for cell in np.ndindex(3, 3):
        step = np.zeros((3, 3))
        step[cell] = 1e-6
        numeric[cell] = (ratio(shares + step) - ratio(shares - step)) / 2e-6
    assert linearised(shares, weights, chance).influence == pytest.approx(numeric, abs=1e-8)


def test_what_is_undefined_is_nan() -> None:
    assert np.isnan([cohen_kappa([[9, 0], [0, 0]]), cohen_kappa(np.zeros((2, 2)))]).all()
    assert cohen_kappa([[5, 4], [0, 0]]) == 0.0
    assert np.isnan(cohen_kappa([[[0, 0], [0, 0]], [[1, 0], [0, 1]]])).tolist() == [True, False]
    assert gwet_ac([[9, 0], [0, 0]]) == 1.0
    assert np.isnan([pabak([[3]]), gwet_ac([[3]]), scott_pi([[3]])]).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cohen_kappa([[1, 2], [3, -4]]), "0 or more"),
        (lambda: cohen_kappa([[1, 2, 3], [3, 4, 5]]), "square"),
        (lambda: cohen_kappa(COHEN, np.eye(2)), "shape"),
        (lambda: cohen_kappa(COHEN, 2 * np.eye(3)), "between 0 and 1"),
        (lambda: linear_weights(3, [1, 2]), "values must be one for each"),
        (lambda: linear_weights(0), "at least 1"),
        (lambda: linear_weights(2, [4, 4]), "all zero"),
        (lambda: agreement_from_disagreement([[0, 1]]), "square"),
        (lambda: agreement_from_disagreement([[1, 1], [1, 0]]), "0 on the diagonal"),
    ],
)
def test_bad_tables_and_weights_are_refused(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
