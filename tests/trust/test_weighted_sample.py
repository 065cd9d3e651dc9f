"""Labels of a whole campaign weighted back to its batch: right on average, by playing every outcome of the coins."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest

from assistant.trust.certificates.campaign import Wave
from assistant.trust.certificates.certify import Passed, pass_items
from assistant.trust.pool import NONE
from assistant.trust.weighted_sample import WEIGHTED, Sampled, chances_of, weighted

RATE = 0.3
VALUES = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0])  # of six items; the mean of some figure is to be estimated


def weighted_sample(
    waves: list[Wave], rate: float, people: np.ndarray, passed: Sequence[Passed] = ()
) -> Sampled | None:
    """All labels of a campaign that has come to its end; None while too many are missing."""
    return weighted(chances_of(waves, rate, people, passed))


def wave(order: list[int], coins: tuple[bool, ...]) -> Wave:
    return Wave(np.array(order), np.zeros(len(order)), np.full(len(order), 0.9), np.array(coins))


def test_the_weighted_total_is_right_on_average_though_the_second_wave_depends_on_the_first() -> None:
    expected = 0.0
    for coins in product((False, True), repeat=4):
        # Items 0 and 1 are offered first. Was 0 audited, 2 and 3 are offered next and 4, 5 are labelled; else 4 and 5.
        second, rest = ([2, 3], [4, 5]) if coins[0] else ([4, 5], [2, 3])
        waves = [wave([0, 1], coins[:2]), wave(second, coins[2:])]
        people = np.full(6, NONE)
        people[rest] = 1
        for one in waves:
            people[one.order[one.audited]] = 1
        sampled = weighted_sample(waves, RATE, people)
        assert sampled is not None
        chance = np.prod([RATE if coin else 1 - RATE for coin in coins])
        expected += chance * (VALUES[sampled.index] / sampled.inclusion).sum()
    assert expected == pytest.approx(VALUES.sum())


def test_an_offered_item_that_people_labelled_for_another_reason_is_stood_for_by_the_audited_ones() -> None:
    people = np.array([1, 1, NONE, 1, 1, 1])
    sampled = weighted_sample([wave([0, 1, 2], (True, False, False))], RATE, people)
    assert sampled is not None
    assert sampled.index.tolist() == [0, 3, 4, 5]
    assert sampled.inclusion.tolist() == [RATE, 1, 1, 1]


@pytest.mark.parametrize("missing", [0, 3])
def test_a_campaign_with_labels_still_to_come_speaks_for_nothing_yet(missing: int) -> None:
    people = np.array([1, NONE, NONE, 1, 1, 1])
    people[missing] = NONE
    assert weighted_sample([wave([0, 1, 2], (True, False, False))], RATE, people) is None


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
        sampled = weighted_sample([wave([0, 1, 2, 3, 4], coins)], RATE, people, [passed])
        assert sampled is not None
        chance = np.prod([RATE if coin else 1 - RATE for coin in coins])
        expected += chance * (VALUES[sampled.index] / sampled.inclusion).sum()
        certain += int((sampled.inclusion == 1).sum()) - 1
    assert expected == pytest.approx(VALUES.sum())
    assert certain > 0


def test_until_people_have_labelled_what_lies_beyond_its_audited_items_stand_for_it() -> None:
    coins = (True, False, True, False)
    people = np.array([1, NONE, 1, NONE, 1])
    sampled = weighted_sample([wave([0, 1, 2, 3], coins)], RATE, people, [Passed(0, 0, ended=True)])
    assert sampled is not None
    assert dict(zip(sampled.index.tolist(), sampled.inclusion.tolist(), strict=True)) == {0: RATE, 2: RATE, 4: 1.0}


def test_a_few_items_that_people_have_not_settled_are_left_out_and_said() -> None:
    people = np.ones(100, dtype=np.int64)
    people[[3, 50]] = NONE
    sampled = weighted(chances_of([], 1.0, people))
    assert sampled is not None
    assert len(sampled.index) == 98
    assert sampled.speaks_for == f"{WEIGHTED}, but for 2 of its items that people have not settled"
    people[10:20] = NONE
    assert weighted(chances_of([], 1.0, people)) is None
