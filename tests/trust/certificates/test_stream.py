"""The stream certificate: worked by hand, and true as often as it says."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest
from scipy.stats import binom

from assistant.trust.certificates.stream import Stop, StreamCertificate, certify_stream, coverage_margin

DRAWS = 400
BROKEN_ALLOWED = 0.05 + 3 * sqrt(0.05 * 0.95 / DRAWS)
ERRORS = 0.23 * np.linspace(0, 1, 20) ** 3  # 4.3 % on average down to the 18th, 5.1 % to the 19th, 6.0 % to the last
LEVELS = 1 - ERRORS  # the confidences that occur, all equally often


def certify(confidence: np.ndarray, wrong: np.ndarray, upcoming: np.ndarray) -> StreamCertificate:
    return certify_stream(confidence, wrong, upcoming, max_error=0.05, level=0.05)


def broken_shares(errors: np.ndarray, labels: int, seed: int) -> tuple[float, float, float]:
    """Share of draws whose threshold breaks the bound, ours and the naive rule's, and the mean coverage of ours.

    Args:
        errors: true error share at each of the LEVELS.
    """
    chance = np.random.default_rng(seed)
    above = np.cumsum(errors) / np.arange(1, 21)
    broken = naive = covered = 0.0
    for _ in range(DRAWS):
        level = chance.integers(20, size=labels)
        wrong = chance.random(labels) < errors[level]
        made = certify(LEVELS[level], wrong, LEVELS[chance.integers(20, size=500)])
        if made.certified:
            broken += above[np.argmin(np.abs(LEVELS - made.certified.threshold))] > 0.05
            covered += made.certified.coverage
        seen = [wrong[level <= k].mean() if (level <= k).any() else 1.0 for k in range(20)]
        low_enough = np.flatnonzero(np.array(seen) <= 0.05)
        naive += len(low_enough) > 0 and above[low_enough[-1]] > 0.05
    return broken / DRAWS, naive / DRAWS, covered / DRAWS


def test_it_is_broken_as_rarely_as_stated_where_picking_by_measured_error_is_not() -> None:
    broken, naive, covered = broken_shares(ERRORS, 400, seed=1)
    assert broken <= BROKEN_ALLOWED
    assert naive > 0.4
    assert covered > 0.6


def test_it_holds_where_every_threshold_breaks_the_bound_by_a_hair() -> None:
    broken, _, _ = broken_shares(np.full(20, 0.0501), 400, seed=2)
    assert 0.005 < broken <= BROKEN_ALLOWED


def test_it_holds_where_the_surest_are_the_worst() -> None:
    errors = np.concatenate([np.full(4, 0.15), np.full(12, 0.01), np.full(4, 0.06)])  # 15 %, falling to 4.5 %, rising
    broken, _, _ = broken_shares(errors, 800, seed=3)
    assert broken <= BROKEN_ALLOWED


def test_a_hundred_right_labels_certify_everything() -> None:
    made = certify(np.full(100, 0.97), np.zeros(100), np.full(50, 0.97))
    assert made.stop is Stop.ALL_CERTIFIED
    assert (made.threshold, made.labels_needed) == (0.97, None)
    assert made.certified is not None
    assert made.certified.p_value == pytest.approx(0.95**100)
    assert (made.certified.accepted, made.certified.errors, made.certified.coverage) == (100, 0, 1.0)
    assert made.coverage_low == pytest.approx(1 - sqrt(log(200) / 100))  # at a fifth of the level: 1 %
    assert made.coverage_high == 1.0


def test_it_goes_down_to_the_first_threshold_not_rejected() -> None:
    # 1 of 99 rejects at 0.04 (96/95 sample sizes: 63, 99, 130, 160, 188 for 0 to 4 failures), 5 of 149 does not.
    confidence = np.repeat([0.99, 0.9, 0.5], [99, 50, 57])
    wrong = np.zeros(206)
    wrong[[0, 99, 100, 101, 102]] = 1
    made = certify(confidence, wrong, np.repeat([0.99, 0.9, 0.5], [99, 50, 57]))
    assert [step.threshold for step in made.tested] == [0.99, 0.9]
    assert [(step.errors, step.accepted) for step in made.tested] == [(1, 99), (5, 149)]
    assert [step.p_value for step in made.tested] == pytest.approx(binom.cdf([1, 5], [99, 149], 0.05))
    assert made.threshold == 0.99
    assert made.stop is Stop.NOT_REJECTED
    assert made.reason == ("5 of 149 labels at or above 0.9 are wrong: too many to rule out an error share above 0.05")


def test_62_right_labels_are_too_few_for_two_bounds_that_hold_together_with_95_per_cent() -> None:
    # The bound on errors alone takes 59 (Wilks's 95/95 sample size); at 4/5 of the level, 0.95^62 = 0.0416 > 0.04.
    made = certify(np.full(62, 0.99), np.zeros(62), np.full(100, 0.99))
    assert (made.stop, made.threshold, made.tested) == (Stop.TOO_FEW, None, ())
    assert (made.coverage_low, made.coverage_high) == (None, None)
    assert made.labels_needed == 99  # half an error more of 63 is 0.8 %: P(0 of 63) = 0.61, P(<= 1 of 99) = 0.82
    assert "99 labels would probably do" in made.reason
    assert certify(np.full(63, 0.99), np.zeros(63), np.full(100, 0.99)).threshold == 0.99


@pytest.mark.parametrize("errors", [ERRORS, np.full(20, 0.0501)])
def test_the_bound_on_errors_and_the_interval_for_the_coverage_hold_together(errors: np.ndarray) -> None:
    chance = np.random.default_rng(7)
    above, at_least = np.cumsum(errors) / np.arange(1, 21), np.arange(1, 21) / 20  # true, at each of the LEVELS
    certified = failed = 0
    for _ in range(DRAWS):
        level = chance.integers(20, size=400)
        made = certify(LEVELS[level], chance.random(400) < errors[level], LEVELS[chance.integers(20, size=100)])
        if made.certified is None or made.coverage_low is None or made.coverage_high is None:
            continue
        certified += 1
        at = np.argmin(np.abs(LEVELS - made.certified.threshold))
        failed += above[at] > 0.05 or not made.coverage_low <= at_least[at] <= made.coverage_high
    assert failed / DRAWS <= BROKEN_ALLOWED
    assert certified > 0


def test_a_machine_that_is_wrong_everywhere_is_helped_by_no_number_of_labels() -> None:
    made = certify(np.linspace(0.5, 0.99, 300), np.tile([0, 1, 0], 100), np.linspace(0.5, 0.99, 500))
    assert made.threshold is None
    assert made.labels_needed is None
    assert "no number of labels would do" in made.reason


def test_the_labels_it_asks_for_probably_do() -> None:
    chance = np.random.default_rng(4)
    asked, certified = [], 0
    for _ in range(60):
        level = chance.integers(20, size=70)
        made = certify(LEVELS[level], chance.random(70) < ERRORS[level], np.repeat(LEVELS, 20))
        if made.labels_needed is not None:
            asked.append(made.labels_needed)
    size = int(np.median(asked))
    for _ in range(60):
        level = chance.integers(20, size=size)
        certified += (
            certify(LEVELS[level], chance.random(size) < ERRORS[level], np.repeat(LEVELS, 20)).threshold is not None
        )
    assert 70 < size < 1_000
    assert certified / 60 > 0.6


def test_thresholds_and_where_the_test_starts_do_not_depend_on_the_calibration_sample() -> None:
    chance = np.random.default_rng(5)
    upcoming = chance.beta(8, 1, 2_000)
    starts = set()
    for _ in range(10):
        confidence = chance.beta(8, 1, 300)
        starts.add(certify(confidence, chance.random(300) > confidence, upcoming).tested[0].threshold)
    assert len(starts) == 1
    assert starts <= set(upcoming)


def test_ties_are_accepted_together() -> None:
    upcoming = np.repeat([0.95, 0.7], [970, 30])
    made = certify(np.repeat([0.95, 0.7], [200, 100]), np.repeat([0, 1], [200, 100]), upcoming)
    assert made.certified is not None
    assert (made.certified.threshold, made.certified.accepted, made.certified.coverage) == (0.95, 200, 0.97)


def test_the_coverage_interval_holds_at_all_thresholds_at_once() -> None:
    chance = np.random.default_rng(6)
    missed = 0
    for _ in range(DRAWS):
        scores = np.sort(chance.random(200))
        ranks = np.arange(200)
        missed += np.maximum(np.abs(ranks / 200 - scores), np.abs((ranks + 1) / 200 - scores)).max() > coverage_margin(
            200, 0.05
        )
    assert missed / DRAWS <= BROKEN_ALLOWED


@pytest.mark.parametrize(
    ("confidence", "wrong", "upcoming", "message"),
    [
        (np.full(29, 0.9), np.zeros(29), [0.9], "at least 30 calibration labels, got 29"),
        (np.append(np.full(39, 0.9), np.nan), np.zeros(40), [0.9], "confidence holds nan"),
        (np.full(40, 0.9), np.zeros(40), [0.9, np.nan], "upcoming holds nan"),
        (np.full(40, 0.9), np.zeros(40), [], "upcoming must be"),
        (np.full(40, 0.9), np.full(40, 0.5), [0.9], "wrong must be 0 or 1"),
        (np.full(40, -1.2), np.zeros(40), [0.9], "confidence must lie between 0 and 1"),
        (np.full(40, 0.9), np.zeros(41), [0.9], "wrong has 41 values"),
    ],
)
def test_what_cannot_certify_is_refused(confidence, wrong, upcoming, message) -> None:
    with pytest.raises(ValueError, match=message):
        certify(confidence, wrong, upcoming)


@pytest.mark.parametrize(("max_error", "level"), [(0.0, 0.05), (1.0, 0.05), (0.05, 0.0), (0.05, 1.0)])
def test_bounds_out_of_range_are_refused(max_error: float, level: float) -> None:
    with pytest.raises(ValueError, match=r"must|between"):
        certify_stream(np.full(40, 0.9), np.zeros(40), [0.9], max_error=max_error, level=level)
