"""Gold: items with a known answer, mixed in silently; made, listed with how people do on each, and retired."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Request, Response
from pydantic import Field

from assistant.application.review import gold
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
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

router = group("gold")

Keeper = Annotated[Principal, Depends(needs(Permission.MANAGE_GOLD))]


class GoldShown(Shown):
    """A gold item: `shown` in so many tasks; `right` of `answered` answers are the known one."""

    id: int
    item_id: str
    language: str
    text: Annotated[str, Field(description="The beginning of the item's text.")]
    labels: list[str]
    explanation: str
    active: bool
    added_by: str
    created_at: str
    retired_at: str | None
    shown: int
    answered: int
    right: int


class GoldPage(Page[GoldShown]):
    """Gold of the workspace's policy, newest first."""


class MakingGold(Body):
    """An item whose answer is known; without labels it is what the item was settled as."""

    item_id: ItemId
    labels: LabelNames | None = None
    explanation: Annotated[Note, Field(description="Why it is right, for training.")] = ""
    replaces: Annotated[
        Replaced, Field(description="Its number as gold (`current` of the 409), to revise answer or explanation.")
    ] = None


class GoldNow(Shown):
    """What became of it: `already` where it was gold just so."""

    id: int
    labels: list[str]
    outcome: Literal["stored", "already"]


class Retired(Shown):
    """What became of it: `already` where it was mixed in no longer."""

    id: int
    outcome: Literal["retired", "already"]


@router.get("", responses=problems())
def list_gold(
    request: Request,
    _: Keeper,
    *,
    state: Literal["active", "retired"] = "active",
    language: Filter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> GoldPage:
    """What is mixed in, or was; newest first. What is too old, or was shown too often, is retired by now."""
    workspace, active = site(request).workspace, state == "active"
    rows, following = paged(
        lambda before, most: gold.list_gold(
            workspace, active=active, language=language or "", before=before, limit=most
        ),
        cursor,
        limit,
        lambda one: one.id,
    )
    return GoldPage(rows=[GoldShown.of(one) for one in rows], next=following)


@router.post(
    "", status_code=201, responses=problems(404, 409) | {200: {"model": GoldNow, "description": "Already so."}}
)
def add_gold(request: Request, response: Response, who: Keeper, given: MakingGold) -> GoldNow:
    """Make an item gold. The same again changes nothing; another answer or explanation conflicts, unless `replaces`
    names the gold it takes the place of.
    """
    done = gold.make_gold(
        site(request).workspace,
        given.item_id,
        given.labels,
        given.explanation,
        actor=who.name,
        replaces=given.replaces,
    )
    response.status_code = 200 if done.already else 201
    return GoldNow(id=done.id, labels=list(done.labels), outcome="already" if done.already else "stored")


@router.post("/{number}/retire", responses=problems(404))
def retire(request: Request, who: Keeper, number: RowNumber) -> Retired:
    """Mix an item in no longer; what people said to it stays. The same again changes nothing."""
    retired = gold.retire_gold(site(request).workspace, number, actor=who.name)
    return Retired(id=number, outcome="retired" if retired else "already")
