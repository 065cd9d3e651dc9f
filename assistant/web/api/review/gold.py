"""Gold: items with a known answer, mixed in silently; made, listed with how people do on each, and retired."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Request, Response
from pydantic import Field

from assistant.domain.labels import LabelAnswer
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.messages.language import marked
from assistant.review.gold import make_gold, retire_gold
from assistant.store.database import Connection
from assistant.store.review.disagreements import adjudication_list
from assistant.store.review.labels import gold, gold_list
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
    here, active = site(request), state == "active"
    here.workspace.queue.retire_aged_gold()
    policy_id = here.workspace.policy.id
    rows, following = paged(
        lambda before, most: gold_list.page(
            here.database, policy_id, active=active, before=before, limit=most, language=language or ""
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
    """Make an item gold, in place of what it was known as. The same again changes nothing."""
    policy, stored = site(request).workspace.policy, item_of(request, given.item_id)
    named = None if given.labels is None else answer_of(given.labels, policy.label_set)
    with site(request).database.write() as connection:
        labels, explanation = _known(connection, stored.key, named, given.explanation)
        there = gold_list.known_as(connection, stored.key, policy.id)
        if there is not None and there[1:] == (labels, explanation):
            response.status_code = 200
            return GoldNow(id=there[0], labels=list(labels), outcome="already")
        number = make_gold(
            connection,
            stored.key,
            policy_id=policy.id,
            labels=labels,
            explanation=explanation,
            actor=who.name,
        )
    return GoldNow(id=number, labels=list(labels), outcome="stored")


@router.post("/{number}/retire", responses=problems(404))
def retire(request: Request, who: Keeper, number: RowNumber) -> Retired:
    """Mix an item in no longer; what people said to it stays. The same again changes nothing."""
    with site(request).database.write() as connection:
        if gold.find(connection, number) is None:
            raise Problem(404, marked("No gold item has that number."), code="no_gold")
        retired = retire_gold(connection, number, who.name)
    return Retired(id=number, outcome="retired" if retired else "already")


def _known(
    connection: Connection, item_key: int, named: LabelAnswer | None, explanation: str
) -> tuple[LabelAnswer, str]:
    """The answer and why it is right; of a settled item, by default what the adjudicator wrote."""
    settled = adjudication_list.settled_as(connection, item_key)
    if named is not None:
        return named, explanation
    if settled is None:
        detail = marked("Adjudicate this item first, or give the correct labels.")
        raise Problem(409, detail, code="not_settled")
    return settled[1], explanation or settled[3]
