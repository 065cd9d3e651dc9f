"""From the columns of a file to items: which column is the text, the id ..., and what a row must hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from assistant.domain.canonical import written_for_nothing
from assistant.domain.items import UNKNOWN_LANGUAGE, Content, Item, ItemKind
from assistant.errors import InputError
from assistant.ingest.reading.columns import check_named, guess, identifier_text, listed, remaining
from assistant.ingest.reading.problems import ReadingChoice
from assistant.ingest.reading.rows import InputRow, Refusal, excerpt_of

LONGEST_ID = 512  # characters
_TEXT = ("text", "body", "content", "message", "comment", "post", "tweet", "sentence")
_ID = (
    *("id", "item_id", "post_id", "uid", "uuid", "comment_id", "message_id", "tweet_id", "content_id"),
    *("record_id", "doc_id", "document_id", "_id"),
)
_QUERY = ("query", "search_query")
_DOCUMENT = ("document", "passage", "doc", "doc_text")
_LANGUAGE = ("lang", "language", "locale")
_SOURCE = ("source", "platform", "channel")
USUAL_ITEM_COLUMNS = frozenset((*_TEXT, *_ID, *_QUERY, *_DOCUMENT, *_LANGUAGE, *_SOURCE))
"""Names that columns of items usually have, in lower case."""
_MEDIA = re.compile(
    r"(?:image|img|picture|photo|video|frame|media)s?(?:_?(?:url|uri|path|file|name)s?)?", re.IGNORECASE
)
_LONGEST_TAG = 35  # characters; RFC 5646 asks for room for as many
_LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_INVISIBLE = (
    r"\s\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0"
)
_BLANK = re.compile(f"[{_INVISIBLE}]*")
_VIDEO = re.compile(r"\.(mp4|mov|webm|mkv|avi|m4v)(\?|#|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which column of the input is which part of an item; None where there is none.

    Args:
        text: the post, or the document of a pair.
        id: the caller's id; without one an id is made from the content.
        query: the search query; makes every item a pair.
        document: the document of a pair, goes before `text`.
        language: BCP 47 tag of the row; where it is blank or no tag, the language is left to be identified.
        source: where the row came from.
        media: paths or URLs; make every item that has one an image, or a video where there are several or where the
            column or file is named so.
        guessed: the parts that were found by their usual names, not named by the user.
        rest: the columns that are kept as `meta`.
    """

    text: str | None
    id: str | None = None
    query: str | None = None
    document: str | None = None
    language: str | None = None
    source: str | None = None
    media: tuple[str, ...] = ()
    guessed: frozenset[str] = frozenset()
    rest: tuple[str, ...] = ()

    @property
    def judged(self) -> str | None:
        """The column that holds what is judged."""
        return self.document or self.text

    @property
    def likely_media(self) -> tuple[str, ...]:
        """Columns that are named like media and kept as meta, where none was named as media."""
        return () if self.media else tuple(column for column in self.rest if named_like_media(column))

    @property
    def used(self) -> frozenset[str | None]:
        """The columns that are part of the item itself; all others are meta."""
        return frozenset((self.text, self.id, self.query, self.document, self.language, self.source, *self.media))

    def describe(self) -> str:
        """One line for the user, e.g. `text = body, id = post_id (guessed), language identified, meta: topic`."""
        parts = []
        for part in ("text", "document", "query", "id", "language", "source"):
            column = getattr(self, part)
            if column is not None:
                parts.append(f"{part} = {column}" + (" (guessed)" if part in self.guessed else ""))
        parts += [f"media = {', '.join(self.media)}"] if self.media else []
        parts += [] if self.id else ["id made from the content"]
        parts += [] if self.language else ["language identified"]
        parts.append(f"meta: {', '.join(self.rest)}" if self.rest else "no meta")
        return ", ".join(parts)


def named_like_media(column: str) -> bool:
    """Whether a column's name says that it holds pictures or videos: `image`, `video_url`."""
    return _MEDIA.fullmatch(column) is not None


def map_columns(
    columns: Sequence[str],
    *,
    text: str | None = None,
    id: str | None = None,  # noqa: A002 - the name of the option it carries
    query: str | None = None,
    document: str | None = None,
    language: str | None = None,
    source: str | None = None,
    media: Sequence[str] = (),
    empty: Collection[str] = (),
) -> ColumnMapping:
    """The mapping of an input with these columns; what the user didn't name is guessed from usual names.

    Args:
        columns: their names, in order.
        text, id, query, document, language, source, media: those the user named.
        empty: columns that hold nothing, as our own exports have a `query` for texts, too: none is guessed to be the
            query.

    Raises:
        InputError: a named column isn't there (all wrong names at once), or nothing is there to judge.
    """
    named = {"text": text, "id": id, "query": query, "document": document, "language": language, "source": source}
    parts = {"item_id" if part == "id" else part: column for part, column in named.items()}
    check_named({**parts, "media": media}, columns)
    if text is not None and document is not None:
        raise InputError("text_and_document_named")
    found = _guess_unnamed(named, columns, media, empty)
    if found["text"] is None and found["document"] is None and not media:
        raise InputError("text_column_not_found", **listed(columns))
    used = {*found.values(), *media}
    return ColumnMapping(
        **found,
        media=tuple(media),
        guessed=frozenset(part for part in found if named[part] is None and found[part] is not None),
        rest=tuple(column for column in columns if column not in used),
    )


def _guess_unnamed(
    named: dict[str, str | None], columns: Sequence[str], media: Sequence[str], empty: Collection[str]
) -> dict[str, str | None]:
    found = dict(named)
    taken = {*named.values(), *media}
    for part, usual in (("id", _ID), ("query", _QUERY), ("language", _LANGUAGE), ("source", _SOURCE)):
        found[part] = found[part] or guess(usual, columns, {*taken, *(empty if part == "query" else ())})
    if found["text"] is None and found["document"] is None:
        if found["query"] is not None:
            found["document"] = guess(_DOCUMENT, columns, taken)
        if found["document"] is None:
            found["text"] = guess(_TEXT, columns, taken)
    return found


