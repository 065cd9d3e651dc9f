"""What a lead does with the queue: take a lease back, and give an item to somebody or to everybody."""

from __future__ import annotations

from dataclasses import replace

from assistant.domain.review_work import Principal
from assistant.errors import InputError
from assistant.store import audit
from assistant.store.database import Connection
from assistant.store.passing import give_to
from assistant.store.queue_rows import return_lease
from assistant.store.seats import Seat
from assistant.store.tasks import task_of


def take_lease_back(connection: Connection, seat: Seat, actor: str) -> bool:
    """Offer an item again that somebody is at; False where nobody is."""
    returned = return_lease(connection, seat.assignment_id)
    if returned:
        detail = {"item": seat.item_id, "from_user": seat.user_id}
        audit.append(connection, actor, "task.return", f"assignment:{seat.assignment_id}", detail)
    return returned


def assign(connection: Connection, seat: Seat, to: Principal | None, actor: str) -> None:
    """Give an item to one person alone, or to everybody again (None); who is at it now loses it.

    Raises:
        InputError: they couldn't take it: their languages, opt-outs or skills don't go with it.
    """
    task = task_of(connection, seat.task_id)
    if to is not None:
        _check(to, task.language, task.harm, task.skill)
    return_lease(connection, seat.assignment_id)
    give_to(connection, seat.assignment_id, replace(task, for_user=None if to is None else to.user_id))
    detail = {"item": seat.item_id, "to": None if to is None else to.name}
    audit.append(connection, actor, "task.assign", f"assignment:{seat.assignment_id}", detail)


def _check(to: Principal, language: str, harm: str, skill: str) -> None:
    why = ""
    if to.languages and language not in to.languages:
        why = f"doesn't judge {language}"
    elif harm and harm in to.opt_outs:
        why = f"has opted out of {harm}"
    elif skill and skill not in to.skills:
        why = f"lacks the skill {skill}"
    if why:
        raise InputError(why, where=to.name, hint="give it to somebody else, or change that on the page People")
