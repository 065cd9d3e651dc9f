"""Jobs of a workspace, seen and stopped from any process: the row in the database and the lock say what is at work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from assistant.domain.runs import JobOrigin, JobRow, Run
from assistant.errors import AssistantError, ConflictError, InvalidValueError
from assistant.store.runs.jobs import JobStore
from assistant.store.runs.journal import at_work
from assistant.wiring.actor import actor_as_user
from assistant.wiring.workspace import Workspace

_LOOK_SECONDS = 1.0  # between two looks at whether the job is to stop: one row by its number
_REPORT_EVERY = 5  # looks, between two reports that it is at work
_PATIENCE_SECONDS = 5.0  # for a look under way when the job ends


@dataclass(frozen=True, slots=True)
class JobsAtWork:
    """The newest job of each run, and which of them is at work.

    Args:
        newest: by the run's row number.
        locked: whether a job holds this workspace's journal now.
        last_begun: the newest job that has not ended, None where all have.
    """

    newest: dict[int, JobRow]
    locked: bool
    last_begun: int | None

    def of(self, run: Run) -> JobRow | None:
        """The newest job of a run, at work or not; None where none is known."""
        return self.newest.get(run.id)

    def alive(self, run: Run) -> bool:
        """Whether a run's job is at work: it reports, or it holds the journal and is only slow to report."""
        job = self.of(run)
        if job is None or job.ended_at is not None:
            return False
        return job.reports or (self.locked and job.id == self.last_begun)


def jobs_at_work(workspace: Workspace, run: Run | None = None) -> JobsAtWork:
    """How jobs stand; of all runs, or of one."""
    store = workspace.jobs
    newest = store.newest(None if run is None else [run.id])
    return JobsAtWork(newest, at_work(workspace.journal_folder), store.last_begun())


def stop_job(workspace: Workspace, run: Run, *, actor: str) -> bool:
    """Ask a run's job to stop after the answers on their way, wherever it was started; False where none is at work."""
    known = jobs_at_work(workspace, run)
    job = known.of(run)
    if job is None or not known.alive(run):
        return False
    workspace.jobs.ask_to_stop(job.id, actor)
    return True


def stop_run(workspace: Workspace, name: str | None, *, actor: str) -> Run:
    """Ask the job of a run to stop after the answers on their way; None takes the one job at work.

    Raises:
        NotFoundError: there is no such run.
        ConflictError: no job of it is at work, or none is named and several are.
    """
    run = workspace.runs.find(name) if name else _run_at_work(workspace)
    if not stop_job(workspace, run, actor=actor):
        raise ConflictError("run_not_at_work", run=run.name)
    return run


def _run_at_work(workspace: Workspace) -> Run:
    known = jobs_at_work(workspace)
    alive = [run for run in workspace.runs.all() if known.alive(run)]
    if len(alive) != 1:
        if alive:
            raise ConflictError("jobs_at_work", runs=[run.name for run in alive])
        raise ConflictError("no_job_at_work")
    return alive[0]


def refuse_unpriced(workspace: Workspace, spec: str) -> None:
    """A budget is kept by price: without one nothing is begun.

    Raises:
        InvalidValueError: the price of that model is not known.
    """
    if not workspace.prices(spec).known:
        raise InvalidValueError("budget_without_price", where="assistant.toml", field="budget", model=spec)


@contextmanager
def registered(workspace: Workspace, run: Run, job: int | None, stop: Callable[[], None]) -> Iterator[None]:
    """Be known as a run's job until the end of the block.

    Args:
        workspace: the opened workspace; its journal is this process's from here on.
        run: what the job works at.
        job: its row, where a server made one for it; else one is made.
        stop: called once, from another thread, when the job is asked to stop.

    Raises:
        StorageError: another job is at work.
    """
    _ = workspace.journal  # owned before the row says so
    store = workspace.jobs
    key = store.begin(run.id, JobOrigin.COMMAND, actor_as_user()) if job is None else job
    store.report(key)
    ended = threading.Event()
    watch = threading.Thread(target=_watch, args=(store, key, ended, stop), name="job-watch", daemon=True)
    watch.start()
    try:
        yield
    finally:
        ended.set()
        watch.join(_PATIENCE_SECONDS)
        workspace.leave_journal()  # whoever reads that this job is over may start the next one
        with suppress(AssistantError):  # then it is known to be over by its silence
            store.end(key)


def _watch(store: JobStore, key: int, ended: threading.Event, stop: Callable[[], None]) -> None:
    """Report now and then, and look whether the job is to stop; a database that doesn't answer is asked again."""
    looks, asked = 0, False
    while not ended.wait(_LOOK_SECONDS if looks else 0):
        looks += 1
        try:
            if not asked and store.stop_wanted(key):
                asked = True
                stop()
            if looks % _REPORT_EVERY == 0:
                store.report(key)
        except Exception:  # noqa: BLE001, S112 - whatever ails the database, the job's own writer meets it and says so
            continue
