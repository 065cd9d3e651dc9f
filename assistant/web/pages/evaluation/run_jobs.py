"""Starting, stopping and going on with a run from its page; what it would cost is told and agreed to first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BeforeValidator, Field

from assistant.application.labeling.batches import list_batches
from assistant.application.labeling.prelabel_jobs import (
    RunRequest,
    estimate_run,
    offered_models,
    offered_prompts,
    start_run,
)
from assistant.application.labeling.running_jobs import stop_run
from assistant.application.labeling.runs import find_run
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.web.context import site
from assistant.web.presentation.rendering import render
from assistant.web.security.authentication import needs

router = APIRouter()

Steerer = Annotated[Principal, Depends(needs(Permission.STEER_RUNS))]
_Count = Annotated[int, Field(ge=1, le=10**9)]
Batch = Annotated[str | None, BeforeValidator(lambda value: value or None), Form(max_length=200)]
Digest = Annotated[str | None, BeforeValidator(lambda value: value or None), Form(pattern=r"^[0-9a-f]{32}$")]
Number = Annotated[_Count | None, BeforeValidator(lambda value: value or None), Form()]


@router.get("/jobs/new")
def new_job(request: Request, _: Steerer, run: str = "", batch: str = "") -> HTMLResponse:
    """Choose prompt, model and batch; those of a run that is to go on."""
    workspace = site(request).workspace
    chosen = find_run(workspace, run) if run else None
    return render(
        request,
        "runs/new.html",
        prompts=offered_prompts(workspace),
        models=offered_models(workspace),
        prompt=chosen.prompt if chosen else workspace.settings.prompt.name,
        model=chosen.model if chosen else workspace.settings.model.spec,
        replicate=chosen.replicate if chosen else 0,
        run=chosen,
        batch=batch,
        batches=[one.name for one in reversed(list_batches(workspace)) if one.state.asks],
    )


@router.post("/jobs/estimate")
def estimate(
    request: Request,
    _: Steerer,
    *,
    prompt: Annotated[str, Form(max_length=200)],
    model: Annotated[str, Form(max_length=200)],
    limit: Number = None,
    replicate: Annotated[int, Form(ge=0, le=10_000)] = 0,
    retry_failed: Annotated[bool, Form()] = False,
    batch: Batch = None,
    population: Digest = None,
    run: Annotated[str, Form(max_length=40)] = "",
) -> HTMLResponse:
    """What it would take, before anything is asked."""
    wanted = RunRequest(
        prompt=prompt,
        model=model,
        limit=limit,
        replicate=replicate,
        retry_failed=retry_failed,
        batch=batch,
        population=population,
    )
    found = estimate_run(site(request).workspace, wanted)
    return render(
        request,
        "runs/estimate.html",
        wish=wanted,
        told=found,
        budget=found.proposed_budget,
        other=run and run != found.run,
    )


@router.post("/jobs/start")
def start(
    request: Request,
    who: Steerer,
    *,
    prompt: Annotated[str, Form(max_length=200)],
    model: Annotated[str, Form(max_length=200)],
    budget: Annotated[float, Form(ge=0, le=1_000_000)],
    run: Annotated[str, Form(pattern=r"^(r\d+)?$")] = "",
    limit: Number = None,
    replicate: Annotated[int, Form(ge=0, le=10_000)] = 0,
    retry_failed: Annotated[bool, Form()] = False,
    batch: Batch = None,
    population: Digest = None,
) -> Response:
    """Start the job; it stops by itself before it has cost more than the budget.

    `run` is the run that was priced, empty for one that the job begins.
    """
    wanted = RunRequest(
        prompt=prompt,
        model=model,
        limit=limit,
        replicate=replicate,
        retry_failed=retry_failed,
        batch=batch,
        population=population,
    )
    found = start_run(site(request).workspace, wanted, budget, actor=who.name, priced=run)
    return RedirectResponse(f"/runs/{found.name}", 303)


@router.post("/runs/{name}/stop")
def stop(request: Request, name: str, who: Steerer) -> Response:
    """End a run's job after the answers on their way, wherever it was started."""
    run = stop_run(site(request).workspace, name, actor=who.name)
    return RedirectResponse(f"/runs/{run.name}", 303)
