"""Prelabel jobs that the server starts: the same command as on the terminal, in a process of its own.

A job belongs to the workspace: what is at work, and that it is to stop, stands in the database, so that any server and
any command sees and stops it. It outlives the server that started it, where whatever runs the server lets it.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import orjson
from fastapi import Request

from assistant.domain.runs import JobOrigin, Run
from assistant.errors import AssistantError, InputError
from assistant.store.runs.jobs import JobStore
from assistant.store.runs.journal import at_work
from assistant.web.context import site
from assistant.wiring.workspace import Workspace

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


class Jobs:
    """Starts the jobs of one workspace; one at a time.

    Args:
        workspace: open as long as this is used.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._store = JobStore(workspace.database)

    def said(self, run: str) -> list[str]:
        """The last lines that a run's newest job from the pages has written."""
        log = self._log(run)
        try:
            with log.open("rb") as file:
                file.seek(max(0, log.stat().st_size - _TAIL))
                lines = file.read().decode(errors="replace").splitlines()
        except OSError:
            return []
        return [line for line in lines if line.strip()][-_LINES:]

    def at_work(self) -> bool:
        """Whether a job runs in this workspace, wherever it was started."""
        return at_work(self._workspace.journal_folder)

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

    def start(self, run: Run, wish: Wish, budget: float, *, actor: str) -> None:
        """Start a job that stops before its run has cost more than `budget` US$, and log it.

        Raises:
            InputError: a job is at work already, or just being started.
        """
        self.refuse_second()
        detail = {"prompt": wish.prompt, "model": wish.model, "budget_usd": budget, "limit": wish.limit}
        job = self._store.begin(run.id, JobOrigin.PAGES, actor, detail)
        try:
            log = self._log(run.name)
            log.parent.mkdir(exist_ok=True)
            with log.open("wb") as file:
                process = subprocess.Popen(  # noqa: S603 - as above
                    self._command(wish, "--yes", f"--budget={budget:.6f}", f"--job={job}"),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=file,
                    start_new_session=True,  # Ctrl-C on the server's terminal is not meant for it
                )
        except BaseException:
            self._store.end(job)
            raise
        Thread(target=self._see_out, args=(process, job), name="job-end", daemon=True).start()

    def _see_out(self, process: subprocess.Popen[bytes], job: int) -> None:
        """Write down that a job is over, also where it was killed or never came to say a word."""
        process.wait()
        with suppress(AssistantError):
            self._store.end(job)

    def _log(self, run: str) -> Path:
        return self._workspace.state / "jobs" / f"{run}.log"

    def _command(self, wish: Wish, *more: str) -> list[str]:
        words = [
            sys.executable,
            "-m",
            "assistant",
            "prelabel",
            "--json",
            f"--workspace={self._workspace.folder.resolve()}",
        ]
        return [*words, *wish.options(), *more]


def jobs(request: Request) -> Jobs:
    """The app's own."""
    state = request.app.state
    if not hasattr(state, "jobs"):
        state.jobs = Jobs(site(request).workspace)
    held: Jobs = state.jobs
    return held
