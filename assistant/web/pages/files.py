"""Files of pages that are no long lists: runs, their figures, leases, agreement, prompts, the policy, stale labels."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from operator import attrgetter
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from assistant.application.evaluation.quality import choose_source
from assistant.application.labeling.run_states import RunRow, list_run_rows
from assistant.application.labeling.runs import find_run
from assistant.application.review.steering import list_leases
from assistant.application.workspace.policy_versions import StaleLabels, compare_policy_versions
from assistant.application.workspace.prompt_versions import PromptVersionRow, list_prompt_versions
from assistant.domain.assignments import WantedAnswer
from assistant.domain.permissions import Permission, may
from assistant.domain.policies import Clause
from assistant.domain.review_work import Principal
from assistant.domain.runs import RunTotals
from assistant.web.agreement import Agreement, Figure, agreement_of
from assistant.web.context import site
from assistant.web.downloads import Ending, FileColumn, download
from assistant.web.pages.evaluation.runs import RunFilter
from assistant.web.presentation.figures import run_totals, stale_labels
from assistant.web.presentation.pagination import Text, everything
from assistant.web.problems import Problem
from assistant.web.security.authentication import Current, needs

router = APIRouter()

Taker = Annotated[Principal, Depends(needs(Permission.EXPORT))]
RunViewer = Annotated[Principal, Depends(needs(Permission.SEE_RUNS))]
QueueViewer = Annotated[Principal, Depends(needs(Permission.SEE_QUEUE))]
QualityViewer = Annotated[Principal, Depends(needs(Permission.SEE_QUALITY))]
PromptViewer = Annotated[Principal, Depends(needs(Permission.SEE_PROMPTS))]


class Count(NamedTuple):
    """Things of one kind: how many, and the share of all of that table."""

    table: str
    name: str
    number: int | float | None
    share: float | None


class Measure(NamedTuple):
    """A figure of a variant; what it is about stands in `table` and `name`."""

    variant: str
    table: str
    name: str
    figure: Figure


def _attributes(*names: str) -> tuple[FileColumn[Any], ...]:
    """Columns of what a row has under these names; a dotted one ends in the column's name."""
    return tuple(FileColumn(name.rpartition(".")[2], attrgetter(name)) for name in names)


RUNS: tuple[FileColumn[RunRow], ...] = (
    FileColumn("name", lambda row: row.run.name),
    FileColumn("prompt", lambda row: row.run.prompt),
    FileColumn("policy", lambda row: row.run.policy),
    FileColumn("model", lambda row: row.run.model),
    FileColumn("replicate", lambda row: row.run.replicate),
    FileColumn("state", lambda row: row.state),
    FileColumn("cost_of_last_session_usd", lambda row: row.last.detail.get("cost_usd") if row.last else None),
    FileColumn("created_at", lambda row: row.run.created_at),
)
COUNTS: tuple[FileColumn[Count], ...] = _attributes("table", "name", "number", "share")
MEASURES: tuple[FileColumn[Measure], ...] = _attributes(
    *("variant", "table", "name", "figure.value", "figure.low", "figure.high", "figure.n", "figure.effective_n"),
    *("figure.method", "figure.reason"),
)
PROMPTS: tuple[FileColumn[PromptVersionRow], ...] = _attributes(
    "ref", "description", "output", "digest", "runs", "draft", "broken", "edited"
)
CLAUSES: tuple[FileColumn[Clause], ...] = (
    FileColumn("id", lambda one: one.id),
    FileColumn("title", lambda one: one.title),
    FileColumn("labels", lambda one: one.labels),
    FileColumn("texts", lambda one: dict(one.texts)),
)


@router.get("/runs.{ending}")
def runs_file(
    request: Request, ending: Ending, wanted: Annotated[RunFilter, Depends()], _: RunViewer, __: Taker
) -> Response:
    """Every run, newest first."""
    return download(request, "runs", ending, RUNS, filter(wanted.fits, list_run_rows(site(request).workspace)))


