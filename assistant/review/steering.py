"""What a lead does with the queue: take a lease back, and give an item to one person or to everybody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Protocol

from assistant.domain.review_work import Principal, Role
from assistant.errors import InputError
from assistant.store import audit
from assistant.store.database import Connection
from assistant.store.lanes import EVERYBODY
from assistant.store.passing import give_to, given_to
from assistant.store.queue_rows import return_lease
from assistant.store.seats import Involved, Seat, involved
from assistant.store.tasks import task_of


class Unfit(StrEnum):
    """Why an item can't be given to a person."""

    ROLE = "role"  # theirs is to look, not to label
    LANGUAGE = "language"  # they don't judge it
    OPT_OUT = "opt_out"  # of the harm
    SKILL = "skill"  # they lack it
    PASSED = "passed"  # they passed the item on: it is never offered to them again
    ANSWERED = "answered"  # they have answered the item, or are at it in another place


_WORDS = {
    Unfit.ROLE: "doesn't label",
    Unfit.LANGUAGE: "doesn't judge {}",
    Unfit.OPT_OUT: "has opted out of {}",
    Unfit.SKILL: "lacks the skill {}",
    Unfit.PASSED: "has passed this item on",
    Unfit.ANSWERED: "has this item in hand or has answered it",
}


class UnfitError(InputError):
    """An item can't be given to a person.

    Args:
        name: theirs.
        why: the reason.
        work: what they can't take; `value` is its language, harm or skill where the reason is about that.
    """

    def __init__(self, name: str, why: Unfit, work: Work) -> None:
        about = {Unfit.LANGUAGE: work.language, Unfit.OPT_OUT: work.harm, Unfit.SKILL: work.skill}
        self.name, self.why, self.value = name, why, about.get(why, "")
        hint = "give it to another person, or change that on the page People"
        super().__init__(_WORDS[why].format(self.value), where=name, hint=hint)


class Work(Protocol):
    """What decides who may take a wanted answer."""

    @property
    def language(self) -> str:
        """Of the item, BCP 47."""

    @property
    def harm(self) -> str:
        """The worst label it may have; empty for none."""

    @property
    def skill(self) -> str:
        """What is asked of whoever takes it; empty for nothing."""


class WantedWork(Work, Protocol):
    """A wanted answer by its number."""

    @property
    def id(self) -> int:
        """Its row number."""


def able(connection: Connection, work: Sequence[WantedWork], people: Iterable[Principal]) -> dict[int, list[str]]:
    """Names of the people each wanted answer can be given to, by its number, in the order given."""
    known, everybody = involved(connection, [one.id for one in work]), list(people)
    return {
        one.id: [who.name for who in everybody if unfit(who, one) is None and _knows(who, known[one.id]) is None]
        for one in work
    }


def take_lease_back(connection: Connection, seat: Seat, actor: str) -> bool:
    """Offer an item again that a person is at; False where no person is."""
    returned = return_lease(connection, seat.assignment_id)
    if returned:
        detail = {"item": seat.item_id, "from_user": seat.user_id}
        audit.append(connection, actor, "task.return", f"assignment:{seat.assignment_id}", detail)
    return returned


def assign(connection: Connection, seat: Seat, to: Principal | None, actor: str) -> bool:
    """Give an item to one person alone, or to everybody again (None); who is at it now loses it.

    What is theirs already stays as it is, and in their hands.

    Returns:
        Whether it is as wanted now; False where it was answered or closed meanwhile.

    Raises:
        UnfitError: they couldn't take it: their languages, opt-outs or skills don't go with it, or they know the item.
    """
    task, wanted = task_of(connection, seat.task_id), EVERYBODY if to is None else to.user_id
    if given_to(connection, seat.assignment_id) == wanted:
        return True
    if to is not None:
        why = unfit(to, task) or _knows(to, involved(connection, [seat.assignment_id])[seat.assignment_id])
        if why is not None:
            raise UnfitError(to.name, why, task)
    return_lease(connection, seat.assignment_id)
    given = give_to(connection, seat.assignment_id, replace(task, for_user=wanted or None))
    if given:
        detail = {"item": seat.item_id, "to": None if to is None else to.name}
        audit.append(connection, actor, "task.assign", f"assignment:{seat.assignment_id}", detail)
    return given


def unfit(to: Principal, work: Work) -> Unfit | None:
    """Why a person couldn't take a wanted answer, as a claim decides; None where they can."""
    reasons: Sequence[tuple[bool, Unfit]] = (
        (to.role is Role.ANALYST, Unfit.ROLE),
        (bool(to.languages) and work.language not in to.languages, Unfit.LANGUAGE),
        (bool(work.harm) and work.harm in to.opt_outs, Unfit.OPT_OUT),
        (bool(work.skill) and work.skill not in to.skills, Unfit.SKILL),
    )
    return next((why for true, why in reasons if true), None)


def _knows(to: Principal, known: Involved) -> Unfit | None:
    """Why an item is never offered to a person (again); None where they have had nothing to do with it."""
    if to.user_id in known.passed:
        return Unfit.PASSED
    return Unfit.ANSWERED if known.includes(to.user_id, to.name) else None
