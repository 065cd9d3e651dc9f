"""The queue, for leads: what waits and for whom, what is due, who is at what; filling it, and moving work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from assistant.application.review.fill_queue import Filling, fill_queue, standing_of
from assistant.domain.opaque_ids import IdKind
from assistant.domain.permissions import Permission, may, role_may
from assistant.domain.review_work import Principal
from assistant.domain.runs import Run
from assistant.messages.language import marked
from assistant.review.steering import able
from assistant.store.people.users import UserStore
from assistant.store.review.queue.queue_rows import LaneFilter, QueueRows, Urgency, Wanted
from assistant.store.review.queue.slots import Seat, find_seat
from assistant.store.review.queue.tasks import Waiting, waiting
from assistant.store.review.queue.workload import count_assignments
from assistant.web.cache import Known, remembered
from assistant.web.context import site
from assistant.web.downloads import Column, Ending, download
from assistant.web.presentation import terms
from assistant.web.presentation.pagination import Before, Text, address, everything, listing
from assistant.web.presentation.rendering import render
from assistant.web.problems import Problem
from assistant.web.security.authentication import needs

router = APIRouter()

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_QUEUE))]
Taker = Annotated[Principal, Depends(needs(Permission.EXPORT))]

NONE = "-"  # in the address: those without one, where empty means all
_SOON = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Overview:
    """What waits.

    Args:
        groups: by team, language, worst label and skill.
        open, leased: wanted answers.
        overdue, soon: open tasks past their time, and due within a day.
    """

    groups: Sequence[Waiting]
    open: int
    leased: int
    overdue: int
    soon: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The filters as they stand in the address; `-` for work without a team, label or skill."""

    team: Text = ""
    language: Text = ""
    harm: Text = ""
    skill: Text = ""

    def lanes(self) -> LaneFilter:
        """As the store takes them."""
        given = {"queue": self.team, "language": self.language, "harm": self.harm, "skill": self.skill}
        return LaneFilter(**{name: "" if value == NONE else value or None for name, value in given.items()})

    def values(self) -> dict[str, str]:
        """By name."""
        return {"team": self.team, "language": self.language, "harm": self.harm, "skill": self.skill}


GROUPS: tuple[Column[Waiting], ...] = (
    Column("team", lambda one: one.queue),
    Column("language", lambda one: one.language),
    Column("label", lambda one: one.harm),
    Column("skill", lambda one: one.skill),
    Column("open", lambda one: one.open),
    Column("oldest", lambda one: one.oldest),
    Column("first_due", lambda one: one.first_due),
)
ROWS: tuple[Column[Wanted], ...] = (
    Column("item_id", lambda one: one.item_id),
    Column("kind", lambda one: one.kind.value),
    Column("team", lambda one: one.queue),
    Column("language", lambda one: one.language),
    Column("label", lambda one: one.harm),
    Column("skill", lambda one: one.skill),
    Column("priority", lambda one: one.priority),
    Column("due_at", lambda one: one.due_at),
    Column("created_at", lambda one: one.created_at),
)


@router.get("/queue")
def queue(request: Request, _: Viewer) -> HTMLResponse:
    """What waits, in numbers."""
    known = overview_of(request)
    store = site(request).workspace.runs
    runs, newest = [run.name for run in reversed(store.all())], store.newest()
    standing = None
    if newest is not None and not known.value.groups:
        found = remembered(request).get(("standing", newest.id), lambda: standing_of(site(request).workspace, newest))
        standing = found.value
    return render(
        request,
        "queue/index.html",
        overview=known.value,
        at=known.at,
        runs=runs,
        newest=newest.name if newest else "",
        standing=standing,
        none=NONE,
    )


@router.get("/queue.{ending}")
def queue_file(request: Request, ending: Ending, _: Viewer, __: Taker) -> Response:
    """The same as a file."""
    return download(request, "queue", ending, GROUPS, overview_of(request).value.groups)


@router.get("/queue/tasks")
def tasks(
    request: Request, who: Viewer, chosen: Annotated[Chosen, Depends()], after: Text = "", given: Text = ""
) -> HTMLResponse:
    """What waits, item by item, most urgent first; `given` is the wanted answer that was just given to a person."""
    return tasks_page(request, who, chosen, after, given=number_of(request, given) if given else None)


def tasks_page(
    request: Request,
    who: Principal,
    chosen: Chosen,
    after: str,
    *,
    given: int | None = None,
    error: str = "",
    status: int = 200,
) -> HTMLResponse:
    """The list with its filters and place, and a word on what was just given away, or why it wasn't."""
    found = listing(
        request,
        "/queue/tasks",
        chosen.values(),
        waiting_rows(request, chosen),
        place=place_of(after),
        key=place_name,
        parameter="after",
    )
    part = request.headers.get("hx-request") == "true"
    people = {user.name: user for user in _people(request, who)}
    with site(request).database.read() as connection:
        whom = [user.principal() for user in people.values()]
        fit = able(connection, found.rows, whom, qualified_only=qualified_only(request)) if people else {}
    return render(
        request,
        "queue/task_rows.html" if part else "queue/tasks.html",
        status=status,
        listing=found,
        here=address("", {**chosen.values(), "after": after}),
        chosen=chosen,
        none=NONE,
        kinds=terms.KINDS,
        now=datetime.now(UTC).isoformat(),
        people=people,
        fit=fit,
        shown_id=partial(shown_id, request),
        given=None if given is None else QueueRows(site(request).database).find(given),
        error=error,
        overview=None if part else overview_of(request).value,
    )


