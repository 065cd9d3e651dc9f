"""One item that answers differ on: everything that was answered, and its settlement with a cause."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.application.review.adjudication import adjudicate
from assistant.application.review.content import read_translation, show_item
from assistant.application.review.content_warning import covered_items
from assistant.application.review.disagreements import (
    OpenedDisagreement,
    next_disputed_item,
    open_disagreement,
    open_with_names,
    view_disagreement,
)
from assistant.application.review.gold import make_gold
from assistant.application.review.precedents import make_precedent
from assistant.application.review.task_view import label_keys
from assistant.domain.permissions import Permission
from assistant.domain.policies import Clause
from assistant.domain.review_work import Cause, Principal
from assistant.errors import ConflictError, InvalidValueError
from assistant.messages.language import marked
from assistant.messages.wording import what
from assistant.web.context import site
from assistant.web.pictures import picture_of
from assistant.web.presentation import terms
from assistant.web.presentation.pagination import address
from assistant.web.presentation.rendering import language_of, render, whole
from assistant.web.presentation.review_filters import DisagreementChoice
from assistant.web.security.authentication import needs
from assistant.web.server.options import LARGEST_NOTE

router = APIRouter()

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_DISAGREEMENTS))]
Adjudicator = Annotated[Principal, Depends(needs(Permission.ADJUDICATE))]
GoldKeeper = Annotated[Principal, Depends(needs(Permission.MANAGE_GOLD))]
NameReader = Annotated[Principal, Depends(needs(Permission.SEE_PEOPLE))]
Filters = Annotated[DisagreementChoice, Depends()]
Note = Annotated[str, Form(max_length=LARGEST_NOTE)]
Replaced = Annotated[int | None, Form()]

CAUSE_KEYS = dict(zip(Cause, "qwert", strict=True))
_REFUSED = {
    "labels_refused": marked("Choose the label for this item."),
    "cause_missing": marked("Choose the root cause."),
    "settled_otherwise": marked(
        "This item has been adjudicated in the meantime, as shown. Change the decision below if you still disagree."
    ),
    "gold_otherwise": marked("This item is already gold with another answer. Add it again to replace that answer."),
}


@router.get("/disagreements/{number}")
def adjudication(
    request: Request, number: int, who: Viewer, chosen: Filters, already: Annotated[bool, Query()] = False
) -> HTMLResponse:
    """All answers to the item, names hidden; `already` where what was just sent was so before."""
    opened = view_disagreement(site(request).workspace, number, viewer=who.name)
    return _page(request, opened, chosen, already=already)


@router.get("/disagreements/{number}/media/{place}")
def picture(request: Request, number: int, place: int, _: Viewer) -> Response:
    """A picture of the item, counted from 0."""
    return picture_of(request, open_disagreement(site(request).workspace, number).stored.item, place)


@router.get("/disagreements/{number}/names")
def names_by_address(number: int, _: Viewer, chosen: Filters) -> Response:
    """Names are shown by a click only, which is logged: an address that was kept leads to the page without them."""
    return _back(number, chosen)


@router.post("/disagreements/{number}/names")
def names(request: Request, number: int, who: NameReader, chosen: Filters) -> HTMLResponse:
    """The same with names; the audit log says who looked."""
    return _page(request, open_with_names(site(request).workspace, number, actor=who.name), chosen, named=True)


@router.post("/disagreements/{number}/settle")
def settle_item(
    request: Request,
    number: int,
    who: Adjudicator,
    chosen: Filters,
    *,
    labels: Annotated[list[str] | None, Form()] = None,
    cause: Annotated[Cause | None, Form()] = None,
    note: Note = "",
    replaces: Replaced = None,
) -> Response:
    """Settle the item; what was chosen is kept when something is missing, or the item was settled meanwhile."""
    workspace = site(request).workspace
    item_id = open_disagreement(workspace, number).stored.item.id
    try:
        done = adjudicate(workspace, item_id, labels or [], cause, note, actor=who.name, replaces=replaces)
    except (InvalidValueError, ConflictError) as error:
        given = {"labels": labels or [], "cause": cause, "note": note}
        return _page(request, open_disagreement(workspace, number), chosen, given=given, error=error)
    return _back(number, chosen, already=done.already)


@router.post("/disagreements/{number}/precedent")
def precedent(request: Request, number: int, who: GoldKeeper, chosen: Filters) -> Response:
    """What was settled guides models from now on."""
    workspace = site(request).workspace
    item_id = open_disagreement(workspace, number).stored.item.id
    return _back(number, chosen, already=make_precedent(workspace, item_id, actor=who.name).already)


@router.post("/disagreements/{number}/gold")
def gold(
    request: Request,
    number: int,
    who: GoldKeeper,
    chosen: Filters,
    *,
    explanation: Note = "",
    replaces: Replaced = None,
) -> Response:
    """What was settled is mixed in silently for reviewers, and explained in training."""
    workspace = site(request).workspace
    item_id = open_disagreement(workspace, number).stored.item.id
    try:
        done = make_gold(workspace, item_id, None, explanation, actor=who.name, replaces=replaces)
    except ConflictError as error:
        if error.code not in _REFUSED:
            raise
        return _page(request, open_disagreement(workspace, number), chosen, error=error)
    return _back(number, chosen, already=done.already)


def _back(number: int, chosen: DisagreementChoice, *, already: bool = False) -> Response:
    said: dict[str, object] = {"already": "true"} if already else {}
    return RedirectResponse(address(f"/disagreements/{number}", chosen.values() | said), 303)


def _page(
    request: Request,
    opened: OpenedDisagreement,
    chosen: DisagreementChoice,
    *,
    named: bool = False,
    already: bool = False,
    given: dict[str, Any] | None = None,
    error: InvalidValueError | ConflictError | None = None,
) -> HTMLResponse:
    workspace = site(request).workspace
    policy, stored = workspace.policy, opened.stored
    following = next_disputed_item(workspace, chosen.wanted(policy.label_set), opened.it.id)
    return render(
        request,
        "disagreements/adjudication.html",
        status=200 if error is None else 409 if isinstance(error, ConflictError) else 422,
        opened=opened,
        item=show_item(stored.item, workspace.folder),
        translation=read_translation(stored.item.meta, language_of(request).code),
        whole=whole,
        covered=bool(covered_items(workspace, [stored.key])),
        policy=policy,
        clauses=_cited(policy.clauses, opened),
        guiding=opened.guiding,
        query=address("", chosen.values()),
        following="" if following is None else address(f"/disagreements/{following}", chosen.values()),
        named=named,
        already=already,
        given=given or {"labels": [], "cause": None, "note": ""},
        error="" if error is None else _REFUSED.get(error.code) or what(error, language_of(request)),
        causes=terms.CAUSES,
        cause_keys=CAUSE_KEYS,
        label_keys=_digits(policy.label_set.names),
        letters="ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    )


def _digits(names: tuple[str, ...]) -> dict[str, str]:
    """The key of each label that has a digit; letters pick causes here."""
    keys = zip(names, label_keys(names), strict=True)
    return {name: key for name, key in keys if key is not None and key.isdigit()}


def _cited(clauses: tuple[Clause, ...], opened: OpenedDisagreement) -> list[Clause]:
    """The clauses that answers cite, in the order of the policy."""
    machine = opened.case.machine.clauses if opened.case.machine else ()
    cited = {*machine, *(clause for answer in opened.case.answers for clause in answer.clauses)}
    return [clause for clause in clauses if clause.id in cited]
