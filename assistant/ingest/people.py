"""People from a file: one row a person, with what they may do and take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assistant.domain.memberships import MOST_HOURS, Membership
from assistant.domain.review_work import Role
from assistant.errors import InputError
from assistant.ingest.moments import read_day
from assistant.ingest.reading.problems import AS_IT_IS, Note, ReadingOptions
from assistant.ingest.reading.readers import read_rows
from assistant.ingest.reading.rows import InputRow, Refusal

_TEXTS = ("name", "display_name", "role", "team", "vendor", "site", "contract", "project")
_DAYS = ("valid_from", "valid_to")
_OF_A_MEMBERSHIP = ("vendor", "site", "contract", "weekly_hours", *_DAYS)
_COLUMNS = (*_TEXTS, "languages", "skills", "queues", "weekly_hours", *_DAYS)
LONGEST_NAME = 120
"""Characters of a team, vendor, site or contract."""
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
        vendor, site, contract: where they work; empty for none.
        weekly_hours: agreed, 0 to 168; None where it isn't said.
        valid_from, valid_to: first and last day of that; None for today, and for until further notice.
        project: key of a project they are a member of; empty for none.
    """

    line: int
    name: str
    display_name: str = ""
    role: Role = Role.REVIEWER
    team: str = ""
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    vendor: str = ""
    site: str = ""
    contract: str = ""
    weekly_hours: float | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    project: str = ""

    @property
    def has_membership(self) -> bool:
        """Whether the row says where they work in more words than a team's name."""
        return any(getattr(self, name) not in {"", None} for name in _OF_A_MEMBERSHIP)

    def membership(self, name: str, first: date | None) -> Membership:
        """Where they work, under a name; `first` is the first day where the row has none."""
        return Membership(
            person=name,
            team=self.team,
            vendor=self.vendor,
            site=self.site,
            contract=self.contract,
            weekly_hours=self.weekly_hours,
            valid_from=self.valid_from or first,
            valid_to=self.valid_to,
        )


def read_people(path: Path, reading: ReadingOptions = AS_IT_IS, *, note: Note) -> list[PersonRow]:
    """All users of a file: `name`, and `role`, `display_name`, `languages`, `skills`, `queues`, `team` where they are.

    Lists are parted by commas or semicolons, or are lists. `vendor`, `site`, `contract`, `weekly_hours`, `valid_from`
    and `valid_to` say where a person works from when to when: one row for each such time.

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
        raise unusable(path, wrong)
    if not found:
        raise InputError("no_people_in_file", where=str(path))
    return found


def unusable(path: Path, wrong: Sequence[InputError]) -> InputError:
    """The error of a file of which some rows can't be used, with all of them."""
    known = {"columns": ", ".join(_COLUMNS), "roles": ", ".join(Role)}
    return InputError("people_rows_unusable", where=str(path), rows=len(wrong), wrong=tuple(wrong), **known)


def overlapping_row(line: int, name: str, before: int) -> InputError:
    """A row has a person elsewhere on days that an earlier row is about."""
    return InputError("memberships_of_file_overlap", line=line, name=name, before=before)


def _person(row: InputRow | Refusal) -> PersonRow:
    if isinstance(row, Refusal):
        raise InputError("person_row_unreadable", line=row.line, said=row.message)
    for _, sentence in row.unread.values():
        raise InputError("person_row_unreadable", line=row.line, said=sentence)
    values = {name.strip().lower().replace(" ", "_"): value for name, value in row.values.items()}
    if unknown := sorted(values.keys() - {*_COLUMNS, *_TOLD_ELSEWHERE, ""}):
        raise InputError("person_column_unknown", line=row.line, column=unknown[0])
    texts = dict(_texts(values, row.line))
    role = texts["role"] or Role.REVIEWER.value
    if role.lower() not in list(Role):
        raise InputError("person_role_unknown", line=row.line, role=role)
    if not texts["name"]:
        raise InputError("person_without_name", line=row.line)
    first, last = (_day(values.get(name), name, row.line) for name in _DAYS)
    if first is not None and last is not None and last < first:
        raise InputError("membership_backwards", line=row.line, first=first.isoformat(), last=last.isoformat())
    return PersonRow(
        row.line,
        texts["name"],
        display_name=texts["display_name"],
        role=Role(role.lower()),
        team=texts["team"],
        languages=_listed(values.get("languages")),
        skills=_listed(values.get("skills")),
        queues=_listed(values.get("queues")),
        vendor=texts["vendor"],
        site=texts["site"],
        contract=texts["contract"],
        weekly_hours=_hours(values.get("weekly_hours"), row.line),
        valid_from=first,
        valid_to=last,
        project=texts["project"],
    )


def _day(value: object, column: str, line: int) -> date | None:
    if value is None or not str(value).strip():
        return None
    day = read_day(value)
    if day is None:
        raise InputError("person_day_unread", line=line, column=column, value=str(value)[:40])
    return day


def _hours(value: object, line: int) -> float | None:
    if value is None or not str(value).strip():
        return None
    try:
        hours = float(str(value).strip().replace(",", "."))
    except ValueError:
        hours = -1.0
    if not 0 <= hours <= MOST_HOURS:
        raise InputError("person_hours_unread", line=line, value=str(value)[:40])
    return hours


def _texts(values: Mapping[str, object], line: int) -> Iterator[tuple[str, str]]:
    for name in _TEXTS:
        value = values.get(name)
        if isinstance(value, list | dict | bool):
            raise InputError("person_value_no_text", line=line, column=name)
        text = "" if value is None else str(value).strip()
        if len(text) > LONGEST_NAME and name in {"team", "vendor", "site", "contract"}:
            raise InputError("person_value_too_long", line=line, column=name, most=LONGEST_NAME)
        yield name, text


def _listed(value: object) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else str("" if value is None else value).replace(";", ",").split(",")
    return tuple(text for part in parts if (text := str(part).strip()))
