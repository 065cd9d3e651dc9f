"""Erasing content on request: looked at first, then done, and resumed where it was interrupted."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Request
from pydantic import Field

from assistant.application.items import erase as erasing
from assistant.application.items.erase import Erased, ErasureKind, ErasureTarget
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.web.api.evaluation.item_life import ReleaseShown
from assistant.web.api_schema import Body, Cursor, Limit, Page, RowNumber, Shown, group, paged, problems
from assistant.web.context import site
from assistant.web.security.authentication import needs

router = group("erasures")

Eraser = Annotated[Principal, Depends(needs(Permission.ERASE))]
_VALUE = "An item's id; an author, as the content names them; a text that items contain. It is never stored."


class ErasureChoice(Body):
    """What is to be erased."""

    kind: ErasureKind
    value: Annotated[str, Field(min_length=1, max_length=1000, description=_VALUE)]
    field: Annotated[
        str,
        Field(
            min_length=1,
            max_length=200,
            description="Of an author: the column of the content that names them; `source` for an item's source.",
        ),
    ] = "author"

    def target(self) -> ErasureTarget:
        """The same for the application."""
        return ErasureTarget(self.kind, self.value, self.field)


class ErasureOrder(ErasureChoice):
    """What is to be erased, why, and how many items the preview had."""

    reason: Annotated[str, Field(min_length=1, max_length=500, description="Shown in place of the content; no names.")]
    items: Annotated[int, Field(ge=1, description="Items of the preview; with another number nothing is erased.")]


class HeldItem(Shown):
    """Who holds an item under a lease, and until when."""

    item: str
    user: str
    until: str


class CarryingFile(Shown):
    """A file that left since the content came: a backup, a labeling sheet, or an export from before releases."""

    file: str
    action: str
    at: str


class ErasurePlan(Shown):
    """What would be erased, and what still carries it afterwards, as far as is known."""

    items: Annotated[list[str], Field(description="The first thousand ids.")]
    count: int
    counts: dict[str, int]
    held: list[HeldItem]
    same_content: Annotated[int, Field(description="Other items with the same text, which stay.")]
    near_duplicates: list[str]
    releases: list[ReleaseShown]
    files: list[CarryingFile]
    old_copies: Annotated[int, Field(description="Copies of the database from before upgrades; removed with it.")]


class ErasureShown(Shown):
    """An erasure, and how far it has come."""

    id: int
    kind: str
    reason: str
    items: int
    actor: str
    created_at: str
    state: Literal["begun", "removed", "cleaned"]


class ErasurePage(Page[ErasureShown]):
    """Erasures, newest first."""


class ErasureDone(Shown):
    """What came of it; `remaining` names the workspace's files with the text in them, null where none was searched."""

    number: int
    items: int
    remaining: list[str] | None
    log_emptied: Annotated[bool, Field(description="False while another process reads the database: resume later.")]


@router.post("/preview", responses=problems(404, 409))
def preview_erasure(request: Request, _: Eraser, given: ErasureChoice) -> ErasurePlan:
    """What would be erased; nothing is."""
    plan = erasing.preview_erasure(site(request).workspace, given.target())
    return ErasurePlan(
        items=list(plan.items[:1000]),
        count=len(plan.items),
        counts=plan.counts,
        held=[HeldItem.of(one) for one in plan.holders],
        same_content=plan.same_content,
        near_duplicates=list(plan.near_duplicates),
        releases=[ReleaseShown.of(one) for one in plan.releases],
        files=[CarryingFile(file=erasing.file_of(one), action=one.action, at=one.at) for one in plan.files],
        old_copies=len(plan.copies),
    )


@router.post("", responses=problems(404, 409))
def erase_content(request: Request, who: Eraser, given: ErasureOrder) -> ErasureDone:
    """Erase content for good; labels, counts and the audit log stay."""
    done = erasing.erase(site(request).workspace, given.target(), given.reason, actor=who.name, expected=given.items)
    return _told(done)


@router.get("", responses=problems())
def list_erasures(request: Request, _: Eraser, *, cursor: Cursor = None, limit: Limit = 50) -> ErasurePage:
    """What was erased, newest first."""
    workspace = site(request).workspace
    rows, following = paged(
        lambda before, most: erasing.list_erasures(workspace, before=before, limit=most),
        cursor,
        limit,
        lambda one: one.id,
    )
    return ErasurePage(rows=[ErasureShown.of(one) for one in rows], next=following)


@router.get("/{number}", responses=problems(404))
def read_erasure(request: Request, _: Eraser, number: RowNumber) -> ErasureShown:
    """One erasure."""
    return ErasureShown.of(erasing.find_erasure(site(request).workspace, number))


@router.post("/{number}/resume", responses=problems(404, 409))
def resume_erasure(request: Request, who: Eraser, number: RowNumber) -> ErasureDone:
    """Finish an erasure that was interrupted, or empty the database's write-ahead log once more."""
    return _told(erasing.resume_erasure(site(request).workspace, number, actor=who.name))


def _told(done: Erased) -> ErasureDone:
    left = None if done.remaining is None else [str(path) for path in done.remaining]
    return ErasureDone(number=done.number, items=done.items, remaining=left, log_emptied=done.log_emptied)
