"""People from a file: one row a person, with what they may do and take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.domain.review_work import Role
from assistant.errors import InputError
from assistant.ingest.reading.problems import AS_IT_IS, Note, ReadingOptions
from assistant.ingest.reading.readers import read_rows
from assistant.ingest.reading.rows import InputRow, Refusal

_TEXTS = ("name", "display_name", "role", "team")
_LISTS = ("languages", "skills", "queues")
_TOLD_ELSEWHERE = frozenset({"has_password", "disabled", "created_at"})  # `assistant users list --json` writes them


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person of a file.

    Args:
        line: where, 1-based.
        name: to sign in with, as it stands there.
        display_name: as they write it; empty for the name itself.
        role: what they may do.
        team: theirs; empty for none.
        languages, skills, queues: what they may take.
    """

    line: int
    name: str
    display_name: str = ""
    role: Role = Role.REVIEWER
    team: str = ""
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()


def read_people(path: Path, reading: ReadingOptions = AS_IT_IS, *, note: Note) -> list[PersonRow]:
    """All users of a file: `name`, and `role`, `display_name`, `languages`, `skills`, `queues`, `team` where they are.

    Lists are parted by commas or semicolons, or are lists.

    Args:
        path: a table in any format `read_rows` reads.
        reading: what the user says of the file.
        note: gets sentences on what was read in another way than it stands there.

    Raises:
        InputError: the file can't be read, or some of its rows can't be used: all rows are imported or none.
    """
    found, wrong = [], []
    for row in read_rows(path, reading, note=note):
        try:
            found.append(_person(row))
        except InputError as error:
            wrong.append(error)
    if wrong:
        known = {"columns": ", ".join((*_TEXTS, *_LISTS)), "roles": ", ".join(Role)}
        raise InputError("people_rows_unusable", where=str(path), rows=len(wrong), wrong=tuple(wrong), **known)
    if not found:
        raise InputError("no_people_in_file", where=str(path))
    return found


def _person(row: InputRow | Refusal) -> PersonRow:
    if isinstance(row, Refusal):
        raise InputError("person_row_unreadable", line=row.line, said=row.message)
    for _, sentence in row.unread.values():
        raise InputError("person_row_unreadable", line=row.line, said=sentence)
    values = {name.strip().lower().replace(" ", "_"): value for name, value in row.values.items()}
    if unknown := sorted(values.keys() - {*_TEXTS, *_LISTS, *_TOLD_ELSEWHERE, ""}):
        raise InputError("person_column_unknown", line=row.line, column=unknown[0])
    texts = dict(_texts(values, row.line))
    role = texts["role"] or Role.REVIEWER.value
    if role.lower() not in list(Role):
        raise InputError("person_role_unknown", line=row.line, role=role)
    if not texts["name"]:
        raise InputError("person_without_name", line=row.line)
    return PersonRow(
        row.line,
        texts["name"],
        display_name=texts["display_name"],
        role=Role(role.lower()),
        team=texts["team"],
        languages=_listed(values.get("languages")),
        skills=_listed(values.get("skills")),
        queues=_listed(values.get("queues")),
    )


def _texts(values: Mapping[str, object], line: int) -> Iterator[tuple[str, str]]:
    for name in _TEXTS:
        value = values.get(name)
        if isinstance(value, list | dict | bool):
            raise InputError("person_value_no_text", line=line, column=name)
        yield name, "" if value is None else str(value).strip()


def _listed(value: object) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else str("" if value is None else value).replace(";", ",").split(",")
    return tuple(text for part in parts if (text := str(part).strip()))
