"""Prelabel jobs that a server starts: the same command as on the terminal, in a process of its own.

A job belongs to the workspace: what is at work, and that it is to stop, stands in the database, so that any server and
any command sees and stops it. It outlives the server that started it, where whatever runs the server lets it.
"""

from __future__ import annotations

import math
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread

import orjson

from assistant.application.labeling.populations import open_population
from assistant.application.labeling.running_jobs import refuse_unpriced
from assistant.application.projects.projects import refuse_asking_models
from assistant.domain.populations import PopulationChoice
from assistant.domain.runs import JobOrigin, Run
from assistant.errors import AssistantError, ConflictError, InputError, InvalidValueError
from assistant.store.runs.journal import at_work
from assistant.wiring.workspace import Workspace

_ESTIMATE_SECONDS = 300
_TAIL = 4000  # bytes of what a job writes that are looked at
_LINES = 6
_SPARE = 1.1  # of the estimate: what is proposed as a budget


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What a job is to ask; None takes the setting.

    Args:
        prompt: `name@version`.
        model: as `openai:NAME` or `local`.
        limit: items asked at most; None for all.
        replicate: the number of the repetition, 0 for the first.
        retry_failed: whether failed items are asked again.
        batch: name of the batch it asks about; None for any item.
        population: digest of a population that a run is about already; None for none. Not together with `batch`.
    """

    prompt: str | None = None
    model: str | None = None
    limit: int | None = None
    replicate: int = 0
    retry_failed: bool = False
    batch: str | None = None
    population: str | None = None

    def options(self) -> list[str]:
        """As they stand in the command; each in one word, so that no value can be taken for an option."""
        given = {"prompt": self.prompt, "model": self.model, "limit": self.limit, "replicate": self.replicate or None}
        given |= {"batch": self.batch, "population": self.population}
        words = [f"--{name}={value}" for name, value in given.items() if value is not None]
        return [*words, *(["--retry-failed"] if self.retry_failed else [])]


@dataclass(frozen=True, slots=True)
class RunEstimate:
    """What a job would take.

    Args:
        run: name of the run it would work at; None where it would begin one.
        calls: requests to the model.
        prompt_tokens, completion_tokens: of all of them.
        cost_usd: US$; None where no price is known.
        sampled_items: items the estimate is computed from.
        truncated_in_sample: those of them that are too long to be shown whole.
        with_media: contents of which the model is shown the text only.
    """

    run: str | None
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None
    sampled_items: int
    truncated_in_sample: int
    with_media: int

    @property
    def proposed_budget(self) -> float | None:
        """A budget with some room, in whole cents; None where no price is known."""
        return None if self.cost_usd is None else math.ceil(self.cost_usd * _SPARE * 100) / 100


def offered_prompts(workspace: Workspace) -> list[str]:
    """Prompts a job may be started with from afar: those of the library."""
    return [f"{name}@{version}" for name, version in workspace.prompts.paths()]


def offered_models(workspace: Workspace) -> list[str]:
    """Models a job may be started with from afar: those of the settings and of earlier runs, never a typed one."""
    known = [workspace.settings.model.spec, *workspace.settings.prices, "local"]
    known += [run.model for run in workspace.runs.all() if run.origin == "prelabel"]
    return list(dict.fromkeys(known))


def refuse_not_offered(workspace: Workspace, request: RunRequest) -> None:
    """Raises InvalidValueError for a prompt or a model that isn't among those offered."""
    if request.prompt not in offered_prompts(workspace) or request.model not in offered_models(workspace):
        raise InvalidValueError("run_not_offered")


