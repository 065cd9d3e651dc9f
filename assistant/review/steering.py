"""Giving an item to one person: who may be given it, whichever way it is given; and what a lead does with the queue.

There is one rule, `Recipients`: a person can be given what they could claim. Whoever gives an item to a person (a lead
who assigns it, a reviewer who hands it over) goes by it, and so does every list of names to choose from.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol, Self

from assistant.domain.assignments import AssignmentSlot
from assistant.domain.review_work import LABELING_ROLES, Principal, Role
from assistant.errors import InputError
from assistant.store.audit import log as audit
from assistant.store.database import Connection
from assistant.store.people.qualifications import passed_rounds
from assistant.store.people.users import enabled_users
from assistant.store.review.queue.handovers import give_to, given_to
from assistant.store.review.queue.partitions import EVERYBODY
from assistant.store.review.queue.queue_rows import return_lease
from assistant.store.review.queue.slots import Involved, involved
from assistant.store.review.queue.tasks import task_of


class Unfit(StrEnum):
    """Why an item can't be given to a person."""

    CLOSED = "closed"  # their account is
    ROLE = "role"  # theirs is to look, not to label
    QUEUE = "queue"  # the item is in a team's or an external queue that they aren't in
    LANGUAGE = "language"  # they don't judge it
    OPT_OUT = "opt_out"  # of the harm
    SKILL = "skill"  # they lack it
    QUALIFICATION = "qualification"  # they haven't passed the round for its policy and language
    PASSED = "passed"  # they passed the item on: it is never offered to them again
    ANSWERED = "answered"  # they have answered the item, or are at it in another place


_CODES = {
    Unfit.CLOSED: "assignee_disabled",
    Unfit.ROLE: "assignee_does_not_label",
    Unfit.QUEUE: "assignee_lacks_queue",
    Unfit.LANGUAGE: "assignee_lacks_language",
    Unfit.OPT_OUT: "assignee_opted_out",
    Unfit.SKILL: "assignee_lacks_skill",
    Unfit.QUALIFICATION: "assignee_not_qualified",
    Unfit.PASSED: "assignee_passed_it_on",
    Unfit.ANSWERED: "assignee_met_it",
}


class UnfitError(InputError):
    """An item can't be given to a person.

    Args:
        item: its own id.
        name: theirs.
        why: the reason.
        work: what they can't take: its language, harm, skill or queue is named where the reason is about that.
    """

    def __init__(self, item: str, name: str, why: Unfit, work: Eligibility) -> None:
        about = {Unfit.LANGUAGE: work.language, Unfit.OPT_OUT: work.harm, Unfit.SKILL: work.skill}
        about[Unfit.QUEUE] = work.queue
        super().__init__(_CODES[why], item=item, person=name, value=about.get(why, ""))
        self.why = why


class Eligibility(Protocol):
    """What decides who may take a wanted answer."""

    @property
    def policy_id(self) -> str:
        """What it is judged by."""

    @property
    def policy_version(self) -> str:
        """Its version."""

    @property
    def queue(self) -> str:
        """Team or external queue; empty for everybody's."""

    @property
    def language(self) -> str:
        """Of the item, BCP 47."""

    @property
    def harm(self) -> str:
        """The worst label it may have; empty for none."""

    @property
    def skill(self) -> str:
        """What is asked of whoever takes it; empty for nothing."""


