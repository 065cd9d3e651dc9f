"""Rounds before someone's answers count, and training: items with a known answer, given to one person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from assistant.domain.labels import severity
from assistant.domain.policies import LabelSet
from assistant.domain.review_work import (
    NewTask,
    Outcome,
    OutcomeKind,
    Principal,
    QualificationState,
    Submission,
    TaskKind,
)
from assistant.errors import InputError
from assistant.routing.sampling import draw
from assistant.settings import ReviewSettings
from assistant.store import answers, audit, gold, qualifications
from assistant.store.answers import Place
from assistant.store.database import Connection, Database
from assistant.store.gold import GoldItem
from assistant.store.qualifications import Qualification, Round
from assistant.store.tasks import add_tasks

FIRST = 1e9
"""Priority of practice: before any other work."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What passes a round: a share of right answers, (0, 1]."""

    share: float


def standing(database: Database, about: Round) -> Qualification | None:
    """The newest round of somebody about a policy's version in a language; None before there was one."""
    with database.read() as connection:
        return qualifications.newest(connection, about)


def needed(database: Database, principal: Principal, policy: Collection[tuple[str, str, str]]) -> list[Round]:
    """Of (policy id, version, language): those somebody has not passed yet."""
    rounds = [Round(principal.user_id, *one) for one in policy]
    with database.read() as connection:
        found = [(one, qualifications.newest(connection, one)) for one in rounds]
    return [one for one, newest in found if newest is None or newest.state is not QualificationState.PASSED]


def begin(
    connection: Connection,
    about: Round,
    rules: ReviewSettings,
    label_set: LabelSet,
    *,
    seed: int,
) -> int:
    """Begin a qualification round: its items come to the person before any other work; returns the round's number.

    The same round again goes on where it was. Which items are asked is drawn anew for every round of every person.

    Raises:
        InputError: there is not enough gold, or the round was passed already.
    """
    newest = qualifications.newest(connection, about)
    if newest is not None and newest.state is QualificationState.RUNNING:
        return newest.id
    if newest is not None and newest.state is QualificationState.PASSED:
        raise InputError("this round was passed already", where=f"{about.policy_id} {about.policy_version}")
    asked = rules.qualification_items
    chosen = _choose(connection, about, asked, f"{seed}:{about.user_id}:{newest.id if newest else 0}")
    number = qualifications.add(connection, about, asked)
    add_tasks(connection, [_task(one, about, TaskKind.QUALIFICATION, label_set) for one in chosen])
    subject = f"user:{about.user_id}"
    audit.append(connection, f"user:{about.user_id}", "qualification.begin", subject, {"round": number, "items": asked})
    return number


def train(connection: Connection, about: Round, count: int, label_set: LabelSet, *, seed: int) -> int:
    """Give somebody items to train on, each explained after the answer; returns how many.

    Raises:
        InputError: there is not enough gold.
    """
    chosen = _choose(connection, about, count, f"{seed}:{about.user_id}:training")
    add_tasks(connection, [_task(one, about, TaskKind.TRAINING, label_set) for one in chosen])
    return len(chosen)


def practise(
    connection: Connection, principal: Principal, place: Place, submission: Submission, passing: Pass
) -> Outcome:
    """Take in an answer of a round or of training: it says something about the person and never becomes a label."""
    known = None if place.gold_id is None else gold.find(connection, place.gold_id)
    if known is None:
        return Outcome(OutcomeKind.GONE, "no_known_answer")
    right = set(submission.labels) == set(known.labels)
    about = Round(principal.user_id, place.policy_id, place.policy_version, place.language)
    under_way = qualifications.newest(connection, about) if place.kind is TaskKind.QUALIFICATION else None
    answers.add_practice(
        connection, principal, place, submission, right=right, qualification_id=under_way.id if under_way else None
    )
    if under_way is not None:
        _decide(connection, principal, under_way, passing)
        return Outcome(OutcomeKind.STORED, "practice_stored")  # an exam tells at its end
    return Outcome(
        OutcomeKind.STORED, "training_stored", right=right, explanation=known.explanation, known=known.labels
    )


def _decide(connection: Connection, principal: Principal, under_way: Qualification, passing: Pass) -> None:
    answered, right = qualifications.tally(connection, under_way.id)
    state = QualificationState.RUNNING
    if answered >= under_way.asked:
        passed = right >= passing.share * under_way.asked - 1e-9
        state = QualificationState.PASSED if passed else QualificationState.FAILED
        detail = {"round": under_way.id, "right": right, "asked": under_way.asked}
        audit.append(connection, principal.name, f"qualification.{state.value}", f"user:{principal.user_id}", detail)
    qualifications.decide(connection, under_way.id, state, right)


def _choose(connection: Connection, about: Round, count: int, purpose: str) -> list[GoldItem]:
    known = gold.known(connection, about.policy_id, about.language)
    if len(known) < count:
        raise InputError(
            f"{len(known)} gold items of policy {about.policy_id} in {about.language}, {count} are needed",
            hint="make settled items gold",
        )
    return sorted(known, key=lambda one: draw(0, one.item_id, purpose))[:count]


def _task(one: GoldItem, about: Round, kind: TaskKind, label_set: LabelSet) -> NewTask:
    return NewTask(
        item_key=one.item_key,
        kind=kind,
        blind=True,
        policy_id=about.policy_id,
        policy_version=about.policy_version,
        language=one.language,
        harm=harm_of(one.labels, label_set),
        severity=severity(one.labels, label_set),
        priority=FIRST,
        gold_id=one.id,
        for_user=about.user_id,
    )


def harm_of(labels: tuple[str, ...], label_set: LabelSet) -> str:
    """The worst of some labels, the first of equals; empty where all are harmless."""
    severities = {label.name: label.severity for label in label_set.labels}
    worst = max(labels, key=lambda name: severities.get(name, 0), default="")
    return worst if severities.get(worst, 0) > 0 else ""
