"""Settled items like one: by the vectors of record, in memory, without an index."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np

from assistant.application.review.task_view import ShownPrecedent
from assistant.domain.items import StoredItem
from assistant.domain.policies import Precedent
from assistant.wiring.workspace import Workspace

_FRESH_SECONDS = 60.0
_MOST = 20_000  # newest precedents looked at: 40 MB of vectors
_TEXT_SHOWN = 400


@dataclass(frozen=True, slots=True)
class _Shelf:
    precedents: Sequence[Precedent]
    vectors: np.ndarray  # float32 (n, dims), each of length 1
    read_at: float


class PrecedentShelf:
    """The precedents of a policy, read when they are first asked for and again after a minute.

    Args:
        workspace: where they are.
        clock: seconds, as `time.monotonic`.
    """

    def __init__(self, workspace: Workspace, clock: Callable[[], float] = time.monotonic) -> None:
        self._workspace = workspace
        self._clock = clock
        self._shelves: dict[str, _Shelf] = {}
        self._lock = Lock()

    def like(self, stored: StoredItem, policy_id: str, most: int = 3) -> list[ShownPrecedent]:
        """The nearest by cosine, never the item itself nor its near-duplicates; none where it has no vector yet."""
        shelf = self._shelf(policy_id)
        embedder = self._workspace.embedder_name
        vector = self._workspace.embeddings.get(embedder, [stored.content_digest]).get(stored.content_digest)
        if vector is None or not shelf.precedents:
            return []
        order = np.argsort(-(shelf.vectors @ vector), kind="stable")
        found: list[ShownPrecedent] = []
        for place in order[: most * 20]:
            one = shelf.precedents[int(place)]
            if one.content_digest != stored.content_digest and not _same_group(one, stored):
                found.append(ShownPrecedent(one.content_digest, one.text[:_TEXT_SHOWN], one.labels))
            if len(found) == most:
                break
        return found

    def _shelf(self, policy_id: str) -> _Shelf:
        with self._lock:
            known = self._shelves.get(policy_id)
            if known is None or self._clock() - known.read_at > _FRESH_SECONDS:
                known = self._shelves[policy_id] = self._read(policy_id)
            return known

    def _read(self, policy_id: str) -> _Shelf:
        settled = self._workspace.precedents.all(policy_id)[-_MOST:]
        digests = [one.content_digest for one in settled]
        vectors = self._workspace.embeddings.get(self._workspace.embedder_name, digests)
        there = [one for one in settled if one.content_digest in vectors]
        if not there:
            return _Shelf((), np.empty((0, 0), np.float32), self._clock())
        stacked = np.stack([vectors[one.content_digest] for one in there])
        lengths = np.linalg.norm(stacked, axis=1, keepdims=True)
        return _Shelf(there, stacked / np.maximum(lengths, 1e-12), self._clock())


def _same_group(one: Precedent, stored: StoredItem) -> bool:
    return one.group is not None and one.group == (None if stored.group is None else str(stored.group))
