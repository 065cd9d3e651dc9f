"""Runs: how far each has come, what it cost, what failed and why, and the items behind every figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from assistant.application.labeling.running_jobs import JobsAtWork, jobs_at_work
from assistant.application.routing.instructions import read_instructions
from assistant.domain.items import Content
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.domain.runs import JobOrigin, LastEvent, Progress, Run, RunItem, RunItemFilter, RunTotals
from assistant.messages.language import marked
from assistant.routing.instructions.finding import Instruction
from assistant.store.runs.run_items import RunItemStore
from assistant.web.cache import Known, remembered
from assistant.web.context import site
from assistant.web.downloads import Column, Ending, download
from assistant.web.jobs import jobs
from assistant.web.presentation import terms
from assistant.web.presentation.content_warning import covered_items
from assistant.web.presentation.pagination import Before, Text, address, everything, listing
from assistant.web.presentation.rendering import excerpt, render
from assistant.web.security.authentication import needs

router = APIRouter()

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_RUNS))]
Taker = Annotated[Principal, Depends(needs(Permission.EXPORT))]

STATES = {
    "here": marked("running"),
    "elsewhere": marked("running, started by a command"),
    "ended": marked("ended"),
    "interrupted": marked("stopped"),
    "cut_off": marked("cut off"),
    "imported": marked("imported"),
    "new": marked("nothing asked yet"),
}
ALIVE = frozenset({"here", "elsewhere"})

COLUMNS: tuple[Column[RunItem], ...] = (
    Column("item_id", lambda one: one.id),
    Column("text", lambda one: one.text),
    Column("language", lambda one: one.language),
    Column("status", lambda one: one.status),
    Column("labels", lambda one: one.labels),
    Column("clauses", lambda one: one.clauses),
    Column("failure", lambda one: one.failure),
    Column("detail", lambda one: one.detail),
    Column("route", lambda one: one.route),
    Column("reason", lambda one: one.reason),
    Column("cost_usd", lambda one: one.cost_usd),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    """Which runs: by what they ask, and how they stand; empty for all."""

    prompt: Text = ""
    policy: Text = ""
    model: Text = ""
    state: Text = ""

    def fits(self, row: dict[str, Any]) -> bool:
        """Whether a row of `run_rows` is wanted."""
        same = (not (wanted := getattr(self, name)) or getattr(row["run"], name) == wanted for name in _ASKED)
        return all(same) and self.state in {"", row["state"]}


_ASKED = ("prompt", "policy", "model")


@router.get("/runs")
def all_runs(request: Request, wanted: Annotated[RunFilter, Depends()], _: Viewer) -> HTMLResponse:
    """Every run, newest first."""
    rows = run_rows(request)
    known = {name: sorted({getattr(row["run"], name) or "" for row in rows} - {""}) for name in _ASKED}
    shown = [row for row in rows if wanted.fits(row)]
    query = address("", asdict(wanted))
    return render(
        request,
        "runs/index.html",
        rows=shown,
        every=len(rows),
        known=known,
        wanted=wanted,
        query=query,
        states=STATES,
        alive=ALIVE,
    )


@router.get("/runs/{name}")
def one_run(request: Request, name: str, _: Viewer) -> HTMLResponse:
    """One run: what it asks, how far it is, its history; figures that take a while come after."""
    run = site(request).workspace.runs.find(name)
    events = site(request).workspace.runs.events(run)
    return render(request, "runs/run.html", run=run, events=events, event_names=terms.EVENTS, **live_of(request, run))


@router.get("/runs/{name}/progress")
def progress(request: Request, name: str, _: Viewer) -> HTMLResponse:
    """How far a run is, for a page that asks every two seconds; also a page of its own."""
    run = site(request).workspace.runs.find(name)
    part = request.headers.get("hx-request") == "true"
    return render(
        request, "runs/progress.html" if part else "runs/progress_page.html", run=run, **live_of(request, run)
    )


@router.get("/runs/{name}/totals")
def totals(request: Request, name: str, _: Viewer) -> HTMLResponse:
    """Answers, failures, routes, tokens and cost."""
    run = site(request).workspace.runs.find(name)
    known = totals_of(request, run)
    part = request.headers.get("hx-request") == "true"
    return render(
        request,
        "runs/totals.html" if part else "runs/totals_page.html",
        run=run,
        totals=known.value,
        at=known.at,
        statuses=terms.STATUSES,
        failures=terms.FAILURES,
        routes=terms.ROUTES,
    )


@router.get("/runs/{name}/items")
def run_items(
    request: Request, name: str, wanted: Annotated[RunItemFilter, Depends()], _: Viewer, before: Before = None
) -> HTMLResponse:
    """A run's items, by what became of them."""
    run = site(request).workspace.runs.find(name)
    found = listing(
        request,
        f"/runs/{run.name}/items",
        asdict(wanted),
        item_rows(request, run, wanted),
        place=before,
        key=lambda one: one.key,
    )
    part = request.headers.get("hx-request") == "true"
    return render(
        request,
        "runs/item_rows.html" if part else "runs/items.html",
        run=run,
        listing=found,
        wanted=wanted,
        labels=site(request).workspace.policy.label_set.names,
        excerpt=excerpt,
        covered=covered_items(site(request).workspace, [one.key for one in found.rows]),
        instructions={one.key: _instructions(request, one) for one in found.rows},
        terms=terms,
    )