class WantedWork(Eligibility, Protocol):
    """A wanted answer by its number."""

    @property
    def id(self) -> int:
        """Its row number."""


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who may be given which of some wanted answers, as things stand in one transaction.

    Args:
        enabled: row numbers of those who can sign in.
        known: who has had to do with the items, by the number of the wanted answer.
        passed: (user, policy, version, language) of rounds that were passed; None where none has to be.
    """

    enabled: frozenset[int]
    known: Mapping[int, Involved]
    passed: frozenset[tuple[int, str, str, str]] | None

    @classmethod
    def read(cls, connection: Connection, assignment_ids: Collection[int], *, qualified_only: bool = False) -> Self:
        """What decides about some wanted answers.

        Args:
            connection: the transaction.
            assignment_ids: their row numbers.
            qualified_only: whether people have to pass a round before their answers count.
        """
        enabled = frozenset(user.id for user in enabled_users(connection))
        passed = frozenset(passed_rounds(connection)) if qualified_only else None
        return cls(enabled, involved(connection, assignment_ids), passed)

    def unfit(self, assignment_id: int, work: Eligibility, to: Principal) -> Unfit | None:
        """Why a person can't be given a wanted answer; None where they can."""
        return self.unable(work, to) or self.met(assignment_id, to)

    def met(self, assignment_id: int, to: Principal) -> Unfit | None:
        """Why an item is never offered to a person (again); None where they have had nothing to do with it."""
        known = self.known[assignment_id]
        if to.user_id in known.passed:
            return Unfit.PASSED
        return Unfit.ANSWERED if known.includes(to.user_id, to.name) else None

    def unable(self, work: Eligibility, to: Principal) -> Unfit | None:
        """Why a person can't be given work of this kind, whatever the item; None where they can."""
        if to.user_id not in self.enabled:
            return Unfit.CLOSED
        if (why := unfit(to, work)) is not None:
            return why
        round_of = (to.user_id, work.policy_id, work.policy_version, work.language)
        if self.passed is not None and round_of not in self.passed:
            return Unfit.QUALIFICATION
        return None


def able(
    connection: Connection,
    work: Sequence[WantedWork],
    people: Iterable[Principal],
    *,
    qualified_only: bool = False,
) -> dict[int, list[str]]:
    """Names of the people each wanted answer can be given to, by its number, in the order given."""
    everybody = list(people)
    rule = Recipients.read(connection, [one.id for one in work], qualified_only=qualified_only)
    return {one.id: [who.name for who in everybody if rule.unfit(one.id, one, who) is None] for one in work}


def take_lease_back(connection: Connection, slot: AssignmentSlot, actor: str) -> bool:
    """Offer an item again that a person is at; False where no person is."""
    returned = return_lease(connection, slot.assignment_id)
    if returned:
        detail = {"item": slot.item_id, "from_user": slot.user_id}
        audit.append(connection, actor, "task.return", f"assignment:{slot.assignment_id}", detail)
    return returned


def assign(
    connection: Connection, slot: AssignmentSlot, to: Principal | None, actor: str, *, qualified_only: bool = False
) -> bool:
    """Give an item to one person alone, or to everybody again (None); who is at it now loses it.

    What is theirs already stays as it is, and in their hands.

    Returns:
        Whether it is as wanted now; False where it was answered or closed meanwhile.

    Raises:
        UnfitError: `Recipients` says that they can't be given it.
    """
    task, wanted = task_of(connection, slot.task_id), EVERYBODY if to is None else to.user_id
    if given_to(connection, slot.assignment_id) == wanted:
        return True
    if to is not None:
        rule = Recipients.read(connection, [slot.assignment_id], qualified_only=qualified_only)
        if (why := rule.unfit(slot.assignment_id, task, to)) is not None:
            raise UnfitError(slot.item_id, to.name, why, task)
    return_lease(connection, slot.assignment_id)
    given = give_to(connection, slot.assignment_id, replace(task, for_user=wanted or None))
    if given:
        detail = {"item": slot.item_id, "to": None if to is None else to.name}
        audit.append(connection, actor, "task.assign", f"assignment:{slot.assignment_id}", detail)
    return given


def unfit(to: Principal, work: Eligibility) -> Unfit | None:
    """Why a person couldn't take a wanted answer, as a claim decides by who they are; None where they can."""
    everybodys = not work.queue and to.role is not Role.EXTERNAL
    reasons: Sequence[tuple[bool, Unfit]] = (
        (to.role not in LABELING_ROLES, Unfit.ROLE),
        (not everybodys and work.queue not in to.queues, Unfit.QUEUE),
        (bool(to.languages) and work.language not in to.languages, Unfit.LANGUAGE),
        (bool(work.harm) and work.harm in to.opt_outs, Unfit.OPT_OUT),
        (bool(work.skill) and work.skill not in to.skills, Unfit.SKILL),
    )
    return next((why for true, why in reasons if true), None)
