"""Where machine and people, or people among themselves, answered differently: a list that is opened item by item."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from assistant.application.people.project_people import list_people
from assistant.application.review.content_warning import covered_items
from assistant.application.review.disagreements import (
    DisputedItem,
    ListedDisagreement,
    disagreements_of_item,
    list_disagreements,
    list_disputed_items,
    list_tied_items,
)
from assistant.domain.permissions import Permission, may
from assistant.domain.review_work import Principal
from assistant.web.context import site
from assistant.web.downloads import Ending, FileColumn, download
from assistant.web.presentation.pagination import Before, Listing, everything, listing
from assistant.web.presentation.rendering import excerpt, render
from assistant.web.presentation.review_filters import DisagreementChoice
from assistant.web.security.authentication import needs
from assistant.wiring.workspace import Workspace

router = APIRouter()

_TIES = 50  # of a page

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_DISAGREEMENTS))]
Taker = Annotated[Principal, Depends(needs(Permission.EXPORT))]
Filters = Annotated[DisagreementChoice, Depends()]

COLUMNS: tuple[FileColumn[ListedDisagreement], ...] = (
    FileColumn("id", lambda row: row.it.id),
    FileColumn("item_id", lambda row: row.it.item_id),
    FileColumn("text", lambda row: row.text),
    FileColumn("first_labels", lambda row: row.it.other_labels),
    FileColumn("second_labels", lambda row: row.it.labels),
    FileColumn("second_unknown", lambda row: row.it.unknown),
    FileColumn("confidence", lambda row: row.it.confidence),
    FileColumn("clause", lambda row: row.it.clause),
    FileColumn("language", lambda row: row.it.language),
    FileColumn("prompt", lambda row: row.it.prompt),
    FileColumn("settled", lambda row: row.it.settled),
    FileColumn("created_at", lambda row: row.it.created_at),
)

TIE_COLUMNS: tuple[FileColumn[DisputedItem], ...] = (
    FileColumn("item_id", lambda row: row.it.item_id),
    FileColumn("text", lambda row: row.text),
    FileColumn("first_labels", lambda row: row.it.other_labels),
    FileColumn("second_labels", lambda row: row.it.labels),
    FileColumn("language", lambda row: row.it.language),
    FileColumn("created_at", lambda row: row.it.created_at),
)


@router.get("/disagreements")
def disagreements(request: Request, who: Viewer, chosen: Filters, *, before: Before = None) -> HTMLResponse:
    """Those that wait, newest first."""
    workspace = site(request).workspace
    chosen.check_names(who)
    wanted = chosen.wanted(workspace.policy.label_set)
    found = listing(
        request,
        "/disagreements",
        chosen.values(),
        lambda place, limit: list_disputed_items(workspace, wanted, before=place, limit=limit),
        place=before,
        key=lambda row: row.it.id,
    )
    part = request.headers.get("hx-request") == "true"
    return render(
        request,
        "disagreements/rows.html" if part else "disagreements/index.html",
        listing=found,
        chosen=chosen,
        covered=covered_items(workspace, [row.it.item_key for row in found.rows]),
        excerpt=excerpt,
        **({} if part else _choices(workspace, who)),
    )


@router.get("/disagreements.{ending}")
def disagreements_file(request: Request, who: Viewer, _: Taker, ending: Ending, chosen: Filters) -> Response:
    """The same as a file, with a row for every two answers that differ."""
    workspace = site(request).workspace
    chosen.check_names(who)
    fetch = partial(list_disagreements, workspace, chosen.wanted(workspace.policy.label_set))
    rows = everything(lambda before, limit: fetch(before=before, limit=limit), lambda row: row.it.id)
    return download(request, "disagreements", ending, COLUMNS, rows)


@router.get("/ties")
def ties(request: Request, _: Viewer, before: Before = None) -> HTMLResponse:
    """Items whose human labels are evenly split, newest first."""
    workspace = site(request).workspace
    page = list_tied_items(workspace, before=before, limit=_TIES)
    return render(
        request,
        "disagreements/ties.html",
        listing=Listing("/ties", {}, list(page.rows), "", ""),
        following=page.next,
        chosen=DisagreementChoice(kind="people"),
        covered=covered_items(workspace, [row.it.item_key for row in page.rows]),
        excerpt=excerpt,
    )


@router.get("/ties.{ending}")
def ties_file(request: Request, _viewer: Viewer, _taker: Taker, ending: Ending) -> Response:
    """The same as a file, with a row for every item."""
    return download(request, "ties", ending, TIE_COLUMNS, _all_ties(site(request).workspace))


def _all_ties(workspace: Workspace) -> Iterator[DisputedItem]:
    before: int | None = None
    while True:
        page = list_tied_items(workspace, before=before, limit=_TIES)
        yield from page.rows
        if page.next is None:
            return
        before = page.next


@router.get("/disagreements/items/{item_id:path}")
def of_item(request: Request, item_id: str, _: Viewer) -> HTMLResponse:
    """Everything people and machine differ on about one item, settled or not."""
    workspace = site(request).workspace
    rows = disagreements_of_item(workspace, item_id)
    return render(
        request,
        "disagreements/item.html",
        listing=Listing("/disagreements", {}, rows, "", ""),
        item_id=item_id,
        chosen=DisagreementChoice(),
        covered=covered_items(workspace, [row.it.item_key for row in rows]),
        excerpt=excerpt,
    )


def _choices(workspace: Workspace, who: Principal) -> dict[str, Any]:
    policy = workspace.policy
    prompts = dict.fromkeys(run.prompt for run in workspace.runs.all() if run.prompt)
    return {
        "labels": policy.label_set.names,
        "clauses": [clause.id for clause in policy.clauses],
        "written": policy.languages,
        "prompts": list(prompts),
        "people": [one.name for one in list_people(workspace, named=True)] if may(who, Permission.SEE_PEOPLE) else [],
    }
