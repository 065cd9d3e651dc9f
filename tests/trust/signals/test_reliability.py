"""The reliability report: published and hand-worked figures, weights, and a reason for what is not there."""

from __future__ import annotations

import json

import numpy as np
import pytest

from assistant.trust.signals.reliability import reliability_report

# Ten answers by hand (Geifman & El-Yaniv 2017 for the curve): confidence with ties, and whether they were right.
CONFIDENCE = [0.95, 0.9, 0.9, 0.8, 0.8, 0.7, 0.6, 0.6, 0.55, 0.5]
AGREED = [1, 1, 1, 1, 0, 1, 0, 1, 0, 0]


def test_the_ten_answers() -> None:
    report = reliability_report(CONFIDENCE, AGREED)
    assert (report.n, report.effective_n) == (10, 10.0)
    assert report.brier == pytest.approx(0.1865)
    assert report.mean_confidence == pytest.approx(0.73)
    assert report.agreement == pytest.approx(0.6)
    # pairs agreed x not: 0.95, 0.9, 0.9 above all four; 0.8: 3.5; 0.7: 3; 0.6: 2.5: 21 of 24
    assert report.auroc == pytest.approx(21 / 24)
    # ties count half: risks of the k surest 0, 0, 0, 1/8, 1/5, 1/6, 3/14, 1/4, 1/3, 2/5
    assert report.aurc == pytest.approx((1 / 8 + 1 / 5 + 1 / 6 + 3 / 14 + 1 / 4 + 1 / 3 + 2 / 5) / 10)
    assert report.excess_aurc == pytest.approx(report.aurc - (1 / 7 + 2 / 8 + 3 / 9 + 4 / 10) / 10)
    assert report.reasons == {}


def test_bins_of_equal_mass_and_their_gaps() -> None:
    report = reliability_report(CONFIDENCE, AGREED, bins=2)
    assert [(one.n, one.share) for one in report.bins] == [(5, 0.4), (5, 0.8)]
    gaps = [abs(one.mean_probability - one.share) for one in report.bins]
    assert gaps == pytest.approx([0.59 - 0.4, 0.87 - 0.8])
    assert report.ece == pytest.approx(np.mean(gaps))
    parts = report.decomposition
    assert parts.reliability == pytest.approx((0.19**2 + 0.07**2) / 2)
    assert parts.resolution == pytest.approx(0.04)
    assert parts.uncertainty == pytest.approx(0.24)
    assert parts.reliability - parts.resolution + parts.uncertainty + parts.within_bins == pytest.approx(report.brier)


def test_unequal_probabilities_make_it_speak_for_everybody_and_take_the_areas_away() -> None:
    # Verification bias, own construction in expected counts: 90 % of items sure, agreed with at 97 %, 5 % of them seen;
    # 10 % unsure, agreed with at 60 %, all seen. Truth 0.933; over those seen 0.7148275862068966.
    confidence = np.repeat([0.97, 0.6], [900, 2_000])
    agreed = np.concatenate([np.arange(900) % 100 >= 3, np.arange(2_000) % 10 >= 4])
    report = reliability_report(confidence, agreed, np.repeat([0.05, 1.0], [900, 2_000]))
    assert report.agreement == pytest.approx(0.933)
    assert agreed.mean() == pytest.approx(0.7148275862068966)
    assert report.effective_n == pytest.approx(20_000**2 / (900 * 400 + 2_000))
    assert (report.aurc, report.excess_aurc) == (None, None)
    assert set(report.reasons) == {"aurc", "excess_aurc"}


@pytest.mark.parametrize(("outcome", "word"), [(1, "all"), (0, "none")])
def test_one_outcome_only_has_no_auroc_and_says_why(outcome: int, word: str) -> None:
    report = reliability_report([0.9, 0.8], [outcome, outcome])
    assert report.auroc is None
    assert report.reasons["auroc"] == f"people agreed with {word} of the 2 labels"


def test_it_is_plain_json_and_the_same_each_time() -> None:
    once = json.dumps(reliability_report(CONFIDENCE, AGREED).as_json(), allow_nan=False)
    assert once == json.dumps(reliability_report(CONFIDENCE, AGREED).as_json(), allow_nan=False)
    assert json.loads(once)["bins"][-1]["high"] == 0.95
    assert json.loads(once)["decomposition"]["uncertainty"] == pytest.approx(0.24)


@pytest.mark.parametrize(
    ("confidence", "agreed", "pi", "message"),
    [
        ([], [], None, "confidence must be"),
        ([0.5, np.nan], [1, 0], None, "confidence holds nan"),
        ([0.5, 1.5], [1, 0], None, "probabilities must lie"),
        ([0.5, 0.6], [1, 0.5], None, "0 or 1"),
        ([0.5, 0.6], [1, 0], [0.5, 2.0], "inclusion_probabilities must lie"),
    ],
)
def test_arguments_out_of_range_are_refused(confidence, agreed, pi, message) -> None:
    with pytest.raises(ValueError, match=message):
        reliability_report(confidence, agreed, pi)
