"""The log of changes and its anchors: noting its head, day by day and with what leaves, and checking all of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from assistant.domain.audit_log import AuditEntry
from assistant.exchange.anchors import Anchor, AnchorFolder
from assistant.store.audit import log as audit
from assistant.store.audit.event_counts import close_periods
from assistant.store.audit.log import Verified
from assistant.wiring.workspace import Workspace

DAY, RELEASE, ASKED = "day", "release", "asked"


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """What a check of the log found.

    Args:
        verified: the chain and the rows it binds.
        head_known: whether the hash that was asked for is there.
        anchors: those there are, oldest first.
        anchor_faults: a sentence for each that doesn't hold.
    """

    verified: Verified
    head_known: bool
    anchors: tuple[Anchor, ...]
    anchor_faults: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing at all was found."""
        return self.verified.whole and self.head_known and not self.anchor_faults


def anchor_folder(workspace: Workspace) -> AnchorFolder:
    """Where the workspace's anchors are."""
    settings, state = workspace.settings.audit, workspace.state
    folder = workspace.folder / Path(settings.anchors).expanduser() if settings.anchors else state / "anchors"
    key = workspace.folder / Path(settings.key).expanduser() if settings.key else state / "audit.key"
    return AnchorFolder(folder, key)


def anchor_head(workspace: Workspace, reason: str) -> Anchor:
    """Note the head of the log as it is now. Raises WorkspaceError where it can't be written."""
    head = audit.newest_head(workspace.database)
    return anchor_folder(workspace).write(head, reason, workspace.folder.resolve().name)


def log_file(workspace: Workspace, action: str, name: str, detail: Mapping[str, object]) -> None:
    """Log that a file was written for somebody to take along."""
    database = workspace.database
    with database.write() as connection:
        audit.append(connection, database.operator, action, f"file:{name}", detail)


def anchor_day(workspace: Workspace) -> None:
    """Note the head once a day (UTC). Raises WorkspaceError where it can't be written."""
    if not anchor_folder(workspace).of_day(datetime.now(UTC).date().isoformat()):
        anchor_head(workspace, DAY)


def close_counted_periods(workspace: Workspace) -> None:
    """Log the sums of events that were counted in periods that are over."""
    close_periods(workspace.database)


def check_audit(
    workspace: Workspace, *, head: str | None = None, anchors: Path | None = None, public_key: Path | None = None
) -> AuditCheck:
    """Check the log against itself, against what it binds, and against what was noted of it.

    Args:
        workspace: whose log it is.
        head: a hash noted elsewhere.
        anchors: a folder of anchors, e.g. an auditor's copy; None for the workspace's own.
        public_key: the only key whose signatures count; None for those in that folder.

    Raises:
        WorkspaceError: the file of the key holds none.
    """
    folder = anchor_folder(workspace) if anchors is None else AnchorFolder(anchors, anchors / "no.key")
    known = folder.all(public_key)
    faults = [f"{one.path.name}: {one.fault}" for one in known if one.fault]
    holding = [one for one in known if not one.fault]
    wanted = {one.row: one.hash for one in holding}
    found = audit.verify(workspace.database, wanted)
    for one in holding:
        if one.row in found.lost or one.hash != wanted[one.row]:
            told = f"row {one.row} is not there any more with the hash signed on {one.signed_at[:10]}"
            faults.append(f"{one.path.name}: {told}: the log was cut off or written over")
    known_head = head is None or audit.holds(workspace.database, head)
    return AuditCheck(found, known_head, tuple(known), tuple(faults))


def list_changes(
    workspace: Workspace,
    *,
    limit: int,
    before: int | None = None,
    actor: str | None = None,
    action: str | None = None,
    subject: str | None = None,
) -> list[AuditEntry]:
    """Entries of the log of changes, newest first, below the row `before`; of one actor, action or subject."""
    return audit.entries(workspace.database, before=before, limit=limit, actor=actor, action=action, subject=subject)
