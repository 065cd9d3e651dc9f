"""Where an evaluation's data comes from: files, a suite of the workspace, or its runs; put together in one way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import InvalidValueError
from assistant.ingest.reading.problems import AS_THEY_ARE, Readings
from evals.comparison.scores import ComparisonTerms
from evals.data.eval_data import EvalData
from evals.data.files import choose_variant, read_eval_files
from evals.data.selection import Selection
from evals.data.slices import with_clauses

if TYPE_CHECKING:
    from assistant.wiring.workspace import Workspace
    from evals.gates.suite import Suite


@dataclass(frozen=True, slots=True)
class LabelFiles:
    """Files of labels, beside any workspace.

    Args:
        labels: what people answered.
        machine: what machines answered; None for people alone.
        items: the items; None where only their ids are known.
        label_set: all labels there are, in order; None takes those that occur.
        by_item: take items of one group as independent.
        readings: how the files are read, where they don't show it.
    """

    labels: Path
    machine: Path | None = None
    items: Path | None = None
    label_set: Sequence[str] | None = None
    by_item: bool = False
    readings: Readings = AS_THEY_ARE


@dataclass(frozen=True, slots=True)
class SuiteSource:
    """A suite of a workspace: its name or its TOML file."""

    workspace: Workspace
    suite: str | Path


@dataclass(frozen=True, slots=True)
class RunsSource:
    """Runs of a workspace by name, with the labels people gave to their items; None is the newest run."""

    workspace: Workspace
    runs: Sequence[str | None] = (None,)


EvalSource = LabelFiles | SuiteSource | RunsSource


@dataclass(frozen=True, slots=True)
class Assembled:
    """An evaluation's data, ready to be measured.

    Args:
        data: items with the answers of people and machines.
        where: the file or folder that an error about a variant names.
        digest: of a suite's snapshot; empty for others.
        suite: the suite; None for others.
    """

    data: EvalData
    where: str
    digest: str = ""
    suite: Suite | None = None

    def variant(self, name: str | None) -> str | None:
        """That variant, else the one with most answers; None where only people answered. Raises InputError."""
        return choose_variant(self.data, name, self.where) if self.data.variants or name is not None else None

    def terms(self, chosen: ComparisonTerms) -> ComparisonTerms:
        """The terms, with the suite's margin where none was chosen."""
        return replace(chosen, margin=self.suite.margin) if self.suite and chosen.margin is None else chosen

    def sliced_by_clauses_of(self, variant: str | None, selection: Selection) -> EvalData:
        """The data; where slices by clauses were asked for, by those that a variant cited."""
        return with_clauses(self.data, variant) if selection.by_clause else self.data


def assemble(source: EvalSource, selection: Selection) -> Assembled:
    """Put an evaluation's data together.

    Args:
        source: where it comes from.
        selection: which items, and by what they are sliced.

    Raises:
        InputError: a file can't be read, there is no such suite or run, people labelled nothing of it, or no item fits
            the selection.
    """
    if isinstance(source, LabelFiles):
        return Assembled(_read(source, selection), str(source.machine or source.labels))
    # SQLAlchemy and the rules of certificates are loaded only where a workspace is evaluated: files alone do without.
    from assistant.application.evaluation.data import suite_data  # noqa: PLC0415
    from assistant.application.evaluation.production_data import runs_data  # noqa: PLC0415

    folder = str(source.workspace.folder)
    if isinstance(source, RunsSource):
        if not source.runs:
            raise InvalidValueError("runs_to_compare_needed")
        runs = [source.workspace.runs.find(name) for name in dict.fromkeys(source.runs)]
        return Assembled(runs_data(source.workspace, runs, selection, whole=len(runs) == 1), folder)
    data, digest, suite = suite_data(source.workspace, source.suite, selection)
    return Assembled(data, folder, digest, suite)


def _read(files: LabelFiles, selection: Selection) -> EvalData:
    if selection.of_items and files.items is None:
        raise InvalidValueError("items_file_needed", field="where" if selection.conditions else "slice_by")
    data = read_eval_files(
        files.labels,
        files.machine,
        files.items,
        classes=files.label_set,
        selection=selection,
        readings=files.readings,
    )
    return data.independent() if files.by_item else data
