"""Fleiss' kappa and Gwet's coefficients of several raters against published figures, and their intervals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.stats.inter_rater import fleiss_kappa as statsmodels_fleiss

from assistant.stats.agreement.coefficient import Coefficient
from assistant.stats.agreement.coefficient_intervals import ONE_CLUSTER
from assistant.stats.agreement.raters import (
    NO_PAIRS,
    ONE_LABEL,
    rating_counts,
)
from assistant.stats.agreement.raters_intervals import ratings_of_counts
from assistant.stats.agreement.raters_linearised import recipe
from assistant.stats.agreement.weight_matrices import linear_weights, quadratic_weights
from tests.stats.plain import fleiss_kappa, gwet_ac, gwet_ac_of_raters, krippendorff_alpha, scott_pi

RATERS = ("raw", "fleiss", "ac1", "alpha_nominal")
GRADED = ("alpha_ordinal", "alpha_interval")

# Fleiss (1971), 30 patients by 6 raters, as R irr::kappam.fleiss(diagnoses); counts of the five diagnoses
FLEISS = [
    [0, 0, 0, 6, 0],
    [0, 3, 0, 0, 3],
    [0, 1, 4, 0, 1],
    [0, 0, 0, 0, 6],
    [0, 3, 0, 3, 0],
    [2, 0, 4, 0, 0],
    [0, 0, 4, 0, 2],
    [2, 0, 3, 1, 0],
    [2, 0, 0, 4, 0],
    [0, 0, 0, 0, 6],
    [1, 0, 0, 5, 0],
    [1, 1, 0, 4, 0],
    [0, 3, 3, 0, 0],
    [1, 0, 0, 5, 0],
    [0, 2, 0, 3, 1],
    [0, 0, 5, 0, 1],
    [3, 0, 0, 1, 2],
    [5, 1, 0, 0, 0],
    [0, 2, 0, 4, 0],
    [1, 0, 2, 0, 3],
    [0, 0, 0, 0, 6],
    [0, 1, 0, 5, 0],
    [0, 2, 0, 1, 3],
    [2, 0, 0, 4, 0],
    [1, 0, 0, 4, 1],
    [0, 5, 0, 1, 0],
    [4, 0, 0, 0, 2],
    [0, 2, 0, 4, 0],
    [1, 0, 5, 0, 0],
    [0, 0, 0, 0, 6],
]
# Wikipedia, Fleiss' kappa: 10 items, 14 raters
WIKIPEDIA = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]
# Gwet's irrCAC, data set cac.raw4raters; 0 is missing, the last item has one rating
RAW4 = [
    [1, 1, 0, 1],
    [2, 2, 3, 2],
    [3, 3, 3, 3],
    [3, 3, 3, 3],
    [2, 2, 2, 2],
    [1, 2, 3, 4],
    [4, 4, 4, 4],
    [1, 1, 2, 1],
    [2, 2, 2, 2],
    [0, 5, 5, 5],
    [0, 0, 1, 1],
    [0, 0, 3, 0],
]
RAW4_COUNTS = rating_counts(
    np.repeat(np.arange(12), 4), np.tile(np.arange(4), 12), np.array(RAW4).ravel() - 1, classes=5
)
COUNTS = st.integers(2, 4).flatmap(
    lambda k: arrays(np.float64, st.tuples(st.integers(2, 10), st.just(k)), elements=st.integers(0, 3))
)


def coefficients_of_counts(
    counts: npt.ArrayLike, names: Iterable[str] = RATERS, *, confidence: float = 0.95, **given: Any
) -> dict[str, Coefficient]:
    ratings = ratings_of_counts(counts, **given)
    return {name: ratings.coefficient(name, confidence) for name in names}


def test_fleiss_own_example() -> None:
    assert fleiss_kappa(FLEISS).value == pytest.approx(0.4302445, abs=5e-8)


def test_the_example_of_wikipedia() -> None:
    found = fleiss_kappa(WIKIPEDIA)
    assert found.value == pytest.approx(0.2099, abs=5e-5)
    assert (found.agreement, found.chance) == pytest.approx((0.378, 0.213), abs=5e-4)


@pytest.mark.parametrize(
    ("weights", "ac", "error", "fleiss"),
    [
        (None, 0.77544, 0.14295, 0.76117),
        (linear_weights(5), 0.85874, 0.11733, 0.81794),
        (quadratic_weights(5), 0.914, 0.10396, 0.86494),
    ],
)
def test_four_raters_with_missing_ratings_as_irrcac(weights, ac: float, error: float, fleiss: float) -> None:
    found = gwet_ac_of_raters(RAW4_COUNTS, weights)
    assert (found.value, found.standard_error) == pytest.approx((ac, error), abs=6e-6)
    assert fleiss_kappa(RAW4_COUNTS, weights).value == pytest.approx(fleiss, abs=6e-6)


def test_the_other_figures_irrcac_prints_for_them() -> None:
    found = gwet_ac_of_raters(RAW4_COUNTS)
    assert (found.agreement, found.chance) == pytest.approx((0.81818, 0.19032), abs=6e-6)
    assert fleiss_kappa(RAW4_COUNTS).standard_error == pytest.approx(0.15302, abs=6e-6)
    assert krippendorff_alpha(RAW4_COUNTS) == pytest.approx(0.74342, abs=6e-6)
    assert krippendorff_alpha(RAW4_COUNTS, "interval") == pytest.approx(0.84911, abs=6e-6)
    assert krippendorff_alpha(RAW4_COUNTS, "linear") == pytest.approx(0.80038, abs=6e-6)


def test_random_counts_agree_with_statsmodels() -> None:
    chance = np.random.default_rng(1)
    for _ in range(100):
        counts = chance.multinomial(5, chance.dirichlet([1, 1, 1, 1]), size=25)
        assert fleiss_kappa(counts).value == pytest.approx(statsmodels_fleiss(counts), abs=1e-9)


def test_two_raters_are_scotts_pi_and_gwets_of_their_table() -> None:
    table = np.array([[30, 4, 1], [2, 20, 5], [0, 3, 9]])
    one, two = (np.eye(3)[codes] for codes in np.indices((3, 3)).reshape(2, 9))
    counts = np.repeat(one + two, table.ravel(), axis=0)
    assert fleiss_kappa(counts).value == pytest.approx(float(scott_pi(table)))
    assert gwet_ac_of_raters(counts, linear_weights(3)).value == pytest.approx(float(gwet_ac(table, linear_weights(3))))


@given(COUNTS, st.randoms())
def test_the_order_of_items_and_the_names_of_labels_do_not_matter(counts: np.ndarray, chance) -> None:
    labels, items = list(range(counts.shape[1])), list(range(len(counts)))
    chance.shuffle(labels)
    chance.shuffle(items)
    for coefficient in (fleiss_kappa, gwet_ac_of_raters):
        expected, found = coefficient(counts), coefficient(counts[items][:, labels])
        assert found.value == (None if expected.value is None else pytest.approx(expected.value, abs=1e-9))


def test_perfect_agreement_is_one_and_chance_about_zero() -> None:
    assert fleiss_kappa([[3, 0], [0, 4], [2, 0]]).value == pytest.approx(1)
    assert gwet_ac_of_raters([[3, 0], [0, 4], [2, 0]]).value == pytest.approx(1)
    counts = np.random.default_rng(2).multinomial(4, [0.5, 0.3, 0.2], size=20_000)
    assert fleiss_kappa(counts).value == pytest.approx(0, abs=0.02)


def test_what_is_undefined_says_why() -> None:
    assert fleiss_kappa([[1, 0], [0, 1]]).reason == NO_PAIRS
    assert fleiss_kappa([[2, 0], [3, 0]]).reason == ONE_LABEL
    assert gwet_ac_of_raters([[2, 0], [3, 0]]).value == 1.0
    assert gwet_ac_of_raters([[2, 1]]).reason == "a standard error needs two items"
    assert coefficients_of_counts([[1, 0]])["raw"].reason == NO_PAIRS
    one_label = coefficients_of_counts([[2, 0], [3, 0]])
    assert one_label["alpha_nominal"].value is None
    assert one_label["alpha_nominal"].reason == ONE_LABEL


def test_ratings_one_a_row_become_counts_without_the_missing() -> None:
    assert rating_counts([0, 0, 2, 2], [0, 1, 0, 5], [1, -1, 0, 1], 2).tolist() == [[0, 1], [0, 0], [1, 1]]
    assert rating_counts([], [], [], 3).shape == (0, 3)


def test_intervals_speak_of_the_same_values() -> None:
    found = coefficients_of_counts(RAW4_COUNTS, names=[*RATERS, *GRADED])
    paired = RAW4_COUNTS[:-1]
    assert found["fleiss"].value == pytest.approx(fleiss_kappa(paired).value)
    assert found["ac1"].value == pytest.approx(gwet_ac_of_raters(paired).value)
    for level in ("nominal", "ordinal", "interval"):
        assert found[f"alpha_{level}"].value == pytest.approx(krippendorff_alpha(paired, level))
    assert {c.n for c in found.values()} == {11}


@pytest.mark.parametrize("name", [*RATERS, *GRADED])
def test_influences_of_items_are_derivatives(name: str) -> None:
    counts, chance = RAW4_COUNTS[:-1], np.random.default_rng(1)
    shares = chance.dirichlet(np.ones(11))

    def ratio(w: np.ndarray) -> float:
        seen = recipe(name)(counts, w / w.sum())
        return seen.observed / seen.expected

    steps = 1e-6 * np.eye(11)
    numeric = [(ratio(shares + step) - ratio(shares - step)) / 2e-6 for step in steps]
    assert recipe(name)(counts, shares).influence == pytest.approx(np.array(numeric), abs=1e-8)


def made_up(n: int, chance: np.random.Generator) -> np.ndarray:
    """Counts of up to four raters, each right three times in four, on labels of which one is rare."""
    truth, counts = chance.choice(3, n, p=[0.7, 0.2, 0.1]), np.zeros((n, 3))
    for _ in range(4):
        answer = np.where(chance.random(n) < 0.75, truth, chance.integers(0, 3, n))
        there = chance.random(n) < 0.7
        counts[np.flatnonzero(there), answer[there]] += 1
    return counts


def test_intervals_hold_about_as_often_as_they_say() -> None:
    chance, names = np.random.default_rng(3), [*RATERS, *GRADED]
    true = {name: found.value for name, found in coefficients_of_counts(made_up(300_000, chance), names=names).items()}
    held = dict.fromkeys(names, 0)
    for _ in range(250):
        for name, found in coefficients_of_counts(made_up(120, chance), names=names).items():
            held[name] += found.low <= true[name] <= found.high
    assert all(times / 250 >= 0.905 for times in held.values()), held  # 0.95 less three standard errors


def test_items_that_all_disagree_alike_still_have_an_interval() -> None:
    found = coefficients_of_counts(np.full((20, 2), 1.0), names=RATERS)
    for coefficient in found.values():
        assert coefficient.high - coefficient.low > 0.1


def test_clusters_widen_and_one_cluster_tells_nothing() -> None:
    counts = np.repeat(made_up(60, np.random.default_rng(4)), 3, axis=0)
    apart, together = (
        coefficients_of_counts(counts, clusters=groups)["alpha_nominal"] for groups in (None, np.arange(180) // 3)
    )
    assert together.value == pytest.approx(apart.value)
    assert together.effective_n < apart.effective_n / 2
    assert together.low < apart.low < apart.high < together.high
    alone = coefficients_of_counts(counts, clusters=np.zeros(180))["alpha_nominal"]
    assert (alone.low, alone.high) == (None, None)
    assert alone.reason == ONE_CLUSTER


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fleiss_kappa([[1, -2]]), "got -2 of item 0, label 1"),
        (lambda: fleiss_kappa([[1, 2]], np.eye(3)), "shape"),
        (lambda: rating_counts([0, -1], [0, 0], [0, 0], 2), "items must hold codes"),
        (lambda: rating_counts([0], [0, 1], [0], 2), "raters has 2 values where items has 1"),
        (lambda: rating_counts([0, 1, 1], [0, 2, 2], [0, 1, 1], 2), "rater 2 answered item 1 more than once"),
        (lambda: coefficients_of_counts([[2, 0]], names=["beta"]), "no coefficient is called 'beta'"),
        (lambda: coefficients_of_counts([[2, 0]], clusters=[1, 2]), "clusters must be one for each"),
        (lambda: coefficients_of_counts([[2, 0]], confidence=1.0), "confidence"),
    ],
)
def test_bad_ratings_are_refused(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
