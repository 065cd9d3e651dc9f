"""Options and checks that commands of `assistant eval` share: files of labels, answers and items, margins, names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.errors import InputError, InvalidValueError
from assistant.ingest.reading.problems import AS_THEY_ARE, Readings

if TYPE_CHECKING:
    from assistant.application.evaluation.compare_variants import Pair
    from assistant.application.evaluation.sources import LabelFiles
    from evals.data.selection import Selection

LabelsOption = Annotated[Path | None, typer.Option(help="Human labels: item_id, rater_id, label; .gz too.")]
MachineOption = Annotated[Path | None, typer.Option(help="Model predictions: item_id, model, label, score.")]
ItemsOption = Annotated[
    Path | None, typer.Option(help="The items: id, text, lang, source, meta; meta.group keeps items together.")
]
SliceOption = Annotated[
    list[str] | None,
    typer.Option("--slice", help="language, source, length, media, clause or a field of the items' meta; repeat."),
]
WhereOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CONDITION", help='Only such items: "language = zh", "media = no", "meta.topic != x"; repeat.'
    ),
]
LabelSetOption = Annotated[
    str | None, typer.Option(help="All labels there are, by commas; any other model answer counts as none.")
]
ByItemOption = Annotated[
    bool, typer.Option(help="Treat items of one group as independent: valid for these groups only.")
]
ConfidenceOption = Annotated[float, typer.Option(min=0.5, max=0.9999, help="Of all intervals.")]
SeedOption = Annotated[int, typer.Option(min=0, help="Same seed, same bytes.")]
MarginOption = Annotated[
    float | None, typer.Option(help="Largest loss of agreement that is acceptable, e.g. 0.02 for two points.")
]


def selected(slice_by: list[str] | None, where: list[str] | None) -> Selection:
    """What --slice and --where ask for. Raises InputError for a condition that is none."""
    from evals.data.selection import Selection

    return Selection.read(slice_by or [], where or [])


def label_files(
    labels: Path | None,
    machine: Path | None,
    items: Path | None,
    *,
    label_set: str | None = None,
    by_item: bool = False,
    readings: Readings,
) -> LabelFiles | None:
    """The files that were named; None without any. Raises InputError where there is no file of human labels."""
    from assistant.application.evaluation.sources import LabelFiles

    if labels is None:
        if machine is not None or items is not None:
            raise InputError("labels_file_needed", field="machine" if machine is not None else "items")
        if readings != AS_THEY_ARE:
            raise InputError("labels_file_needed_to_read")
        return None
    classes = None if label_set is None else [name.strip() for name in label_set.split(",") if name.strip()]
    return LabelFiles(labels, machine, items, classes, by_item, readings)


def pair_of(baseline: str | None, candidate: str | None, variants: str | None) -> Pair:
    """Two variants, the one in use first: as arguments, or by --variants; None for each that is not named."""
    if variants is None:
        return baseline, candidate
    names = [name.strip() for name in variants.split(",")]
    if len(names) != 2 or not all(names):
        raise InvalidValueError("variants_not_two", field="variants", count=len(names))
    return names[0], names[1]
