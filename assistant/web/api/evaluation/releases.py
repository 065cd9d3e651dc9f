"""Releases: the files of labels that were exported."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from assistant.application.items import releases
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.web.api.evaluation.item_life import ReleaseShown
from assistant.web.api_schema import Cursor, Limit, Page, RowNumber, group, paged, problems
from assistant.web.context import site
from assistant.web.security.authentication import needs

router = group("releases")

Viewer = Annotated[Principal, Depends(needs(Permission.SEE_RUNS))]


class ReleasePage(Page[ReleaseShown]):
    """Releases, newest first."""


@router.get("", responses=problems())
def list_releases(request: Request, _: Viewer, *, cursor: Cursor = None, limit: Limit = 50) -> ReleasePage:
    """The files of labels that were exported, newest first."""
    workspace = site(request).workspace
    rows, following = paged(
        lambda before, most: releases.list_releases(workspace, before=before, limit=most),
        cursor,
        limit,
        lambda one: one.id,
    )
    return ReleasePage(rows=[ReleaseShown.of(one) for one in rows], next=following)


@router.get("/{number}", responses=problems(404))
def read_release(request: Request, _: Viewer, number: RowNumber) -> ReleaseShown:
    """One release, with the digests of its file and manifest."""
    return ReleaseShown.of(releases.find_release(site(request).workspace, number))
