"""From stored labels and answers to the columns that everything is computed on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from assistant.domain.reasons import Reason
from assistant.ingest.labels.labels import MachineRow
from assistant.store.certification.labelled import ItemFacts
from assistant.store.runs.eval_answers import EvalAnswers
from evals.data.collect import Collector
from evals.data.columns import VariantAnswer
from evals.data.eval_data import EvalData, Scale, VariantIdentity
from evals.data.files import machine_answer
from evals.data.frozen import FrozenAnswer, LabelSnapshot
from evals.data.item_groups import GROUP, leakage_groups, stated_group, ties
from evals.data.population import Population
from evals.data.selection import CLAUSE
from evals.data.slices import cited_clauses, with_clauses

HOW_SURE = ("label_probability", "stated_confidence", "score")
"""Signals that say how sure a machine was, the most telling first; raw, not calibrated; the last is of imports."""


@dataclass(frozen=True, slots=True)
class StoredVariant:
    """What the store holds of a variant: its answers, one set for each repeat; None where a repeat was not asked."""

    name: str
    identity: VariantIdentity
    repeats: Sequence[EvalAnswers | None]


@dataclass(frozen=True, slots=True)
class FiledVariant:
    """Answers that a file holds, by item, and the items it was asked about without an answer."""

    name: str
    identity: VariantIdentity
    rows: Mapping[str, MachineRow]
    unanswered: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class LabelledFacts:
    """An item of production with the answers that people gave it, and the chance they had to."""

    facts: ItemFacts
    answers: Sequence[FrozenAnswer]
    inclusion: float


def assemble_snapshot(
    snapshot: LabelSnapshot,
    variants: Sequence[StoredVariant | FiledVariant],
    *,
    names: Mapping[int, str],
    texts: Mapping[str, str],
    slices: Sequence[str],
    more: Mapping[str, Mapping[str, str]] | None = None,
    notes: Sequence[Reason] = (),
) -> EvalData:
    """Frozen labels with the answers of variants.

    Args:
        snapshot: the frozen data.
        variants: in the order they are shown.
        names: the items' ids by their row numbers.
        texts: by id, of those items whose text is known.
        slices: what results are sliced by.
        more: by id, further properties that results are sliced by.
        notes: what the reader must know beside the snapshot's own.
    """
    collector = Collector(snapshot.classes, snapshot.scale, known=snapshot.known)
    for item in snapshot.items:
        properties = {name: item.properties.get(name) for name in slices} | dict((more or {}).get(item.id, {}))
        collector.item(item.id, text=texts.get(item.id), group=item.group, properties=properties)
        collector.inclusion(item.id, item.inclusion)
        for answer in item.answers:
            _add_human(collector, item.id, answer)
    for variant in variants:
        collector.variant(variant.name, variant.identity)
        for item_id, repeat, given in _answers(variant, names, frozenset(item.id for item in snapshot.items)):
            collector.machine(variant.name, item_id, given, repeat)
    data = collector.data((*snapshot.notes, *notes))
    wanted = {*slices, *(name for given in (more or {}).values() for name in given)}
    if CLAUSE in slices:
        data = _by_clause(data)
    return replace(
        data,
        slices={name: column for name, column in data.slices.items() if name in wanted},
        left_out={**snapshot.excluded, **data.left_out},
    )


def _by_clause(data: EvalData) -> EvalData:
    """Sliced by the clauses of the first variant that cites any."""
    cites = (name for name, variant in data.variants.items() if cited_clauses(variant) is not None)
    first = next(cites, None)
    return data if first is None else with_clauses(data, first)


def assemble_production(
    labelled: Sequence[LabelledFacts],
    variants: Sequence[StoredVariant],
    *,
    classes: Sequence[str] | None,
    scale: Scale | None,
    known: Collection[str] = (),
    beside: Iterable[FrozenAnswer] = (),
    left_out: Mapping[Reason, int],
    notes: Sequence[Reason],
    finite: bool = False,
    more: Mapping[str, Mapping[str, str]] | None = None,
    populations: Mapping[str, Population] | None = None,
) -> EvalData:
    """What people said of a workspace's items with the answers of its runs.

    Args:
        labelled: items with labels.
        variants: the runs.
        classes, scale: the label set; None finds out.
        known: labels that are in the set beside those people use, where none was stated.
        beside: answers of people to other items: they show which labels there are.
        left_out: labelled items that are not here, by reason.
        notes: what the reader must know.
        finite: whether the chances are those of a draw for each item alone, from a batch that figures speak for.
        more: by id, further properties that results are sliced by.
        populations: what runs answered to all of their items, by name.
    """
    collector = Collector(classes, scale, known=known)
    for answer in beside:
        if collector.reference_set.holds(answer.labels):
            collector.reference_set.learn(answer.labels, answer.unknown, answer.denied)
    names: dict[int, str] = {}
    groups = leakage_groups([ties("", _near(one.facts), one.facts.meta, GROUP) for one in labelled])
    for one, group in zip(labelled, groups.tolist(), strict=True):
        facts = one.facts
        names[facts.key] = facts.id
        properties = {"language": facts.language, "source": facts.source} | dict((more or {}).get(facts.id, {}))
        query = stated_group(facts.meta) or f"{facts.id} alone"  # near-duplicates are no results of a query
        collector.item(facts.id, text=facts.content.shown_text, group=str(group), query=query, properties=properties)
        collector.inclusion(facts.id, one.inclusion)
        for answer in one.answers:
            _add_human(collector, facts.id, answer)
    for variant in variants:
        collector.variant(variant.name, variant.identity)
        for item_id, repeat, given in _stored(variant, names):
            collector.machine(variant.name, item_id, given, repeat)
    data = collector.data(notes)
    return replace(data, left_out={**left_out, **data.left_out}, finite=finite, populations=populations or {})


def _add_human(collector: Collector, item: str, answer: FrozenAnswer) -> None:
    collector.human(item, answer.rater, answer.labels, answer.sight, unknown=answer.unknown, denied=answer.denied)


def _near(facts: ItemFacts) -> str | None:
    return None if facts.group is None else str(facts.group)


def _answers(
    variant: StoredVariant | FiledVariant, names: Mapping[int, str], ids: Set[str]
) -> Iterable[tuple[str, int, VariantAnswer]]:
    """(item's id, repeat, answer) of every answer to an item that is wanted."""
    if isinstance(variant, StoredVariant):
        return _stored(variant, names)
    given = [(item_id, 0, machine_answer(row)) for item_id, row in variant.rows.items()]
    given += [(item_id, 0, VariantAnswer(None)) for item_id in sorted(variant.unanswered)]
    return (answer for answer in given if answer[0] in ids)


def _stored(variant: StoredVariant, names: Mapping[int, str]) -> Iterator[tuple[str, int, VariantAnswer]]:
    for repeat, given in enumerate(variant.repeats):
        if given is not None:
            for at, key in enumerate(given.keys):
                if key in names:
                    yield names[key], repeat, _as_machine(given, at)


def _as_machine(given: EvalAnswers, at: int) -> VariantAnswer:
    signals = given.signals[at]
    return VariantAnswer(
        labels=given.labels[at] if given.statuses[at] == "labelled" else None,
        confidence=next((signals[name] for name in HOW_SURE if name in signals), None),
        cost_usd=given.costs_usd[at],
        latency_ms=given.latencies_ms[at],
        tokens=given.tokens[at],
        clauses=tuple(given.clauses[at]),
    )
