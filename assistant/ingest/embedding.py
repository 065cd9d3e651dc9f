"""Item embeddings as a stage of their own: once per content, in batches, durable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from assistant.domain.items import Content, Item
from assistant.errors import FatalModelError
from assistant.steps import step
from assistant.store.content.embeddings import EmbeddingStore
from assistant.store.database import parts

_BATCH = 256  # texts per call: enough to keep the embedder busy, little enough to show progress


class Embeds(Protocol):
    """An embedder, in this process or another: texts in, float32 (n, dims) rows of length one out."""

    @property
    def name(self) -> str:
        """Identity of the vectors it makes."""
        ...

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of the texts, in order."""
        ...


class ItemEmbedder:
    """Vectors of record for contents: looked up, or computed and kept.

    Args:
        store: the vectors of record.
        embedder: makes those that are missing.
        keep: whether those become vectors of record.
    """

    def __init__(self, store: EmbeddingStore, embedder: Embeds, *, keep: bool = True) -> None:
        self._store = store
        self._embedder = embedder
        self._keep = keep
        self._known_dims: int | None = None

    def keeping_nothing(self) -> ItemEmbedder:
        """The same, but what it computes is not kept: for a dry run."""
        return ItemEmbedder(self._store, self._embedder, keep=False)

    @property
    def name(self) -> str:
        """Identity of the vectors."""
        return self._embedder.name

    def vectors(self, items: Sequence[tuple[str, Item]]) -> np.ndarray:
        """Vectors of items given with their content digests, float32 (n, dims), in order."""
        return self.vectors_of([(digest, item.content.embedded_text) for digest, item in items])

    def text_vectors(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of texts that are no items (clauses, queries), float32 (n, dims), in order."""
        return self.vectors_of([(Content(text).digest, text) for text in texts])

    def vectors_of(self, wanted: Sequence[tuple[str, str]]) -> np.ndarray:
        """Vectors of contents given as (digest, embedded text), float32 (n, dims), in order."""
        found = dict(self._store.get(self.name, [digest for digest, _ in wanted]))
        missing = {digest: text for digest, text in wanted if digest not in found}
        with step("embedding", total=len(missing)) as under_way:
            for part in parts(missing.items(), _BATCH):
                vectors = self._embed([text for _, text in part])
                digests = [digest for digest, _ in part]
                if self._keep:
                    self._store.put(self.name, digests, vectors)
                found.update(zip(digests, vectors, strict=True))
                under_way.done += len(part)
        return np.stack([found[digest] for digest, _ in wanted]) if wanted else np.empty((0, 0), np.float32)

    def _embed(self, texts: Sequence[str]) -> np.ndarray:
        """New vectors, which must be comparable to those of record. Raises FatalModelError where they are not."""
        vectors = self._embedder.embed(texts)
        known = self._known_dims = self._known_dims or self._store.dims(self.name)
        if known is not None and vectors.shape[1] != known:
            raise FatalModelError("embedder_changed", embedder=self.name, dims=vectors.shape[1], known=known)
        return vectors

    def embed_missing(self, report: Callable[[int], None]) -> int:
        """Embed every content that has no vector yet; `report` is given how many are done. Returns how many."""
        done, after = 0, 0
        while page := self._store.missing(self.name, after=after):
            for part in parts(page, _BATCH):
                vectors = self._embed([stored.item.content.embedded_text for stored in part])
                self._store.put(self.name, [stored.content_digest for stored in part], vectors)
                done += len(part)
                report(done)
            after = page[-1].key
        return done
