"""A snapshot of human labels: a file whose bytes are its identity, so that a figure says what it was measured on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson

from assistant.domain.reasons import Reason
from assistant.errors import InputError
from assistant.reports.reasons.in_files import read_counts, read_written, written, written_counts
from evals.data.eval_data import Scale, Sight

FORMAT = 1


@dataclass(frozen=True, slots=True)
class FrozenAnswer:
    """One person's answer, as it was when the suite was frozen.

    Args:
        rater: who.
        labels: what was given.
        sight: whether the machine's answer was in sight.
        unknown: categories of a multi-label set that were neither given nor denied.
        denied: categories expressly denied, where that is known.
    """

    rater: str
    labels: tuple[str, ...]
    sight: Sight
    unknown: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FrozenItem:
    """One item with what people said of it.

    Args:
        id: its external id.
        digest: of its content.
        group: id of the first item of its leakage group, its own where it stands alone.
        inclusion: probability with which people were given it.
        properties: what it may be sliced by.
        answers: by rater's name.
    """

    id: str
    digest: str
    group: str
    inclusion: float
    properties: Mapping[str, str]
    answers: tuple[FrozenAnswer, ...]


@dataclass(frozen=True, slots=True)
class LabelSnapshot:
    """Frozen data.

    Args:
        suite: name of the suite it was made for.
        classes: the label set in its order; None where labels are what occurs.
        scale: how they relate; None where that is found out.
        items: by id.
        excluded: items that were not taken, by reason.
        notes: what the reader must know.
        known: labels that are in the set beside those the items' answers show, where `classes` is None.
    """

    suite: str
    classes: tuple[str, ...] | None
    scale: Scale | None
    items: tuple[FrozenItem, ...]
    excluded: Mapping[Reason, int] = field(default_factory=dict)
    notes: tuple[Reason, ...] = ()
    known: tuple[str, ...] = ()

    def as_bytes(self) -> bytes:
        """The file: a line about the whole, then a line for each item; the same data gives the same bytes."""
        head = {
            "format": FORMAT,
            "suite": self.suite,
            "classes": self.classes,
            "scale": self.scale,
            "excluded": written_counts(self.excluded),
            "notes": [written(note) for note in self.notes],
        } | ({"known": self.known} if self.known else {})
        return b"".join(_lines([head, *(_item_fields(one) for one in sorted(self.items, key=lambda one: one.id))]))

    @property
    def digest(self) -> str:
        """BLAKE2b-128 of the file, 32 hex digits."""
        return digest_of(self.as_bytes())


def digest_of(source: bytes) -> str:
    """The identity of a snapshot's file."""
    return blake2b(source, digest_size=16).hexdigest()


def read_snapshot(path: Path) -> tuple[LabelSnapshot, str]:
    """A snapshot and its digest.

    Raises:
        InputError: the file can't be read or is no snapshot.
    """
    try:
        source = path.read_bytes()
        head, *lines = (orjson.loads(line) for line in source.splitlines())
        if head["format"] != FORMAT:
            raise InputError("snapshot_format", where=str(path), found=head["format"], wanted=FORMAT)
        snapshot = LabelSnapshot(
            suite=head["suite"],
            classes=None if head["classes"] is None else tuple(head["classes"]),
            scale=None if head["scale"] is None else Scale(head["scale"]),
            items=tuple(_item(line) for line in lines),
            excluded=read_counts(head["excluded"]),
            notes=tuple(map(read_written, head["notes"])),
            known=tuple(head.get("known", ())),
        )
    except OSError as error:
        raise InputError("snapshot_unreadable", where=str(path), reason_given=error.strerror) from None
    except (ValueError, KeyError, TypeError) as error:
        raise InputError("not_a_snapshot", where=str(path), reason_given=error) from None
    return snapshot, digest_of(source)


def _lines(rows: Iterable[Mapping[str, object]]) -> Iterable[bytes]:
    return (orjson.dumps(row, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE) for row in rows)


def _item_fields(item: FrozenItem) -> dict[str, object]:
    return {
        "id": item.id,
        "digest": item.digest,
        "group": item.group,
        "inclusion": item.inclusion,
        "properties": dict(item.properties),
        "answers": [_answer_fields(one) for one in sorted(item.answers, key=lambda one: one.rater)],
    }


def _answer_fields(answer: FrozenAnswer) -> dict[str, object]:
    """A complete answer's are those it had before there were others, so that earlier snapshots keep their identity."""
    fields: dict[str, object] = {"rater": answer.rater, "labels": answer.labels, "sight": answer.sight}
    lists = {"unknown": answer.unknown, "denied": answer.denied}
    return fields | {name: names for name, names in lists.items() if names}


def _item(fields: Mapping[str, Any]) -> FrozenItem:
    return FrozenItem(
        id=fields["id"],
        digest=fields["digest"],
        group=fields["group"],
        inclusion=float(fields["inclusion"]),
        properties=fields["properties"],
        answers=tuple(_answer(one) for one in fields["answers"]),
    )


def _answer(fields: Mapping[str, Any]) -> FrozenAnswer:
    lists = (tuple(fields.get(name, ())) for name in ("unknown", "denied"))
    return FrozenAnswer(fields["rater"], tuple(fields["labels"]), Sight(fields["sight"]), *lists)
