"""The only module that imports chromadb: collections of vectors by key, embedded under a lock or on a server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast
from urllib.parse import urlsplit

import numpy as np

from assistant.errors import VectorIndexError
from assistant.policy.collection_keys import CollectionKey, CollectionKind
from assistant.policy.lock import DirectoryLock
from assistant.policy.torn import TornWriteMark, empty

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection
    from chromadb.config import Settings

Neighbours = tuple[Sequence[str], Sequence[float]]
"""Ids of the entries nearest to one vector, nearest first, and their cosine distances."""

BUILD = "assistant policy index  builds it from the vectors in the database"

_EF_SEARCH = {
    # Clauses: wide enough that a policy of up to 250 entries is searched exactly, for about 0.01 ms of CPU a query.
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


class ChromaCollections:
    """Collections of float32 vectors with ids and small facts, compared by cosine distance.

    Every method raises VectorIndexError when Chroma can't do what is asked.

    Attributes:
        where: the directory or the URL, for messages.
        notice: what opening found and mended, one sentence; empty when all was well.
    """

    def __init__(
        self, client: Client, where: str, *, lock: DirectoryLock | None = None, mark: TornWriteMark | None = None
    ) -> None:
        self.where = where
        self.notice = ""
        self._client = client
        self._lock = lock
        self._mark = mark
        self._open: dict[str, Collection] = {}

    @classmethod
    def embedded(cls, directory: Path, *, owner: str, fresh: bool) -> Self:
        """Collections in a directory, made when missing, owned until `close`; `fresh` empties it first, unread.

        Raises:
            VectorIndexError: another process owns it, or it can't be read.
        """
        lock = DirectoryLock(directory, owner)
        try:
            mark = TornWriteMark(directory)
            notice = mark.recover()
            if fresh:
                empty(directory)
            collections = cls(_embedded_client(directory), str(directory), lock=lock, mark=mark)
        except BaseException:
            lock.release()
            raise
        collections.notice = notice
        return collections

    @classmethod
    def on_server(cls, url: str) -> Self:
        """Collections on a Chroma server. Raises VectorIndexError: not a URL, or no Chroma server there."""
        return cls(_server_client(url), url)

    def close(self) -> None:
        """Give files, connections and the lock free; calling it again does nothing."""
        self._client.close()
        for holder in (self._client, getattr(self._client, "_admin_client", None)):
            session = getattr(getattr(holder, "_server", None), "_session", None)
            if session is not None:
                session.close()  # Chroma's own close leaves its connections to a server open
        if self._lock is not None:
            self._lock.release()

    def put(
        self, key: CollectionKey, ids: Sequence[str], vectors: np.ndarray, facts: Sequence[Mapping[str, str]]
    ) -> None:
        """Add entries, or bring those that are there up to date; the collection is made when missing."""
        checked = _checked(vectors, ids)
        with self._writing():
            collection = self._find(key) or self._create(key, checked.shape[1])
            self._check_dimensions(key, collection, checked)
            for start in range(0, len(ids), _WRITES):
                part = slice(start, start + _WRITES)
                collection.upsert(
                    ids=list(ids[part]), embeddings=checked[part], metadatas=[dict(one) for one in facts[part]]
                )

    def remove(self, key: CollectionKey, ids: Sequence[str]) -> None:
        """Take entries out; ids that are not there don't matter."""
        if (collection := self._find(key)) is None or not ids:
            return
        with self._writing():
            for start in range(0, len(ids), _WRITES):
                collection.delete(ids=list(ids[start : start + _WRITES]))

    def drop(self, key: CollectionKey) -> bool:
        """Remove a collection whole, without reading it; returns whether it was there."""
        if self._find(key) is None:
            return False
        del self._open[key.name]
        with self._writing():
            self._client.delete_collection(key.name)
        return True

    def holds(self, key: CollectionKey) -> bool:
        """Whether there is such a collection."""
        return self._find(key) is not None

    def nearest(self, key: CollectionKey, vectors: np.ndarray, k: int) -> list[Neighbours]:
        """The `k` nearest entries of each vector, nearest first; fewer when there are no more."""
        if (collection := self._find(key)) is None:
            raise VectorIndexError(f"{key}: not indexed", where=self.where, hint=BUILD)
        checked = _checked(vectors)
        self._check_dimensions(key, collection, checked)
        found: list[Neighbours] = []
        with _told(self.where):
            for start in range(0, len(checked), _QUERIES):
                part = checked[start : start + _QUERIES]
                answer = collection.query(query_embeddings=_as_read(part), n_results=k, include=["distances"])
                found.extend(zip(answer["ids"], answer["distances"] or [], strict=True))
        return found

    def ids(self, key: CollectionKey) -> list[str]:
        """Ids of all entries of a collection, as stored; none when there is no such collection."""
        if (collection := self._find(key)) is None:
            return []
        with _told(self.where):
            return collection.get(include=[])["ids"]

    def facts(self, key: CollectionKey, ids: Sequence[str] | None = None) -> dict[str, Mapping[str, object]]:
        """Facts by id, of all entries or of some; unknown ids are left out."""
        if (collection := self._find(key)) is None:
            return {}
        with _told(self.where):
            found = collection.get(ids=None if ids is None else list(ids), include=["metadatas"])
        return dict(zip(found["ids"], found["metadatas"] or [], strict=True))

    def counts(self) -> list[tuple[CollectionKey, int]]:
        """All collections of this product with their sizes, by name."""
        with _told(self.where):
            listed = [(CollectionKey.read(one.metadata), one) for one in self._client.list_collections()]
            known = [(key, one.count()) for key, one in listed if key is not None]
        return sorted(known, key=lambda pair: pair[0].name)

    def _find(self, key: CollectionKey) -> Collection | None:
        from chromadb.errors import NotFoundError  # noqa: PLC0415 - heavy, and imported already by `_client`

        if key.name not in self._open:
            with _told(self.where):
                try:
                    self._open[key.name] = self._client.get_collection(key.name, embedding_function=None)
                except NotFoundError:
                    return None
        return self._open[key.name]

    def _create(self, key: CollectionKey, dims: int) -> Collection:
        self._open[key.name] = self._client.get_or_create_collection(
            key.name,
            configuration={
                "hnsw": {"space": "cosine", "ef_construction": _EF_CONSTRUCTION, "ef_search": _EF_SEARCH[key.kind]}
            },
            metadata={**key.metadata, _DIMENSIONS: dims},
            embedding_function=None,  # the default one would download a model
        )
        return self._open[key.name]

    def _check_dimensions(self, key: CollectionKey, collection: Collection, vectors: np.ndarray) -> None:
        dims = (collection.metadata or {}).get(_DIMENSIONS, vectors.shape[1])
        if vectors.shape[1] != dims:
            what = f"{key}: its vectors have {dims} dimensions, those given have {vectors.shape[1]}"
            raise VectorIndexError(what, where=self.where, hint=BUILD)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with _told(self.where), self._mark.writing() if self._mark else nullcontext():
            yield


