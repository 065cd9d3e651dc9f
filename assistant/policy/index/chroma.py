"""Collections of vectors by key in Chroma, embedded under a lock or on a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

import numpy as np

from assistant.errors import VectorIndexError
from assistant.policy.index.chroma_clients import close_client, embedded_client, server_client, told
from assistant.policy.index.collection_keys import WORKSPACE, CollectionKey, CollectionKind
from assistant.policy.index.exact import EXACT_ENTRIES, ExactTable, Neighbours, checked_vectors
from assistant.policy.index.lock import DirectoryLock
from assistant.policy.index.repair import TornWriteMark, check_files, empty
from assistant.policy.index.server import ChromaServer, IndexReconnect

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection
    from chromadb.api.types import Metadata

_EF_SEARCH = {  # for collections of more entries than are searched exactly
    CollectionKind.CLAUSES: 256,
    # Precedents, measured on 10,000 posts in English and Chinese (512 dimensions, 1,024 queries): recall@10 0.979 at
    # 0.23 ms of CPU a query; 64 gives 0.986 at 0.29 ms, 100 gives 0.994 at 0.37 ms; Chroma's defaults (100, built with
    # ef_construction 100) 0.989 at 0.54 ms. Two builds from the same vectors differ in what they miss: Chroma adds the
    # entries of a call in any order.
    CollectionKind.PRECEDENTS: 48,
}
_EF_CONSTRUCTION = 200  # 0.7 ms of CPU an entry at 10,000; 400 costs twice that and finds no more
_WRITES = 5000  # entries a call; Chroma refuses more than 5,461
_QUERIES = 256  # vectors a call
_DIMENSIONS = "dims"

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Whole:
    """A small collection read whole: its vectors, and its facts by id as they were then."""

    table: ExactTable
    facts: Mapping[str, Mapping[str, object]]


class ChromaCollections:
    """Collections of float32 vectors with ids and small facts, compared by cosine distance.

    Each belongs to one workspace and is neither seen nor touched by others on the same server. Small ones are searched
    exactly, as they were when they were last read whole. Every method raises VectorIndexError when Chroma can't do
    what is asked.

    Attributes:
        where: the directory or the URL, for messages.
        notice: what opening found and repaired, one sentence; empty when all was well.
    """

    def __init__(
        self,
        client: Client,
        where: str,
        workspace: str,
        patience: IndexReconnect,
        *,
        lock: DirectoryLock | None = None,
        mark: TornWriteMark | None = None,
    ) -> None:
        self.where = where
        self.notice = ""
        self._client = client
        self._workspace = workspace
        self._patience = patience
        self._lock = lock
        self._mark = mark
        self._open: dict[CollectionKey, Collection] = {}
        self._whole: dict[CollectionKey, _Whole | None] = {}  # None for those too large

    @classmethod
    def embedded(cls, directory: Path, *, owner: str, fresh: bool, workspace: str) -> Self:
        """Collections in a directory, made when missing, owned until `close`; `fresh` empties it first, unread.

        Collections that carry no workspace were made by an earlier version: the directory is this workspace's, so they
        become its own.

        Raises:
            VectorIndexError: another process owns it, or it can't be read.
        """
        lock = DirectoryLock(directory, owner)
        try:
            mark = TornWriteMark(directory)
            notice = mark.recover()
            if fresh:
                empty(directory)
            check_files(directory)
            patience = IndexReconnect(str(directory), 0)
            collections = cls(embedded_client(directory), str(directory), workspace, patience, lock=lock, mark=mark)
            collections._adopt()
        except BaseException:
            lock.release()
            raise
        collections.notice = notice
        return collections

    @classmethod
    def on_server(cls, server: ChromaServer, *, workspace: str) -> Self:
        """Collections on a Chroma server. Raises VectorIndexError: not a URL, or no Chroma server there."""
        patience = IndexReconnect(server.url, server.wait_seconds)
        return cls(server_client(server, patience), server.url, workspace, patience)

    def stop_waiting(self) -> None:
        """Wait no more for a server that is gone; may be called from another thread."""
        self._patience.stop()

    def close(self) -> None:
        """Give files, connections and the lock free; calling it again does nothing."""
        close_client(self._client)
        if self._lock is not None:
            self._lock.release()

    def put(
        self, key: CollectionKey, ids: Sequence[str], vectors: np.ndarray, facts: Sequence[Mapping[str, str]]
    ) -> None:
        """Add entries, or bring those that are there up to date; the collection is made when missing."""
        checked = checked_vectors(vectors, ids)
        self._whole.pop(key, None)
        with self._writing():
            if self._find(key) is None:
                self._create(key, checked.shape[1])
            self._check_dimensions(key, checked)
            for start in range(0, len(ids), _WRITES):
                part = slice(start, start + _WRITES)
                known: list[Metadata] = [dict(one) for one in facts[part]]
                self._ask(key, partial(_upsert, ids=list(ids[part]), vectors=checked[part], facts=known))

    def remove(self, key: CollectionKey, ids: Sequence[str]) -> None:
        """Take entries out; ids that are not there don't matter."""
        self._whole.pop(key, None)
        if self._find(key) is None or not ids:
            return
        with self._writing():
            for start in range(0, len(ids), _WRITES):
                self._ask(key, partial(_delete, ids=list(ids[start : start + _WRITES])))

    def drop(self, key: CollectionKey) -> bool:
        """Remove a collection whole, without reading it; returns whether it was there."""
        from chromadb.errors import NotFoundError  # noqa: PLC0415 - heavy, and imported already by `_client`

        if self._find(key) is None:
            return False
        del self._open[key]
        self._whole.pop(key, None)
        with self._writing(), suppress(NotFoundError):  # another process was faster, or the first try did it
            self._patience.call(lambda: self._client.delete_collection(self._name(key)))
        return True

    def holds(self, key: CollectionKey) -> bool:
        """Whether there is such a collection."""
        return self._find(key) is not None

    def nearest(self, key: CollectionKey, vectors: np.ndarray, k: int) -> list[Neighbours]:
        """The `k` nearest entries of each vector, nearest first; fewer when there are no more."""
        if self._find(key) is None:
            raise VectorIndexError("collection_not_indexed", where=self.where, collection=str(key))
        checked = checked_vectors(vectors)
        self._check_dimensions(key, checked)
        if (whole := self._read_whole(key)) is not None:
            return whole.table.nearest(checked, k)
        found: list[Neighbours] = []
        with told(self.where):
            for start in range(0, len(checked), _QUERIES):
                found += self._ask(key, partial(_query, vectors=checked[start : start + _QUERIES], k=k))
        return found

    def ids(self, key: CollectionKey) -> list[str]:
        """Ids of all entries of a collection as stored now; none when there is no such collection."""
        self._whole.pop(key, None)
        if self._find(key) is None:
            return []
        with told(self.where):
            return self._ask(key, lambda one: one.get(include=[]))["ids"]

    def facts(self, key: CollectionKey, ids: Sequence[str] | None = None) -> dict[str, Mapping[str, object]]:
        """Facts by id, of all entries as stored now or of some; unknown ids are left out."""
        if ids is None:
            self._whole.pop(key, None)
        elif (whole := self._whole.get(key)) is not None:
            return {one: whole.facts[one] for one in ids if one in whole.facts}
        if self._find(key) is None:
            return {}
        wanted = None if ids is None else list(ids)
        with told(self.where):
            found = self._ask(key, lambda one: one.get(ids=wanted, include=["metadatas"]))
        return dict(zip(found["ids"], found["metadatas"] or [], strict=True))

    def counts(self) -> list[tuple[CollectionKey, int]]:
        """All collections of this workspace with their sizes, by name."""
        with told(self.where):
            mine = [(key, one) for key, owner, one in self._listed() if owner == self._workspace]
            known = [(key, self._patience.call(one.count)) for key, one in mine]
        return sorted(known, key=lambda pair: pair[0].name)

    def ownerless(self) -> list[str]:
        """Names of collections that an earlier version made, before they carried their workspace."""
        with told(self.where):
            return sorted(one.name for _, owner, one in self._listed() if not owner and self._workspace)

    def _listed(self) -> list[tuple[CollectionKey, str, Collection]]:
        """Every collection of this product with the workspace it belongs to."""
        listed = [(CollectionKey.read(one.metadata), one) for one in self._patience.call(self._client.list_collections)]
        return [(key, str((one.metadata or {}).get(WORKSPACE, "")), one) for key, one in listed if key is not None]

    def _adopt(self) -> None:
        """Make the collections of an earlier version this workspace's; one that was made again already is dropped."""
        with told(self.where):
            old = [(key, one) for key, owner, one in self._listed() if not owner and self._workspace]
            for key, one in old:
                with self._writing():
                    if self.holds(key):
                        self._client.delete_collection(one.name)
                    else:
                        one.modify(self._name(key), {**(one.metadata or {}), WORKSPACE: self._workspace})

    def _name(self, key: CollectionKey) -> str:
        return key.stored_name(self._workspace)

    def _find(self, key: CollectionKey) -> Collection | None:
        from chromadb.errors import NotFoundError  # noqa: PLC0415 - as above

        if key not in self._open:
            with told(self.where):
                try:
                    self._open[key] = self._patience.call(
                        lambda: self._client.get_collection(self._name(key), embedding_function=None)
                    )
                except NotFoundError:
                    return None
        return self._open[key]

    def _ask(self, key: CollectionKey, work: Callable[[Collection], Result]) -> Result:
        """What `work` returns for a collection; one that another process made again meanwhile is found again."""
        from chromadb.errors import NotFoundError  # noqa: PLC0415 - as above

        try:
            return self._patience.call(lambda: work(self._open[key]))
        except NotFoundError:
            del self._open[key]
            if (again := self._find(key)) is None:
                raise
            return self._patience.call(lambda: work(again))

    def _read_whole(self, key: CollectionKey) -> _Whole | None:
        """A small collection read once; None for one that is too large to be searched exactly."""
        if key not in self._whole:
            with told(self.where):
                small = self._ask(key, lambda one: one.count()) <= EXACT_ENTRIES
                self._whole[key] = self._ask(key, _read) if small else None
        return self._whole[key]

    def _create(self, key: CollectionKey, dims: int) -> None:
        self._open[key] = self._patience.call(
            lambda: self._client.get_or_create_collection(
                self._name(key),
                configuration={
                    "hnsw": {"space": "cosine", "ef_construction": _EF_CONSTRUCTION, "ef_search": _EF_SEARCH[key.kind]}
                },
                metadata={**key.metadata, WORKSPACE: self._workspace, _DIMENSIONS: dims},
                embedding_function=None,  # the default one would download a model
            )
        )

    def _check_dimensions(self, key: CollectionKey, vectors: np.ndarray) -> None:
        dims = (self._open[key].metadata or {}).get(_DIMENSIONS, vectors.shape[1])
        if vectors.shape[1] != dims:
            raise VectorIndexError(
                "collection_of_other_dimensions",
                where=self.where,
                collection=str(key),
                stored=dims,
                given=vectors.shape[1],
            )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with told(self.where), self._mark.writing() if self._mark else nullcontext():
            yield


def _read(collection: Collection) -> _Whole:
    found = collection.get(include=["embeddings", "metadatas"])
    ids, vectors = found["ids"], np.asarray(found["embeddings"], dtype=np.float32)
    if len(vectors) != len(ids):
        raise ValueError(f"{len(ids)} entries, but {len(vectors)} vectors")
    facts = dict(zip(ids, found["metadatas"] or [], strict=True))
    return _Whole(ExactTable(ids, vectors), facts)


def _upsert(collection: Collection, ids: list[str], vectors: np.ndarray, facts: list[Metadata]) -> None:
    collection.upsert(ids=ids, embeddings=vectors, metadatas=facts)


def _delete(collection: Collection, ids: list[str]) -> None:
    collection.delete(ids=ids)


def _query(collection: Collection, vectors: np.ndarray, k: int) -> list[Neighbours]:
    # In double: Chroma reads numbers one by one, which saves a tenth of a query's CPU.
    answer = collection.query(query_embeddings=vectors.astype(np.float64), n_results=k, include=["distances"])
    return list(zip(answer["ids"], answer["distances"] or [], strict=True))
