"""Filling the queue with what a run's routes and samples want people to look at, and what is left to fill it with."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from assistant.application.labeling.populations import refuse_unasked
from assistant.application.routing.media_items import send_unseen_to_people
from assistant.domain.runs import Run
from assistant.errors import InvalidValueError
from assistant.review.enqueue import enqueue, find_conflicts, preview
from assistant.review.queue import utc_now
from assistant.review.wanted import QueueBatch
from assistant.routing.route import Route
from assistant.store.review.queue.routed_items import unqueued
from assistant.store.review.queue.workload import count_assignments
from assistant.store.writer import Writer
from assistant.wiring.workspace import Workspace

TO_PEOPLE = (Route.REVIEW, Route.DOUBLE, Route.EXPERT, Route.ACCEPT_AUDIT)


@dataclass(frozen=True, slots=True)
class Filling:
    """How the queue is filled. What is not given leaves tasks that are there as they are.

    Args:
        team: whose queue, "" for everybody's; None leaves tasks where they are, and new ones are everybody's.
        due: when it is due, with its time zone, or how long after a task was made; None leaves due times, and new
            tasks have none.
        clear_due: take due times away; not together with `due`.
        again: want items all the same that people have labelled often enough elsewhere.
    """

    team: str | None = None
    due: datetime | timedelta | None = None
    clear_due: bool = False
    again: bool = False


class QueueNeed(StrEnum):
    """What a run has for people."""

    NOT_ROUTED = "not_routed"  # neither a route nor a sample says who looks at what
    NOTHING = "nothing"  # it was routed, and no item goes to people
    SENDS = "sends"


class ForPeople(NamedTuple):
    """Work of people: answers wanted in the queue, and items of a run that go to people and aren't in it yet."""

    in_queue: int
    unqueued: int


def plan_filling(
    team: str, due: datetime | timedelta | None, *, clear_team: bool, clear_due: bool, again: bool
) -> Filling:
    """How the queue is filled, as a face asks for it: an empty team and no due time leave what is there.

    Raises:
        InvalidValueError: a team or a due time is both given and cleared.
    """
    named = team.strip()
    if named and clear_team:
        raise InvalidValueError("team_given_and_cleared", field="clear_team")
    if due is not None and clear_due:
        raise InvalidValueError("due_given_and_cleared", field="clear_due")
    return Filling("" if clear_team else named or None, due, clear_due=clear_due, again=again)


def fill_queue(workspace: Workspace, run: Run, filling: Filling, *, actor: str) -> Counter[str]:
    """Make the queue what a run wants; reviewers continue meanwhile. Items with media are wanted, whatever was stored.

    Returns:
        Counts as of `enqueue`.

    Raises:
        ConflictError: the run is about a batch that is paused, cancelled, delivered or accepted.
    """
    if run.population is not None:
        refuse_unasked(workspace, run.population.batch)
    send_unseen_to_people(workspace, run)
    with Writer(workspace.database) as writer:
        batch = _batch(workspace, run, filling, actor)
        return enqueue(workspace.database, writer, batch, workspace.settings.review, utc_now)


def preview_filling(workspace: Workspace, run: Run, filling: Filling) -> Counter[str]:
    """What `fill_queue` would do, by the same counts, with nothing changed."""
    return preview(workspace.database, _batch(workspace, run, filling, ""), workspace.settings.review, utc_now)


def overwritten(counts: Counter[str]) -> int:
    """Of what a filling changes: due times and teams of tasks that would be others, or none, afterwards."""
    return counts["due_removed"] + counts["due_moved"] + counts["team_changed"]


def list_conflicts(workspace: Workspace) -> int:
    """List where people's imported labels contradict each other; how many such conflicts are new."""
    with Writer(workspace.database) as writer:
        return find_conflicts(writer)


def standing_of(workspace: Workspace, run: Run) -> QueueNeed:
    """What a run has for people, as its newest routes and samples say."""
    routes = workspace.results.totals(run).routes
    if any(count for (route, _), count in routes.items() if route in TO_PEOPLE):
        return QueueNeed.SENDS
    if workspace.samples.of_run(run.id):
        return QueueNeed.SENDS
    return QueueNeed.NOTHING if any(routes.values()) else QueueNeed.NOT_ROUTED


def for_people(workspace: Workspace, run: Run) -> ForPeople:
    """What people have to do, and what a run has for them besides."""
    counts = count_assignments(workspace.database)
    return ForPeople(counts["open"] + counts["leased"], unqueued(workspace.database, run.id, TO_PEOPLE))


def _batch(workspace: Workspace, run: Run, filling: Filling, actor: str) -> QueueBatch:
    return QueueBatch(
        run.id,
        workspace.policy,
        actor,
        filling.team,
        filling.due,
        clear_due=filling.clear_due,
        again=filling.again,
        key=workspace.review_key,
    )
