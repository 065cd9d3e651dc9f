"""Human labels made elsewhere, into the workspace, and the disagreements they bring."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from assistant.application.review.fill_queue import list_conflicts
from assistant.application.workspace.policy_versions import used_policy_version
from assistant.ingest.labels.import_checks import ImportReport
from assistant.ingest.labels.imports import import_labels
from assistant.ingest.reading.answer_columns import map_label_columns
from assistant.ingest.reading.problems import AS_IT_IS, ReadingOptions
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class LabelColumnNames:
    """The columns of a file of human labels that are named; None leaves one to be guessed.

    Args:
        item, rater, label: columns.
        rater_name: who labelled, where no column says it.
        rater_columns: columns with the labels of one rater each.
        label_columns: columns of 0 and 1, each for one label.
    """

    item: str | None = None
    rater: str | None = None
    rater_name: str | None = None
    label: str | None = None
    rater_columns: tuple[str, ...] = ()
    label_columns: tuple[str, ...] = ()

    @property
    def named(self) -> frozenset[str]:
        """Every column that is named."""
        single = (self.item, self.rater, self.label)
        return frozenset(name for name in (*single, *self.rater_columns, *self.label_columns) if name is not None)


@dataclass(frozen=True, slots=True)
class ImportedLabels:
    """What became of a file's rows, and how many new disagreements between people they show."""

    report: ImportReport
    disagreements: int


def import_human_labels(
    workspace: Workspace,
    file: Path,
    columns: LabelColumnNames,
    *,
    any_label: bool = False,
    reading: ReadingOptions = AS_IT_IS,
    version: str | None = None,
) -> ImportedLabels:
    """Import a file of human labels and open the disagreements it brings; the same file again changes nothing.

    Args:
        workspace: the opened workspace.
        file: `-` reads standard input.
        columns: the columns that are named.
        any_label: take labels the policy does not have, too.
        reading: how the file is read, where it doesn't show it.
        version: the policy version they were given under; None for the one in use.

    Raises:
        NotFoundError: that version was never used.
        InputError: the file can't be read at all, or columns are missing.
    """
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
    return ImportedLabels(report, list_conflicts(workspace) if report.counts["added"] else 0)
