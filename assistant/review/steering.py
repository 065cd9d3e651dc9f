"""What a lead does with the queue: take a lease back, and give an item to somebody or to everybody."""

from __future__ import annotations

from dataclasses import replace

from assistant.domain.review_work import NewTask, Principal, Role
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
        _check(to, task)
    return_lease(connection, seat.assignment_id)
    give_to(connection, seat.assignment_id, replace(task, for_user=None if to is None else to.user_id))
    detail = {"item": seat.item_id, "to": None if to is None else to.name}
    audit.append(connection, actor, "task.assign", f"assignment:{seat.assignment_id}", detail)


def unfit(to: Principal, task: NewTask) -> str:
    """Why somebody couldn't take an item, as a claim decides: `role`, `language`, `opt_out` or `skill`; empty: can."""
    if to.role is Role.ANALYST:
        return "role"
    if to.languages and task.language not in to.languages:
        return "language"
    if task.harm and task.harm in to.opt_outs:
        return "opt_out"
    return "skill" if task.skill and task.skill not in to.skills else ""


def _check(to: Principal, task: NewTask) -> None:
    told = {
        "role": "doesn't label",
        "language": f"doesn't judge {task.language}",
        "opt_out": f"has opted out of {task.harm}",
        "skill": f"lacks the skill {task.skill}",
    }
    if why := unfit(to, task):
        raise InputError(told[why], where=to.name, hint="give it to somebody else, or change that on the page People")
