"""A whole team from a file: users, and where they work from when to when; all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.application.people.accounts import NewUser, add_users
from assistant.application.people.credentials import clean_name
from assistant.domain.memberships import Membership, overlap
from assistant.errors import InputError, InvalidValueError
from assistant.ingest.people import PersonRow, overlapping_row, read_people, unusable
from assistant.ingest.reading.problems import AS_IT_IS, Note, ReadingOptions
from assistant.store.people.memberships import today
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class PeopleImport:
    """What a file of people brings.

    Args:
        new: users to add, by name; the first row of each.
        there: names of users of the file who are there already and stay as they are.
        memberships: where people work, as the file says; those that are there as they are, too.
        projects: who is to be a member of which project: a name and the row that says so.
    """

    new: Mapping[str, PersonRow]
    there: Sequence[str]
    memberships: Sequence[Membership]
    projects: Sequence[tuple[str, PersonRow]] = ()


def plan_people_import(
    workspace: Workspace, file: Path, reading: ReadingOptions = AS_IT_IS, *, note: Note
) -> PeopleImport:
    """What a file would bring; nothing is changed.

    Raises:
        InputError: the file can't be read, or some of its rows can't be used: all mistakes are listed with their lines.
    """
    rows = read_people(file, reading, note=note)
    found, wrong = _by_name(rows)
    day, there = today(), {user.name for user in workspace.users.all()}
    stated = {
        name: [
            (row, row.membership(name, day)) for row in own if row.has_membership or (name not in there and row.team)
        ]
        for name, own in found.items()
    }
    for name, own in stated.items():
        wrong += _overlapping(own, workspace.memberships.of_person(name) if name in there else ())
    members = [(name, row) for name, own in found.items() for row in own if row.project]
    wrong += [
        InputError("person_project_unknown", line=row.line, project=row.project)
        for _, row in members
        if workspace.projects.find(row.project) is None
    ]
    if wrong:
        raise unusable(file, wrong)
    new = {name: own[0] for name, own in found.items() if name not in there}
    held = [one for own in stated.values() for _, one in own]
    return PeopleImport(new, sorted(there & found.keys()), held, members)


def import_people(
    workspace: Workspace, plan: PeopleImport, passwords: Mapping[str, str], *, actor: str
) -> Sequence[Membership]:
    """Add the users and memberships of a plan in one step; returns the memberships that are new or changed.

    Args:
        workspace: the opened workspace.
        plan: as `plan_people_import` made it.
        passwords: first ones, by name.
        actor: who imports them.

    Raises:
        ConflictError: a name was taken or a membership set meanwhile.
        UnfitPasswordError: a password is not taken.
    """
    users = [_new_user(name, row, passwords.get(name)) for name, row in plan.new.items()]
    changed = add_users(workspace, users, actor=actor, memberships=plan.memberships)
    for name, row in plan.projects:
        workspace.members.set_role(workspace.projects.get(row.project), name, row.role, actor=actor)
    return changed


def _by_name(rows: Iterable[PersonRow]) -> tuple[dict[str, list[PersonRow]], list[InputError]]:
    """Rows of each person; several only where each says from when it holds."""
    found: dict[str, list[PersonRow]] = {}
    wrong: list[InputError] = []
    for row in rows:
        try:
            name = clean_name(row.name)
        except InvalidValueError as error:
            wrong.append(InputError("person_name_unfit", line=row.line, name=row.name[:80], why=error))
            continue
        before = found.setdefault(name, [])
        if before and (row.valid_from is None or before[0].valid_from is None):
            wrong.append(InputError("person_in_file_twice", line=row.line, name=name, before=before[0].line))
        elif before and not _same_user(before[0], row):
            wrong.append(InputError("person_rows_differ", line=row.line, name=name, before=before[0].line))
        else:
            before.append(row)
    return found, wrong


def _same_user(one: PersonRow, other: PersonRow) -> bool:
    names = ("role", "display_name", "languages", "skills", "queues")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _overlapping(stated: Sequence[tuple[PersonRow, Membership]], held: Sequence[Membership]) -> list[InputError]:
    """Rows that hold on a day on which another row, or a membership that is there, does."""
    wrong = []
    replaced = {one.valid_from for _, one in stated}
    kept = [one for one in held if one.valid_from not in replaced]
    for at, (row, one) in enumerate(stated):
        earlier = next((before for before, other in stated[:at] if overlap([other, one])), None)
        if earlier is not None:
            wrong.append(overlapping_row(row.line, one.person, earlier.line))
        elif (there := next((other for other in kept if overlap([other, one])), None)) is not None:
            wrong.append(
                InputError(
                    "membership_overlaps_stored",
                    line=row.line,
                    name=one.person,
                    team=there.team or there.vendor or "-",
                    first=str(there.valid_from or ""),
                    last=str(there.valid_to or ""),
                )
            )
    return wrong


def _new_user(name: str, row: PersonRow, password: str | None) -> NewUser:
    return NewUser(
        name=name,
        role=row.role,
        display_name=row.display_name,
        password=password,
        languages=row.languages,
        skills=row.skills,
        queues=row.queues,
        team=row.team,
    )
