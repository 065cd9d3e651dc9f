"""Labels of a whole campaign weighted back to its batch: right on average, by playing every outcome of the coins."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from assistant.trust.campaign import Wave
from assistant.trust.pool import NONE
from assistant.wiring.trust.sampled import weighted_sample

RATE = 0.3
VALUES = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0])  # of six items; the mean of some figure is to be estimated


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
