"""Changes of the policy on pages: what is proposed and what it makes stale, approval, activation, and reading them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.application.workspace import policy_changes as changes
from assistant.application.workspace.enqueue_stale import enqueue_stale
from assistant.domain.permissions import Permission, may
from assistant.domain.policy_changes import CarryOver
from assistant.domain.review_work import Principal
from assistant.errors import AssistantError
from assistant.web.context import remembered, site
from assistant.web.presentation.advice import sentences
from assistant.web.presentation.rendering import language_of, render
from assistant.web.presentation.terms import POLICY_CHANGES
from assistant.web.security.authentication import Current, needs
from assistant.web.server.options import LARGEST_NOTE

router = APIRouter()

Changer = Annotated[Principal, Depends(needs(Permission.CHANGE_POLICY))]
Steerer = Annotated[Principal, Depends(needs(Permission.STEER_QUEUE))]
_LARGEST = 400_000  # characters of a document that is typed or pasted


@router.get("/policy/changes/new")
def new_change(request: Request, _: Changer) -> HTMLResponse:
    """Edit the policy in use, and propose it."""
    return _form(request, site(request).workspace.policy.source, "")


@router.post("/policy/changes")
def propose(
    request: Request,
    who: Changer,
    *,
    source: Annotated[str, Form(max_length=_LARGEST)],
    note: Annotated[str, Form(max_length=LARGEST_NOTE)] = "",
    lose_labels: Annotated[bool, Form()] = False,
) -> Response:
    """Propose what was written; it is kept on the page when it can't be."""
    document = source.replace("\r\n", "\n")
    proposal = changes.Proposal(document, "policy", note, None, lose_labels)
    try:
        made = changes.propose_change(site(request).workspace, proposal, actor=who.name)
    except AssistantError as error:
        return _form(request, document, note, wrong=error)
    return RedirectResponse(f"/policy/changes/{made.name}", 303)


@router.post("/policy/relabel")
def relabel(request: Request, who: Steerer) -> Response:
    """Ask people again, blind, about every item whose labels no longer count."""
    enqueue_stale(site(request).workspace, actor=who.name)
    remembered(request).forget()
    return RedirectResponse("/queue", 303)


@router.get("/policy/changes/{name}")
def change(request: Request, who: Current, name: str) -> HTMLResponse:
    """A change: what is new, for everyone; what it makes stale and costs, for those who see runs."""
    return _page(request, who, name)


@router.post("/policy/changes/{name}/acknowledge")
def acknowledge(request: Request, who: Current, name: str) -> Response:
    """I have read it: the next item may come."""
    workspace = site(request).workspace
    changes.acknowledge_change(workspace, name, workspace.users.get(who.name), actor=who.name)
    return RedirectResponse("/review" if may(who, Permission.REVIEW) else f"/policy/changes/{name}", 303)


@router.post("/policy/changes/{name}/approve")
def approve(request: Request, who: Changer, name: str) -> Response:
    """Approve it under one's own name."""
    try:
        changes.approve_change(site(request).workspace, name, by=who.name, actor=who.name)
    except AssistantError as error:
        return _page(request, who, name, wrong=error)
    return RedirectResponse(f"/policy/changes/{name}", 303)


@router.post("/policy/changes/{name}/activate")
def activate(
    request: Request,
    who: Changer,
    *,
    name: str,
    start: Annotated[str, Form(max_length=40)] = "now",
    carry: Annotated[CarryOver, Form()] = CarryOver.ALL_BUT_STALE,
) -> Response:
    """Put it into effect from a day on; an empty one means now."""
    try:
        changes.activate_change(site(request).workspace, name, start=start or "now", mode=carry, actor=who.name)
    except AssistantError as error:
        return _page(request, who, name, wrong=error)
    return RedirectResponse(f"/policy/changes/{name}", 303)


@router.post("/policy/changes/{name}/carry")
def carry_over(
    request: Request, who: Changer, *, name: str, carry: Annotated[CarryOver, Form()] = CarryOver.ALL_BUT_STALE
) -> Response:
    """Decide again what is carried over."""
    changes.carry_over(site(request).workspace, name, mode=carry, actor=who.name)
    return RedirectResponse(f"/policy/changes/{name}", 303)


@router.post("/policy/changes/{name}/withdraw")
def withdraw(request: Request, who: Changer, name: str) -> Response:
    """Give it up."""
    try:
        changes.withdraw_change(site(request).workspace, name, actor=who.name)
    except AssistantError as error:
        return _page(request, who, name, wrong=error)
    return RedirectResponse(f"/policy/changes/{name}", 303)


def _form(request: Request, source: str, note: str, *, wrong: AssistantError | None = None) -> HTMLResponse:
    said = "" if wrong is None else sentences(wrong, language_of(request))
    status = 200 if wrong is None else 422
    return render(request, "policy/propose.html", source=source, note=note, wrong=said, status=status)


def _page(request: Request, who: Principal, name: str, *, wrong: AssistantError | None = None) -> HTMLResponse:
    workspace = site(request).workspace
    shown = changes.show_change(workspace, name)
    sees = may(who, Permission.SEE_RUNS)
    return render(
        request,
        "policy/change.html",
        shown=shown,
        change=shown.change,
        difference=shown.difference,
        found=shown.change.assessment if sees else None,
        stale=changes.stale_items_of(workspace, name) if sees else [],
        sees_people=may(who, Permission.SEE_PEOPLE),
        unread=shown.change.name in {one.name for one in changes.unread_changes(workspace, who)},
        modes=list(CarryOver),
        terms=POLICY_CHANGES,
        wrong="" if wrong is None else sentences(wrong, language_of(request)),
        status=200 if wrong is None else 409,
    )