@router.get("/queue/tasks.{ending}")
def tasks_file(
    request: Request, ending: Ending, chosen: Annotated[Chosen, Depends()], _: Viewer, __: Taker
) -> Response:
    """The same as a file."""
    rows = everything(waiting_rows(request, chosen), lambda one: Urgency(one.priority, one.id))
    named: Column[Wanted] = Column("assignment_id", lambda one: shown_id(request, one.id))
    return download(request, "tasks", ending, (named, *ROWS), rows)


@router.get("/queue/leases")
def leases(request: Request, who: Viewer, before: Before = None) -> HTMLResponse:
    """What somebody is at right now."""
    store = QueueRows(site(request).database)
    found = listing(request, "/queue/leases", {}, store.leased, place=before, key=lambda one: one.id)
    named = may(who, Permission.SEE_PEOPLE)
    return render(
        request,
        "queue/leases.html",
        listing=found,
        kinds=terms.KINDS,
        named=named,
        people=_people(request, who),
        shown_id=partial(shown_id, request),
    )


def fill_from(request: Request, run: Run, filling: Filling, *, actor: str) -> Counter[str]:
    """Make the queue what a run's routes and samples want; counts as of `enqueue`."""
    counts = fill_queue(site(request).workspace, run, filling, actor=actor)
    remembered(request).forget()
    return counts


def labeller(request: Request, name: str) -> Principal:
    """Somebody who labels. Raises Problem 422 for anybody else."""
    user = UserStore(site(request).database).find(name)
    if user is None or user.disabled or not role_may(user.role, Permission.REVIEW):
        raise Problem(422, marked("No reviewer has that username."), code="nobody")
    return user.principal()


def qualified_only(request: Request) -> bool:
    """Whether people have to pass a round before work can be given to them."""
    return site(request).workspace.settings.review.qualification_items > 0


def overview_of(request: Request) -> Known[Overview]:
    """What waits, in numbers, as of a moment ago."""
    database = site(request).database

    def find() -> Overview:
        at = datetime.now(UTC)
        counts = count_assignments(database)
        late, soon = QueueRows(database).overdue(_stamp(at), _stamp(at + _SOON))
        return Overview(waiting(database), counts["open"], counts["leased"], late, soon)

    return remembered(request).get("queue", find, seconds=2)


def waiting_rows(request: Request, chosen: Chosen) -> Callable[[Urgency | None, int], Sequence[Wanted]]:
    """Gives what waits, a part at a time."""
    store, lanes = QueueRows(site(request).database), chosen.lanes()
    return lambda after, limit: store.open(lanes, after, limit)


def place_name(one: Wanted) -> str:
    """The place of a row, as it stands in an address."""
    return f"{one.priority!r}:{one.id}"


def place_of(after: str) -> Urgency | None:
    """A place in the list as it stands in an address. Raises Problem 422 for what is none."""
    priority, _, number = after.partition(":")
    try:
        return Urgency(float(priority), int(number)) if after else None
    except ValueError:
        raise Problem(422, marked("Invalid list position. Start from the top."), code="place") from None


def _people(request: Request, who: Principal) -> list[Any]:
    """Whom work can be given to, for those who may."""
    if not may(who, Permission.STEER_QUEUE):
        return []
    everybody = UserStore(site(request).database).all()
    return [user for user in everybody if not user.disabled and role_may(user.role, Permission.REVIEW)]


def shown_id(request: Request, number: int) -> str:
    """The id of a wanted answer in a list for leads."""
    return site(request).workspace.ids.of(IdKind.ASSIGNMENT, number)


def number_of(request: Request, assignment_id: str) -> int:
    """The row number of a wanted answer by its id, whoever it was given to. Raises Problem 404."""
    row = site(request).workspace.ids.read(IdKind.ASSIGNMENT, assignment_id)
    if row is None:
        raise Problem(404)
    return row.number


def seat_of(request: Request, assignment_id: str) -> Seat:
    """A wanted answer by its id. Raises Problem 404."""
    seat = find_seat(site(request).database, number_of(request, assignment_id))
    if seat is None:
        raise Problem(404)
    return seat


def answered_meanwhile() -> Problem:
    """What tells that a wanted answer can't be given to a person any more."""
    return Problem(
        409, marked("This task was answered or cancelled in the meantime: there is nothing to assign."), code="closed"
    )


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
