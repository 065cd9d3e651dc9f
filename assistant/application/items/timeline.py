"""An item's rows as events in the order they happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.domain.disagreements import Adjudication
from assistant.domain.labels import LabelAnswer
from assistant.store.life.item_records import ItemRecords


class LifeEventKind(StrEnum):
    """What happened to an item."""

    RECEIVED = "received"
    PRELABELED = "prelabeled"
    ROUTED = "routed"
    SAMPLED = "sampled"
    QUEUED = "queued"
    PASSED = "passed"
    LABELED = "labeled"
    WITHDRAWN = "withdrawn"
    DISPUTED = "disputed"
    ADJUDICATED = "adjudicated"
    SETTLED = "settled"
    GOLD = "gold"
    GOLD_RETIRED = "gold_retired"
    PRECEDENT = "precedent"
    PRECEDENT_WITHDRAWN = "precedent_withdrawn"
    RELEASED = "released"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """Something that happened to an item.

    Args:
        at: when, ISO 8601 in UTC.
        kind: what.
        who: the person, run or file it came from; empty where it is none.
        labels: the answer it is about; None where it is about none.
        about: one code more: a status, route, purpose or kind of the store; empty for none.
    """

    at: str
    kind: LifeEventKind
    who: str = ""
    labels: LabelAnswer | None = None
    about: str = ""


def timeline(found: ItemRecords, decided: Sequence[Adjudication]) -> list[LifeEvent]:
    """All events, oldest first; those of one moment in the order of their kinds."""
    order = {kind: place for place, kind in enumerate(LifeEventKind)}
    events = (*_of_machine(found), *_of_people(found), *_of_outcome(found, decided))
    return sorted(events, key=lambda one: (one.at, order[one.kind]))


def _of_machine(found: ItemRecords) -> Iterator[LifeEvent]:
    kinds = LifeEventKind
    yield LifeEvent(found.item.created_at, kinds.RECEIVED)
    for answer in found.prelabels:
        labels = answer.labels if answer.status == "labelled" else None
        yield LifeEvent(answer.created_at, kinds.PRELABELED, answer.run, labels, answer.status)
    for route in found.routes:
        yield LifeEvent(route.created_at, kinds.ROUTED, route.run, None, route.route)
    for sample in found.samples:
        yield LifeEvent(sample.created_at, kinds.SAMPLED, sample.run, None, sample.purpose)


def _of_people(found: ItemRecords) -> Iterator[LifeEvent]:
    kinds = LifeEventKind
    for task in found.tasks:
        yield LifeEvent(task.created_at, kinds.QUEUED, "", None, task.kind)
    for passed in found.passes:
        yield LifeEvent(passed.created_at, kinds.PASSED, passed.user, None, passed.kind)
    for label in found.labels:
        yield LifeEvent(label.created_at, kinds.LABELED, label.rater, label.labels, label.kind)
        if label.withdrawn_at is not None:
            yield LifeEvent(label.withdrawn_at, kinds.WITHDRAWN, label.withdrawn_by or "", label.labels)
    for one in found.disagreements:
        yield LifeEvent(one.created_at, kinds.DISPUTED, "", None, one.kind)


def _of_outcome(found: ItemRecords, decided: Sequence[Adjudication]) -> Iterator[LifeEvent]:
    kinds = LifeEventKind
    for decision in decided:
        yield LifeEvent(decision.created_at, kinds.ADJUDICATED, decision.actor, decision.labels, decision.cause.value)
    for final in found.settlements:
        yield LifeEvent(final.created_at, kinds.SETTLED, final.run, final.labels, final.origin)
    for gold in found.gold:
        yield LifeEvent(gold.created_at, kinds.GOLD, gold.added_by, gold.labels)
        if gold.retired_at is not None:
            yield LifeEvent(gold.retired_at, kinds.GOLD_RETIRED, "", gold.labels)
    for guide in found.precedents:
        kind = kinds.PRECEDENT if guide.event == "added" else kinds.PRECEDENT_WITHDRAWN
        yield LifeEvent(guide.created_at, kind, guide.actor, guide.labels)
    for release in found.releases:
        yield LifeEvent(release.created_at, kinds.RELEASED, release.file)
    if found.erasure is not None:
        yield LifeEvent(found.item.erased_at or found.erasure.created_at, kinds.ERASED, found.erasure.actor)
