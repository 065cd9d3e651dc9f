"""Answers of people, for those who may see names; giving and taking back are the reviewer's own loop."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from pydantic import Field

from assistant.application.review import reviews
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal, TaskKind
from assistant.domain.reviews import ReviewFilter
from assistant.web.api_schema import Cursor, Filter, Limit, Page, RowNumber, Shown, group, paged, problems
from assistant.web.context import site
from assistant.web.security.authentication import needs

router = group("reviews")

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_PEOPLE))]


class ReviewShown(Shown):
    """One answer of a person; what nobody knows of imported ones is null."""

    id: int
    item_key: int
    item_id: str
    rater: str
    labels: list[str]
    unknown: Annotated[list[str], Field(description="Categories it neither gives nor denies; empty when complete.")]
    shown_suggestion: bool | None
    source: str
    created_at: str
    kind: TaskKind | None
    note: str | None
    clauses: list[str]
    seconds: float | None
    changed: bool | None
    accepted_suggestion: bool | None
    policy_version: str | None
    uncovered_ms: Annotated[
        int | None,
        Field(description="How long covered content was looked at; 0: never; null: nothing covered it, or not known."),
    ]
    active_ms: Annotated[int | None, Field(description="Of `seconds`: page in front, not idle; null: not known.")]
    withdrawn: bool


class Reviews(Page[ReviewShown]):
    """Answers of people, newest first."""


@router.get("", responses=problems())
def list_reviews(
    request: Request,
    _: Viewer,
    *,
    rater: Filter = None,
    item_id: Filter = None,
    kind: TaskKind | None = None,
    source: Filter = None,
    withdrawn: bool | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Reviews:
    """Answers of people, newest first; `withdrawn=false` leaves out what was taken back."""
    wanted = ReviewFilter(rater=rater, item_id=item_id, kind=kind, source=source, withdrawn=withdrawn)
    rows, following = paged(
        lambda before, most: reviews.list_reviews(site(request).workspace, wanted, before=before, limit=most),
        cursor,
        limit,
        lambda one: one.id,
    )
    return Reviews(rows=[ReviewShown.of(one) for one in rows], next=following)


@router.get("/{review_id}", responses=problems(404))
def read_review(request: Request, _: Viewer, review_id: RowNumber) -> ReviewShown:
    """One answer of a person."""
    return ReviewShown.of(reviews.find_review(site(request).workspace, review_id))
