"""Settling items that answers differ on, with the cause; an item's newest adjudication counts."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Request, Response
from pydantic import Field

from assistant.application.review import adjudication
from assistant.domain.disagreements import AdjudicationFilter
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Cause, Principal
from assistant.web.api_schema import (
    Body,
    Cursor,
    Filter,
    ItemId,
    LabelNames,
    Limit,
    Note,
    Page,
    Replaced,
    RowNumber,
    Shown,
    group,
    paged,
    problems,
)
from assistant.web.context import site
from assistant.web.security.authentication import needs

router = group("adjudications")

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_DISAGREEMENTS))]
Adjudicator = Annotated[Principal, Depends(needs(Permission.ADJUDICATE))]


class AdjudicationRequest(Body):
    """How an item is settled."""

    item_id: ItemId
    labels: LabelNames
    cause: Annotated[Cause, Field(description="Why answers differ.")]
    note: Note = ""
    replaces: Annotated[
        Replaced, Field(description="The item's newest adjudication (`current` of the 409), to settle it otherwise.")
    ] = None


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
    """What became of it: `already` where the item was settled just so."""

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
        lambda before, most: adjudication.list_adjudications(
            site(request).workspace, wanted, before=before, limit=most
        ),
        cursor,
        limit,
        lambda one: one.id,
    )
    return Adjudications(rows=[AdjudicationShown.of(one) for one in rows], next=following)


@router.get("/{number}", responses=problems(404))
def read_adjudication(request: Request, _: Viewer, number: RowNumber) -> AdjudicationShown:
    """One adjudication."""
    return AdjudicationShown.of(adjudication.find_adjudication(site(request).workspace, number))


@router.post(
    "", status_code=201, responses=problems(404, 409) | {200: {"model": SettledNow, "description": "Already so."}}
)
def settle_item(request: Request, response: Response, who: Adjudicator, given: AdjudicationRequest) -> SettledNow:
    """Settle an item, so that it is not labeled any further. The same again changes nothing; another answer conflicts,
    unless `replaces` names the adjudication it takes the place of.
    """
    done = adjudication.adjudicate(
        site(request).workspace,
        given.item_id,
        given.labels,
        given.cause,
        given.note,
        actor=who.name,
        replaces=given.replaces,
    )
    response.status_code = 200 if done.already else 201
    return SettledNow(id=done.id, outcome="already" if done.already else "stored")
