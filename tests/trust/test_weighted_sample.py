"""Labels of a whole campaign weighted back to its batch: right on average, by playing every outcome of the coins."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest

from assistant.trust.certificates.campaign import AuditRound, CertificateTarget
from assistant.trust.certificates.certify import CertifiedPrefix, pass_items
from assistant.trust.pool import NONE
from assistant.trust.weighted_sample import (
    CENSUS,
    LABELLED,
    RANDOM,
    WEIGHTED,
    Chances,
    FirstSample,
    Sampled,
    census,
    chances_of,
    passed_so_far,
    weighted,
    with_blind_reviews,
    with_monitoring,
)

RATE = 0.3
VALUES = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0])  # of six items; the mean of some figure is to be estimated


def weighted_sample(
    rounds: list[AuditRound], rate: float, people: np.ndarray, passed: Sequence[CertifiedPrefix] = ()
) -> Sampled | None:
    """All labels of a campaign that has come to its end; None while too many are missing."""
    return weighted(chances_of(rounds, rate, people, passed))


def audit_round(order: list[int], coins: tuple[bool, ...]) -> AuditRound:
    return AuditRound(np.array(order), np.zeros(len(order)), np.full(len(order), 0.9), np.array(coins))


def test_the_weighted_total_is_right_on_average_though_the_second_wave_depends_on_the_first() -> None:
    expected = 0.0
    for coins in product((False, True), repeat=4):
        # Items 0 and 1 are offered first. Was 0 audited, 2 and 3 are offered next and 4, 5 are labelled; else 4 and 5.
        second, rest = ([2, 3], [4, 5]) if coins[0] else ([4, 5], [2, 3])
        rounds = [audit_round([0, 1], coins[:2]), audit_round(second, coins[2:])]
        people = np.full(6, NONE)
        people[rest] = 1
        for one in rounds:
            people[one.order[one.audited]] = 1
        sampled = weighted_sample(rounds, RATE, people)
        assert sampled is not None
        chance = np.prod([RATE if coin else 1 - RATE for coin in coins])
        expected += chance * (VALUES[sampled.index] / sampled.inclusion).sum()
    assert expected == pytest.approx(VALUES.sum())


def test_an_offered_item_that_people_labelled_for_another_reason_is_stood_for_by_the_audited_ones() -> None:
    people = np.array([1, 1, NONE, 1, 1, 1])
    sampled = weighted_sample([audit_round([0, 1, 2], (True, False, False))], RATE, people)
    assert sampled is not None
    assert sampled.index.tolist() == [0, 3, 4, 5]
    assert sampled.inclusion.tolist() == [RATE, 1, 1, 1]


@pytest.mark.parametrize("missing", [0, 3])
def test_a_campaign_with_labels_still_to_come_speaks_for_nothing_yet(missing: int) -> None:
    people = np.array([1, NONE, NONE, 1, 1, 1])
    people[missing] = NONE
    assert weighted_sample([audit_round([0, 1, 2], (True, False, False))], RATE, people) is None


def test_what_lies_beyond_the_last_error_tolerated_counts_for_certain_and_the_total_stays_right_on_average() -> None:
    # Five items are offered, those at 1 and 3 are wrong, and no audited error is tolerated; the sixth is labelled.
    wrong = np.array([False, True, False, True, False])
    expected, certain = 0.0, 0
    for coins in product((False, True), repeat=5):
        audited = np.array(coins)
        passed = pass_items(audited & wrong, 0, 0)
        people = np.full(6, NONE)
        people[5] = 1
        people[:5][audited] = 1
        if passed.ended:
            people[passed.count + 1 : 5] = 1  # people label the rest
        sampled = weighted_sample([audit_round([0, 1, 2, 3, 4], coins)], RATE, people, [passed])
        assert sampled is not None
        chance = np.prod([RATE if coin else 1 - RATE for coin in coins])
        expected += chance * (VALUES[sampled.index] / sampled.inclusion).sum()
        certain += int((sampled.inclusion == 1).sum()) - 1
    assert expected == pytest.approx(VALUES.sum())
    assert certain > 0


def test_until_people_have_labelled_what_lies_beyond_its_audited_items_stand_for_it() -> None:
    coins = (True, False, True, False)
    people = np.array([1, NONE, 1, NONE, 1])
    sampled = weighted_sample([audit_round([0, 1, 2, 3], coins)], RATE, people, [CertifiedPrefix(0, 0, ended=True)])
    assert sampled is not None
    assert dict(zip(sampled.index.tolist(), sampled.inclusion.tolist(), strict=True)) == {0: RATE, 2: RATE, 4: 1.0}


def test_a_few_items_that_people_have_not_settled_are_left_out_and_said() -> None:
    people = np.ones(100, dtype=np.int64)
    people[[3, 50]] = NONE
    sampled = weighted(chances_of([], 1.0, people))
    assert sampled is not None
    assert len(sampled.index) == 98
    assert sampled.speaks_for == f"{WEIGHTED}, but for 2 of its items without a final human label"
    people[10:20] = NONE
    assert weighted(chances_of([], 1.0, people)) is None


def among(*places: int, n: int = 6) -> np.ndarray:
    return np.isin(np.arange(n), places)


def test_a_batch_that_was_labelled_completely_is_a_census_whatever_was_drawn() -> None:
    assert census(np.array([1, 1, NONE]), among(n=3)) is None
    found = census(np.array([1, 0, 1]), among(n=3))
    assert found is not None
    assert (found.speaks_for, found.inclusion.tolist()) == (CENSUS, [1, 1, 1])
    people = np.ones(100, dtype=np.int64)
    people[7] = NONE
    tied = census(people, among(7, n=100))
    assert tied is not None
    assert tied.unsettled.tolist() == [7]
    assert tied.speaks_for.endswith("but for 1 of its items without a final human label")


def test_audit_rounds_are_counted_up_to_the_first_that_is_not_completely_labelled() -> None:
    # Of 200 items 10 may be wrong; half of the candidates are audited: tolerated are at most 2 errors, as
    # P(Bin(13, 0.5) <= 2) = 92 / 8192 = 0.011 and P(Bin(14, 0.5) <= 3) = 470 / 16384 = 0.029 and P(Bin(15, 0.5) <= 4)
    # = 1941 / 32768 = 0.059: so 3 at the level of 0.05.
    people = np.zeros(200, dtype=np.int64)
    people[[1, 3]] = 1
    first, second = audit_round([0, 1, 2], (True, True, False)), audit_round([3, 4], (True, False))
    target = CertificateTarget(0.05, 0.95)
    passed = passed_so_far([first, second], 0.5, people, target, 200)
    assert passed == [CertifiedPrefix(3, 1, ended=False), CertifiedPrefix(2, 2, ended=False)]
    people[[0, 4, 5, 6]] = 1
    third = audit_round([4, 5, 6], (True, True, True))
    assert passed_so_far([first, second, third], 0.5, people, target, 200)[-1] == CertifiedPrefix(0, 3, ended=True)
    people[3] = NONE
    assert passed_so_far([first, second, third], 0.5, people, target, 200) == [CertifiedPrefix(3, 2, ended=False)]


def test_an_audit_too_small_to_tolerate_anything_lets_nothing_pass() -> None:
    passed = passed_so_far(
        [audit_round([0, 1], (True, False))], 0.01, np.zeros(20, dtype=np.int64), CertificateTarget(0.05, 0.95), 20
    )
    assert passed == [CertifiedPrefix(0, 0, ended=True)]


def offered(people: list[int]) -> Chances:
    """Candidates 0 to 3, of which 0 was audited with 0.25; 4 and 5 labelled for certain."""
    return chances_of([audit_round([0, 1, 2, 3], (True, False, False, False))], 0.25, np.array(people))


def test_what_was_drawn_to_monitor_adds_to_the_chance_of_every_candidate() -> None:
    # 1 of the 3 accepted items was drawn: 0.25 + 0.75 / 3 = 0.5.
    found = with_monitoring(offered([1, 1, NONE, NONE, 1, 1]), among(1), among(2, 3))
    assert found.inclusion.tolist() == [0.5, 0.5, 0.5, 0.5, 1, 1]
    assert found.drawn.tolist() == [True, True, False, False, True, True]


@pytest.mark.parametrize(
    ("people", "monitored", "accepted"),
    [
        ([1, 1, NONE, NONE, 1, 1], (), (1, 2, 3)),  # nothing was drawn
        ([1, 1, NONE, NONE, 1, 1], (1,), (2,)),  # another rule sent 3 to reviewers
        ([1, NONE, NONE, NONE, 1, 1], (1,), (2, 3)),  # its label is missing
    ],
)
def test_the_audited_ones_alone_represent_the_accepted_where_monitoring_can_not(
    people: list[int], monitored: tuple[int, ...], accepted: tuple[int, ...]
) -> None:
    before = offered(people)
    after = with_monitoring(before, among(*monitored), among(*accepted))
    assert (after.inclusion.tolist(), after.drawn.tolist()) == (before.inclusion.tolist(), before.drawn.tolist())


def test_blind_reviews_represent_those_in_which_the_machines_answer_was_shown() -> None:
    # 4 was reviewed blind and 5 with the machine's answer: one of two, so 4 counts for two items.
    chances = offered([1, NONE, NONE, NONE, 1, NONE])
    found = with_blind_reviews(chances, among(4), among(5))
    assert found.inclusion.tolist() == [0.25, 0.25, 0.25, 0.25, 0.5, 1]
    assert found.drawn.tolist() == [True, False, False, False, True, False]
    for blind, assisted in ((among(), among(5)), (among(4), among())):
        assert with_blind_reviews(chances, blind, assisted).inclusion[4] == 1


def first_sample(index: list[int], population: int, items: int, known: list[int] | None = None) -> FirstSample:
    return FirstSample(np.array(index), population, items, np.array(known or [], dtype=np.int64))


def test_a_first_sample_with_enough_labels_speaks_for_the_batch_beside_what_was_labelled_before() -> None:
    people = np.full(100, NONE)
    people[:32], people[90:95] = 1, 1
    # 40 of 80 were drawn, and 32 of these are labelled: 32 / 80. Five others were labelled before.
    found = first_sample(list(range(40)), 80, 100, list(range(90, 100))).speaking(people)
    assert found.speaks_for == RANDOM
    assert found.index.tolist() == [*range(32), *range(90, 95)]
    assert found.inclusion.tolist() == [0.4] * 32 + [1.0] * 5
    grown = first_sample(list(range(40)), 80, 80).speaking(people)
    assert grown.speaks_for == "the first 80 items of the batch: a random sample"


def test_one_with_too_few_labels_leaves_the_labelled_items_to_speak_for_themselves() -> None:
    people = np.full(100, NONE)
    people[:29], people[90] = 1, 1
    found = first_sample(list(range(40)), 80, 100).speaking(people)
    assert (found.speaks_for, found.finite) == (LABELLED, False)
    assert found.index.tolist() == [*range(29), 90]
    assert set(found.inclusion.tolist()) == {1.0}