def _instructions(request: Request, one: RunItem) -> tuple[Instruction, ...]:
    """What in an item was taken for an instruction, where that is its route's reason."""
    content = Content(one.text, query=one.query)
    return read_instructions(site(request).workspace.policy, content, (one.reason or "",))


@router.get("/runs/{name}/items.{ending}")
def run_items_file(
    request: Request, name: str, ending: Ending, wanted: Annotated[RunItemFilter, Depends()], _: Viewer, __: Taker
) -> Response:
    """The same as a file."""
    run = site(request).workspace.runs.find(name)
    rows = everything(item_rows(request, run, wanted), lambda one: one.key)
    return download(request, f"{run.name}-items", ending, COLUMNS, rows)


def run_rows(request: Request) -> list[dict[str, Any]]:
    """Every run, newest first: `run`, `last` (its newest event) and `state`."""
    here = site(request)
    last, known = RunItemStore(here.database).last_events(), jobs_at_work(here.workspace)
    return [
        {"run": run, "last": last.get(run.id), "state": run_state(run, last.get(run.id), known)}
        for run in reversed(here.workspace.runs.all())
    ]


def totals_of(request: Request, run: Run) -> Known[RunTotals]:
    """A run in numbers, as of a moment ago."""
    return remembered(request).get(("totals", run.id), lambda: site(request).workspace.results.totals(run))


def item_rows(request: Request, run: Run, wanted: RunItemFilter) -> Callable[[int | None, int], Sequence[RunItem]]:
    """Gives a run's items, a part at a time."""
    store = RunItemStore(site(request).database)
    return lambda before, limit: store.page(run.id, wanted, before, limit)


def live_of(request: Request, run: Run) -> dict[str, Any]:
    """What changes while a run is under way."""
    here = site(request)
    store = RunItemStore(here.database)
    counted: Known[Progress] = remembered(request).get(("progress", run.id), lambda: store.progress(run.id))
    last, known = store.last_events().get(run.id), jobs_at_work(here.workspace, run)
    state, job = run_state(run, last, known), known.of(run)
    return {
        "state": state,
        "state_name": STATES[state],
        "live": state in ALIVE,
        "stopping": state in ALIVE and job is not None and job.stop_at is not None,
        "progress": counted.value,
        "at": counted.at,
        "said": jobs(request).said(run.name) if job is not None and job.origin is JobOrigin.PAGES else [],
        "last": last,
    }


def run_state(run: Run, last: LastEvent | None, known: JobsAtWork) -> str:
    """One of `STATES`; the same from whatever process it is asked."""
    job = known.of(run)
    if job is not None and known.alive(run):
        return "here" if job.origin is JobOrigin.PAGES else "elsewhere"
    if last is None:
        return "imported" if run.origin == "import" else "new"
    if last.event == "started":  # without a row: a job of a version that had none
        return "elsewhere" if job is None and known.locked else "cut_off"
    return last.event
