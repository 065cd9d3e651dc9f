"""What is known of a precedent besides its vector: stored beside it in Chroma, kept in memory once read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence

from assistant.domain.policies import Precedent

_FACTS = "facts"  # one value: Chroma merges metadata on update, so that a field left out would stay
_KEPT = 100_000  # precedents in memory, about 1 KB each


def facts_of(precedent: Precedent) -> dict[str, str]:
    """Everything but its digest, which is its id, and its distance, as Chroma metadata."""
    fields = (precedent.text, precedent.query, precedent.language, precedent.labels, precedent.group)
    return {_FACTS: json.dumps(fields)}  # escaped to ASCII: half a surrogate pair in a post would not go in otherwise


def precedent_of(digest: str, metadata: Mapping[str, object] | None) -> Precedent:
    """The precedent in an entry. Raises ValueError when it is none of ours."""
    text, query, language, labels, group = json.loads(str((metadata or {}).get(_FACTS)))
    return Precedent(digest, text, language, tuple(labels), query, group)


def at_distance(precedent: Precedent, distance: float) -> Precedent:
    """The precedent as found at a cosine distance."""
    # Written out: `dataclasses.replace` costs five times as much, and this runs ten times an item.
    one = precedent
    return Precedent(one.content_digest, one.text, one.language, one.labels, one.query, one.group, distance)


class FactShelf:
    """Precedents in memory, read when first needed, the longest-kept given up beyond a bound.

    Args:
        read: reads the precedents of some ids; those it does not know may be missing.
        kept: how many are kept between two calls.
    """

    def __init__(self, read: Callable[[Sequence[str]], Iterable[Precedent]], *, kept: int = _KEPT) -> None:
        self._read = read
        self._kept = kept
        self._known: dict[str, Precedent] = {}

    def take(self, ids: Iterable[str]) -> Mapping[str, Precedent]:
        """The precedents of these ids, and perhaps others; valid until the next call."""
        wanted = set(ids)
        if missing := sorted(wanted.difference(self._known)):
            surplus = len(self._known) + len(missing) - self._kept
            for digest in [one for one in self._known if one not in wanted][: max(0, surplus)]:
                del self._known[digest]
            self._known.update((one.content_digest, one) for one in self._read(missing))
        return self._known
