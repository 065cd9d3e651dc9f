"""The log of changes: who did what to what, and whether the log is whole."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import Field

from assistant.domain.review_work import Principal
from assistant.store import audit
from assistant.web.doors import needs
from assistant.web.edge import Body, Cursor, Filter, Limit, Page, Shown, group, paged, problems
from assistant.web.permissions import Permission
from assistant.web.site import site

router = group("audit")

Reader = Annotated[Principal, Depends(needs(Permission.SEE_AUDIT))]


class EntryShown(Shown):
    """One change."""

    id: int
    at: str
    actor: str
    action: Annotated[str, Field(examples=["user.add"])]
    subject: Annotated[str, Field(examples=["user:ana"])]
    detail: dict[str, Any]


class Entries(Page[EntryShown]):
    """Changes, newest first."""


class Verifying(Body):
    """What else is looked at."""

    head: Annotated[
        str | None,
        Field(pattern=r"^[0-9a-f]{64}$", description="The last hash noted elsewhere: was anything cut off since?"),
    ] = None


class Checked(Shown):
    """What a walk over the whole chain found.

    `rows` hold, the last one's hash is `head`; `reason` says of the row `broken_at` whether it was `changed` or what it
    follows `removed`. `head_known` is false where rows were cut off after the hash that was noted.
    """

    whole: bool
    rows: int
    head: str
    broken_at: int | None
    reason: str
    head_known: bool


@router.get("", responses=problems())
def list_changes(
    request: Request,
    _: Reader,
    *,
    actor: Filter = None,
    action: Filter = None,
    subject: Filter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Entries:
    """Changes, newest first."""
    database, wanted = site(request).database, {"actor": actor, "action": action, "subject": subject}
    rows, following = paged(
        lambda before, most: audit.entries(database, before=before, limit=most, **wanted),
        cursor,
        limit,
        lambda one: one.id,
    )
    return Entries(rows=[EntryShown.of(one) for one in rows], next=following)


@router.post("/verify", responses=problems())
def verify_log(request: Request, _: Reader, given: Verifying) -> Checked:
    """Walk the whole chain; it takes a moment on a long log, and changes nothing."""
    found = audit.verify(site(request).database)
    known = given.head is None or audit.holds(site(request).database, given.head)
    return Checked(
        whole=found.broken_at is None and known,
        rows=found.rows,
        head=found.head,
        broken_at=found.broken_at,
        reason=found.reason,
        head_known=known,
    )
