"""`assistant audit`: every change, who made it, and whether the log of them is whole."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace
from assistant.cli.output import EXIT_ERROR, Output, table

if TYPE_CHECKING:
    from assistant.application.workspace.audit_anchors import AuditCheck

app = typer.Typer(help="The audit log: who did what, when; rows are chained by hashes.", no_args_is_help=True)


@app.command("verify")
def verify(
    head: Annotated[
        str | None, typer.Option(help="The last hash kept elsewhere; shows whether rows were removed at the end.")
    ] = None,
    anchors: Annotated[
        Path | None, typer.Option(help="Folder with a copy of the signatures.", show_default="the workspace's own")
    ] = None,
    public_key: Annotated[
        Path | None, typer.Option(help="Only signatures of this key count; a public-KEY.pem kept elsewhere.")
    ] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Verify the audit log, the labels and certificates it binds, and its signatures.

    Status 1 where a row of the log was changed, removed or inserted, where a label, adjudication, certificate or final
    label doesn't match the log, or where a signature shows that the log was truncated or overwritten.

    Example: assistant audit verify
    Example: assistant audit verify --anchors /mnt/auditor/anchors --public-key /mnt/auditor/public.pem
    """
    from assistant.application.workspace.audit_anchors import check_audit

    output = Output(as_json=as_json)
    with open_workspace(workspace, of_any=True) as opened:
        check = check_audit(opened, head=head, anchors=anchors, public_key=public_key)
    found = check.verified
    data = {
        "whole": check.whole,
        "rows": found.rows,
        "head": found.head,
        "broken_at": found.broken_at,
        "reason": found.reason,
        "head_known": check.head_known,
        "bound_rows": found.bound.rows,
        "faults": [asdict(fault) for fault in found.bound.faults],
        "fault_count": found.bound.count,
        "anchors": len(check.anchors),
        "anchor_faults": list(check.anchor_faults),
    }
    output.result(data, *_told(check, head))
    if not check.whole:
        output.note("compare with a copy of the database; an overwritten log can't be repaired")
        raise typer.Exit(EXIT_ERROR)
    if not check.anchors and head is None:
        output.note("no signature on record: rows removed at the end, or a rewritten log, would not be detected")
        output.next_step("assistant audit head", "signs the latest entry; keep a copy elsewhere")


@app.command("head")
def head_command(workspace: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Sign the latest entry of the audit log and print it: kept elsewhere, it shows later whether the log was altered.

    A server signs one a day, and `export` and `certify` one each. Settings [audit] `anchors` and `key` say where.

    Example: assistant audit head
    """
    from assistant.application.workspace.audit_anchors import ASKED, anchor_head

    with open_workspace(workspace, of_any=True) as opened:
        anchor = anchor_head(opened, ASKED)
    output = Output(as_json=as_json)
    data = anchor.as_json()
    lines = (f"row {anchor.row}, hash {anchor.hash}", f"signed with key {anchor.key}: {data['signature']}")
    output.result(data | {"file": str(anchor.path)}, *lines, f"file {anchor.path}")
    output.note("copy the file, its .sig and the public key to a place that the database's administrators can't write")


def _told(check: AuditCheck, head: str | None) -> list[str]:
    found = check.verified
    if found.broken_at is not None:
        return [f"broken at row {found.broken_at} ({found.reason}); the {found.rows:,} rows before it are intact"]
    told = []
    if not check.head_known:
        told.append(f"{found.rows:,} entries are intact, but none has the hash {head}: rows were removed at the end")
    else:
        told.append(f"audit log verified: {found.rows:,} entries; the last hash is {found.head}")
    if found.bound.count:
        told.append(f"{found.bound.count:,} labels or certificates don't match the log:")
        told += [f"  {fault.rows}: {fault.what}" for fault in found.bound.faults]
    else:
        told.append(f"{found.bound.rows:,} labels, decisions and certificates match the log")
    told += list(check.anchor_faults)
    if check.anchors and not check.anchor_faults:
        newest = check.anchors[-1]
        told.append(f"{len(check.anchors):,} signatures are valid; the last is of row {newest.row}, {newest.signed_at}")
    return told


@app.command("list")
def list_entries(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="Newest first.")] = 20,
    actor: Annotated[str | None, typer.Option(help="Only entries of this user.")] = None,
    action: Annotated[str | None, typer.Option(help="Only this, e.g. user.add.")] = None,
    subject: Annotated[str | None, typer.Option(help="Only entries about this, e.g. user:ana.")] = None,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """The newest entries.

    Example: assistant audit list --actor ana
    """
    from assistant.application.workspace.audit_anchors import list_changes

    with open_workspace(workspace, of_any=True) as opened:
        found = list_changes(opened, limit=limit, actor=actor, action=action, subject=subject)
    rows = [
        (one.id, one.at[:19], one.actor, one.action, one.subject, json.dumps(one.detail, ensure_ascii=False))
        for one in found
    ]
    data = [
        {
            "id": one.id,
            "at": one.at,
            "actor": one.actor,
            "action": one.action,
            "subject": one.subject,
            "detail": one.detail,
        }
        for one in found
    ]
    Output(as_json=as_json).result(data, table(("id", "at", "who", "did", "to", "how"), rows))
