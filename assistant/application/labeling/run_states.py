"""How runs stand: their states, how far each has come, and their items page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from assistant.application.labeling.running_jobs import JobsAtWork, jobs_at_work
from assistant.domain.runs import JobOrigin, JobRow, LastEvent, Progress, Run, RunItem, RunItemFilter, RunTotals
from assistant.wiring.workspace import Workspace


class RunState(StrEnum):
    """How a run stands; the same from whatever process it is asked."""

    HERE = "here"  # a job that was started on the pages or by the API is at work
    ELSEWHERE = "elsewhere"  # a job that was started by a command is
    ENDED = "ended"
    INTERRUPTED = "interrupted"
    CUT_OFF = "cut_off"  # its last job ended without a word
    IMPORTED = "imported"
    NEW = "new"

    @property
    def running(self) -> bool:
        """Whether a job is at work."""
        return self in {RunState.HERE, RunState.ELSEWHERE}


class RunRow(NamedTuple):
    """A run in a list, with the newest event of its jobs."""

    run: Run
    last: LastEvent | None
    state: RunState


@dataclass(frozen=True, slots=True)
class RunStanding:
    """How one run stands.

    Args:
        state: see `RunState`.
        last: the newest event of its jobs; None before the first.
        job: its newest job; None where none is known.
    """

    state: RunState
    last: LastEvent | None
    job: JobRow | None

    @property
    def stopping(self) -> bool:
        """Whether its job was asked to stop and is still at work."""
        return self.state.running and self.job is not None and self.job.stop_at is not None

    @property
    def started_on_pages(self) -> bool:
        """Whether its newest job was started on the pages or by the API, which keeps what it writes."""
        return self.job is not None and self.job.origin is JobOrigin.PAGES


def list_run_rows(workspace: Workspace) -> list[RunRow]:
    """Every run with its state, newest first; runs of evaluations are left out."""
    last, known = workspace.run_items.last_events(), jobs_at_work(workspace)
    return [
        RunRow(run, last.get(run.id), _state(run, last.get(run.id), known)) for run in reversed(workspace.runs.all())
    ]


def standing_of_run(workspace: Workspace, run: Run) -> RunStanding:
    """How one run stands now."""
    last, known = workspace.run_items.last_events().get(run.id), jobs_at_work(workspace, run)
    return RunStanding(_state(run, last, known), last, known.of(run))


def progress_of_run(workspace: Workspace, run: Run) -> Progress:
    """Items that a run has answered, of all it is about."""
    return workspace.run_items.progress(run)


def totals_of_run(workspace: Workspace, run: Run) -> RunTotals:
    """A run in numbers; takes some time where it has many items."""
    return workspace.results.totals(run)


def list_run_items(
    workspace: Workspace, run: Run, wanted: RunItemFilter, before: int | None, limit: int
) -> Sequence[RunItem]:
    """At most so many items of a run below a row number, the latest first."""
    return workspace.run_items.page(run.id, wanted, before, limit)


def _state(run: Run, last: LastEvent | None, known: JobsAtWork) -> RunState:
    job = known.of(run)
    if job is not None and known.alive(run):
        return RunState.HERE if job.origin is JobOrigin.PAGES else RunState.ELSEWHERE
    if last is None:
        return RunState.IMPORTED if run.origin == "import" else RunState.NEW
    if last.event == "started":  # without a row: a job of a version that had none
        return RunState.ELSEWHERE if job is None and known.locked else RunState.CUT_OFF
    return RunState(last.event)
