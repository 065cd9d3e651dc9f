"""Collections of vectors in memory alone: an index that leaves nothing behind, for a dry run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from assistant.errors import VectorIndexError
from assistant.policy.index.collection_keys import CollectionKey
from assistant.policy.index.exact import ExactTable, Neighbours

_WHERE = "(in memory)"


@dataclass(slots=True)
class _Entries:
    """Ids, each with its vector and its facts."""

    vectors: dict[str, np.ndarray] = field(default_factory=dict)
    facts: dict[str, Mapping[str, object]] = field(default_factory=dict)
    table: ExactTable | None = None  # of these vectors, once searched


class MemoryCollections:
    """Does what `ChromaCollections` does, exactly whatever the size.

    20,000 entries of 512 dimensions take 80 MB.
    """

    where = _WHERE
    notice = ""

    def __init__(self) -> None:
        self._known: dict[CollectionKey, _Entries] = {}

    def close(self) -> None:
        """Nothing is held."""

    def stop_waiting(self) -> None:
        """Nothing is waited for."""

    def ownerless(self) -> list[str]:
        """None: these are seen here alone."""
        return []

    def put(
        self, key: CollectionKey, ids: Sequence[str], vectors: np.ndarray, facts: Sequence[Mapping[str, str]]
    ) -> None:
        """Add entries, or bring those that are there up to date; the collection is made when missing."""
        entries = self._known.setdefault(key, _Entries())
        entries.table = None
        entries.vectors.update(zip(ids, vectors, strict=True))
        entries.facts.update(zip(ids, facts, strict=True))

    def remove(self, key: CollectionKey, ids: Sequence[str]) -> None:
        """Take entries out; ids that are not there don't matter."""
        entries = self._known.get(key, _Entries())
        entries.table = None
        for name in ids:
            entries.vectors.pop(name, None)
            entries.facts.pop(name, None)

    def drop(self, key: CollectionKey) -> bool:
        """Remove a collection whole; returns whether it was there."""
        return self._known.pop(key, None) is not None

    def holds(self, key: CollectionKey) -> bool:
        """Whether there is such a collection."""
        return key in self._known

    def nearest(self, key: CollectionKey, vectors: np.ndarray, k: int) -> list[Neighbours]:
        """The `k` nearest entries of each vector as ids and cosine distances (0 to 2), nearest first."""
        if key not in self._known:
            raise VectorIndexError("collection_not_indexed", where=self.where, collection=str(key))
        entries = self._known[key]
        if entries.table is None:
            entries.table = ExactTable(list(entries.vectors), np.stack(list(entries.vectors.values())))
        return entries.table.nearest(vectors, k)

    def ids(self, key: CollectionKey) -> list[str]:
        """Ids of all entries of a collection; none when there is no such collection."""
        return list(self._known[key].vectors) if key in self._known else []

    def facts(self, key: CollectionKey, ids: Sequence[str] | None = None) -> dict[str, Mapping[str, object]]:
        """Facts by id, of all entries or of some; unknown ids are left out."""
        known = self._known[key].facts if key in self._known else {}
        return {name: known[name] for name in (known if ids is None else ids) if name in known}

    def counts(self) -> list[tuple[CollectionKey, int]]:
        """All collections with their sizes, by name."""
        return sorted(((key, len(one.vectors)) for key, one in self._known.items()), key=lambda pair: pair[0].name)
