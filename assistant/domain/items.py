"""Content to label: what one item is, and its identity by content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b

UNKNOWN_LANGUAGE = "und"  # BCP 47's own subtag for "undetermined"


class ItemKind(StrEnum):
    """What the reviewer looks at."""

    TEXT = "text"
    PAIR = "pair"  # a query and a document, for search relevance
    IMAGE = "image"
    VIDEO = "video"  # frames and a transcript


@dataclass(frozen=True, slots=True)
class Content:
    """What is judged, kept exactly as it came.

    Args:
        text: the post, the document of a pair, or the transcript of a video; may be empty only with media.
        kind: what the other fields mean.
        query: the search query of a pair, else None.
        media: paths or URLs of an image or of a video's frames, in order.
    """

    text: str
    kind: ItemKind = ItemKind.TEXT
    query: str | None = None
    media: tuple[str, ...] = ()

    @property
    def shown_text(self) -> str:
        """What people read and a prompt shows: a query stands before its document."""
        return self.text if self.query is None else f"{self.query}\n{self.text}"

    @property
    def embedded_text(self) -> str:
        """What of it is embedded, see `embedded_text`."""
        return embedded_text(self.kind, self.text, self.query, self.media)

    @property
    def has_media(self) -> bool:
        """Whether there is more to judge than text: a picture, a video, frames."""
        return bool(self.media) or self.kind in {ItemKind.IMAGE, ItemKind.VIDEO}

    @property
    def digest(self) -> str:
        """BLAKE2b-128 of all parts, 32 hex digits: equal content has one digest, whatever its id or meta."""
        state = blake2b(digest_size=16)
        for part in (self.kind, self.query if self.query is not None else "\0none", self.text, *self.media):
            data = part.encode("utf-8", "surrogatepass")
            state.update(len(data).to_bytes(8, "big"))
            state.update(data)
        return state.hexdigest()


def embedded_text(kind: str, text: str, query: str | None, media: Sequence[str] | None) -> str:
    """A pair's query and document together, the file names of media without words; takes the parts of a `Content`."""
    if kind == ItemKind.PAIR:
        return f"{query}\n{text}"
    return text or "\n".join(media or ())


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of content to label.

    Args:
        id: the caller's id, unique in the workspace.
        content: what is judged.
        language: BCP 47 tag, `und` when not known.
        source: where it came from, free text.
        meta: every other column of the input, as it came.
    """

    id: str
    content: Content
    language: str = UNKNOWN_LANGUAGE
    source: str | None = None
    meta: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredItem:
    """An item with its row number, which is short, rises with time of arrival and is what other tables point to.

    Args:
        key: the row number.
        item: the item.
        content_digest: the identity of its content.
        group: row number of the first of its near-duplicates, None when it has none.
    """

    key: int
    item: Item
    content_digest: str
    group: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFilter:
    """Which items; None for all. `item_id` is the item's own id."""

    item_id: str | None = None
    language: str | None = None
    source: str | None = None
    kind: ItemKind | None = None
