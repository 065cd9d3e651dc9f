"""A campaign from the first label to the certificate, on made-up batches."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from assistant.domain.certificates import Purpose
from assistant.trust.certificates.campaign import Campaign, CertificateTarget, NextRound
from assistant.trust.classifier.calibrated import CalibratedClassifier
from assistant.trust.pool import NONE, PoolAnswers
from tests.trust.pools import made_up

TARGET = CertificateTarget(0.05, 0.95)


def _played(campaign: Campaign, truth: np.ndarray) -> tuple[list[NextRound], np.ndarray]:
    answers, steps = np.full(len(truth), NONE), []
    while (step := campaign.next(answers)) is not None and step.purpose is not Purpose.REVIEW:
        assert (answers[step.index] == NONE).all(), "nobody is asked twice"
        answers[step.index] = truth[step.index]
        steps.append(step)
    return steps, answers


def test_most_items_of_an_easy_batch_leave_without_a_person_and_the_promise_holds() -> None:
    pool, truth = made_up(1200)
    campaign = Campaign(pool.ids, CalibratedClassifier(pool), TARGET, key=1)
    steps, answers = _played(campaign, truth)
    accepted = campaign.accepted()
    assert len(accepted.index) > 0.6 * 1200
    assert (accepted.codes != truth[accepted.index]).sum() <= campaign.allowed == 60
    assert (answers[accepted.index] == NONE).all()
    assert Counter(step.purpose for step in steps)[Purpose.START] == 1


def test_every_item_is_labelled_or_accepted_or_goes_to_review() -> None:
    pool, truth = made_up(500, machine=0.6, classes=3)
    campaign = Campaign(pool.ids, CalibratedClassifier(pool), CertificateTarget(0.02, 0.95), key=2)
    _, answers = _played(campaign, truth)
    step = campaign.next(answers)
    rest = step.index if step is not None else np.zeros(0, dtype=int)
    labelled = np.flatnonzero(answers != NONE)
    together = np.concatenate([campaign.accepted().index, labelled, rest])
    assert sorted(together) == list(range(500))


def test_every_step_says_how_probable_its_items_were() -> None:
    pool, truth = made_up(800)
    campaign = Campaign(pool.ids, CalibratedClassifier(pool), TARGET, key=3)
    steps, _ = _played(campaign, truth)
    for step in steps:
        assert len(step.inclusion) == len(step.index)
        assert ((step.inclusion > 0) & (step.inclusion <= 1)).all()
    assert steps[0].inclusion[0] == 60 / 800
    assert {float(step.inclusion[0]) for step in steps if step.purpose is Purpose.AUDIT} == {campaign.rate}


def test_the_same_seed_asks_for_the_same_items() -> None:
    pool, truth = made_up(600)
    classifier = CalibratedClassifier(pool)
    runs = [_played(Campaign(pool.ids, classifier.restarted(5), TARGET, key=5), truth)[0] for _ in range(2)]
    assert [step.index.tolist() for step in runs[0]] == [step.index.tolist() for step in runs[1]]


def test_a_campaign_taken_up_again_goes_on_as_if_it_had_never_stopped() -> None:
    pool, truth = made_up(600)
    classifier = CalibratedClassifier(pool)
    whole, _ = _played(Campaign(pool.ids, classifier.restarted(6), TARGET, key=6), truth)
    answers, steps, rounds, rate, taught = np.full(600, NONE), [], [], None, False
    while True:
        campaign = Campaign(pool.ids, classifier.restarted(6), TARGET, key=6)
        campaign.resume(rate, rounds, taught=taught)
        step = campaign.next(answers)
        if step is None or step.purpose is Purpose.REVIEW:
            break
        answers[step.index] = truth[step.index]
        steps.append(step)
        rounds, rate, taught = campaign.rounds, campaign.rate, step.purpose is Purpose.LEARN
    # Each process chooses the student's recipe anew, so later steps may differ; the promise holds all the same.
    assert [s.purpose for s in steps][:3] == [s.purpose for s in whole][:3]
    accepted = campaign.accepted()
    assert (accepted.codes != truth[accepted.index]).sum() <= campaign.allowed


def test_an_audit_that_has_not_come_back_is_never_counted() -> None:
    pool, truth = made_up(600)
    campaign = Campaign(pool.ids, CalibratedClassifier(pool), TARGET, key=7)
    answers = np.full(600, NONE)
    while (step := campaign.next(answers)) is not None and step.purpose is not Purpose.AUDIT:
        answers[step.index] = truth[step.index]
    assert step is not None
    answers[step.index[1:]] = truth[step.index[1:]]
    with pytest.raises(ValueError, match="no label yet"):
        campaign.next(answers)


def test_a_machine_nobody_agrees_with_leaves_nothing_unseen() -> None:
    pool, _ = made_up(200)
    noise = np.random.default_rng(99).integers(0, 2, 200)
    campaign = Campaign(pool.ids, CalibratedClassifier(pool), TARGET, key=8)
    _played(campaign, noise)
    accepted = campaign.accepted()
    assert (accepted.codes != noise[accepted.index]).sum() <= campaign.allowed
    assert len(accepted.index) < 0.25 * 200


@pytest.mark.parametrize("shares", [(0, 0.95), (1.5, 0.95), (0.05, 1.0)])
def test_targets_that_promise_nothing_are_refused(shares: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        CertificateTarget(*shares)


def test_an_item_without_any_answer_never_leaves_as_one_that_was_answered() -> None:
    pool, truth = made_up(400, machine=1.0)
    codes = pool.machine.codes.copy()
    codes[::10] = NONE
    unanswered = replace(pool, texts=["the same"] * 400, machine=PoolAnswers(codes, None))
    campaign = Campaign(pool.ids, CalibratedClassifier(unanswered), TARGET, key=9)
    _, answers = _played(campaign, truth)
    accepted = campaign.accepted()
    assert (accepted.codes != NONE).all()
    rest = campaign.next(answers)
    gone = np.flatnonzero(answers == NONE)
    assert set(gone) == {*accepted.index.tolist(), *(rest.index.tolist() if rest else [])}
