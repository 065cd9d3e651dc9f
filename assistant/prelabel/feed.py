"""Items made ready to ask: read from the database, embedded where needed, and looked up in Chroma, in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from assistant.domain.items import Item
from assistant.domain.policies import Policy
from assistant.domain.runs import Run
from assistant.ingest.embedding import ItemEmbedder
from assistant.models.interface import RawReply
from assistant.policy.index.vector_index import VectorIndex
from assistant.policy.retrieve import RetrievalOptions, Retrieved, retrieve_many
from assistant.prelabel.writer import as_raw
from assistant.store.runs.prelabels import PendingItem, PrelabelStore

_FIRST_PAGE = 32  # small, so that the first question goes out at once
_PAGE = 256


class InjectionCheck(Protocol):
    """Says how much contents read like a prompt injection."""

    def scores(
        self, texts: Sequence[Sequence[str]], vectors: np.ndarray, embed: Callable[[Sequence[str]], np.ndarray]
    ) -> list[float]:
        """A score in (0, 1) for each content, given as the texts a prompt shows of it, its vector, and an embedder."""
        ...


@dataclass(frozen=True, slots=True)
class ReadyItem:
    """An item with everything its question needs.

    Args:
        pending: the item and the revision of its answer.
        retrieved: clauses and precedents for it.
        known: replies paid for in an earlier session.
        injection: how much the content reads like a prompt injection, [0, 1]; None where nothing looked.
    """

    pending: PendingItem
    retrieved: Retrieved
    known: tuple[RawReply, ...]
    injection: float | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """Where ready items come from. Blocking: meant for a thread beside the event loop.

    `withheld` are digests of precedents that no item is shown; `check` is None for a dry run, which routes nothing.
    """

    store: PrelabelStore
    run: Run
    policy: Policy
    index: VectorIndex
    embedder: ItemEmbedder
    options: RetrievalOptions
    withheld: Set[str] = frozenset()
    check: InjectionCheck | None = None

    def ready(self, *, limit: int | None, retry_failed: bool) -> Iterator[list[ReadyItem]]:
        """All items still to ask, page by page, at most `limit`."""
        after, given, size = 0, 0, _FIRST_PAGE
        while limit is None or given < limit:
            room = size if limit is None else min(size, limit - given)
            page = self.store.pending(self.run, self.policy.id, after=after, limit=room, retry_failed=retry_failed)
            if not page:
                return
            yield self.prepare(page)
            given += len(page)
            after, size = page[-1].stored.key, _PAGE

    def prepare(self, page: Sequence[PendingItem]) -> list[ReadyItem]:
        """One page made ready."""
        items = [pending.stored.item for pending in page]
        digests = [pending.stored.content_digest for pending in page]
        vectors = self.embedder.vectors([(digest, item) for digest, item in zip(digests, items, strict=True)])
        groups = [None if one.stored.group is None else str(one.stored.group) for one in page]
        found = retrieve_many(
            items, np.asarray(vectors), self.policy, self.index, self.options, groups=groups, withheld=self.withheld
        )
        known = self.store.stored_replies(self.run, digests)
        return [
            ReadyItem(pending, retrieved, tuple(as_raw(reply) for reply in known.get(digest, ())), injection)
            for pending, retrieved, digest, injection in zip(
                page, found, digests, self._injection(items, np.asarray(vectors)), strict=True
            )
        ]

    def _injection(self, items: Sequence[Item], vectors: np.ndarray) -> Sequence[float | None]:
        if self.check is None:
            return [None] * len(items)
        return self.check.scores(
            [(item.content.text, item.content.query or "") for item in items],
            vectors,
            self.embedder.keeping_nothing().text_vectors,
        )