def _embedded_client(directory: Path) -> Client:
    # chromadb costs 0.8 s of CPU to import; commands that search nothing don't need it.
    import chromadb  # noqa: PLC0415

    with _told(str(directory)):
        return cast("Client", chromadb.PersistentClient(directory.resolve(), settings=_settings()))


def _server_client(url: str) -> Client:
    import chromadb  # noqa: PLC0415 - as above

    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise VectorIndexError("not the URL of a Chroma server", where=url, hint="like http://127.0.0.1:8000")
    secure = parts.scheme == "https"
    with _told(url):
        port = parts.port or (443 if secure else 8000)
        return cast("Client", chromadb.HttpClient(parts.hostname, port, ssl=secure, settings=_settings()))


def _settings() -> Settings:
    from chromadb.config import Settings  # noqa: PLC0415 - as above

    # A .env file in the folder the user stands in belongs to somebody else.
    return Settings(anonymized_telemetry=False, _env_file=None)  # type: ignore[call-arg] # pydantic-settings' own


@contextmanager
def _told(where: str) -> Iterator[None]:
    """Turns whatever Chroma raises into one error of ours."""
    try:
        yield
    except VectorIndexError:
        raise
    except Exception as error:  # its Rust core, its HTTP client and its checks each raise their own kinds
        what = f"Chroma: {error}".strip().partition("\n")[0]
        hint = f"assistant policy verify  checks the index, {BUILD}"
        if where.startswith("http"):
            hint = f"is the server running? chroma run --path DIR  starts one; {hint}"
        raise VectorIndexError(what, where=where, hint=hint) from error


def _checked(vectors: np.ndarray, ids: Sequence[str] | None = None) -> np.ndarray:
    """Vectors as float32 (n, dims), finite; with ids: as many as ids, none of length zero."""
    if vectors.ndim != 2:
        raise VectorIndexError(f"vectors must be a table (n, dims), got shape {vectors.shape}")
    wrong = ~np.isfinite(vectors).all(axis=1)
    if ids is not None:
        if len(ids) != len(vectors):
            raise VectorIndexError(f"{len(ids)} entries but {len(vectors)} vectors")
        wrong |= ~vectors.any(axis=1)
    if wrong.any():
        row = int(wrong.argmax())
        place = ids[row] if ids is not None else f"row {row}"
        what = f"{int(wrong.sum())} vectors are zero or not finite, the first at {place}"
        raise VectorIndexError(what, hint="the embedder made them; embed these texts again")
    return np.ascontiguousarray(vectors, dtype=np.float32)


def _as_read(vectors: np.ndarray) -> np.ndarray:
    """The same numbers in double: Chroma reads them one by one, which saves a tenth of a query's CPU."""
    return vectors.astype(np.float64)
