"""Comparing two variants on the same items: published values, scipy, the choice of method, and coverage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_rel

from assistant.domain.reasons import Reason
from assistant.stats.comparison.mcnemar import mcnemar_mid_p
from assistant.stats.comparison.paired import compare_paired
from assistant.stats.comparison.paired_proportions import PairedTable, tango

# Right answers of 5 of two models to 198 questions (GPQA Diamond): stephlinds/evalconfidence, Apache-2.0, ba5613a
GPQA_A = (
    "545550555425455554513500553142010552310551555033545552552515155551534055555141355555550314555404553"
    "155055550155120220255050205250555055545354045354045435554103205155453503050503515055050555555323330"
)
GPQA_B = (
    "515500555055353512555500552454000130152252025055455550550524055511055002545555145555050530555101515"
    "235054510005101054135250445040554025532155045155355241155011105255455500350540505455155553515534050"
)
GRADES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 6)), min_size=3, max_size=60)


def shares(digits: str) -> np.ndarray:
    return np.array([int(digit) for digit in digits]) / 5


def test_gives_the_paired_difference_of_two_models_on_198_questions() -> None:
    # Quoted in UKGovernmentBEIS/inspect_ai#4206: paired +5.9 [0.4, 11.3] p = 0.036
    result = compare_paired(shares(GPQA_A), shares(GPQA_B))
    assert result.method == "paired_t"
    assert result.difference == pytest.approx(0.058585858585858595, abs=1e-6)
    assert (result.low, result.high) == pytest.approx((0.0037847928651483995, 0.1133869243065688), abs=1e-6)
    assert result.p_value == pytest.approx(0.036271001484081404, abs=1e-6)
    assert result.differs
    # Looked at as if they were different questions they can't be told apart: printed -2.1 to 13.8, p = 0.149
    variances = shares(GPQA_A).var(ddof=1) + shares(GPQA_B).var(ddof=1)
    assert result.difference < 1.96 * np.sqrt(variances / 198)


def test_right_and_wrong_answers_get_tangos_interval_and_the_mid_p() -> None:
    # 1 both, 1 against 7, 12 none: Tango (1998) and Fagerland et al. (2013)
    a, b = np.repeat([1, 1, 0, 0], [1, 1, 7, 12]), np.repeat([1, 0, 1, 0], [1, 1, 7, 12])
    result = compare_paired(a, b)
    assert (result.method, result.n) == ("tango", 21)
    assert (result.low, result.high) == pytest.approx((-0.5172322764212659, -0.026003032480949276), abs=1e-4)
    assert result.p_value == pytest.approx(0.039062500000000014, abs=1e-9)
    assert result.difference == pytest.approx(-0.2857142857142857)
    assert result.item_deviation == pytest.approx(np.std(a - b))
    assert result.differs


def test_variants_that_never_differ_have_an_interval_but_no_deviation() -> None:
    result = compare_paired([1, 0, 1, 1], [1, 0, 1, 1])
    assert (result.difference, result.p_value, result.item_deviation, result.differs) == (0, 1.0, None, False)
    assert (result.low, result.high) == pytest.approx(tango(PairedTable(3, 0, 0, 1)))


def test_tango_and_mid_p_part_only_at_the_edge_and_then_no_difference_is_claimed() -> None:
    parted = []
    for only_a in range(41):
        for only_b in range(only_a, 41):
            low, high = tango(PairedTable(30, only_a, only_b, 30))
            p = mcnemar_mid_p(only_a, only_b)
            if (low <= 0 <= high) != (p >= 0.05):
                parted.append((only_a, only_b))
                assert high < 0
                assert 0.05 <= p < 0.063
    assert parted == [(0, 4), (6, 15), (8, 18), (10, 21)]
    edge = compare_paired([0] * 4 + [1] * 60, [1] * 64)
    assert (edge.high < 0, edge.p_value, edge.differs) == (True, 0.0625, False)


@given(GRADES)
def test_ungrouped_grades_get_students_interval(rows: list[tuple[int, int, int]]) -> None:
    a, b = (np.array([row[i] for row in rows]) / 5 for i in (0, 1))
    result = compare_paired(np.append(a, 0.5), np.append(b, 0.3))
    student = ttest_rel(np.append(a, 0.5), np.append(b, 0.3))
    if np.ptp(np.append(a - b, 0.2)) < 1e-9:
        assert result.low is None
        return
    interval = student.confidence_interval(0.95)
    assert result.method == "paired_t"
    assert result.p_value == pytest.approx(student.pvalue)
    expected = max(-1, interval.low), min(1, interval.high)
    assert (result.low, result.high) == pytest.approx(expected)


@given(GRADES, st.booleans(), st.booleans(), st.integers(0, 99))
def test_swapping_turns_and_the_order_of_items_does_not_matter(
    rows: list[tuple[int, int, int]], weighted: bool, clustered: bool, seed: int
) -> None:
    a, b, group = (np.array(column) for column in zip(*rows, strict=True))
    a, b = a / 5, b / 5
    weights, clusters = group + 1.0 if weighted else np.ones(len(rows)), group if clustered else np.arange(len(rows))
    result = compare_paired(a, b, weights=weights, clusters=clusters)
    swapped = compare_paired(b, a, weights=weights, clusters=clusters)
    order = np.random.default_rng(seed).permutation(len(rows))
    mixed = compare_paired(a[order], b[order], weights=weights[order], clusters=clusters[order])
    assert swapped.difference == pytest.approx(-result.difference, abs=1e-12)
    assert mixed.difference == pytest.approx(result.difference, abs=1e-12)
    if result.low is None or result.item_deviation is None:
        return
    assert (swapped.low, swapped.high) == pytest.approx((-result.high, -result.low), abs=1e-9)
    assert (mixed.low, mixed.high, mixed.p_value) == pytest.approx((result.low, result.high, result.p_value), abs=1e-9)


def test_equal_weights_and_clusters_of_one_are_as_none() -> None:
    a, b = [1, 0, 1, 1, 0], [0, 0, 1, 0, 1]
    plain = compare_paired(a, b)
    assert compare_paired(a, b, weights=[7] * 5, clusters=[4, 2, 9, 1, 3]) == plain
    assert compare_paired(a, b, weights=[7] * 4 + [1]).method == "cluster_robust"
    assert compare_paired(a, b, clusters=[1, 1, 2, 3, 4]).method == "cluster_robust"


def test_the_weighted_difference_is_hajeks_with_its_linearised_variance() -> None:
    a, b, w = np.array([1.0, 0.5, 0, 1]), np.array([0.0, 0.5, 1, 0.2]), np.array([1.0, 2, 4, 5])
    result = compare_paired(a, b, weights=w)
    difference = (1 * 1 + 2 * 0 - 4 * 1 + 5 * 0.8) / 12
    assert result.difference == pytest.approx(difference)
    variance = 4 / 3 * ((w * (a - b - difference)) ** 2).sum() / 144
    assert result.item_deviation == pytest.approx(np.sqrt(4 * variance))


def test_repeated_items_tell_no_more_when_told_that_they_are_one_cluster() -> None:
    a, b = shares(GPQA_A)[:40], shares(GPQA_B)[:40]
    once = compare_paired(a, b)
    thrice = compare_paired(np.repeat(a, 3), np.repeat(b, 3), clusters=np.repeat(np.arange(40), 3))
    assert (thrice.low, thrice.high, thrice.p_value) == pytest.approx((once.low, once.high, once.p_value))
    assert (thrice.n, thrice.clusters) == (120, 40)


def test_what_cannot_be_told_is_none_with_a_reason() -> None:
    one = compare_paired([0.2, 0.4, 1], [0, 0.1, 0.5], clusters=[3, 3, 3])
    assert (one.low, one.p_value, one.differs) == (None, None, False)
    assert one.reason == Reason("one_cluster")
    equal = compare_paired([0.5, 0.7], [0.3, 0.5])
    assert (equal.low, equal.item_deviation) == (None, None)
    assert equal.reason == Reason("clusters_alike")


def test_a_variant_worse_by_the_margin_passes_in_at_most_one_of_forty() -> None:
    chance = np.random.default_rng(9)
    samples = chance.multinomial(400, [0.06, 0.11, 0.83], size=2_000)  # 5 points worse
    passed = [tango(PairedTable(int(n), int(b), int(c), 0))[0] > -0.05 for b, c, n in samples]
    assert np.mean(passed) <= 0.025 + 3 * np.sqrt(0.025 * 0.975 / 2_000)


def test_the_robust_interval_covers_weighted_clusters() -> None:
    chance = np.random.default_rng(10)
    covered, runs = 0, 1_000
    for _ in range(runs):
        clusters = np.repeat(np.arange(50), chance.integers(1, 7, 50))
        weights = chance.choice([1.0, 2.0, 5.0], len(clusters))
        better = chance.choice([0.0, 0.3], 50)[clusters]  # A's lead by cluster, mean 0.15
        a = (chance.random(len(clusters)) < 0.5 + better).astype(float)
        b = (chance.random(len(clusters)) < 0.5).astype(float)
        result = compare_paired(a, b, weights=weights, clusters=clusters)
        covered += result.low <= 0.15 <= result.high
    assert 0.93 <= covered / runs <= 0.97


@pytest.mark.parametrize(
    ("a", "b", "extra", "message"),
    [
        ([], [], {}, "at least one"),
        ([1, 0], [1], {}, "scores_b has 1 values where scores_a has 2"),
        ([1, 2], [1, 1], {}, "scores_a must lie between 0 and 1, got 2 at position 1"),
        ([1, float("nan")], [1, 1], {}, "nan or infinity at position 1"),
        ([1, 0], [1, 1], {"weights": [0, 0]}, "all zero"),
        ([1, 0], [1, 1], {"clusters": [0]}, "2 items"),
        ([1, 0], [1, 1], {"confidence": 2}, "confidence"),
    ],
)
def test_what_is_no_comparison_is_refused(a, b, extra, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        compare_paired(a, b, **extra)
