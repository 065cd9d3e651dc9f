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
from assistant.errors import InputError, InvalidValueError
from assistant.ingest.reading.problems import ReadingOptions

if TYPE_CHECKING:
    from assistant.application.people.accounts import NewUser
    from assistant.ingest.people import PersonRow

_PASSWORD_BYTES = 15  # 120 random bits, 20 letters


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command("import")(import_users)


@reads_tables()
def import_users(
    file: Annotated[
        Path, typer.Argument(help="A table: name, and role, display_name, languages, skills, queues, team.")
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

    Without --passwords they sign in by login link, or you set one for each.

    Example: assistant users import team.csv --passwords first-passwords.csv
    """
    from assistant.application.people.accounts import add_users, list_users
    from assistant.ingest.people import read_people
    from assistant.wiring.actor import actor

    output = Output(as_json=as_json)
    wanted = _by_name(file, read_people(file, reading, note=output.note))
    with open_workspace(workspace) as opened:
        there = {user.name for user in list_users(opened)}
        new = {name: person for name, person in wanted.items() if name not in there}
        if new and not dry_run:
            given = _first_passwords(new, passwords)
            add_users(opened, [_new_user(name, one, given.get(name)) for name, one in new.items()], actor=actor())
    known = sorted(there & wanted.keys())
    rows = [(name, one.role.value, ", ".join(one.languages) or "all", one.team or "-") for name, one in new.items()]
    shown = [table(("name", "role", "languages", "team"), rows)] if rows else []
    said = f"{len(new):,} {'would be ' if dry_run else ''}added, {len(known):,} unchanged"
    output.result({"added": list(new), "there_already": known, "dry_run": dry_run}, *shown, said)
    if known:
        output.note(f"already exist, unchanged: {', '.join(known)}")
    if passwords and new and not dry_run:
        output.note(f"{passwords} holds the passwords: pass them on one by one, then delete it")
    if new:
        output.next_step("assistant serve --team", "people sign in with their passwords")


def _by_name(file: Path, people: Iterable[PersonRow]) -> dict[str, PersonRow]:
    from assistant.application.people.credentials import clean_name

    found: dict[str, PersonRow] = {}
    for person in people:
        try:
            name = clean_name(person.name)
        except InvalidValueError as error:
            place = f"{file}:{person.line}: {person.name[:80]!r}"
            raise InvalidValueError(error.code, where=place) from None
        if name in found:
            place = f"{file}:{person.line}"
            raise InputError("user_in_file_twice", where=place, name=name, line=found[name].line)
        found[name] = person
    return found


def _new_user(name: str, person: PersonRow, password: str | None) -> NewUser:
    from assistant.application.people.accounts import NewUser

    return NewUser(
        name=name,
        role=person.role,
        display_name=person.display_name,
        password=password,
        languages=person.languages,
        skills=person.skills,
        queues=person.queues,
        team=person.team,
    )


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
