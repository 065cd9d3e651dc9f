"""Donner and Eliasziw's interval for kappa by its definition, and where it is used."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from assistant.stats.agreement.coefficient_intervals import (
    GOODNESS_OF_FIT,
    HULL,
    coefficients_of_ratings,
)
from assistant.stats.agreement.two_labels import goodness_of_fit_ratios, margins_allow
from tests.bench.cells import cells_of, kappa_coverage
from tests.stats.plain import coefficients_of_table

COUNTS = st.tuples(st.integers(1, 60), st.integers(0, 20), st.integers(0, 20), st.integers(1, 60))


def chi_square(table: np.ndarray, kappa: float) -> float:
    """Of the counts of agreement on one label, disagreement, agreement on the other, as the paper defines it."""
    n, share = table.sum(), (2 * table[0, 0] + table[0, 1] + table[1, 0]) / (2 * table.sum())
    both = share * (1 - share) * kappa
    expected = n * np.array([share**2 + both, 2 * share * (1 - share) * (1 - kappa), (1 - share) ** 2 + both])
    seen = np.array([table[0, 0], table[0, 1] + table[1, 0], table[1, 1]])
    return float(((seen - expected) ** 2 / expected).sum())


@given(COUNTS, st.sampled_from([0.9, 0.95, 0.99]))
def test_the_ends_are_where_the_goodness_of_fit_statistic_reaches_its_quantile(
    counts: tuple[int, int, int, int], confidence: float
) -> None:
    table = np.array(counts, dtype=np.float64).reshape(2, 2)
    largest, smallest = goodness_of_fit_ratios(table, confidence)
    bound = chi2.ppf(confidence, 1)
    assert smallest <= largest
    assert chi_square(table, 1 - largest) == pytest.approx(bound, rel=1e-6)
    if counts[1] + counts[2] > 1:  # with one or none the share of disagreements bounds the upper end
        assert chi_square(table, 1 - smallest) == pytest.approx(bound, rel=1e-6)


@pytest.mark.parametrize("disagreements", [0, 1])
def test_hardly_a_disagreement_does_not_bound_kappa_away_from_one(disagreements: int) -> None:
    found = coefficients_of_table([[46, disagreements], [0, 4 - disagreements]], names=("kappa",))["kappa"]
    assert found.high is not None
    assert found.high == 1.0 if disagreements == 0 else 0.97 < found.high < 1


def test_it_is_a_third_narrower_than_the_hull_where_a_label_is_rare() -> None:
    table = np.array([[183.0, 4], [4, 9]])
    fit = coefficients_of_table(table, names=("kappa",))["kappa"]
    first, second = np.divmod(np.repeat(np.arange(4), table.ravel().astype(int)), 2)
    weights = np.r_[1.0 + 1e-9, np.ones(199)]  # items that weigh differently have the hull
    hull = coefficients_of_ratings(first, second, 2, weights=weights, names=("kappa",))["kappa"]
    assert (fit.method, hull.method) == (GOODNESS_OF_FIT, HULL)
    assert fit.value == pytest.approx(hull.value)
    assert fit.high - fit.low < 0.85 * (hull.high - hull.low)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("first", "second", "allowed"),
    [(0.5, 0.5, True), (0.5, 0.4, True), (0.2, 0.1, True), (0.5, 0.3, False), (0.3, 0.1, False), (0.0, 0.0, False)],
)
def test_margins_decide_by_how_much_chance_disagreement_they_add(first: float, second: float, allowed: bool) -> None:
    cells = np.outer([1 - first, first], [1 - second, second])
    assert margins_allow(cells) is allowed


def test_swapping_raters_or_labels_changes_no_end() -> None:
    table = np.array([[60, 5], [2, 13]])
    one, *others = (
        coefficients_of_table(turned, names=("kappa", "scott_pi", "alpha_nominal"))
        for turned in (table, table.T, table[::-1, ::-1])
    )
    for other in others:
        for name, found in one.items():
            assert (other[name].low, other[name].high) == pytest.approx((found.low, found.high))


@pytest.mark.parametrize(
    ("margins", "kappa", "n"),
    [((0.05, 0.05), 0.95, 50), ((0.02, 0.02), 0.8, 200), ((0.2, 0.2), 0.5, 50), ((0.2, 0.1), 0.4, 200)],
)
def test_it_holds_about_as_often_as_it_says(margins: tuple[float, float], kappa: float, n: int) -> None:
    cells = cells_of(*margins, kappa)
    assert cells is not None
    draws = 400  # docs/evals.md has 1,000 of each setting
    assert 0.93 - 0.035 <= kappa_coverage(cells, n, draws, seed=1)["kappa"] <= 0.97 + 0.025