def estimate_run(workspace: Workspace, request: RunRequest) -> RunEstimate:
    """What a job would take; no run is begun by it.

    Raises:
        InvalidValueError: prompt or model isn't offered.
        AssistantError: what the command says is wrong, or it takes too long.
    """
    refuse_not_offered(workspace, request)
    command = _command(workspace, request, "--dry-run")
    try:
        done = subprocess.run(  # noqa: S603 - our own program, options checked
            command, capture_output=True, timeout=_ESTIMATE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise AssistantError("estimate_slow") from None
    if done.returncode:
        raise _said_by_command(done)
    return RunEstimate(**orjson.loads(done.stdout))


def _said_by_command(done: subprocess.CompletedProcess[bytes]) -> InputError:
    """The error that a command reported, with its own code and values; options it names are no reader's of a page."""
    try:
        error = orjson.loads(done.stdout)["error"]
    except (orjson.JSONDecodeError, KeyError, TypeError):  # it ended before it could report anything
        lines = done.stderr.decode(errors="replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return InputError("estimate_failed", said=last or str(done.returncode))
    where = "" if error["where"].startswith("-") else error["where"]
    if code := error.get("code"):
        return InputError(code, where=where, **error["values"])
    return InputError(error["what"], where=where, hint=error["hint"])


def start_run(workspace: Workspace, request: RunRequest, budget: float, *, actor: str, priced: str = "") -> Run:
    """Start a job that stops before its run has cost more than the budget, logged as `run.start`.

    Settings, prompt and policy are taken as they are on disk. The same again continues the same run.

    Args:
        workspace: the opened workspace.
        request: what is asked.
        budget: US$ that the run may cost, earlier sessions counted.
        actor: who starts it.
        priced: name of the run that was priced; empty for any.

    Raises:
        InvalidValueError: prompt or model isn't offered, or the price of the model is not known.
        ConflictError: a job is at work already; this is not the run that was priced; the project is paused or closed.
    """
    refuse_asking_models(workspace)
    refuse_not_offered(workspace, request)
    with Workspace.open(workspace.folder, project=workspace.project.key) as opened:
        refuse_unpriced(opened, request.model or opened.settings.model.spec)
    run = _open_run(workspace, request, priced)
    _start(workspace, run, request, budget, actor)
    return run


def continue_run(
    workspace: Workspace, name: str, budget: float, *, limit: int | None, retry_failed: bool, actor: str
) -> Run:
    """Start a job that continues a run, with its own prompt, model and replicate; otherwise as `start_run`.

    Raises:
        NotFoundError: there is no such run.
        ConflictError: its prelabels were imported; or as `start_run`.
        InvalidValueError: as `start_run`.
    """
    refuse_asking_models(workspace)
    run = workspace.runs.find(name)
    if run.prompt is None:
        raise ConflictError("run_imported")
    about = None if run.population is None else run.population.digest
    request = RunRequest(prompt=run.prompt, model=run.model, replicate=run.replicate, population=about)
    refuse_not_offered(workspace, request)
    with Workspace.open(workspace.folder, project=workspace.project.key) as opened:
        refuse_unpriced(opened, run.model)
    _start(workspace, run, replace(request, limit=limit, retry_failed=retry_failed), budget, actor)
    return run


def job_output(workspace: Workspace, run: Run) -> list[str]:
    """The last lines that the newest job of a run that a server started has written; none where there are none."""
    log = _log(workspace, run)
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return []
    return [line for line in lines if line.strip()][-_LINES:]


def _open_run(workspace: Workspace, request: RunRequest, priced: str) -> Run:
    """The run a job will work at, opened where it is not there yet."""
    # The job's own modules load clients of language models, which the server starts without.
    from assistant.application.labeling.work import open_run, what_is_asked  # noqa: PLC0415

    _refuse_second(workspace)
    with Workspace.open(workspace.folder, project=workspace.project.key) as opened:
        asking = what_is_asked(opened, prompt=request.prompt, model=request.model, replicate=request.replicate)
        population = open_population(opened, PopulationChoice(request.batch, known=request.population))
        if priced and open_run(opened, asking, population=population, dry_run=True).name != priced:
            raise ConflictError("run_changed")
        return open_run(opened, asking, population=population)


def _start(workspace: Workspace, run: Run, request: RunRequest, budget: float, actor: str) -> None:
    _refuse_second(workspace)
    detail = {"prompt": request.prompt, "model": request.model, "budget_usd": budget, "limit": request.limit}
    job = workspace.jobs.begin(run.id, JobOrigin.PAGES, actor, detail)
    try:
        log = _log(workspace, run)
        log.parent.mkdir(exist_ok=True)
        with log.open("wb") as file:
            process = subprocess.Popen(  # noqa: S603 - as above
                _command(workspace, request, "--yes", f"--budget={budget:.6f}", f"--job={job}"),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=file,
                start_new_session=True,  # Ctrl-C on the server's terminal is not meant for it
            )
    except BaseException:
        workspace.jobs.end(job)
        raise
    Thread(target=_end_with, args=(workspace, process, job), name="job-end", daemon=True).start()


def _end_with(workspace: Workspace, process: subprocess.Popen[bytes], job: int) -> None:
    """Write down that a job is over, also where it was killed or never wrote a line."""
    process.wait()
    with suppress(AssistantError):
        workspace.jobs.end(job)


def _refuse_second(workspace: Workspace) -> None:
    if at_work(workspace.journal_folder):
        raise ConflictError("job_at_work")


def _log(workspace: Workspace, run: Run) -> Path:
    return workspace.state / "jobs" / f"{run.name}.log"


def _command(workspace: Workspace, request: RunRequest, *more: str) -> list[str]:
    place = (f"--workspace={workspace.folder.resolve()}", f"--project={workspace.key}")
    return [sys.executable, "-m", "assistant", "prelabel", "--json", *place, *request.options(), *more]
