"""Settling items that answers differ on, with the cause; an item's newest adjudication counts."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Request, Response
from pydantic import Field

from assistant.domain.permissions import Permission
from assistant.domain.review_work import Cause, Principal
from assistant.messages.language import marked
from assistant.review.adjudicate import Verdict, settle
from assistant.store.review.disagreements import adjudication_list
from assistant.store.review.disagreements.adjudication_list import AdjudicationFilter
from assistant.web.api_schema import (
    Body,
    Cursor,
    Filter,
    ItemId,
    LabelNames,
    Limit,
    Note,
    Page,
    RowNumber,
    Shown,
    answer_of,
    group,
    item_of,
    paged,
    problems,
)
from assistant.web.context import site
from assistant.web.problems import Problem
from assistant.web.security.authentication import needs

router = group("adjudications")

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_DISAGREEMENTS))]
Adjudicator = Annotated[Principal, Depends(needs(Permission.ADJUDICATE))]


class Settling(Body):
    """How an item is settled."""

    item_id: ItemId
    labels: LabelNames
    cause: Annotated[Cause, Field(description="Why answers differ.")]
    note: Note = ""


class AdjudicationShown(Shown):
    """How an item was settled."""

    id: int
    item_id: str
    labels: list[str]
    cause: Cause
    note: str
    actor: str
    created_at: str


class Adjudications(Page[AdjudicationShown]):
    """Adjudications, newest first."""


class SettledNow(Shown):
    """What became of it: `already` where you had settled the item just so."""

    id: int
    outcome: Literal["stored", "already"]


@router.get("", responses=problems())
def list_adjudications(
    request: Request,
    _: Viewer,
    *,
    item_id: Filter = None,
    cause: Cause | None = None,
    actor: Filter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Adjudications:
    """How items were settled, newest first."""
    wanted = AdjudicationFilter(item_id=item_id, cause=cause, actor=actor)
    rows, following = paged(
        lambda before, most: adjudication_list.page(site(request).database, wanted, before=before, limit=most),
        cursor,
        limit,
        lambda one: one.id,
    )
    return Adjudications(rows=[AdjudicationShown.of(one) for one in rows], next=following)


@router.get("/{number}", responses=problems(404))
def read_adjudication(request: Request, _: Viewer, number: RowNumber) -> AdjudicationShown:
    """One adjudication."""
    found = adjudication_list.find(site(request).database, number)
    if found is None:
        raise Problem(404, marked("No adjudication has that number."), code="no_adjudication")
    return AdjudicationShown.of(found)


@router.post("", status_code=201, responses=problems(404) | {200: {"model": SettledNow, "description": "Already so."}})
def settle_item(request: Request, response: Response, who: Adjudicator, given: Settling) -> SettledNow:
    """Settle an item: nobody is asked about it any more. The same again changes nothing."""
    policy = site(request).workspace.policy
    stored = item_of(request, given.item_id)
    verdict = Verdict(answer_of(given.labels, policy.label_set), given.cause, given.note)
    with site(request).database.write() as connection:
        newest = adjudication_list.settled_as(connection, stored.key)
        if newest is not None and newest[1:] == (verdict.labels, verdict.cause, verdict.note, who.name):
            response.status_code = 200
            return SettledNow(id=newest[0], outcome="already")
        number = settle(connection, stored, verdict, policy_id=policy.id, actor=who.name)
    return SettledNow(id=number, outcome="stored")
