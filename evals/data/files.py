"""Eval data from files: labels of people, answers of machines, and the items if there is a file of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from assistant.domain.canonical import written_for_nothing
from assistant.domain.items import Item
from assistant.domain.reasons import as_written
from assistant.errors import InputError, InvalidValueError, NotFoundError
from assistant.ingest.labels.answer_files import read_answer_files
from assistant.ingest.labels.labels import LabelRow, MachineRow
from assistant.ingest.labels.whole_files import read_items
from assistant.ingest.reading.problems import AS_THEY_ARE, Readings
from evals.data.collect import Collector
from evals.data.columns import VariantAnswer
from evals.data.eval_data import EvalData, Scale, Sight, VariantIdentity
from evals.data.item_groups import stated_group
from evals.data.selection import Selection, properties_of, shows_media, sliced_by

_SHOWN_NAMES = 8
_SIGHTS = {None: Sight.UNKNOWN, True: Sight.ASSISTED, False: Sight.BLIND}


def read_eval_files(
    labels: Path,
    machine: Path | None = None,
    items: Path | None = None,
    *,
    classes: Sequence[str] | None = None,
    scale: Scale | None = None,
    slice_by: Collection[str] = (),
    selection: Selection | None = None,
    readings: Readings = AS_THEY_ARE,
) -> EvalData:
    """What files hold, in any format `read_rows` reads.

    A column `inclusion_probability` of the labels (or in their `meta`, or the items') weighs items; `shown_suggestion`
    tells assisted answers from blind ones; `meta.group` of the items keeps those together that are not independent.

    Args:
        labels: one answer of one person a line, `{item_id, rater_id, label or labels}`.
        machine: one answer of one model a line, `{item_id, model, label or labels, score?}`; None when only people
            are compared with each other.
        items: one item a line, `{id, text, lang, source, meta}`; None when ids are all that is known.
        classes: all labels there are, in order; None takes what occurs.
        scale: how labels relate; None finds out.
        slice_by: fields of the items' meta by which results are sliced.
        selection: which items, and by what they are sliced, in place of `slice_by`.
        readings: what the user says of the files.

    Raises:
        InputError: a file is missing or not of its shape, a line can't be read, a person's label is none of `classes`,
            no item has one of these fields or fits the conditions, or people and machines answered no item in common.
    """
    notes: list[str] = []
    known = None if items is None else read_items(items, readings.items, notes=notes)
    read = read_answer_files(labels, machine, known, label_set=classes, readings=readings)
    human, by_model = read.human, read.by_model
    asked = dict.fromkeys(name for answers in (*by_model.values(), *read.unanswered.values()) for name in answers)
    _check_overlap(human, asked, labels, machine)
    _check_classes(human, classes, labels)
    collector = Collector(classes, scale)
    chosen = sliced_by(tuple(slice_by)) if selection is None else selection
    taken = _add_items(collector, known or {}, {**human, **asked}, chosen, str(labels if items is None else items))
    for rows in human.values():
        for row in rows:
            if row.item_id in taken:
                _add_human(collector, row, labels)
    for model, answers in by_model.items():
        collector.variant(model, VariantIdentity(model=model))
        for item_id, answer in answers.items():
            if item_id in taken:
                collector.machine(model, item_id, machine_answer(answer))
        for item_id in sorted(read.unanswered.get(model, ())):
            if item_id in taken:
                collector.machine(model, item_id, VariantAnswer(None))
    return chosen.counted(collector.data(tuple(map(as_written, (*notes, *read.notes)))))


def choose_variant(data: EvalData, name: str | None, where: str) -> str:
    """The variant of that name, else the one with most answers (the first of equals).

    Raises:
        InputError: there is none of that name.
    """
    if name is None:
        return max(data.variants, key=lambda one: int((data.variants[one].first >= 0).sum()))
    if name in data.variants:
        return name
    near = get_close_matches(name, data.variants, n=1)
    if near:
        raise NotFoundError("variant_misspelled", where=where, variant=name, near=near[0])
    raise NotFoundError("variant_not_found", where=where, variant=name, known=list(data.variants))


def _check_overlap(
    human: Mapping[str, object], asked: Mapping[str, object], labels: Path, machine: Path | None
) -> None:
    if machine is None or any(name in human for name in asked):
        return
    theirs, ours = next(iter(asked)), next(iter(human))
    raise InputError("files_share_no_item", where=str(labels), models=machine, theirs=theirs, ours=ours)


def _check_classes(human: Mapping[str, Iterable[LabelRow]], classes: Sequence[str] | None, path: Path) -> None:
    """A person's label outside the set is a mistake in the file or in the set; a machine's is a failed answer."""
    if classes is None:
        return
    for rows in human.values():
        for row in rows:
            if unknown := [label for label in row.labels if label not in classes]:
                place, said = f"{path}:{row.line}", {"rater": row.rater, "item": row.item_id, "label": unknown[0]}
                raise InputError("label_off_set", where=place, **said, label_set=list(classes))


def _add_items(
    collector: Collector, known: Mapping[str, Item], answered: Collection[str], chosen: Selection, where: str
) -> frozenset[str]:
    """Give the items that were chosen; the ids of those, and of the chosen ones that only their ids are known of."""
    languages = {item.language for item in known.values()}
    sources = {item.source for item in known.values()}
    taken = {name for name in answered if name not in known and chosen.takes({"id": name})}
    for name, item in known.items():
        described = _described(item)
        if name not in answered or not chosen.takes(described):
            continue
        taken.add(name)
        properties = {"language": item.language} if len(languages) > 1 else {}
        if len(sources) > 1 and item.source is not None:
            properties["source"] = item.source
        group = stated_group(item.meta)
        properties |= chosen.columns(described)
        collector.item(name, text=item.content.shown_text, group=group, query=group, properties=properties)
        if not written_for_nothing(share := item.meta.get("inclusion_probability")):
            collector.inclusion(name, probability_of(share, name))
    chosen.check(len(taken), where)
    return frozenset(taken)


def _described(item: Item) -> dict[str, str]:
    return properties_of(item.id, item.language, item.source, item.meta, has_media=shows_media(item.content, item.meta))


def machine_answer(row: MachineRow) -> VariantAnswer:
    """A row as an answer; a column of clauses says which it cites."""
    cited = row.meta.get("clauses", row.meta.get("clause"))
    if isinstance(cited, str):
        cited = [name for name in re.split(r"[|,;\s]+", cited) if name]
    clauses = tuple(map(str, cited)) if isinstance(cited, list | tuple) else None
    return VariantAnswer(row.labels, row.score, clauses=clauses, unknown=row.unknown)


def _add_human(collector: Collector, row: LabelRow, path: Path) -> None:
    sight = _SIGHTS[row.shown_suggestion]
    collector.human(row.item_id, row.rater, row.labels, sight, unknown=row.unknown, denied=row.denied)
    share = row.meta.get("inclusion_probability")
    if not written_for_nothing(share):
        try:
            collector.inclusion(row.item_id, probability_of(share, row.item_id))
        except InputError as error:
            error.where = f"{path}:{row.line}"
            raise


def probability_of(value: object, item: str) -> float:
    """An inclusion probability as it stands in a file.

    Raises:
        InputError: it is no number.
    """
    try:
        return float(str(value))
    except ValueError:
        raise InvalidValueError("inclusion_out_of_range", item=item, value=str(value)) from None
