"""`assistant users import`: a whole team from a file."""

from __future__ import annotations

import csv
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import HERE, JsonOption, WorkspaceOption, open_workspace, reads_tables
from assistant.cli.output import Output, table
from assistant.errors import InputError
from assistant.ingest.reading.problems import ReadingOptions

if TYPE_CHECKING:
    from assistant.application.people.import_people import PeopleImport

_PASSWORD_BYTES = 15  # 120 random bits, 20 letters


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command("import")(import_users)


@reads_tables()
def import_users(
    file: Annotated[
        Path, typer.Argument(help="A table: name, and role, display_name, languages, skills, queues, team; see docs.")
    ],
    passwords: Annotated[
        Path | None, typer.Option(help="Write a first password for each new user here, readable only by you.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be done; change nothing.")] = False,
    *,
    reading: ReadingOptions,
    workspace: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Add a whole team, all or none; existing users are kept unchanged.

    Columns vendor, site, contract, weekly_hours, valid_from and valid_to say where they work from when to when, one row
    for each time; existing users get these, too. All mistakes are listed with their lines.

    Without --passwords they sign in by login link, or you set one for each.

    Example: assistant users import team.csv --passwords first-passwords.csv
    """
    from assistant.application.people.import_people import import_people, plan_people_import
    from assistant.wiring.actor import actor

    output = Output(as_json=as_json)
    with open_workspace(workspace) as opened:
        plan = plan_people_import(opened, file, reading, note=output.note)
        new, changed = plan.new, list(plan.memberships)
        if not dry_run:
            given = _first_passwords(new, passwords) if new else {}
            changed = list(import_people(opened, plan, given, actor=actor()))
    _show(output, plan, len(changed), dry_run=dry_run)
    if passwords and new and not dry_run:
        output.note(f"{passwords} holds the passwords: pass them on one by one, then delete it")
    if new:
        output.next_step("assistant serve --team", "people sign in with their passwords")


def _show(output: Output, plan: PeopleImport, memberships: int, *, dry_run: bool) -> None:
    rows = [
        (name, one.role.value, ", ".join(one.languages) or "all", one.team or "-") for name, one in plan.new.items()
    ]
    shown = [table(("name", "role", "languages", "team"), rows)] if rows else []
    would = "would be " if dry_run else ""
    said = [f"{len(plan.new):,} {would}added, {len(plan.there):,} unchanged"]
    if plan.memberships:
        same = "" if dry_run else f", {len(plan.memberships) - memberships:,} unchanged"
        said.append(f"{memberships:,} memberships {would}set{same}")
    counts = {"memberships": len(plan.memberships), "memberships_set": 0 if dry_run else memberships}
    data = {"added": list(plan.new), "there_already": list(plan.there), **counts, "dry_run": dry_run}
    output.result(data, *shown, *said)
    if plan.there:
        output.note(f"already exist, unchanged: {', '.join(plan.there)}")


def _first_passwords(new: Iterable[str], out: Path | None) -> Mapping[str, str]:
    """Random passwords by name, which are written to a new file before anybody is added."""
    if out is None:
        return {}
    given = {name: secrets.token_urlsafe(_PASSWORD_BYTES) for name in new}
    try:
        with open(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("name", "password"), *given.items()])
    except OSError as error:
        raise InputError("file_unwritable", where=str(out), reason_given=error.strerror) from None
    return given
