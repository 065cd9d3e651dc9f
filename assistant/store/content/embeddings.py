"""Embeddings of record: one vector per content and embedder; every index can be rebuilt from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import sqlalchemy as sa

from assistant.domain.items import StoredItem
from assistant.store.connection.reconnect import lasting
from assistant.store.content.items import select_items, stored_item
from assistant.store.database import PAGE, Database, parts
from assistant.store.tables.content import embeddings, items

_STORED = np.dtype("<f4")


class EmbeddingStore:
    """Vectors by content digest: every project shares them, since the same content has the same vector."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @lasting
    def put(self, embedder: str, digests: Sequence[str], vectors: np.ndarray) -> None:
        """Keep vectors, float32 (n, dims); those already there stay as they are."""
        rows = [
            {"content_digest": digest, "embedder": embedder, "vector": vector.astype(_STORED).tobytes()}
            for digest, vector in zip(digests, vectors, strict=True)
        ]
        with self._database.write() as connection:
            for part in parts(rows, PAGE):
                self._database.insert_new(connection, embeddings, part)

    @lasting
    def get(self, embedder: str, digests: Sequence[str]) -> Mapping[str, np.ndarray]:
        """Vectors, float32 (dims,), of the digests that have one."""
        found: dict[str, np.ndarray] = {}
        with self._database.read() as connection:
            for part in parts(digests):
                query = sa.select(embeddings.c.content_digest, embeddings.c.vector).where(
                    embeddings.c.embedder == embedder, embeddings.c.content_digest.in_(part)
                )
                found.update((digest, np.frombuffer(vector, _STORED)) for digest, vector in connection.execute(query))
        return found

    @lasting
    def dims(self, embedder: str) -> int | None:
        """How many numbers an embedder's vectors have; None where it has none."""
        query = sa.select(embeddings.c.vector).where(embeddings.c.embedder == embedder).limit(1)
        with self._database.read() as connection:
            vector = connection.execute(query).scalar_one_or_none()
        return None if vector is None else len(vector) // _STORED.itemsize

    @lasting
    def missing(self, embedder: str, *, after: int = 0, limit: int = PAGE) -> list[StoredItem]:
        """Items whose content has no vector yet, in order of arrival; each content once."""
        query = (
            select_items()
            .where(*self._contents(), items.c.id > after, ~_embedded(embedder))
            .order_by(items.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [stored_item(row) for row in connection.execute(query)]

    @lasting
    def count_missing(self, embedder: str) -> int:
        """How many contents have no vector yet."""
        query = sa.select(sa.func.count()).where(*self._contents(), ~_embedded(embedder))
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    @lasting
    def count(self, embedder: str) -> int:
        """How many contents have a vector."""
        query = sa.select(sa.func.count()).where(*self._contents(), _embedded(embedder))
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def _contents(self) -> tuple[sa.ColumnElement[bool], ...]:
        """The first item of each content of the project that is there still."""
        return items.c.project_id == self._database.project_id, items.c.same_as.is_(None), items.c.erased_at.is_(None)


def _embedded(embedder: str) -> sa.ColumnElement[bool]:
    return sa.exists().where(embeddings.c.content_digest == items.c.content_digest, embeddings.c.embedder == embedder)
