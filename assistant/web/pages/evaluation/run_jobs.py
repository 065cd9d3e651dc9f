"""Starting, stopping and going on with a run from its page; what it would cost is told and agreed to first."""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BeforeValidator, Field

from assistant.application.labeling.running_jobs import refuse_unpriced, stop_job
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.domain.runs import Run
from assistant.messages.language import marked
from assistant.web.context import site
from assistant.web.jobs import Wish, jobs
from assistant.web.presentation.rendering import render
from assistant.web.problems import Problem
from assistant.web.security.authentication import needs
from assistant.wiring.workspace import Workspace

router = APIRouter()

Steerer = Annotated[Principal, Depends(needs(Permission.STEER_RUNS))]
_Count = Annotated[int, Field(ge=1, le=10**9)]
Number = Annotated[_Count | None, BeforeValidator(lambda value: value or None), Form()]
_SPARE = 1.1  # of the estimate: what the field for the budget proposes


@router.get("/jobs/new")
def new_job(request: Request, _: Steerer, run: str = "") -> HTMLResponse:
    """Choose prompt and model; those of a run that is to go on."""
    workspace = site(request).workspace
    chosen = workspace.runs.find(run) if run else None
    return render(
        request,
        "runs/new.html",
        prompts=[f"{name}@{version}" for name, version in workspace.prompts.paths()],
        models=models_offered(workspace),
        prompt=chosen.prompt if chosen else workspace.settings.prompt.name,
        model=chosen.model if chosen else workspace.settings.model.spec,
        replicate=chosen.replicate if chosen else 0,
        run=chosen,
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
    run: Annotated[str, Form(max_length=40)] = "",
) -> HTMLResponse:
    """What it would take, before anything is asked."""
    wish = checked_wish(
        request, prompt=prompt, model=model, limit=limit, replicate=replicate, retry_failed=retry_failed
    )
    told = jobs(request).estimate(wish)
    cost = told["cost_usd"]
    budget = None if cost is None else math.ceil(cost * _SPARE * 100) / 100
    return render(request, "runs/estimate.html", wish=wish, told=told, budget=budget, other=run and run != told["run"])


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
) -> Response:
    """Start the job; it stops by itself before it has cost more than the budget.

    `run` is the run that was priced, empty for one that the job begins.

    Raises:
        Problem: 409 where the job would be of another run than the one that was priced.
    """
    wish = checked_wish(
        request, prompt=prompt, model=model, limit=limit, replicate=replicate, retry_failed=retry_failed
    )
    refuse_unpriced_wish(request, wish)
    found = run_of_wish(request, wish, priced=run)
    jobs(request).start(found, wish, budget, actor=who.name)
    return RedirectResponse(f"/runs/{found.name}", 303)


@router.post("/runs/{name}/stop")
def stop(request: Request, name: str, who: Steerer) -> Response:
    """End a run's job after the answers on their way, wherever it was started.

    Raises:
        Problem: 409 where none is at work.
    """
    run = site(request).workspace.runs.find(name)
    stop_or_refuse(request, run, actor=who.name)
    return RedirectResponse(f"/runs/{run.name}", 303)


def run_of_wish(request: Request, wish: Wish, priced: str = "") -> Run:
    """The run a job will work at, opened where it is not there yet; settings, prompt and policy as they are on disk.

    Raises:
        Problem: 409 where it is not the run that was priced.
        InputError: a job is at work already: nothing is opened then.
    """
    # The job's own modules load clients of language models, which the server starts without.
    from assistant.application.labeling.work import open_run, what_is_asked  # noqa: PLC0415

    jobs(request).refuse_second()
    with Workspace.open(site(request).workspace.folder) as opened:
        asking = what_is_asked(opened, prompt=wish.prompt, model=wish.model, replicate=wish.replicate)
        if priced and open_run(opened, asking, dry_run=True).name != priced:
            detail = marked("Prompt, policy or settings have changed since this was priced. Look again what it costs.")
            raise Problem(409, detail, code="changed")
        return open_run(opened, asking)


def refuse_unpriced_wish(request: Request, wish: Wish) -> None:
    """Raises InputError where the budget of a wish can't be kept: the price is not known; settings as on disk."""
    with Workspace.open(site(request).workspace.folder) as opened:
        refuse_unpriced(opened, wish.model or opened.settings.model.spec)


def stop_or_refuse(request: Request, run: Run, *, actor: str) -> None:
    """Ask a run's job to stop, and log it. Raises Problem 409 where none is at work."""
    if not stop_job(site(request).workspace, run, actor=actor):
        raise Problem(409, marked("No job of %(run)s is at work."), code="not_at_work", values={"run": run.name})


def models_offered(workspace: Workspace) -> list[str]:
    """Models that a page may ask: those of the settings and of earlier runs, nothing anybody types."""
    known = [workspace.settings.model.spec, *workspace.settings.prices, "local"]
    known += [run.model for run in workspace.runs.all() if run.origin == "prelabel"]
    return list(dict.fromkeys(known))


def checked_wish(
    request: Request, *, prompt: str, model: str, limit: int | None, replicate: int, retry_failed: bool
) -> Wish:
    """Raises Problem for a prompt or a model that isn't among those offered."""
    workspace = site(request).workspace
    prompts = {f"{name}@{version}" for name, version in workspace.prompts.paths()}
    if prompt not in prompts or model not in models_offered(workspace):
        detail = marked("Choose one of the prompts and models offered; others are asked from the command line.")
        raise Problem(422, detail, code="not_offered")
    return Wish(prompt=prompt, model=model, limit=limit, replicate=replicate, retry_failed=retry_failed)