def to_item(row: InputRow, mapping: ColumnMapping, *, take_words: bool = False) -> Item | Refusal:
    """The item a row holds, or why it can't be one.

    Text is kept exactly as it came. Blank is what shows nothing: white space, zero-width and control characters. Empty
    is also the word that a program or a spreadsheet writes for nothing (`nan`, `None`, `#N/A`), in an id or path too.
    Columns that aren't mapped go to `meta` as they are; the keys of an object in a column `meta` become keys of it
    (`meta.KEY` where the input has a column KEY besides).

    Args:
        row: the row.
        mapping: which column is what.
        take_words: keep a text that is such a word, where no model is asked about it.
    """
    try:
        content = _content(row, mapping, take_words=take_words)
        item_id = _item_id(row, mapping, content)
    except _UnusableRowError as error:
        return Refusal(row.line, error.reason, str(error), excerpt_of(dict(row.values)), error.remedy)
    meta = remaining(row.values, mapping.used)
    language = row.values.get(mapping.language) if mapping.language else None
    tag = _language_tag(language)
    if tag is None and mapping.language and not written_for_nothing(language):
        meta[mapping.language] = language  # no tag, but what the file says
    source = row.values.get(mapping.source) if mapping.source else None
    source_text = None if written_for_nothing(source) else str(source)
    return Item(item_id, content, tag or UNKNOWN_LANGUAGE, source_text, meta)


class _UnusableRowError(Exception):
    """Why a row makes no item; becomes a refusal."""

    def __init__(self, reason: str, message: str, remedy: ReadingChoice | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.remedy = remedy


def _content(row: InputRow, mapping: ColumnMapping, *, take_words: bool) -> Content:
    media = tuple(path for column in mapping.media for path in _paths(row.values.get(column), column))
    text = _shown_text(row, mapping.judged, "no_text", optional=bool(media), take_words=take_words)
    if mapping.query is not None:
        return Content(text, ItemKind.PAIR, _shown_text(row, mapping.query, "no_query", take_words=take_words), media)
    if not media:
        return Content(text)
    named_so = any("video" in column.lower() or "frame" in column.lower() for column in mapping.media)
    video = len(media) > 1 or named_so or _VIDEO.search(media[0])
    return Content(text, ItemKind.VIDEO if video else ItemKind.IMAGE, media=media)


def _shown_text(
    row: InputRow, column: str | None, reason: str, *, optional: bool = False, take_words: bool = False
) -> str:
    value = row.values.get(column) if column is not None else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if value is None and column is not None and column in row.unread:
        raise _UnusableRowError(*row.unread[column])
    if value is not None and not isinstance(value, str):
        raise _UnusableRowError("not_text", f"column {column!r} holds a {type(value).__name__}, not text")
    if value is None or _BLANK.fullmatch(value):
        if optional:
            return value or ""
        raise _UnusableRowError(reason, f"column {column!r} is {'empty' if not value else 'blank'}")
    if not take_words and written_for_nothing(value):
        if optional:
            return ""
        what = f"column {column!r} holds {value.strip()!r}, which programs write for missing values"
        raise _UnusableRowError(reason, what, ReadingChoice("take_words"))
    return _storable(value, column)


def _storable(value: str, column: str | None) -> str:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        message = f"character {error.start + 1} of column {column!r} is half of a surrogate pair, no character"
        raise _UnusableRowError("encoding", message) from error
    return value


def _paths(value: object, column: str) -> list[str]:
    values = value if isinstance(value, list) else [] if written_for_nothing(value) else [value]
    named = [value.get("path") if isinstance(value, dict) else value for value in values]  # as data sets have images
    paths = [path for path in named if isinstance(path, str) and path]
    if len(paths) < len(values):
        raise _UnusableRowError("bad_media", f"column {column!r} must hold a path or URL, or a list of them")
    return paths


def _item_id(row: InputRow, mapping: ColumnMapping, content: Content) -> str:
    if mapping.id is None:
        return f"c-{content.digest}"
    value = row.values.get(mapping.id)
    if value is None and mapping.id in row.unread:
        raise _UnusableRowError(*row.unread[mapping.id])
    if written_for_nothing(value):
        empty = f"holds {value!r}, which says that there is none" if str(value or "").strip() else "is empty"
        raise _UnusableRowError("no_id", f"column {mapping.id!r} {empty}")
    text = identifier_text(value)
    if text is None:
        short = isinstance(value, float | str)  # it has lost digits
        hint = "write ids as text" if short else "an id is text or a whole number"
        raise _UnusableRowError("bad_id", f"column {mapping.id!r} holds {value!r:.60}; {hint}")
    if len(text) > LONGEST_ID:
        raise _UnusableRowError("bad_id", f"an id of {len(text)} characters; the longest is {LONGEST_ID}")
    return _storable(text, mapping.id)


def _language_tag(value: object) -> str | None:
    """The value as a BCP 47 tag (`zh_CN` becomes `zh-CN`), None when it is none or says "undetermined".

    `nan` alone is what pandas writes for a missing value, not the tag of Min Nan.
    """
    if not isinstance(value, str) or written_for_nothing(value):
        return None
    primary, sign, rest = value.strip().replace("_", "-").partition("-")
    tag = primary.lower() + sign + rest
    known = tag != UNKNOWN_LANGUAGE and len(tag) <= _LONGEST_TAG and _LANGUAGE_TAG.fullmatch(tag)
    return tag if known else None
