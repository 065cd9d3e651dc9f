"""Prelabel jobs that the server starts: the same command as on the terminal, in a process of its own.

A job outlives the server: what it has answered is kept, and its run goes on with the next job. Only a process that was
started here is ever told to stop, by its own handle.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import orjson
from fastapi import Request

from assistant.errors import AssistantError, InputError
from assistant.store.journal import at_work
from assistant.web.site import site

_ESTIMATE_SECONDS = 300
_TAIL = 4000  # bytes of what a job says that are looked at
_LINES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for, as the options of `assistant prelabel`; None takes the setting."""

    prompt: str | None = None
    model: str | None = None
    limit: int | None = None
    replicate: int = 0
    retry_failed: bool = False

    def options(self) -> list[str]:
        """As they stand in the command; each in one word, so that no value can be taken for an option."""
        given = {"prompt": self.prompt, "model": self.model, "limit": self.limit, "replicate": self.replicate or None}
        said = [f"--{name}={value}" for name, value in given.items() if value is not None]
        return [*said, *(["--retry-failed"] if self.retry_failed else [])]


@dataclass(slots=True)
class Job:
    """One process that was started here."""

    run: str
    process: subprocess.Popen[bytes]
    log: Path
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    told_to_stop: bool = False

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def said(self) -> list[str]:
        """The last lines it has told."""
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, self.log.stat().st_size - _TAIL))
                lines = file.read().decode(errors="replace").splitlines()
        except OSError:
            return []
        return [line for line in lines if line.strip()][-_LINES:]


class Jobs:
    """The jobs of one workspace; one at a time.

    Args:
        folder: the workspace.
        state: where its state lives.
    """

    def __init__(self, folder: Path, state: Path) -> None:
        self._folder, self._state = folder, state
        self._jobs: dict[str, Job] = {}
        self._lock = Lock()

    def of(self, run: str) -> Job | None:
        """The last job of a run that was started here, running or not."""
        return self._jobs.get(run)

    def at_work(self) -> bool:
        """Whether a job runs in this workspace, wherever it was started."""
        return any(job.alive for job in self._jobs.values()) or at_work(self._state / "journal")

    def refuse_second(self) -> None:
        """Raises InputError while a job is at work."""
        if self.at_work():
            raise InputError(
                "another job is at work in this workspace", hint="wait until it is done, or stop it; both keep all"
            )

    def estimate(self, wish: Wish) -> dict[str, Any]:
        """What a job would take: `run`, `calls`, `prompt_tokens`, `completion_tokens`, `cost_usd` (None: not known).

        `run` is None where the job would begin a run; pricing it begins none.

        Raises:
            AssistantError: what the command says is wrong.
        """
        try:
            done = subprocess.run(  # noqa: S603 - our own program, options checked
                self._command(wish, "--dry-run"), capture_output=True, timeout=_ESTIMATE_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise AssistantError(
                "the estimate takes too long", hint="assistant prelabel --dry-run  on the server's terminal"
            ) from None
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise InputError(
                said[0].removeprefix("error: ") if said else "the estimate failed", hint=" ".join(said[1:])
            )
        told: dict[str, Any] = orjson.loads(done.stdout)
        return told

    def start(self, run: str, wish: Wish, budget: float) -> Job:
        """Start a job that stops before its run has cost more than `budget` US$.

        Raises:
            InputError: a job is at work already.
        """
        with self._lock:
            self.refuse_second()
            folder = self._state / "jobs"
            folder.mkdir(exist_ok=True)
            log = folder / f"{run}.log"
            with log.open("wb") as file:
                process = subprocess.Popen(  # noqa: S603 - as above
                    self._command(wish, "--yes", f"--budget={budget:.6f}"),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=file,
                    start_new_session=True,  # Ctrl-C on the server's terminal is not meant for it
                )
            self._jobs[run] = Job(run, process, log)
            return self._jobs[run]

    def stop(self, run: str) -> bool:
        """Let a job end after the answers that are on their way; False where none was started here or it is over."""
        with self._lock:
            job = self._jobs.get(run)
            if job is None or not job.alive:
                return False
            if not job.told_to_stop:  # a second signal would not wait for answers on their way
                job.told_to_stop = True
                job.process.send_signal(signal.SIGINT)
            return True

    def _command(self, wish: Wish, *more: str) -> list[str]:
        words = [sys.executable, "-m", "assistant", "prelabel", "--json", f"--workspace={self._folder.resolve()}"]
        return [*words, *wish.options(), *more]


def jobs(request: Request) -> Jobs:
    """The app's own."""
    state = request.app.state
    if not hasattr(state, "jobs"):
        workspace = site(request).workspace
        state.jobs = Jobs(workspace.folder, workspace.state)
    held: Jobs = state.jobs
    return held
