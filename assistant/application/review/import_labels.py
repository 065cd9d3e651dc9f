"""Human labels made elsewhere, into the workspace, and the disagreements they bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from assistant.application.review.fill_queue import list_conflicts
from assistant.application.workspace.policy_versions import used_policy_version
from assistant.domain.canonical import rater_key
from assistant.domain.memberships import Membership, overlap
from assistant.errors import InputError
from assistant.ingest.labels.import_checks import ImportReport
from assistant.ingest.labels.imports import import_labels
from assistant.ingest.people import overlapping_row, read_people, unusable
from assistant.ingest.reading.answer_columns import map_label_columns
from assistant.ingest.reading.problems import AS_IT_IS, ReadingOptions
from assistant.store.people.memberships import add_memberships
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class LabelColumnNames:
    """The columns of a file of human labels that are named; None leaves one to be guessed.

    Args:
        item, rater, label: columns.
        rater_name: who labelled, where no column says it.
        rater_columns: columns with the labels of one rater each.
        label_columns: columns of 0 and 1, each for one label.
        at, seconds, team: columns with the moment, the duration and the rater's team; never guessed.
    """

    item: str | None = None
    rater: str | None = None
    rater_name: str | None = None
    label: str | None = None
    rater_columns: tuple[str, ...] = ()
    label_columns: tuple[str, ...] = ()
    at: str | None = None
    seconds: str | None = None
    team: str | None = None

    @property
    def named(self) -> frozenset[str]:
        """Every column that is named."""
        single = (self.item, self.rater, self.label, self.at, self.seconds, self.team)
        return frozenset(name for name in (*single, *self.rater_columns, *self.label_columns) if name is not None)


@dataclass(frozen=True, slots=True)
class ImportedLabels:
    """What became of a file's rows, how many new disagreements between people they show, and memberships set."""

    report: ImportReport
    disagreements: int
    memberships: int = 0


def import_human_labels(
    workspace: Workspace,
    file: Path,
    columns: LabelColumnNames,
    *,
    any_label: bool = False,
    reading: ReadingOptions = AS_IT_IS,
    version: str | None = None,
    rater_info: Path | None = None,
) -> ImportedLabels:
    """Import a file of human labels and open the disagreements it brings; the same file again changes nothing.

    Args:
        workspace: the opened workspace.
        file: `-` reads standard input.
        columns: the columns that are named.
        any_label: take labels the policy does not have, too.
        reading: how the file is read, where it doesn't show it.
        version: the policy version they were given under; None for the one in use.
        rater_info: a table of raters: where they worked from when to when, as `users import` takes it; they get no
            account.

    Raises:
        NotFoundError: that version was never used.
        InputError: a file can't be read at all, or columns are missing; rows about raters can't be used (all are
            listed, and nothing is imported).
    """
    raters = [] if rater_info is None else read_raters(rater_info)
    policy = workspace.policy if version is None else used_policy_version(workspace, version)
    label_set = policy.label_set
    choose = partial(
        map_label_columns,
        item=columns.item,
        rater=columns.rater,
        rater_name=columns.rater_name,
        label=columns.label,
        label_columns=columns.label_columns,
        rater_columns=columns.rater_columns,
        known_labels=() if any_label else label_set.names,
        at=columns.at,
        seconds=columns.seconds,
        team=columns.team,
    )
    report = import_labels(
        file,
        choose,
        workspace.items,
        workspace.reviews,
        label_set=label_set,
        any_label=any_label,
        reading=replace(reading, named=columns.named),
        version=version,
    )
    found = list_conflicts(workspace) if report.counts["added"] else 0
    return ImportedLabels(report, found, _keep_raters(workspace, raters))


def read_raters(file: Path) -> list[Membership]:
    """Where raters of imported labels worked, as a table says; without a first day it is not known since when.

    Raises:
        InputError: the file can't be read, or some of its rows can't be used: all are listed with their lines.
    """
    found: list[Membership] = []
    wrong: list[InputError] = []
    lines: dict[int, int] = {}
    for row in read_people(file, note=lambda _: None):
        one = row.membership(row.name, row.valid_from)
        same = [other for other in found if rater_key(other.person) == rater_key(one.person)]
        before = next((other for other in same if overlap([replace(other, person=one.person), one])), None)
        if before is not None:
            wrong.append(overlapping_row(row.line, one.person, lines[id(before)]))
            continue
        found.append(one)
        lines[id(one)] = row.line
    if wrong:
        raise unusable(file, wrong)
    return found


def _keep_raters(workspace: Workspace, raters: Sequence[Membership]) -> int:
    """Set memberships under the names that answers stand under. Raises ConflictError where one overlaps another."""
    if not raters:
        return 0
    spelled = {rater_key(name): name for name in workspace.reviews.people()}
    named = [replace(one, person=spelled.get(rater_key(one.person), one.person)) for one in raters]
    with workspace.database.write() as connection:
        return len(add_memberships(connection, named, actor=workspace.database.operator))
