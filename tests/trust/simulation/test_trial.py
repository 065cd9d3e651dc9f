"""Trials of our method and of a machine taught on the spot, as a simulation plays them."""

from __future__ import annotations

import pickle
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from assistant.trust.certificates.campaign import Campaign, CertificateTarget
from assistant.trust.classifier.calibrated import CalibratedClassifier
from assistant.trust.pool import NONE, Pool, PoolAnswers
from assistant.trust.simulation.baselines import naive, pac_labels
from assistant.trust.simulation.local_machine import LESSON, LocalMachineTrial, draw_lesson
from assistant.trust.simulation.simulation import simulate
from assistant.trust.simulation.trial import AssistedTrial, play
from tests.trust.pools import made_up

TARGET = CertificateTarget(0.1, 0.9)


def unanswered(n: int) -> tuple[Pool, np.ndarray]:
    pool, truth = made_up(n)
    return replace(pool, machine=PoolAnswers(np.full(n, NONE))), truth


def test_a_trial_counts_every_human_label_and_every_wrong_one_that_left() -> None:
    pool, truth = made_up(200)
    campaign = Campaign(pool.ids, CalibratedClassifier(pool), TARGET, key=1)
    outcome = play(campaign, truth)
    left = campaign.accepted()
    assert outcome.human_labels == 200 - len(left.index)
    assert outcome.errors == np.count_nonzero(left.codes != truth[left.index]) <= 20
    assert 0.2 < outcome.saved < 0.8


@pytest.mark.parametrize("local", [False, True])
def test_a_trial_is_the_same_in_another_process_and_owes_nothing_to_those_before(local: bool) -> None:
    pool, truth = unanswered(100) if local else made_up(100)
    method = LocalMachineTrial(naive, pool, truth, 0.1) if local else AssistedTrial(pool, truth, TARGET)
    again = pickle.loads(pickle.dumps(method))  # noqa: S301 - our own
    played = [method(trial) for trial in (2, 0, 1)]
    assert [again(trial) for trial in (0, 1, 2)] == [played[1], played[2], played[0]]
    assert len(set(played)) > 1


def test_a_simulation_of_all_methods_is_the_same_for_any_number_of_jobs_and_another_for_another_seed() -> None:
    pool, truth = unanswered(90)
    methods = {
        "naive": LocalMachineTrial(naive, pool, truth, 0.1),
        "pac": LocalMachineTrial(partial(pac_labels, level=0.1), pool, truth, 0.1),
        "assistant": AssistedTrial(pool, truth, TARGET),
    }
    alone = simulate(methods, 2, 0.1, jobs=1)
    assert alone == simulate(methods, 2, 0.1, jobs=2)
    assert alone != simulate(methods, 2, 0.1, jobs=2, seed=1)


def test_a_local_machine_learns_from_labels_that_count_as_cost() -> None:
    pool, truth = unanswered(600)
    # The words give the label away: after a hundred labels few are wrong, and nothing but the lesson and the audit
    # (of one item) is left to people.
    outcome = LocalMachineTrial(partial(naive, audited=1), pool, truth, 0.2)(0)
    assert LESSON <= outcome.human_labels <= LESSON + 1
    assert outcome.errors < 30


@pytest.mark.parametrize(("items", "taught"), [(30, 10), (299, 99), (3_000, LESSON)])
def test_a_lesson_is_a_hundred_labels_or_a_third_of_a_small_batch(items: int, taught: int) -> None:
    lesson = draw_lesson(np.arange(items) % 2, np.random.default_rng(1))
    assert len(lesson) == len(set(lesson.tolist())) == taught


def test_a_lesson_goes_on_until_it_has_two_classes() -> None:
    truth = np.zeros(400, dtype=np.int64)
    truth[7] = 1
    sizes = [len(draw_lesson(truth, np.random.default_rng(seed))) for seed in range(50)]
    assert all(1 in truth[draw_lesson(truth, np.random.default_rng(seed))] for seed in range(50))
    assert min(sizes) == LESSON
    assert max(sizes) > LESSON
