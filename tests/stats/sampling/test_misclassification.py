"""Corrected shares: the published example, the matrix form, limits and coverage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain.reasons import Reason
from assistant.stats.sampling.misclassification import (
    ERRORS_DIFFER,
    NO_BETTER_THAN_CHANCE,
    NO_ITEM_OF_LABEL,
    TOO_FEW_LABELLED,
    corrected_share,
    corrected_shares,
)

# rogan_gladen_llm_judge of the reference values: 30 of 40 failures found, 78 of 80 passes passed; 320 of 400 others
# passed. Printed: pass rate corrected from 0.8 to 0.759
KNOWN = {"true_positives": 30, "positives": 40, "true_negatives": 78, "negatives": 80}
TABLE = [[30, 10], [2, 78]]


def test_gives_the_corrected_pass_rate_of_the_worked_example() -> None:
    fails = corrected_share(80, 400, **KNOWN)
    assert 1 - fails.value == pytest.approx(0.7586206896551724, abs=1e-6)
    assert fails.low < fails.value < fails.high


def test_the_interval_worked_out_step_by_step() -> None:
    # Lang & Reiczigel (2014), eq. 14-17, with z = 1.959964
    z = 1.959963984540054
    p, se, sp = (80 + z * z / 2) / (400 + z * z), 31 / 42, 79 / 82
    share = (p + sp - 1) / (se + sp - 1)
    shift = 2 * z * z * (share * se * (1 - se) / 42 - (1 - share) * sp * (1 - sp) / 82)
    variance = p * (1 - p) / (400 + z * z) + share**2 * se * (1 - se) / 42 + (1 - share) ** 2 * sp * (1 - sp) / 82
    half = z * np.sqrt(variance) / (se + sp - 1)
    fails = corrected_share(80, 400, **KNOWN)
    assert (fails.low, fails.high) == pytest.approx((share + shift - half, share + shift + half))


def test_the_matrix_of_two_labels_gives_the_same_share_and_nearly_the_same_interval() -> None:
    fails, passes = corrected_shares(TABLE, [80, 320])
    single = corrected_share(80, 400, **KNOWN)
    assert fails.value == pytest.approx(single.value)
    assert passes.value == pytest.approx(1 - fails.value)
    assert (fails.low, fails.high) == pytest.approx((single.low, single.high), abs=0.01)


def test_three_labels_worked_by_hand() -> None:
    # the machine calls half of all b a, and knows a and c: counts 60, 20, 20 of 100 come of shares 0.4, 0.4, 0.2
    found = corrected_shares([[50, 0, 0], [25, 25, 0], [0, 0, 50]], [60, 20, 20])
    assert [one.value for one in found] == pytest.approx([0.4, 0.4, 0.2])


def test_a_share_below_what_false_alarms_explain_is_cut_to_zero() -> None:
    few = corrected_share(5, 400, **KNOWN)
    assert (few.value, few.low) == (0.0, 0.0)
    assert few.high > 0


def test_counts_that_the_errors_seen_can_not_explain_are_reported_and_not_cut() -> None:
    known = {"true_positives": 290, "positives": 300, "true_negatives": 400, "negatives": 500}  # a fifth is wrong alarm
    assert corrected_share(10, 10_000, **known).reason == ERRORS_DIFFER
    assert {one.reason for one in corrected_shares([[290, 10], [100, 400]], [10, 9_990])} == {ERRORS_DIFFER}


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"true_positives": 0, "positives": 0, "true_negatives": 5, "negatives": 5}, NO_ITEM_OF_LABEL),
        ({"true_positives": 5, "positives": 5, "true_negatives": 0, "negatives": 0}, NO_ITEM_OF_LABEL),
        ({"true_positives": 20, "positives": 40, "true_negatives": 20, "negatives": 40}, NO_BETTER_THAN_CHANCE),
        ({"true_positives": 4, "positives": 40, "true_negatives": 20, "negatives": 40}, NO_BETTER_THAN_CHANCE),
    ],
)
def test_undefined_is_none_with_a_reason(known: dict[str, int], reason: Reason) -> None:
    share = corrected_share(80, 400, **known)
    assert (share.value, share.low, share.high, share.reason) == (None, None, None, reason)


@pytest.mark.parametrize(
    ("table", "reason"), [([[5, 1], [0, 0]], NO_ITEM_OF_LABEL), ([[4, 4], [3, 3]], NO_BETTER_THAN_CHANCE)]
)
def test_a_matrix_without_an_inverse_corrects_nothing(table: list[list[int]], reason: Reason) -> None:
    assert [one.reason for one in corrected_shares(table, [3, 4])] == [reason, reason]


def test_too_few_items_leave_the_interval_undefined() -> None:
    share = corrected_share(5, 10, true_positives=1, positives=1, true_negatives=1, negatives=100)
    assert (share.low, share.high, share.reason) == (None, None, TOO_FEW_LABELLED)


@given(st.integers(0, 100), st.integers(20, 40), st.integers(25, 40))
def test_counting_the_other_way_round_gives_the_rest(flagged: int, found: int, spared: int) -> None:
    share = corrected_share(flagged, 100, true_positives=found, positives=40, true_negatives=spared, negatives=40)
    rest = corrected_share(100 - flagged, 100, true_positives=spared, positives=40, true_negatives=found, negatives=40)
    assert rest.reason == share.reason
    if share.value is not None:
        assert rest.value == pytest.approx(1 - share.value)
        assert (rest.low, rest.high) == pytest.approx((1 - share.high, 1 - share.low))


def test_the_intervals_cover() -> None:
    chance, runs = np.random.default_rng(16), 600
    rates = np.array([[0.9, 0.07, 0.03], [0.1, 0.8, 0.1], [0.02, 0.08, 0.9]])
    truth, covered = np.array([0.7, 0.25, 0.05]), np.zeros(4)
    for _ in range(runs):
        table = [chance.multinomial(n, row) for n, row in zip((60, 60, 40), rates, strict=True)]
        found = corrected_shares(table, chance.multinomial(3_000, truth @ rates))
        covered[:3] += [one.low <= share <= one.high for one, share in zip(found, truth, strict=True)]
        flagged = chance.binomial(500, 0.1 * 0.8 + 0.9 * 0.05)
        known = {"true_positives": chance.binomial(80, 0.8), "true_negatives": chance.binomial(150, 0.95)}
        single = corrected_share(flagged, 500, positives=80, negatives=150, **known)
        covered[3] += single.low <= 0.1 <= single.high
    assert (covered / runs >= 0.93).all()
    assert (covered / runs <= 0.985).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: corrected_share(5, 4, **KNOWN), "got 5 of 4"),
        (lambda: corrected_share(0, 0, **KNOWN), "n >= 1"),
        (lambda: corrected_share(1, 4, **(KNOWN | {"positives": 20})), "30 of 20"),
        (lambda: corrected_share(1, 4, **KNOWN, confidence=1.0), "confidence"),
        (lambda: corrected_shares(TABLE, [1, 2, 3]), "row and column for each of the 3"),
        (lambda: corrected_shares(TABLE, [0, 0]), "one above 0"),
        (lambda: corrected_shares(TABLE, [-1, 2]), "counts must lie between"),
    ],
)
def test_counts_and_levels_out_of_range_are_refused(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
