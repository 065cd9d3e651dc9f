"""Options and checks that commands of `assistant eval` share: files of labels, answers and items, margins, names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.errors import InputError
from assistant.ingest.reading.problems import AS_THEY_ARE, Readings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evals.data.eval_data import EvalData
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


def read_files(
    labels: Path,
    machine: Path | None,
    items: Path | None,
    *,
    selection: Selection | None = None,
    label_set: str | None = None,
    by_item: bool = False,
    readings: Readings = AS_THEY_ARE,
) -> EvalData:
    """What the files hold; `by_item` takes items of one group as independent."""
    from evals.data.files import read_eval_files

    classes = None if label_set is None else [name.strip() for name in label_set.split(",") if name.strip()]
    if selection is not None and selection.of_items and items is None:
        option = "--where" if selection.conditions else "--slice"
        raise InputError(f"{option} needs to know the items", hint="give --items")
    data = read_eval_files(labels, machine, items, classes=classes, selection=selection, readings=readings)
    return data.independent() if by_item else data


def refuse_without_labels(machine: Path | None, items: Path | None, readings: Readings) -> None:
    """Raise InputError where something is said of files and there is no file of human labels."""
    if machine is not None or items is not None:
        raise InputError("--machine and --items go with --labels", hint="give the file of human labels, too")
    if readings != AS_THEY_ARE:
        raise InputError("how files are read goes with --labels", hint="give the file of human labels, too")


def check_known(data: EvalData, names: Sequence[str], where: Path) -> None:
    """Raise InputError for a variant that isn't there."""
    from evals.data.files import choose_variant

    for name in names:
        choose_variant(data, name, str(where))


def check_margin(margin: float | None) -> None:
    """Raise InputError for a margin that is no share."""
    if margin is not None and not 0 < margin < 1:
        raise InputError(f"the margin is {margin:g}", hint="give a share above 0, such as 0.02 for two points")
