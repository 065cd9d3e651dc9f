"""Means of clustered items: statsmodels, the ungrouped special case, weights and coverage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t, ttest_1samp
from statsmodels.regression.linear_model import WLS

from assistant.domain.reasons import Reason
from assistant.stats.sampling.clusters import clustered_mean

# Worked example for Miller (2024), arXiv 2411.00640: Liang-Zeger; naive and corrected values by hand
SCORES = [1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 1]
CLUSTERS = [0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 3, 4]
ROWS = st.lists(st.tuples(st.floats(-5, 5), st.integers(0, 4), st.floats(0.1, 9)), min_size=2, max_size=40)


def test_gives_the_standard_errors_of_the_worked_example() -> None:
    mean = clustered_mean(SCORES, CLUSTERS)
    assert mean.value == pytest.approx(0.5833333333333334, abs=1e-9)
    assert clustered_mean(SCORES).standard_error == pytest.approx(0.1486470975026408, abs=1e-9)
    assert mean.standard_error is not None
    assert mean.standard_error / np.sqrt(5 / 4) == pytest.approx(0.23157405556295926, abs=1e-9)
    assert mean.standard_error == pytest.approx(0.25890766503204515, abs=1e-9)
    assert (mean.n, mean.clusters, mean.reason) == (12, 5, None)


def test_design_effect_is_the_ratio_of_variances_and_effective_n_what_is_left() -> None:
    mean = clustered_mean(SCORES, CLUSTERS)
    assert mean.design_effect == pytest.approx((0.25890766503204515 / 0.1486470975026408) ** 2)
    assert mean.effective_n == pytest.approx(12 / mean.design_effect)
    # every item three times over: three times the items tell no more
    copied = clustered_mean(np.repeat(SCORES, 3), np.repeat(np.arange(12), 3))
    assert copied.standard_error == pytest.approx(clustered_mean(SCORES).standard_error)
    # 36 items over the ratio of v / 11 to v / 35, with v the mean squared deviation
    assert copied.effective_n == pytest.approx(36 * 11 / 35)


@given(ROWS)
def test_standard_errors_are_those_of_statsmodels_with_the_factor_for_few_clusters(
    rows: list[tuple[float, int, float]],
) -> None:
    values, clusters, weights = (np.array(column) for column in zip(*rows, strict=True))
    groups = len(set(clusters))
    how = {"cov_type": "cluster", "cov_kwds": {"groups": clusters, "use_correction": False}}
    for weighed in (None, weights):
        mine = clustered_mean(values, clusters, weighed).standard_error
        if groups < 2:
            assert mine is None
            continue
        theirs = WLS(values, np.ones(len(values)), weights=np.ones(len(values)) if weighed is None else weighed)
        expected = theirs.fit(**how).bse[0] * np.sqrt(groups / (groups - 1))
        assert (0.0 if mine is None else mine) == pytest.approx(expected, abs=1e-9)


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=40).filter(lambda values: np.std(values) > 1e-6))
def test_ungrouped_it_is_students_interval_and_test(values: list[float]) -> None:
    mean, student = clustered_mean(values), ttest_1samp(values, 0)
    interval = student.confidence_interval(0.95)
    assert (mean.low, mean.high) == pytest.approx((interval.low, interval.high))
    assert mean.p_value == pytest.approx(student.pvalue)
    assert (mean.design_effect, mean.effective_n) == pytest.approx((1, len(values)))


@given(ROWS, st.integers(0, 99))
def test_order_names_of_clusters_and_scale_of_weights_do_not_matter(
    rows: list[tuple[float, int, float]], seed: int
) -> None:
    values, clusters, weights = (np.array(column) for column in zip(*rows, strict=True))
    order = np.random.default_rng(seed).permutation(len(rows))
    mean = clustered_mean(values, clusters, weights)
    again = clustered_mean(values[order], 100 - 7 * clusters[order], 3 * weights[order])
    assert again.value == pytest.approx(mean.value, abs=1e-12)
    if mean.standard_error is not None and mean.standard_error > 1e-9:
        assert again.standard_error == pytest.approx(mean.standard_error)


def test_items_that_weigh_nothing_do_not_count() -> None:
    with_nothing = clustered_mean([*SCORES, 9.0, -9.0], [*CLUSTERS, 0, 7], [1.0] * 12 + [0, 0])
    assert with_nothing == clustered_mean(SCORES, CLUSTERS)


def test_one_cluster_or_no_spread_leaves_the_error_undefined_with_a_reason() -> None:
    one = clustered_mean([0, 1, 1], [4, 4, 4])
    assert (one.value, one.standard_error, one.low, one.p_value) == (pytest.approx(2 / 3), None, None, None)
    assert one.reason == Reason("one_cluster")
    equal = clustered_mean([0.1] * 7, [0, 0, 1, 2, 3, 4, 5])
    assert (equal.standard_error, equal.high, equal.effective_n) == (None, None, None)
    assert equal.reason == Reason("clusters_alike")


def test_the_interval_covers_where_the_naive_one_does_not() -> None:
    chance = np.random.default_rng(8)
    covered, naive = 0, 0
    for _ in range(2_000):
        clusters = np.repeat(np.arange(40), chance.integers(1, 8, 40))
        shares = chance.choice([0.4, 0.95], 40)  # of the clusters, mean 0.675
        values = (chance.random(len(clusters)) < shares[clusters]).astype(float)
        grouped, single = clustered_mean(values, clusters), clustered_mean(values)
        covered += grouped.low <= 0.675 <= grouped.high
        naive += single.low <= 0.675 <= single.high
    assert 0.93 <= covered / 2_000 <= 0.97
    assert naive / 2_000 < 0.85


@pytest.mark.parametrize(
    ("values", "clusters", "weights", "message"),
    [
        ([], None, None, "at least one"),
        ([1.0, 2.0], [0], None, r"2 items, got shape \(1,\)"),
        ([1.0, 2.0], [0.5, 1.0], None, "whole-number codes"),
        ([1.0, 2.0], ["a", "b"], None, "whole-number codes"),
        ([1.0, 2.0], [0, 1], [1.0, -1.0], "position 1"),
    ],
)
def test_what_is_no_clustered_sample_is_refused(values, clusters, weights, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        clustered_mean(values, clusters, weights)


def test_a_level_of_one_is_refused() -> None:
    with pytest.raises(ValueError, match="confidence"):
        clustered_mean([1, 2], None, None, 1.0)


def test_few_heavy_items_give_few_degrees_of_freedom() -> None:
    # 90 items of weight 1 and 10 of weight 30: (90 + 9,000)² / (90 + 8,100,000) - 1 degrees, by hand 9.2
    values, weights = np.tile([0.0, 1.0], 50), np.r_[np.ones(90), np.full(10, 30.0)]
    mean = clustered_mean(values, weights=weights)
    assert mean.standard_error is not None
    degrees = 9_090**2 / 8_100_090 - 1
    assert mean.high == pytest.approx(mean.value + t.ppf(0.975, degrees) * mean.standard_error)
    assert mean.p_value == pytest.approx(2 * t.sf(mean.value / mean.standard_error, degrees))
    alike = clustered_mean(values, weights=np.full(100, 30.0))
    assert alike == clustered_mean(values)
