"""Guard against drafts that hold passages of the items they are measured on."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.ingest.duplicates.signatures import fold

LONGEST_PASSAGE = 40
"""Bytes of UTF-8 that a draft may share with an item: 40 letters of English, 13 characters of Chinese."""

_LEAST_TEXT = 20  # bytes: a shorter item stands in a text by chance


def find_copy(new: str, known: str, texts: Sequence[str]) -> int | None:
    """Position of the first item that the new text quotes; None where it quotes none.

    Compared is what is read: case, runs of white space and invisible characters don't count. An item shorter than
    `LONGEST_PASSAGE` is quoted when all of it is there.

    Args:
        new: the draft.
        known: texts whose passages may be repeated: the prompt and the policy in use.
        texts: of the items.
    """
    draft, allowed = _bytes(new), _bytes(known)
    fresh = _passages(draft) - _passages(allowed)
    for position, text in enumerate(texts):
        data = _bytes(text)
        if len(data) >= LONGEST_PASSAGE:
            if not fresh.isdisjoint(_passages(data)):
                return position
        elif len(data) >= _LEAST_TEXT and data in draft and data not in allowed:
            return position
    return None


def sharing(shown: Sequence[str], texts: Sequence[str]) -> set[int]:
    """Positions of the texts shown that share a passage with any of the others, or hold one of them as a whole.

    Args:
        shown: a few texts.
        texts: many.
    """
    holders = [_bytes(text) for text in shown]
    owners: dict[bytes, set[int]] = {}
    for position, data in enumerate(holders):
        for passage in _passages(data):
            owners.setdefault(passage, set()).add(position)
    found: set[int] = set()
    for text in texts:
        data = _bytes(text)
        if len(data) >= LONGEST_PASSAGE:
            found.update(*(owners[passage] for passage in _passages(data) if passage in owners))
        elif len(data) >= _LEAST_TEXT:
            found.update(position for position, holder in enumerate(holders) if data in holder)
    return found


def _bytes(text: str) -> bytes:
    return fold(text).encode("utf-8", "surrogatepass")


def _passages(data: bytes) -> set[bytes]:
    return {data[at : at + LONGEST_PASSAGE] for at in range(len(data) - LONGEST_PASSAGE + 1)}
