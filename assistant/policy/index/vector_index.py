"""The vector index: a policy's clauses with their examples, and its precedents, found by nearness.

Derived data: every vector has its record in SQL, and the whole index can be dropped and put again from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from assistant.domain.policies import Policy, Precedent
from assistant.errors import VectorIndexError
from assistant.file_lock import this_command
from assistant.policy.index.chroma import ChromaCollections
from assistant.policy.index.collection_keys import CollectionKey
from assistant.policy.index.entries import IndexEntry
from assistant.policy.index.exact import Neighbours
from assistant.policy.index.facts import FactShelf, facts_of, precedent_of
from assistant.policy.index.memory import MemoryCollections
from assistant.policy.index.nearest import Asking, ClauseEntries, ClauseHit, precedents_for, search_widening
from assistant.policy.index.server import ChromaServer
from assistant.policy.index.watermarks import Watermarks
from assistant.settings import StorageSettings

_MARKS = "indexed.json"
_SPARE_PRECEDENTS = 2  # asked for beyond those wanted: the asking item, its group, second ones of a group
_NOBODY: Asking = ("", None)


class VectorIndex:
    """The vector index of a workspace.

    Vectors are float32 (n, dims), distances cosine distances from 0 to 2. Every method raises VectorIndexError when
    Chroma can't do what is asked, with what to do. `embedder` is the identity of the embedder that made the vectors:
    collections of two embedders, or of two versions of a policy, never mix.
    """

    def __init__(
        self, collections: ChromaCollections | MemoryCollections, *, workspace: str = "", marks: Path | None = None
    ) -> None:
        self._collections = collections
        self._workspace = workspace
        self._marks = Watermarks(marks)
        self._entries: dict[str, ClauseEntries] = {}
        self._shelves: dict[str, FactShelf] = {}

    @classmethod
    def of_workspace(cls, workspace: str, state: Path, settings: StorageSettings, *, fresh: bool = False) -> Self:
        """The index of a workspace: on the server that the settings name, else embedded in the workspace's folder.

        Args:
            workspace: the workspace's id.
            state: where its state is.
            settings: which server, if any.
            fresh: empty an embedded one first without reading it.

        Raises:
            VectorIndexError: as `open` and `connect`.
        """
        marks = state / _MARKS
        if settings.chroma_url:
            return cls.connect(ChromaServer.of(settings), workspace=workspace, marks=marks)
        return cls.open(state / "chroma", owner=this_command(), fresh=fresh, workspace=workspace, marks=marks)

    @classmethod
    def open(
        cls, directory: Path, *, owner: str, fresh: bool = False, workspace: str = "", marks: Path | None = None
    ) -> Self:
        """The index in a directory, made when missing, owned by this handle until `close`.

        An index whose last writer was killed in the middle of writing is emptied, since reading a torn file can crash
        the process: `notice` says so, and clauses and precedents must be put again.

        Args:
            directory: where Chroma keeps its files.
            owner: what this process is doing, shown to the process that comes second.
            fresh: empty it first without reading it, for a rebuild whatever its state.
            workspace: the id of the workspace whose index it is; what carries none becomes its own.
            marks: the file that says how far the record was indexed; None keeps none.

        Raises:
            VectorIndexError: another handle owns it (who, what, since when), or it can't be read.
        """
        collections = ChromaCollections.embedded(directory, owner=owner, fresh=fresh, workspace=workspace)
        return cls(collections, workspace=workspace, marks=marks)

    @classmethod
    def connect(cls, server: ChromaServer, *, workspace: str = "", marks: Path | None = None) -> Self:
        """The index on a Chroma server, which any number of processes and workspaces may share.

        Args:
            server: where it is. One that is gone is waited for, now and in each later call.
            workspace: the id of the workspace whose index it is; collections of others are neither seen nor touched.
            marks: as in `open`.

        Raises:
            VectorIndexError: not a URL, or no Chroma server there.
        """
        collections = ChromaCollections.on_server(server, workspace=workspace)
        return cls(collections, workspace=workspace, marks=marks)

    @classmethod
    def in_memory(cls) -> Self:
        """An empty index that no file holds and no one else sees."""
        return cls(MemoryCollections())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def notice(self) -> str:
        """What opening found and fixed, one sentence; empty when all was well."""
        return self._collections.notice

    def close(self) -> None:
        """Give files, connections and the lock free; calling it again does nothing."""
        self._collections.close()

    def stop_waiting(self) -> None:
        """Wait no more for a server that is gone; may be called from another thread."""
        self._collections.stop_waiting()

    def ownerless(self) -> list[str]:
        """Names of collections on the server that an earlier version made for a workspace it didn't name."""
        return self._collections.ownerless()

    def put_clauses(self, policy: Policy, entries: Sequence[IndexEntry], vectors: np.ndarray, embedder: str) -> None:
        """Make these the entries of a policy version; others that are there are removed."""
        key = CollectionKey.clauses(policy, embedder)
        ids = [one.id for one in entries]
        facts = [{"clause": one.clause_id, "kind": one.kind.value, "language": one.language} for one in entries]
        self._collections.put(key, ids, vectors, facts)
        self._collections.remove(key, sorted(set(self._collections.ids(key)).difference(ids)))

    def put_precedents(
        self, policy_id: str, precedents: Sequence[Precedent], vectors: np.ndarray, embedder: str
    ) -> None:
        """Add precedents, or bring those that are there up to date; vectors are those of their contents."""
        key = CollectionKey.precedents(policy_id, embedder)
        self._shelves.pop(key.name, None)
        ids = [one.content_digest for one in precedents]
        self._collections.put(key, ids, vectors, [facts_of(one) for one in precedents])

    def remove_precedents(self, policy_id: str, digests: Sequence[str], embedder: str) -> None:
        """Take precedents out; digests that are not there don't matter."""
        key = CollectionKey.precedents(policy_id, embedder)
        self._shelves.pop(key.name, None)
        self._collections.remove(key, digests)

    def search_clauses(self, policy: Policy, vectors: np.ndarray, k: int, *, embedder: str) -> list[list[ClauseHit]]:
        """The `k` nearest clauses of each vector, nearest first; a clause is as near as its nearest entry.

        Raises:
            VectorIndexError: this version of the policy is not indexed with this embedder.
        """
        key = CollectionKey.clauses(policy, embedder)
        if not self._collections.holds(key):
            raise VectorIndexError(
                "policy_not_indexed",
                where=self._collections.where,
                version=policy.version,
                policy=policy.id,
                embedder=embedder,
            )
        entries = self._entries_of(policy)
        wanted = min(k, len(policy.clauses))
        with self._knows_what_it_finds(key):
            return search_widening(
                lambda rows, width: self.nearest(key, vectors[rows], width),
                lambda _, found: [entries.clauses(one, k) for one in found],
                rows=len(vectors),
                wanted=wanted,
                first=3 * wanted,
            )

    def search_precedents(
        self,
        policy_id: str,
        vectors: np.ndarray,
        k: int,
        *,
        embedder: str,
        asking: Sequence[Asking] = (),
        withheld: Set[str] = frozenset(),
    ) -> list[list[Precedent]]:
        """The `k` nearest precedents of each vector, nearest first, each with its distance, in whatever language.

        Of a group of near-duplicates only the nearest is given. A policy without precedents gives empty lists.

        Args:
            policy_id: whose precedents.
            vectors: one row an asking item.
            k: how many are wanted.
            embedder: which made the vectors.
            asking: digest and group of each asking item; it is not shown itself, nor its near-duplicates.
            withheld: digests of precedents that no item is shown.
        """
        key = CollectionKey.precedents(policy_id, embedder)
        if not self._collections.holds(key):
            return [[] for _ in range(len(vectors))]
        shelf = self._shelves.setdefault(key.name, FactShelf(lambda ids: self._precedents(key, ids)))

        def pick(rows: Sequence[int], found: Sequence[Neighbours]) -> list[list[Precedent]]:
            known = shelf.take(digest for ids, _ in found for digest in ids)
            owners = (asking[row] if asking else _NOBODY for row in rows)
            return [precedents_for(owner, one, known, k, withheld) for owner, one in zip(owners, found, strict=True)]

        with self._knows_what_it_finds(key):
            return search_widening(
                lambda rows, width: self.nearest(key, vectors[rows], width),
                pick,
                rows=len(vectors),
                wanted=k,
                first=k + _SPARE_PRECEDENTS,
            )

    def nearest(self, key: CollectionKey, vectors: np.ndarray, k: int) -> list[Neighbours]:
        """The `k` nearest entries of each vector, as ids and distances, nearest first."""
        return self._collections.nearest(key, vectors, k)

    def ids(self, key: CollectionKey) -> list[str]:
        """Ids of all entries of a collection, as stored; none when there is no such collection."""
        return self._collections.ids(key)

    def precedents(self, policy_id: str, embedder: str) -> dict[str, Precedent]:
        """All precedents indexed for a policy now by digest, to compare with the record."""
        key = CollectionKey.precedents(policy_id, embedder)
        self._shelves.pop(key.name, None)
        return {one.content_digest: one for one in self._precedents(key, None)}

    def indexed_until(self, key: CollectionKey) -> int | None:
        """The newest event of the record that a collection holds; None where it was never noted."""
        return self._marks.get(key.stored_name(self._workspace))

    def note_indexed(self, key: CollectionKey, until: int) -> None:
        """Note that a collection holds the record up to this event."""
        self._marks.set(key.stored_name(self._workspace), until)

    def counts(self) -> list[tuple[CollectionKey, int]]:
        """All collections of this product with their sizes, by name."""
        return self._collections.counts()

    def drop(self, key: CollectionKey) -> bool:
        """Remove a collection whole, without reading it; returns whether it was there."""
        self._shelves.pop(key.name, None)
        return self._collections.drop(key)

    def _entries_of(self, policy: Policy) -> ClauseEntries:
        if policy.digest not in self._entries:
            self._entries[policy.digest] = ClauseEntries(policy)
        return self._entries[policy.digest]

    def _precedents(self, key: CollectionKey, ids: Sequence[str] | None) -> list[Precedent]:
        try:
            return [precedent_of(digest, facts) for digest, facts in self._collections.facts(key, ids).items()]
        except (ValueError, TypeError) as error:
            raise VectorIndexError(
                "index_entry_unreadable", where=self._collections.where, collection=str(key)
            ) from error

    @contextmanager
    def _knows_what_it_finds(self, key: CollectionKey) -> Iterator[None]:
        try:
            yield
        except KeyError as error:
            raise VectorIndexError(
                "index_entry_unknown", where=self._collections.where, collection=str(key), entry=str(error)
            ) from error
