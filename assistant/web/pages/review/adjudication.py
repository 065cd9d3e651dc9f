"""One item that answers differ on: everything that was said, and its settlement with a cause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.application.review.content import read_translation, show_item
from assistant.application.review.content_warning import covered_items
from assistant.application.review.keys import label_keys
from assistant.domain.items import StoredItem
from assistant.domain.labels import LabelAnswer, OffLabelSetError, read_labels
from assistant.domain.permissions import Permission
from assistant.domain.policies import Clause
from assistant.domain.review_work import Cause, Principal
from assistant.messages.language import marked
from assistant.review.adjudicate import Case, Verdict, open_case, settle
from assistant.review.gold import make_gold
from assistant.review.precedents import make_precedent
from assistant.store.audit import log as audit
from assistant.store.review.disagreements import disagreement_cases
from assistant.store.review.disagreements.disagreement_list import Disagreement
from assistant.web.context import site
from assistant.web.pages.review.disagreements import Chosen, next_of
from assistant.web.pictures import picture_of
from assistant.web.presentation import terms
from assistant.web.presentation.pagination import address
from assistant.web.presentation.rendering import language_of, render, whole
from assistant.web.problems import Problem
from assistant.web.security.authentication import needs
from assistant.web.server.options import LARGEST_NOTE
from assistant.wiring.workspace import Workspace

router = APIRouter()

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_DISAGREEMENTS))]
Adjudicator = Annotated[Principal, Depends(needs(Permission.ADJUDICATE))]
GoldKeeper = Annotated[Principal, Depends(needs(Permission.MANAGE_GOLD))]
NameReader = Annotated[Principal, Depends(needs(Permission.SEE_PEOPLE))]
Filters = Annotated[Chosen, Depends()]
Note = Annotated[str, Form(max_length=LARGEST_NOTE)]

CAUSE_KEYS = dict(zip(Cause, "qwert", strict=True))


@dataclass(frozen=True, slots=True)
class _Opened:
    it: Disagreement
    kind: str
    stored: StoredItem
    case: Case

    @property
    def settled_as(self) -> LabelAnswer | None:
        """What the item was settled as last."""
        return self.case.history[-1].labels if self.case.history else None


@router.get("/disagreements/{number}")
def adjudication(request: Request, number: int, _: Viewer, chosen: Filters) -> HTMLResponse:
    """All answers to the item, names hidden."""
    return _page(request, _opened(site(request).workspace, number), chosen)


@router.get("/disagreements/{number}/media/{place}")
def picture(request: Request, number: int, place: int, _: Viewer) -> Response:
    """A picture of the item, counted from 0."""
    return picture_of(request, _opened(site(request).workspace, number).stored.item, place)


@router.get("/disagreements/{number}/names")
def names_by_address(number: int, _: Viewer, chosen: Filters) -> Response:
    """Names are shown by a click only, which is logged: an address that was kept leads to the page without them."""
    return RedirectResponse(address(f"/disagreements/{number}", chosen.values()), 303)


@router.post("/disagreements/{number}/names")
def names(request: Request, number: int, who: NameReader, chosen: Filters) -> HTMLResponse:
    """The same with names; the log of changes says who looked."""
    opened = _opened(site(request).workspace, number)
    with site(request).database.write() as connection:
        audit.append(connection, who.name, "names.show", f"item:{opened.stored.item.id}", {"disagreement": number})
    return _page(request, opened, chosen, named=True)


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
) -> Response:
    """Settle the item; what was chosen is kept when something is missing."""
    workspace = site(request).workspace
    opened = _opened(workspace, number)
    given = {"labels": labels or [], "cause": cause, "note": note}
    try:
        answer = read_labels(labels or [], workspace.policy.label_set)
    except OffLabelSetError:
        return _page(request, opened, chosen, given=given, error=marked("Choose the label for this item."), status=422)
    if cause is None:
        return _page(request, opened, chosen, given=given, error=marked("Choose the root cause."), status=422)
    verdict = Verdict(answer, cause, note)
    with workspace.database.write() as connection:
        settle(connection, opened.stored, verdict, policy_id=workspace.policy.id, actor=who.name)
    return _back(number, chosen)


@router.post("/disagreements/{number}/precedent")
def precedent(request: Request, number: int, who: GoldKeeper, chosen: Filters) -> Response:
    """What was settled guides models from now on."""
    workspace = site(request).workspace
    opened = _opened(workspace, number)
    labels = _settled(opened)
    with workspace.database.write() as connection:
        make_precedent(connection, opened.stored, labels, policy_id=workspace.policy.id, actor=who.name)
    return _back(number, chosen)


@router.post("/disagreements/{number}/gold")
def gold(request: Request, number: int, who: GoldKeeper, chosen: Filters, explanation: Note = "") -> Response:
    """What was settled is mixed in silently for reviewers, and explained in training."""
    workspace = site(request).workspace
    opened = _opened(workspace, number)
    labels, policy_id = _settled(opened), workspace.policy.id
    with workspace.database.write() as connection:
        make_gold(
            connection,
            opened.stored.key,
            policy_id=policy_id,
            labels=labels,
            explanation=explanation or opened.case.history[-1].note,
            actor=who.name,
        )
    return _back(number, chosen)


def _back(number: int, chosen: Chosen) -> Response:
    return RedirectResponse(address(f"/disagreements/{number}", chosen.values()), 303)


def _opened(workspace: Workspace, number: int) -> _Opened:
    """Raises Problem 404 where an answer was taken back meanwhile, so that nothing differs any more."""
    found = disagreement_cases.find(workspace.database, number)
    stored = None if found is None else workspace.items.get(found[0].item_id)
    if found is None or stored is None:
        detail = marked("There is no such disagreement, or an answer was undone and the labels now agree.")
        raise Problem(404, detail, code="no_disagreement")
    return _Opened(found[0], found[1], stored, open_case(workspace.database, stored.key, found[2]))


def _settled(opened: _Opened) -> LabelAnswer:
    if opened.settled_as is None:
        raise Problem(
            409,
            marked("Adjudicate this item first: only adjudicated items can become precedents or gold."),
            code="not_settled",
        )
    return opened.settled_as


def _page(
    request: Request,
    opened: _Opened,
    chosen: Chosen,
    *,
    named: bool = False,
    given: dict[str, Any] | None = None,
    error: str = "",
    status: int = 200,
) -> HTMLResponse:
    workspace = site(request).workspace
    policy, stored = workspace.policy, opened.stored
    return render(
        request,
        "disagreements/adjudication.html",
        status=status,
        opened=opened,
        item=show_item(stored.item, workspace.folder),
        translation=read_translation(stored.item.meta, language_of(request).code),
        whole=whole,
        covered=bool(covered_items(workspace, [stored.key])),
        policy=policy,
        clauses=_cited(policy.clauses, opened),
        guiding=disagreement_cases.guiding(workspace.database, stored.key, stored.content_digest, policy.id),
        query=address("", chosen.values()),
        following=next_of(workspace, chosen, opened.it.id),
        named=named,
        given=given or {"labels": [], "cause": None, "note": ""},
        error=error,
        causes=terms.CAUSES,
        cause_keys=CAUSE_KEYS,
        label_keys=_digits(policy.label_set.names),
        letters="ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    )


def _digits(names: tuple[str, ...]) -> dict[str, str]:
    """The key of each label that has a digit; letters pick causes here."""
    keys = zip(names, label_keys(names), strict=True)
    return {name: key for name, key in keys if key is not None and key.isdigit()}


def _cited(clauses: tuple[Clause, ...], opened: _Opened) -> list[Clause]:
    """The clauses somebody rests on, in the order of the policy."""
    machine = opened.case.machine.clauses if opened.case.machine else ()
    cited = {*machine, *(clause for answer in opened.case.answers for clause in answer.clauses)}
    return [clause for clause in clauses if clause.id in cited]
