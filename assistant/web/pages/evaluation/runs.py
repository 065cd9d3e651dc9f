"""Runs: how far each has come, what it cost, what failed and why, and the items behind every figure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from assistant.application.labeling.prelabel_jobs import job_output
from assistant.application.labeling.run_states import RunRow, RunState, list_run_items, list_run_rows, standing_of_run
from assistant.application.labeling.runs import find_run, list_run_events
from assistant.application.review.content_warning import covered_items
from assistant.application.routing.instructions import read_instructions
from assistant.domain.items import Content
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.domain.runs import Run, RunItem, RunItemFilter
from assistant.messages.language import marked
from assistant.routing.instructions.finding import Instruction
from assistant.web.context import site
from assistant.web.downloads import Ending, FileColumn, download
from assistant.web.presentation import terms
from assistant.web.presentation.figures import run_progress, run_totals
from assistant.web.presentation.pagination import Before, Text, address, everything, listing
from assistant.web.presentation.rendering import excerpt, render
from assistant.web.security.authentication import needs

router = APIRouter()

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_RUNS))]
Taker = Annotated[Principal, Depends(needs(Permission.EXPORT))]

STATES = {
    "here": marked("running"),
    "elsewhere": marked("running, started by a command"),
    "ended": marked("completed"),
    "interrupted": marked("stopped"),
    "cut_off": marked("interrupted"),
    "imported": marked("imported"),
    "new": marked("not started"),
}
ALIVE = frozenset(state for state in RunState if state.running)

COLUMNS: tuple[FileColumn[RunItem], ...] = (
    FileColumn("item_id", lambda one: one.id),
    FileColumn("text", lambda one: one.text),
    FileColumn("language", lambda one: one.language),
    FileColumn("status", lambda one: one.status),
    FileColumn("labels", lambda one: one.labels),
    FileColumn("clauses", lambda one: one.clauses),
    FileColumn("failure", lambda one: one.failure),
    FileColumn("detail", lambda one: one.detail),
    FileColumn("route", lambda one: one.route),
    FileColumn("reason", lambda one: one.reason),
    FileColumn("cost_usd", lambda one: one.cost_usd),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    """Which runs: by what they ask, and how they stand; empty for all."""

    prompt: Text = ""
    policy: Text = ""
    model: Text = ""
    state: Text = ""

    def fits(self, row: RunRow) -> bool:
        """Whether a row is wanted."""
        same = (not (wanted := getattr(self, name)) or getattr(row.run, name) == wanted for name in _ASKED)
        return all(same) and self.state in {"", row.state}


_ASKED = ("prompt", "policy", "model")


@router.get("/runs")
def all_runs(request: Request, wanted: Annotated[RunFilter, Depends()], _: Viewer) -> HTMLResponse:
    """Every run, newest first."""
    rows = list_run_rows(site(request).workspace)
    known = {name: sorted({getattr(row.run, name) or "" for row in rows} - {""}) for name in _ASKED}
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
    run = find_run(site(request).workspace, name)
    events = list_run_events(site(request).workspace, run)
    shown: dict[str, Any] = {"run": run, "events": events, "event_names": terms.EVENTS, "detail_names": terms.DETAILS}
    return render(request, "runs/run.html", **shown | _live(request, run))


@router.get("/runs/{name}/progress")
def progress(request: Request, name: str, _: Viewer) -> HTMLResponse:
    """How far a run is, for a page that asks every two seconds; also a page of its own."""
    run = find_run(site(request).workspace, name)
    part = request.headers.get("hx-request") == "true"
    return render(request, "runs/progress.html" if part else "runs/progress_page.html", run=run, **_live(request, run))


@router.get("/runs/{name}/totals")
def totals(request: Request, name: str, _: Viewer) -> HTMLResponse:
    """Answers, failures, routes, tokens and cost."""
    run = find_run(site(request).workspace, name)
    known = run_totals(request, run)
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
        reasons=terms.REASONS,
    )


@router.get("/runs/{name}/items")
def run_items(
    request: Request, name: str, wanted: Annotated[RunItemFilter, Depends()], _: Viewer, before: Before = None
) -> HTMLResponse:
    """A run's items, by what became of them."""
    run = find_run(site(request).workspace, name)
    found = listing(
        request,
        f"/runs/{run.name}/items",
        asdict(wanted),
        partial(list_run_items, site(request).workspace, run, wanted),
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
    run = find_run(site(request).workspace, name)
    rows = everything(partial(list_run_items, site(request).workspace, run, wanted), lambda one: one.key)
    return download(request, f"{run.name}-items", ending, COLUMNS, rows)


def _live(request: Request, run: Run) -> dict[str, Any]:
    """What changes while a run is under way."""
    workspace = site(request).workspace
    counted, now = run_progress(request, run), standing_of_run(workspace, run)
    return {
        "state": now.state,
        "state_name": STATES[now.state],
        "live": now.state.running,
        "stopping": now.stopping,
        "progress": counted.value,
        "at": counted.at,
        "said": job_output(workspace, run) if now.started_on_pages else [],
        "last": now.last,
    }
