"""The log of changes: who did what to what, and whether the log is whole."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import Field

from assistant.application.workspace.audit_anchors import ASKED, anchor_head, check_audit
from assistant.application.workspace.audit_anchors import list_changes as changes_of
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.web.api_schema import Body, Cursor, Filter, Limit, Page, Shown, group, paged, problems
from assistant.web.context import site
from assistant.web.security.authentication import needs
from assistant.web.server.public_routes import of_all_projects

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


class FaultShown(Shown):
    """A row that isn't what the log says, or rows bound together."""

    rows: str
    what: str


class ChainCheck(Shown):
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
    bound_rows: Annotated[int, Field(description="Labels, decisions and certificates that were compared.")]
    faults: Annotated[list[FaultShown], Field(description="Those that aren't what the log says: the first twenty.")]
    fault_count: int
    anchors: Annotated[int, Field(description="Signed heads that are known.")]
    anchor_faults: Annotated[list[str], Field(description="Signed heads that the log doesn't fit, and damaged ones.")]


class Signed(Shown):
    """The head of the log, signed: `signature` (Ed25519, hex) is over the bytes of `signed`."""

    row: int
    hash: str
    signed_at: str
    reason: str
    key: str
    signed: str
    signature: str
    public_key: str


@router.get("", responses=problems())
@of_all_projects
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
    workspace, wanted = site(request).workspace, {"actor": actor, "action": action, "subject": subject}
    rows, following = paged(
        lambda before, most: changes_of(workspace, before=before, limit=most, **wanted),
        cursor,
        limit,
        lambda one: one.id,
    )
    return Entries(rows=[EntryShown.of(one) for one in rows], next=following)


@router.post("/verify", responses=problems())
@of_all_projects
def verify_log(request: Request, _: Reader, given: Verifying) -> ChainCheck:
    """Check the chain, the labels and certificates it binds, and the signed heads; it changes nothing."""
    check = check_audit(site(request).workspace, head=given.head)
    found = check.verified
    return ChainCheck(
        whole=check.whole,
        rows=found.rows,
        head=found.head,
        broken_at=found.broken_at,
        reason=found.reason,
        head_known=check.head_known,
        bound_rows=found.bound.rows,
        faults=[FaultShown.of(fault) for fault in found.bound.faults],
        fault_count=found.bound.count,
        anchors=len(check.anchors),
        anchor_faults=list(check.anchor_faults),
    )


@router.post("/head", responses=problems())
@of_all_projects
def sign_head(request: Request, _: Reader) -> Signed:
    """Sign the head of the log as it is now; kept elsewhere, it shows later whether the log was altered."""
    return Signed.model_validate(anchor_head(site(request).workspace, ASKED).as_json())
