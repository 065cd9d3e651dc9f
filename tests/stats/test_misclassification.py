"""Corrected shares: the published example, limits and coverage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.stats.agreement import cohen_kappa
from assistant.stats.misclassification import corrected_share

KNOWN = {"true_positives": 30, "positives": 40, "true_negatives": 78, "negatives": 80}


def test_gives_the_corrected_pass_rate_of_the_worked_example() -> None:
    # PyPI page of llm-judge-agreement: 30 of 40 failures found, 78 of 80 passes passed; 320 of 400 others passed.
    # Printed: 59.8-85.8 %, 91.3-99.3 %, pass rate corrected from 0.8 to 0.759 (Rogan & Gladen 1978); agreement 0.9
    fails = corrected_share(80, 400, **KNOWN)
    assert fails.sensitivity == pytest.approx(0.75, abs=1e-6)
    assert fails.sensitivity_interval == pytest.approx((0.5980603857923197, 0.858128813609037), abs=1e-6)
    assert fails.specificity == pytest.approx(0.975, abs=1e-6)
    assert fails.specificity_interval == pytest.approx((0.9133556701442198, 0.9931171067970292), abs=1e-6)
    assert 1 - fails.value == pytest.approx(0.7586206896551724, abs=1e-6)
    assert fails.low < fails.value < fails.high
    assert (KNOWN["true_positives"] + KNOWN["true_negatives"]) / 120 == pytest.approx(0.9, abs=1e-6)
    assert cohen_kappa([[30, 10], [2, 78]]) == pytest.approx(0.7631578947368421, abs=1e-6)


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


def test_a_share_below_what_false_alarms_explain_is_cut_to_zero_and_told_uncut() -> None:
    few = corrected_share(1, 400, **KNOWN)
    assert few.uncut < 0
    assert (few.value, few.low) == (0.0, 0.0)
    assert few.high > 0


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"true_positives": 0, "positives": 0, "true_negatives": 5, "negatives": 5}, "no positive item"),
        ({"true_positives": 5, "positives": 5, "true_negatives": 0, "negatives": 0}, "no negative item"),
        ({"true_positives": 20, "positives": 40, "true_negatives": 20, "negatives": 40}, "no better than chance"),
        ({"true_positives": 4, "positives": 40, "true_negatives": 20, "negatives": 40}, "no better than chance"),
    ],
)
def test_undefined_is_none_with_a_reason(known: dict[str, int], reason: str) -> None:
    share = corrected_share(80, 400, **known)
    assert (share.value, share.uncut, share.low, share.high) == (None, None, None, None)
    assert reason in (share.reason or "")


def test_too_few_items_leave_the_interval_undefined() -> None:
    share = corrected_share(5, 10, true_positives=1, positives=1, true_negatives=1, negatives=100)
    assert (share.low, share.high) == (None, None)
    assert "too few" in (share.reason or "")


@given(st.integers(0, 100), st.integers(20, 40), st.integers(25, 40))
def test_counting_the_other_way_round_gives_the_rest(flagged: int, found: int, spared: int) -> None:
    share = corrected_share(flagged, 100, true_positives=found, positives=40, true_negatives=spared, negatives=40)
    rest = corrected_share(100 - flagged, 100, true_positives=spared, positives=40, true_negatives=found, negatives=40)
    assert rest.value == pytest.approx(1 - share.value)
    assert (rest.low, rest.high) == pytest.approx((1 - share.high, 1 - share.low))


@pytest.mark.parametrize(("truth", "sensitivity", "specificity"), [(0.1, 0.8, 0.95), (0.4, 0.7, 0.85)])
def test_the_interval_covers(truth: float, sensitivity: float, specificity: float) -> None:
    chance, runs = np.random.default_rng(16), 2_000
    flagged = chance.binomial(500, truth * sensitivity + (1 - truth) * (1 - specificity), runs).tolist()
    found, spared = chance.binomial(80, sensitivity, runs).tolist(), chance.binomial(150, specificity, runs).tolist()
    covered = 0
    for count, tp, tn in zip(flagged, found, spared, strict=True):
        share = corrected_share(count, 500, true_positives=tp, positives=80, true_negatives=tn, negatives=150)
        covered += share.low <= truth <= share.high
    assert 0.93 <= covered / runs <= 0.98


@pytest.mark.parametrize(
    ("flagged", "n", "change", "message"),
    [
        (5, 4, {}, "flagged"),
        (0, 0, {}, "n at least 1"),
        (1, 4, {"positives": 20}, "30 of 20"),
        (1, 4, {"confidence": 1.0}, "confidence"),
    ],
)
def test_counts_and_levels_out_of_range_are_refused(flagged: int, n: int, change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        corrected_share(flagged, n, **{**KNOWN, **change})
