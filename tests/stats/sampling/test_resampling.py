"""Bootstrap intervals against Efron and Tibshirani, drawing items one by one, and their own promises."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from assistant.domain.reasons import Reason
from assistant.stats.agreement.profiles import table_profiles
from assistant.stats.sampling import resampling
from assistant.stats.sampling.resampling import acceleration, bootstrap_counts
from assistant.stats.vectors import Floats
from tests.stats.plain import cohen_kappa

# Efron & Tibshirani (1993), spatial test data A, tables 14.1 and 14.2: plug-in variance, 90 %
SPATIAL = [48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41]
COHEN = np.array([[88, 14, 18], [10, 40, 10], [2, 6, 12]])


def variance(sums: Floats) -> Floats:
    """Plug-in, of sums of (value, its square, number)."""
    return np.asarray(sums[:, 1] / sums[:, 2] - (sums[:, 0] / sums[:, 2]) ** 2)


def kappa(sums: Floats) -> Floats:
    return cohen_kappa(sums.reshape(-1, 3, 3))


def mean(sums: Floats) -> Floats:
    """Of sums of (value, number)."""
    return np.asarray(sums[:, 0] / sums[:, 1])


def test_the_spatial_data_of_efron_and_tibshirani() -> None:
    one_each = np.column_stack([SPATIAL, np.square(SPATIAL), np.ones(26)])
    bca = bootstrap_counts(one_each, np.ones(26), variance, seed=1, resamples=20_000, confidence=0.9)
    assert bca.value == pytest.approx(171.534, abs=0.001)
    assert (bca.low, bca.high) == pytest.approx((115.8, 259.6), abs=4.0)
    plain = bootstrap_counts(
        one_each, np.ones(26), variance, seed=1, resamples=20_000, confidence=0.9, method="percentile"
    )
    assert (plain.low, plain.high) == pytest.approx((100.8, 233.9), abs=5.0)
    without = [np.var(np.delete(SPATIAL, i)) for i in range(26)]
    assert acceleration(without, np.ones(26)) == pytest.approx(0.061, abs=0.001)


def test_the_bootstrap_of_a_table_is_about_as_wide_as_its_standard_error_says() -> None:
    profiles = table_profiles(np.repeat(np.arange(9), COHEN.ravel()), 9)
    found = bootstrap_counts(profiles.contributions, profiles.counts, kappa, seed=1)
    assert found.value == pytest.approx(cohen_kappa(COHEN))
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.0510018, rel=0.03)  # Cohen (1960), its standard error


def test_a_million_items_take_one_draw_of_counts() -> None:
    found = bootstrap_counts(np.eye(9), COHEN.ravel() * 5_000, kappa, seed=1)
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.0510018 / np.sqrt(5_000), rel=0.03)


def test_the_same_seed_gives_the_same_interval_however_the_draws_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    first = bootstrap_counts(np.eye(9), COHEN.ravel(), kappa, seed=3, resamples=500)
    assert bootstrap_counts(np.eye(9), COHEN.ravel(), kappa, seed=3, resamples=500) == first
    assert bootstrap_counts(np.eye(9), COHEN.ravel(), kappa, seed=4, resamples=500) != first
    monkeypatch.setattr(resampling, "_CHUNK", 1)
    cut = bootstrap_counts(np.eye(9), COHEN.ravel(), kappa, seed=3, resamples=500)
    assert (cut.low, cut.high) == pytest.approx((first.low, first.high))


def test_too_many_profiles_are_linearised_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resampling, "_MOST_DRAWS", 10)
    found = bootstrap_counts(sparse.eye_array(9), COHEN.ravel(), kappa, seed=1)
    assert found.method == "linearised"
    assert found.high - found.low == pytest.approx(2 * 1.959964 * 0.0510018, rel=0.02)


def test_profiles_merge_what_contributes_the_same() -> None:
    made = table_profiles([0, 3, 0, 3, 1], 4, weights=[1, 2, 1, 2.5, 2])
    rows = {tuple(row): count for row, count in zip(made.contributions.toarray().tolist(), made.counts, strict=True)}
    assert rows == {(1, 0, 0, 0): 2, (0, 2, 0, 0): 1, (0, 0, 0, 2): 1, (0, 0, 0, 2.5): 1}


def test_clusters_with_the_same_items_are_one_profile() -> None:
    made = table_profiles([0, 1, 1, 0, 2], 3, clusters=["a", "a", "b", "b", "c"])
    rows = {tuple(row): count for row, count in zip(made.contributions.toarray().tolist(), made.counts, strict=True)}
    assert rows == {(1, 1, 0): 2, (0, 0, 1): 1}


def test_profiles_keep_the_table_whatever_the_weights_and_clusters() -> None:
    chance = np.random.default_rng(1)
    cells, weights, groups = chance.integers(0, 9, 500), chance.integers(1, 4, 500), chance.integers(0, 100, 500)
    table = np.bincount(cells, weights, minlength=9)
    for clusters in (None, groups):
        made = table_profiles(cells, 9, weights, clusters)
        assert made.contributions.T @ made.counts == pytest.approx(table)
        assert made.counts.sum() == (500 if clusters is None else len(np.unique(groups)))


def test_items_copied_in_clusters_tell_no_more_than_once() -> None:
    cells = np.repeat(np.arange(9), COHEN.ravel())
    once, copied = table_profiles(cells, 9), table_profiles(np.repeat(cells, 3), 9, clusters=np.arange(600) // 3)
    narrow = table_profiles(np.repeat(cells, 3), 9)
    widths = [
        found.high - found.low
        for made in (once, copied, narrow)
        if (found := bootstrap_counts(made.contributions, made.counts, kappa, seed=1, resamples=4_000)).low is not None
    ]
    assert widths[1] == pytest.approx(widths[0], rel=0.01)
    assert widths[2] < 0.65 * widths[0]


def test_bca_intervals_of_a_skewed_mean_hold_more_often_than_chance_allows_to_miss() -> None:
    chance, held = np.random.default_rng(2), 0
    for _ in range(200):
        drawn = np.column_stack([chance.exponential(size=60), np.ones(60)])
        found = bootstrap_counts(drawn, np.ones(60), mean, seed=1, resamples=600)
        held += found.low <= 1 <= found.high
    assert held / 200 >= 0.88


def test_values_without_spread_have_no_interval() -> None:
    found = bootstrap_counts(np.eye(4), [10, 0, 0, 10], lambda s: cohen_kappa(s.reshape(-1, 2, 2)), seed=1)
    assert (found.value, found.low, found.high) == (1.0, None, None)
    assert found.undefined == 0
    assert found.reason == Reason("no_spread_in_resamples")


def test_resamples_in_which_the_statistic_is_undefined_are_counted() -> None:
    found = bootstrap_counts(np.eye(4), [12, 1, 0, 1], lambda s: cohen_kappa(s.reshape(-1, 2, 2)), seed=1)
    assert found.undefined == pytest.approx(10_000 * (12 / 14) ** 14, rel=0.1)
    gone = bootstrap_counts(np.eye(4), [12, 0, 0, 0], lambda s: cohen_kappa(s.reshape(-1, 2, 2)), seed=1)
    assert (gone.value, gone.reason) == (None, Reason("undefined_statistic"))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bootstrap_counts(np.eye(2), [1, 2, 3], mean, seed=1), "counts has 3 values for 2 profiles"),
        (lambda: bootstrap_counts(np.eye(2), [1, -2], mean, seed=1), "counts must be whole"),
        (lambda: bootstrap_counts(np.eye(2), [0, 0], mean, seed=1), "not all 0"),
        (lambda: bootstrap_counts(np.eye(2), [1, 2], mean, seed=1, resamples=0), "resamples must be at least 1"),
        (lambda: bootstrap_counts(np.eye(2), [1, 2], mean, seed=1, confidence=1.0), "confidence within 0 to 1"),
        (lambda: bootstrap_counts(np.eye(2), [1, 2], mean, seed=1, method="studentized"), "method must be"),
        (lambda: table_profiles([], 4), "at least one item"),
        (lambda: table_profiles([4], 4), "cells must hold codes from 0 to 3, got 4"),
        (lambda: table_profiles([1, 2], 4, clusters=[1]), "clusters must be one for each"),
    ],
)
def test_bad_input_is_refused(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
