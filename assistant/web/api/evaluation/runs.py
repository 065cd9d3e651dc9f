"""Runs: how far each has come, what it cost, what failed and why; jobs that are started and stopped here."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import Field

from assistant.application.labeling import prelabel_jobs, run_states, running_jobs
from assistant.application.labeling.prelabel_jobs import RunRequest
from assistant.application.labeling.runs import find_run, list_run_events
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.domain.runs import Run, RunItemFilter, RunTotals
from assistant.web.api_schema import Body, Cursor, Filter, Flag, Limit, Line, Page, Shown, below, group, paged, problems
from assistant.web.context import site
from assistant.web.presentation.figures import run_progress, run_totals
from assistant.web.security.authentication import needs

router = group("runs")

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_RUNS))]
Steerer = Annotated[Principal, Depends(needs(Permission.STEER_RUNS))]
_MANY = 10**9


class RunShown(Shown):
    """One run: population x prompt x policy x model x parameters.

    `state` is `here` (running, started on the pages or here), `elsewhere` (running, started by a command), `ended`,
    `interrupted`, `cut_off`, `imported` or `new`.
    """

    name: str
    id: int
    origin: str
    model: str
    prompt: str | None
    policy: str | None
    parameters: dict[str, Any]
    replicate: int
    created_at: str
    state: str
    population: Annotated[str | None, Field(description="Which items it is about; null for the whole project.")]


class Runs(Page[RunShown]):
    """Runs, newest first."""


class RunEvent(Shown):
    """Something that happened to a run."""

    at: str
    event: str
    detail: dict[str, Any]


class RunDetail(RunShown):
    """One run, how far it is (`answered` of `items`), its history, and what its job last said.

    `stopping`: its job was asked to stop and waits for the answers on their way.
    """

    answered: int
    items: int
    stopping: bool
    events: list[RunEvent]
    said: list[str]


class RouteCount(Shown):
    """Items that went one way for one reason."""

    route: str
    reason: str
    items: int


class TotalsShown(Shown):
    """A run in numbers: items by status, failures by reason, routes, labels, tokens and cost."""

    at: str
    statuses: dict[str, int]
    failures: dict[str, int]
    routes: list[RouteCount]
    labels: dict[str, int]
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    cost_usd: Annotated[float | None, Field(description="Null where no price is known.")]
    shared: int
    with_media: Annotated[int, Field(description="Items of which the model was shown the text only.")]


class RunItemShown(Shown):
    """An item with the machine's newest answer and its route."""

    key: int
    id: str
    text: str
    language: str
    status: str
    labels: list[str]
    clauses: list[str]
    failure: str | None
    detail: str | None
    signals: dict[str, float]
    route: str | None
    reason: str | None
    cost_usd: float | None


class RunItems(Page[RunItemShown]):
    """A run's items, the latest first."""


class _Going(Body):
    limit: Annotated[int | None, Field(strict=True, ge=1, le=_MANY, description="Ask at most so many items.")] = None
    retry_failed: Annotated[Flag, Field(description="Retry failed items.")] = False


class Estimating(_Going):
    """A job that is thought of."""

    prompt: Annotated[Line, Field(examples=["moderation@2"])]
    model: Annotated[Line, Field(examples=["openai:gpt-4o-mini"])]
    replicate: Annotated[int, Field(strict=True, ge=0, le=10_000)] = 0
    batch: Annotated[Line | None, Field(description="Only the items of this batch.", examples=["week-48"])] = None


class JobEstimate(Shown):
    """What a job would take; `run` is null where it would begin a run, `cost_usd` where no price is known."""

    run: str | None
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None
    with_media: Annotated[int, Field(description="Contents of which the model is shown the text only.")]


Budget = Annotated[float, Field(strict=True, ge=0, le=1_000_000, allow_inf_nan=False, description="US$, at most.")]


class Starting(_Going):
    """A job that is to go on with a run."""

    budget: Budget


class Beginning(Estimating):
    """A job that begins a run, or goes on with the one that asks the very same."""

    budget: Budget


@router.get("", responses=problems())
def list_runs(request: Request, _: Viewer, cursor: Cursor = None, limit: Limit = 50) -> Runs:
    """Every run, newest first; those of evaluations are left out."""
    rows = run_states.list_run_rows(site(request).workspace)
    shown, following = paged(
        lambda before, most: below(rows, lambda row: row.run.id, before, most), cursor, limit, lambda row: row.run.id
    )
    return Runs(rows=[RunShown.of(_fields(row.run, row.state)) for row in shown], next=following)


