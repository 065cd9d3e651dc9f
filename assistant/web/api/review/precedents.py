"""Precedents: settled items that are cited to models from the next look into the index on."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Request, Response
from pydantic import Field

from assistant.application.review import precedents
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.web.api_schema import Body, Cursor, ItemId, Limit, Page, Shown, group, paged, problems
from assistant.web.context import site
from assistant.web.security.authentication import needs

router = group("precedents")

Keeper = Annotated[Principal, Depends(needs(Permission.MANAGE_GOLD))]


class PrecedentShown(Shown):
    """A settled item that is cited to models."""

    id: int
    item_key: int
    item_id: str
    language: str
    text: Annotated[str, Field(description="The beginning of the item's text.")]
    labels: list[str]
    actor: str
    created_at: str


class PrecedentPage(Page[PrecedentShown]):
    """Precedents of the workspace's policy, newest first."""


class Naming(Body):
    """Which item."""

    item_id: ItemId


class PrecedentNow(Shown):
    """What became of it: `already` where it was one just so."""

    item_id: str
    labels: list[str]
    outcome: Literal["stored", "already"]


class Withdrawn(Shown):
    """What became of it: `already` where it was none."""

    outcome: Literal["withdrawn", "already"]


@router.get("", responses=problems())
def list_precedents(request: Request, _: Keeper, cursor: Cursor = None, limit: Limit = 50) -> PrecedentPage:
    """Precedents of the workspace's policy, newest first."""
    workspace = site(request).workspace
    rows, following = paged(
        lambda before, most: precedents.page_of_precedents(workspace, before=before, limit=most),
        cursor,
        limit,
        lambda one: one.id,
    )
    return PrecedentPage(rows=[PrecedentShown.of(one) for one in rows], next=following)


@router.post(
    "", status_code=201, responses=problems(404, 409) | {200: {"model": PrecedentNow, "description": "Already so."}}
)
def add_precedent(request: Request, response: Response, who: Keeper, given: Naming) -> PrecedentNow:
    """Let what an item was settled as guide models. The same again changes nothing."""
    done = precedents.make_precedent(site(request).workspace, given.item_id, actor=who.name)
    response.status_code = 200 if done.already else 201
    outcome: Literal["stored", "already"] = "already" if done.already else "stored"
    return PrecedentNow(item_id=given.item_id, labels=list(done.labels), outcome=outcome)


@router.post("/withdraw", responses=problems(404))
def withdraw(request: Request, who: Keeper, given: Naming) -> Withdrawn:
    """An item guides no model any more. The same again changes nothing."""
    withdrawn = precedents.withdraw_precedent(site(request).workspace, given.item_id, actor=who.name)
    return Withdrawn(outcome="withdrawn" if withdrawn else "already")
