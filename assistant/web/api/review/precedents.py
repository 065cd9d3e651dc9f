"""Precedents: settled items that are cited to models from the next look into the index on."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Request, Response
from pydantic import Field

from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.messages.language import marked
from assistant.review.precedents import make_precedent, withdraw_precedent
from assistant.store.content import precedent_list
from assistant.store.review.disagreements import adjudication_list
from assistant.web.api_schema import Body, Cursor, ItemId, Limit, Page, Shown, group, item_of, paged, problems
from assistant.web.context import site
from assistant.web.problems import Problem
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


class Precedents(Page[PrecedentShown]):
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
def list_precedents(request: Request, _: Keeper, cursor: Cursor = None, limit: Limit = 50) -> Precedents:
    """Precedents of the workspace's policy, newest first."""
    policy_id = site(request).workspace.policy.id
    rows, following = paged(
        lambda before, most: precedent_list.page(site(request).database, policy_id, before=before, limit=most),
        cursor,
        limit,
        lambda one: one.id,
    )
    return Precedents(rows=[PrecedentShown.of(one) for one in rows], next=following)


@router.post(
    "", status_code=201, responses=problems(404, 409) | {200: {"model": PrecedentNow, "description": "Already so."}}
)
def add_precedent(request: Request, response: Response, who: Keeper, given: Naming) -> PrecedentNow:
    """Let what an item was settled as guide models. The same again changes nothing."""
    policy_id, stored = site(request).workspace.policy.id, item_of(request, given.item_id)
    with site(request).database.write() as connection:
        settled = adjudication_list.settled_as(connection, stored.key)
        if settled is None:
            detail = marked("Adjudicate this item first: only adjudicated items can become precedents or gold.")
            raise Problem(409, detail, code="not_settled")
        labels, known = settled[1], precedent_list.of_content(connection, policy_id, stored.content_digest)
        already = known is not None and known.labels == labels
        if already:
            response.status_code = 200
        else:
            make_precedent(connection, stored, labels, policy_id=policy_id, actor=who.name)
    return PrecedentNow(item_id=stored.item.id, labels=list(labels), outcome="already" if already else "stored")


@router.post("/withdraw", responses=problems(404))
def withdraw(request: Request, who: Keeper, given: Naming) -> Withdrawn:
    """An item guides nobody any more. The same again changes nothing."""
    policy_id, stored = site(request).workspace.policy.id, item_of(request, given.item_id)
    with site(request).database.write() as connection:
        if precedent_list.of_content(connection, policy_id, stored.content_digest) is None:
            return Withdrawn(outcome="already")
        withdraw_precedent(connection, stored, policy_id=policy_id, actor=who.name)
    return Withdrawn(outcome="withdrawn")
