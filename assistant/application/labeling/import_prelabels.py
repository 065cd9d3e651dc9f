"""Machine answers made elsewhere, as prelabels: each model becomes a run like any other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from assistant.application.labeling.populations import open_population
from assistant.domain.populations import WHOLE, PopulationChoice
from assistant.ingest.labels.import_checks import ImportReport
from assistant.ingest.labels.imports import import_machine_answers
from assistant.ingest.reading.answer_columns import map_machine_columns
from assistant.ingest.reading.problems import AS_IT_IS, ReadingOptions
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class PrelabelColumns:
    """The columns of a file of machine answers that are named; None leaves one to be guessed.

    Args:
        item, model, label, score, rationale: columns.
        model_name: the model, where no column says it.
        label_columns: columns of 0 and 1, each for one label.
    """

    item: str | None = None
    model: str | None = None
    model_name: str | None = None
    label: str | None = None
    score: str | None = None
    rationale: str | None = None
    label_columns: tuple[str, ...] = ()

    @property
    def named(self) -> frozenset[str]:
        """Every column that is named."""
        single = (self.item, self.model, self.label, self.score, self.rationale)
        return frozenset(name for name in (*single, *self.label_columns) if name is not None)


def import_prelabels(
    workspace: Workspace,
    file: Path,
    columns: PrelabelColumns,
    *,
    population: PopulationChoice = WHOLE,
    any_label: bool = False,
    reading: ReadingOptions = AS_IT_IS,
) -> ImportReport:
    """Import a file of machine answers; the same file again changes nothing.

    Args:
        workspace: the opened workspace.
        file: `-` reads standard input.
        columns: the columns that are named.
        population: which items the runs are about; answers to others are refused. None named: the whole project.
        any_label: take labels the policy does not have, too.
        reading: how the file is read, where it doesn't show it.

    Raises:
        InputError: the file can't be read at all, or columns are missing; or as `open_population`.
    """
    about = open_population(workspace, population)
    label_set = workspace.policy.label_set
    choose = partial(
        map_machine_columns,
        item=columns.item,
        model=columns.model,
        model_name=columns.model_name,
        label=columns.label,
        score=columns.score,
        rationale=columns.rationale,
        label_columns=columns.label_columns,
        known_labels=() if any_label else label_set.names,
    )
    return import_machine_answers(
        file,
        choose,
        workspace.items,
        workspace.prelabels,
        workspace.runs,
        population=about,
        inside=None if about is None else workspace.populations.keys(about),
        label_set=label_set,
        any_label=any_label,
        reading=replace(reading, named=columns.named),
    )
