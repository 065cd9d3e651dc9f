"""Rounds before someone's answers count, and training: items with a known answer, given to one person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from assistant.domain.accounts import Qualification
from assistant.domain.gold import GoldItem
from assistant.domain.labels import severity
from assistant.domain.policies import LabelSet
from assistant.domain.review_work import (
    LABELING_ROLES,
    NewTask,
    OutcomeKind,
    Principal,
    QualificationState,
    Submission,
    TaskKind,
    WorkOutcome,
)
from assistant.errors import ConflictError
from assistant.routing.sampling import Key, draw
from assistant.settings import ReviewSettings
from assistant.store.audit import log as audit
from assistant.store.database import Connection
from assistant.store.people import qualifications
from assistant.store.people.qualifications import QualificationRound
from assistant.store.people.users import enabled_users
from assistant.store.review.labels import gold
from assistant.store.review.queue import answers
from assistant.store.review.queue.answers import OpenAssignment
from assistant.store.review.queue.claims import lock_person
from assistant.store.review.queue.tasks import add_tasks

FIRST = 1e9
"""Priority of practice: before any other work."""

NOTHING_GIVEN: Mapping[int, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Pass:
    """What passes a round: a share of right answers, (0, 1]."""

    share: float


def not_passed(
    connection: Connection, rounds: Iterable[QualificationRound]
) -> list[tuple[QualificationRound, Qualification | None]]:
    """Of these rounds, those that were not passed yet, with how they went last; None before the first time."""
    found = ((about, qualifications.newest(connection, about)) for about in rounds)
    return [one for one in found if one[1] is None or one[1].state is not QualificationState.PASSED]


def begin(
    connection: Connection,
    about: QualificationRound,
    rules: ReviewSettings,
    label_set: LabelSet,
    *,
    actor: str,
    key: Key,
    again: bool = True,
) -> Qualification:
    """Begin a qualification round: its items come to the person before any other work.

    The same round again is resumed. Which items it has is drawn again for every round of every person.

    Args:
        connection: the transaction.
        about: whose round, and of what.
        rules: how many items it has.
        label_set: says how severe they are.
        actor: who begins it.
        key: of the draw: a nonce.
        again: whether it may be begun after one that failed.

    Raises:
        ConflictError: the round was passed already, or failed and `again` is false; there is too little gold; or rounds
            are switched off.
    """
    asked = rules.qualification_items
    if not asked:
        raise ConflictError("no_rounds")
    lock_person(connection, about.user_id)
    newest = qualifications.newest(connection, about)
    if newest is not None and newest.state is QualificationState.RUNNING:
        return newest
    if newest is not None and newest.state is QualificationState.PASSED:
        raise ConflictError("round_passed", where=_named(about))
    if newest is not None and not again:
        raise ConflictError("round_failed", where=_named(about))
    purpose = f"{about.user_id}:{newest.id if newest else 0}"
    chosen = _drawn(connection, about, asked, key=key, purpose=purpose)
    begun = qualifications.add(connection, about, asked)
    add_tasks(connection, [_task(one, about, TaskKind.QUALIFICATION, label_set) for one in chosen])
    detail = {"round": begun.id, "language": about.language, "items": asked}
    audit.append(connection, actor, "qualification.begin", f"user:{about.user_id}", detail)
    return begun


def train(
    connection: Connection, about: QualificationRound, count: int, label_set: LabelSet, *, actor: str, key: Key
) -> int:
    """Give a reviewer items to train on, each explained after the answer; other ones each time, as far as gold goes.

    Returns:
        How many.

    Raises:
        ConflictError: there is too little gold.
    """
    lock_person(connection, about.user_id)
    given = qualifications.trained(connection, about.user_id)
    chosen = _drawn(connection, about, count, key=key, purpose=f"{about.user_id}:training", given=given)
    add_tasks(connection, [_task(one, about, TaskKind.TRAINING, label_set) for one in chosen])
    detail = {"language": about.language, "items": len(chosen)}
    audit.append(connection, actor, "training.give", f"user:{about.user_id}", detail)
    return len(chosen)


def practise(
    connection: Connection, principal: Principal, place: OpenAssignment, submission: Submission, passing: Pass
) -> WorkOutcome:
    """Take in an answer of a round or of training: it says something about the person and never becomes a label."""
    known = None if place.gold_id is None else gold.find(connection, place.gold_id)
    if known is None:
        return WorkOutcome(OutcomeKind.GONE, "no_known_answer")
    right = set(submission.labels) == set(known.labels)
    about = QualificationRound(principal.user_id, place.policy_id, place.policy_version, place.language)
    under_way = qualifications.newest(connection, about) if place.kind is TaskKind.QUALIFICATION else None
    answers.add_practice(
        connection, principal, place, submission, right=right, qualification_id=under_way.id if under_way else None
    )
    if under_way is not None:
        _decide(connection, principal, under_way, passing)
        return WorkOutcome(OutcomeKind.STORED, "practice_stored")  # an exam reports at its end
    return WorkOutcome(
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


def _drawn(
    connection: Connection,
    about: QualificationRound,
    count: int,
    *,
    key: Key,
    purpose: str,
    given: Mapping[int, int] = NOTHING_GIVEN,
) -> list[GoldItem]:
    """So many at random, of those given least often (gold number -> times). Raises ConflictError."""
    averse = _labeller(connection, about).opt_outs
    known = [one for one in gold.known(connection, about.policy_id, about.language) if averse.isdisjoint(one.labels)]
    if len(known) < count:
        raise ConflictError("too_little_gold", where=_named(about), found=len(known), needed=count)
    return sorted(known, key=lambda one: (given.get(one.id, 0), draw(key, one.item_id, purpose)))[:count]


def _labeller(connection: Connection, about: QualificationRound) -> Principal:
    """Whose practice it is. Raises ConflictError for a person whom its items could never reach."""
    who = next((user.principal() for user in enabled_users(connection) if user.id == about.user_id), None)
    if who is None or who.role not in LABELING_ROLES or (who.languages and about.language not in who.languages):
        raise ConflictError("reviewer_unfit", where=_named(about))
    return who


def _named(about: QualificationRound) -> str:
    return f"{about.policy_id}@{about.policy_version} ({about.language})"


def _task(one: GoldItem, about: QualificationRound, kind: TaskKind, label_set: LabelSet) -> NewTask:
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