@router.post("/estimate", responses=problems(400, 409))
def estimate_run(request: Request, _: Steerer, given: Estimating) -> JobEstimate:
    """What a job would take, before anything is asked; prompt and model must be among those known here."""
    return JobEstimate.of(prelabel_jobs.estimate_run(site(request).workspace, RunRequest(**given.model_dump())))


@router.post("", status_code=202, responses=problems(400, 409))
def begin_run(request: Request, who: Steerer, given: Beginning) -> RunDetail:
    """Begin a run; the job stops before the run costs more than the budget. The same again goes on with that run.

    One job a workspace: while it is at work, the same again is refused (400).
    """
    wanted = RunRequest(**given.model_dump(exclude={"budget"}))
    run = prelabel_jobs.start_run(site(request).workspace, wanted, given.budget, actor=who.name)
    return read_run(request, who, run.name)


@router.get("/{name}", responses=problems(404))
def read_run(request: Request, _: Viewer, name: str) -> RunDetail:
    """One run, how far it is, and its history."""
    workspace = site(request).workspace
    run = find_run(workspace, name)
    now, progress = run_states.standing_of_run(workspace, run), run_progress(request, run).value
    events = [
        {"at": at, "event": event, "detail": dict(detail)} for at, event, detail in list_run_events(workspace, run)
    ]
    said = prelabel_jobs.job_output(workspace, run) if now.started_on_pages else []
    return RunDetail.of(
        _fields(run, now.state) | progress._asdict() | {"events": events, "said": said, "stopping": now.stopping}
    )


@router.get("/{name}/totals", responses=problems(404))
def read_run_totals(request: Request, _: Viewer, name: str) -> TotalsShown:
    """Answers, failures by reason, routes, tokens and cost; counted anew after a moment."""
    known = run_totals(request, find_run(site(request).workspace, name))
    totals: RunTotals = known.value
    routes = [RouteCount(route=route, reason=reason, items=n) for (route, reason), n in totals.routes.items()]
    same = {field: getattr(totals, field) for field in TotalsShown.model_fields if field not in {"at", "routes"}}
    return TotalsShown.of({"at": known.at.isoformat(timespec="seconds"), "routes": routes} | same)


@router.get("/{name}/items", responses=problems(404))
def list_run_items(
    request: Request,
    _: Viewer,
    name: str,
    *,
    status: Filter = None,
    label: Filter = None,
    failure: Filter = None,
    route: Filter = None,
    reason: Filter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> RunItems:
    """A run's items by what became of them, the latest first."""
    given = {"status": status, "label": label, "failure": failure, "route": route, "reason": reason}
    wanted = RunItemFilter(**{key: value or "" for key, value in given.items()})
    workspace = site(request).workspace
    fetch = partial(run_states.list_run_items, workspace, find_run(workspace, name), wanted)
    rows, following = paged(fetch, cursor, limit, lambda one: one.key)
    return RunItems(rows=[RunItemShown.of(one) for one in rows], next=following)


@router.post("/{name}/start", status_code=202, responses=problems(400, 404, 409))
def start_run(request: Request, who: Steerer, name: str, given: Starting) -> RunDetail:
    """Go on with a run: the same prompt, model and replicate; the job stops before its run costs more than the budget.

    One job a workspace: while it is at work, the same again is refused (400).
    """
    run = prelabel_jobs.continue_run(
        site(request).workspace,
        name,
        given.budget,
        limit=given.limit,
        retry_failed=given.retry_failed,
        actor=who.name,
    )
    return read_run(request, who, run.name)


@router.post("/{name}/stop", status_code=202, responses=problems(404, 409))
def stop_run(request: Request, who: Steerer, name: str) -> RunDetail:
    """End a run's job, wherever it was started, after the answers on their way; what it has answered is kept."""
    run = running_jobs.stop_run(site(request).workspace, name, actor=who.name)
    return read_run(request, who, run.name)


def _fields(run: Run, state: str) -> dict[str, Any]:
    names = ("name", "id", "origin", "model", "prompt", "policy", "replicate", "created_at")
    about = None if run.population is None else run.population.name
    shown = {"parameters": dict(run.parameters), "state": state, "population": about}
    return {name: getattr(run, name) for name in names} | shown
