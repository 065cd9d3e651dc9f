"""What weights, clusters and known chances do to a variance and to the interval of a share."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.stats.intervals import binomial_interval, mid_p_of_share
from assistant.stats.sampling.clusters import cluster_variance, effective_clusters
from assistant.stats.sampling.designs import design_of_items
from tests.stats.plain import design_of_counts

HITS = np.array([1.0] * 40 + [0.0] * 10)


def of(weights: np.ndarray, correction: np.ndarray | None = None, clusters: np.ndarray | None = None):
    return design_of_items(np.arange(len(weights)), len(weights), weights, clusters, correction)


def test_items_alike_count_one_by_one() -> None:
    design = of(np.full(50, 3.0))
    assert design.effective_n(HITS - 0.8) == pytest.approx(50)
    assert design.interval(0.8, 50, 0.95) == binomial_interval(40, 50)
    assert design_of_counts([40, 10]).interval(0.8, 50, 0.95) == binomial_interval(40, 50)


def test_a_simple_random_sample_of_a_known_batch_counts_as_n_over_what_was_left_out() -> None:
    # n = 50 of 200: the variance of the mean is p (1 - p) / 50 times 1 - 50 / 200
    design = of(np.full(50, 4.0), np.full(50, 0.75))
    assert design.effective_n(HITS - 0.8) == pytest.approx(50 / 0.75)
    assert design.interval(0.8, 50 / 0.75, 0.95) == mid_p_of_share(0.8, 50 / 0.75)


def test_a_census_leaves_nothing_open() -> None:
    assert of(np.ones(50), np.zeros(50)).census
    assert not of(np.ones(50)).census
    assert not of(np.ones(50), np.full(50, 0.1)).census


def test_degrees_are_those_of_what_was_left_to_chance() -> None:
    # 30 items labeled for certain, 20 audited with a chance of 1 in 10
    weights = np.r_[np.ones(30), np.full(20, 10.0)]
    assert of(weights, 1 - 1 / weights).degrees == pytest.approx(19)
    assert of(np.ones(50)).degrees is None
    # Satterthwaite by hand: squares 30 x 1 and 20 x 100
    assert of(weights).degrees == pytest.approx((30 + 2000) ** 2 / (30 + 20 * 100**2) - 1)


def test_heavy_items_that_happen_to_agree_are_not_taken_for_sure() -> None:
    weights = np.r_[np.ones(30), np.full(20, 10.0)]
    hits = np.r_[np.zeros(10), np.ones(40)]  # all audited agree
    mean = float(np.average(hits, weights=weights))
    design, chances = of(weights, 1 - 1 / weights), 1 - 1 / weights
    plain = float((weights**2 * chances) @ (hits - mean) ** 2) / weights.sum() ** 2
    found = design.variance(hits - mean, (-mean, 1 - mean))
    # 20 squared deviations of what was left to chance, and one and a half of the mean of both ends
    ends = (mean**2 + (1 - mean) ** 2) / 2
    random = float(weights**2 @ chances) / weights.sum() ** 2
    assert found == pytest.approx(random * (20 * (1 - mean) ** 2 + 1.5 * ends) / 21.5)
    assert found > 2 * plain


def test_where_all_agree_the_heavy_ones_set_the_bound() -> None:
    weights = np.r_[np.ones(30), np.full(20, 10.0)]
    assert of(weights, 1 - 1 / weights).least_n == pytest.approx(230 / 10)
    assert of(np.full(50, 7.0)).least_n == pytest.approx(50)


def test_clusters_take_the_jackknife_or_the_one_correlation_whichever_is_more() -> None:
    sizes = np.array([2, 2, 2, 2, 12])
    codes = np.repeat(np.arange(5), sizes)
    hits = np.r_[1, 1, 1, 1, 0, 0, 0, 0, np.tile([1, 0], 6)].astype(float)  # the large one happens to lie at the mean
    deviations = hits - hits.mean()
    sums = np.bincount(codes, deviations)
    jackknife = float(((sums / (20 - sizes)) ** 2).sum())
    found = cluster_variance(deviations, np.ones(20), codes)
    # analysis of variance by hand: between (2 + 2) x 2 / 4 squares over 4 degrees, within 3 over 15
    between, within, size = 4 * 2 * 0.25 / 4, 12 * 0.25 / 15, (20 - (16 + 144) / 20) / 4
    correlation = (between - within) / (between + (size - 1) * within)
    assert found == pytest.approx(0.25 * (20 + correlation * (160 - 20)) / 20**2)
    assert found > jackknife
    even = np.repeat(np.arange(5), 4)
    means = np.bincount(even, deviations) / 4
    assert cluster_variance(deviations, np.ones(20), even) == pytest.approx(max(float((means**2).sum()) / 16, 0.0))


def test_effective_clusters_are_as_many_of_one_size() -> None:
    assert effective_clusters(np.ones(20), np.repeat(["a", "b", "c", "d"], 5)) == pytest.approx(4)
    # sizes 16, 2 and 2: 400 / 264
    assert effective_clusters(np.ones(20), np.repeat([7, 8, 9], [16, 2, 2])) == pytest.approx(400 / 264)


def test_three_heavy_items_that_agree_tell_as_much_as_three_items_do() -> None:
    # 15 items for themselves and 3 that stand for 50 each: 165 / 50 items as heavy would stand for all
    weights = np.r_[np.ones(15), np.full(3, 50.0)]
    hits = np.r_[np.zeros(6), np.ones(12)]
    mean = float(np.average(hits, weights=weights))
    design = of(weights)
    effective = design.effective_n(hits - mean, (-mean, 1 - mean))
    assert effective == pytest.approx(165 / 50, rel=0.01)
    assert design.interval(mean, effective, 0.95) == mid_p_of_share(mean, effective)
    alone = binomial_interval(3, 3)[0]
    assert design.interval(mean, effective, 0.95)[0] == pytest.approx(alone, abs=0.1)


@pytest.mark.parametrize("correction", [np.zeros(49), np.full(50, 1.0), np.full(50, -0.1)])
def test_corrections_that_are_none_are_refused(correction: np.ndarray) -> None:
    with pytest.raises(ValueError, match="correction must hold a number from 0 to below 1 for each of the 50 items"):
        of(np.ones(50), correction)
