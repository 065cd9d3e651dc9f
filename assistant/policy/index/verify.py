"""Whether a collection of the vector index says what its record in SQL says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np

from assistant.errors import VectorIndexError
from assistant.policy.index.collection_keys import CollectionKey
from assistant.policy.index.exact import Neighbours
from assistant.policy.index.vector_index import VectorIndex

_SAME = 1e-4  # cosine distance of a vector to its own copy stays below this in float32
_NARROW = 10  # neighbours an ordinary search looks at
_WIDE = 512  # neighbours looked at before an entry counts as lost
_NAMED = 5  # ids written out in a sentence


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was compared.

    Args:
        key: the collection.
        recorded: entries in the record.
        stored: entries in the index.
        missing: ids of the record the index does not hold.
        unknown: ids of the index the record does not hold.
        repeated: ids that stand more than once on either side.
        sampled: entries whose vector of record was looked up.
        first: of those, how many came first (or beside equal vectors) in an ordinary search.
        lost: sampled ids that no search finds.
        altered: sampled ids that are found, but with another vector than the record's.
        failure: what Chroma said when it could not be asked; else empty.
        waiting: ids that came into the record, or left it, after the index was last brought up to date.
    """

    key: CollectionKey
    recorded: int
    stored: int
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    sampled: int = 0
    first: int = 0
    lost: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    failure: str = ""
    waiting: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether the index can be trusted as it is."""
        return not (self.missing or self.unknown or self.repeated or self.lost or self.altered or self.failure)

    @property
    def findable(self) -> float | None:
        """Share of the sampled entries that a search finds, [0, 1]; None when none was sampled."""
        return 1 - len(self.lost) / self.sampled if self.sampled else None

    def render(self) -> str:
        """The report in sentences, one a line."""
        lines = [f"{self.key}: {self.recorded:,} entries in the record, {self.stored:,} in the index."]
        lines += [
            f"{len(ids):,} {what}: {', '.join(ids[:_NAMED])}{' ...' if len(ids) > _NAMED else ''}."
            for ids, what in (
                (self.missing, "of the record are missing in the index"),
                (self.unknown, "in the index are not in the record"),
                (self.repeated, "stand there more than once"),
                (self.lost, "sampled entries are lost to every search"),
                (self.altered, "sampled entries have another vector than the record's"),
            )
            if ids
        ]
        if self.failure:
            lines.append(f"It could not be searched: {self.failure}.")
        if self.sampled:
            later = self.sampled - self.first - len(self.lost) - len(self.altered)
            lines.append(
                f"Of {self.sampled:,} sampled entries {self.first:,} find themselves first"
                f"{f', {later:,} only in a wider search' if later else ''}."
            )
        if self.waiting:
            lines.append(f"{len(self.waiting):,} changes of the record are not indexed yet: the next job does it.")
        lines.append("The index is whole." if self.whole else "The index must be built again.")
        return "\n".join(lines)

    def as_dict(self) -> dict[str, object]:
        """The report for machines."""
        return {
            **self.key.metadata,
            "recorded": self.recorded,
            "stored": self.stored,
            "missing": list(self.missing),
            "unknown": list(self.unknown),
            "repeated": list(self.repeated),
            "sampled": self.sampled,
            "first": self.first,
            "findable": self.findable,
            "lost": list(self.lost),
            "altered": list(self.altered),
            "failure": self.failure,
            "waiting": list(self.waiting),
            "whole": self.whole,
        }


def verify_index(
    index: VectorIndex,
    key: CollectionKey,
    ids: Sequence[str],
    vectors: np.ndarray,
    *,
    sample: int = 200,
    seed: int = 0,
    waiting: Set[str] = frozenset(),
) -> VerifyReport:
    """Compare a collection with its record: counts, ids, uniqueness, and whether sampled vectors find themselves.

    Args:
        index: the index.
        key: which collection.
        ids: ids of record.
        vectors: vectors of record, float32 (n, dims), in the order of `ids`.
        sample: how many entries are looked up.
        seed: of the sample; the same record gives the same sample.
        waiting: ids that changed in the record after the index was last brought up to date: they are no fault.
    """
    try:
        stored = index.ids(key)
    except VectorIndexError as error:
        return VerifyReport(key, recorded=len(ids), stored=0, missing=tuple(sorted(ids)), failure=_worded(error))
    held = set(stored)
    differing = held.symmetric_difference(ids)
    both = [row for row, one in enumerate(ids) if one in held]
    chosen = sorted(np.random.default_rng(seed).permutation(both)[:sample].tolist())
    failure, first = "", 0
    lost: list[str] = []
    altered: list[str] = []
    try:
        first, lost, altered = _look_up(index, key, [ids[row] for row in chosen], vectors[chosen])
    except VectorIndexError as error:
        failure, chosen = _worded(error), []
    return VerifyReport(
        key=key,
        recorded=len(ids),
        stored=len(stored),
        missing=tuple(sorted(differing.difference(held, waiting))),
        unknown=tuple(sorted(differing.difference(ids, waiting))),
        repeated=tuple(sorted({*_repeated(ids), *_repeated(stored)})),
        sampled=len(chosen),
        first=first,
        lost=tuple(lost),
        altered=tuple(altered),
        failure=failure,
        waiting=tuple(sorted(differing.intersection(waiting))),
    )


def _worded(error: VectorIndexError) -> str:
    from assistant.messages.wording import what  # noqa: PLC0415 - the catalogue is read where something goes wrong

    return what(error)


def _look_up(
    index: VectorIndex, key: CollectionKey, ids: Sequence[str], vectors: np.ndarray
) -> tuple[int, list[str], list[str]]:
    """How many find themselves at once, which ids are lost, and which have another vector."""
    if not ids:
        return 0, [], []
    found_narrow = index.nearest(key, vectors, _NARROW)
    narrow = [_own_distance(one, found, _NARROW) for one, found in zip(ids, found_narrow, strict=True)]
    later = [row for row, distance in enumerate(narrow) if distance is None or distance > _SAME]
    lost, altered = [], []
    wide = index.nearest(key, vectors[later], _WIDE) if later else []
    for row, found in zip(later, wide, strict=True):
        distance = _own_distance(ids[row], found, _WIDE)
        if distance is None:
            lost.append(ids[row])
        elif distance > _SAME:
            altered.append(ids[row])
    return len(ids) - len(later), lost, altered


def _own_distance(own: str, found: Neighbours, asked: int) -> float | None:
    """Distance at which an entry finds itself; 0 when as many equal vectors as were asked for stand before it."""
    ids, distances = found
    for one, distance in zip(ids, distances, strict=True):
        if one == own:
            return distance
    return 0.0 if len(ids) >= asked and max(distances) <= _SAME else None


def _repeated(ids: Sequence[str]) -> list[str]:
    return [one for one, count in Counter(ids).items() if count > 1]