@router.get("/runs/{name}/totals.{ending}")
def totals_file(request: Request, name: str, ending: Ending, _: RunViewer, __: Taker) -> Response:
    """A run's answers, labels, failures and routes, counted."""
    run = find_run(site(request).workspace, name)
    return download(request, f"{run.name}-totals", ending, COUNTS, _counts(run_totals(request, run).value))


@router.get("/queue/leases.{ending}")
def leases_file(request: Request, ending: Ending, who: QueueViewer, __: Taker) -> Response:
    """What reviewers hold; who, for those who see people."""
    named = ("holder",) if may(who, Permission.SEE_PEOPLE) else ()
    names = ("item_id", *named, "kind", "queue", "language", "lease_until")
    columns: tuple[FileColumn[WantedAnswer], ...] = _attributes(*names)
    fetch = partial(list_leases, site(request).workspace)
    return download(request, "leases", ending, columns, everything(fetch, lambda one: one.id))


@router.get("/quality/figures.{ending}")
def figures_file(
    request: Request, ending: Ending, _: QualityViewer, __: Taker, run: Text = "", suite: Text = ""
) -> Response:
    """All figures of a run's or suite's agreement panel, with interval, n, method, and why one is undefined."""
    workspace = site(request).workspace
    source = choose_source(workspace, run, suite)
    if source is None:
        raise Problem(404)
    found = agreement_of(request, source)
    return download(request, f"{found.source}-agreement", ending, MEASURES, _measures(found))


@router.get("/prompts.{ending}")
def prompts_file(request: Request, ending: Ending, _: PromptViewer, __: Taker) -> Response:
    """Every version, with the runs that used it."""
    return download(request, "prompts", ending, PROMPTS, list_prompt_versions(site(request).workspace)[0])


@router.get("/policy.{ending}")
def policy_file(request: Request, ending: Ending, _: Current, __: Taker) -> Response:
    """The clauses."""
    policy = site(request).workspace.policy
    return download(request, f"{policy.id}-{policy.version}", ending, CLAUSES, policy.clauses)


@router.get("/policy/stale.{ending}")
def stale_file(request: Request, ending: Ending, _: RunViewer, __: Taker, old: Text, new: Text = "") -> Response:
    """What a difference of two versions makes stale, and what labelling it again would take."""
    compared = compare_policy_versions(site(request).workspace, old, new)
    found = stale_labels(request, compared.difference)
    return download(request, "stale", ending, COUNTS, _stale(found) if found else ())


def _counts(totals: RunTotals) -> Iterator[Count]:
    routes = {f"{route}: {reason}": count for (route, reason), count in totals.routes.items()}
    tables = {"answers": totals.statuses, "labels": totals.labels, "failures": totals.failures, "routes": routes}
    for table, counts in tables.items():
        every = sum(counts.values())
        yield from (Count(table, name, count, count / every) for name, count in counts.items() if count)
    for name in ("prompt_tokens", "completion_tokens", "cached_tokens", "cost_usd"):
        yield Count("cost", name, getattr(totals, name), None)


def _stale(found: StaleLabels) -> Iterator[Count]:
    yield from (Count("machine's labels", name, count, None) for name, count in found.labels)
    yield from (Count("people's answers", "|".join(one.labels), one.answers, None) for one in found.people)
    yield Count("again", "model_usd", found.cost_usd, None)
    yield Count("again", "people_hours", found.hours, None)


def _measures(found: Agreement) -> Iterator[Measure]:
    for panel in found.panels:
        about: list[tuple[str, str, Figure | None]] = [
            *(("agreement", name, figure) for name, figure in panel.coefficients.items()),
            ("agreement", "naive", panel.naive),
            *(
                ("labels", f"{one.label} {name}", getattr(one, name))
                for one in panel.labels
                for name in ("precision", "recall", "f1")
            ),
        ]
        for table, part in (("people among themselves", panel.ceiling), ("blind and assisted", panel.arms)):
            about += [(table, name, value) for name, value in part or () if isinstance(value, Figure)]
        yield from (Measure(panel.variant, table, name, figure) for table, name, figure in about if figure)
