"""Taking a file's rows into the workspace: identified, fingerprinted, each once; refused rows kept with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from itertools import chain
from pathlib import Path

from assistant.domain.batches import BatchEventKind
from assistant.domain.canonical import ERROR_CELLS
from assistant.domain.items import UNKNOWN_LANGUAGE, Item
from assistant.errors import InputError
from assistant.ingest.duplicates.near_duplicates import signatures
from assistant.ingest.languages.language import LanguageIdentifier
from assistant.ingest.reading.columns import empty_columns
from assistant.ingest.reading.limits import first_of, in_batches, size_of
from assistant.ingest.reading.mapping import ColumnMapping, map_columns, to_item
from assistant.ingest.reading.problems import AS_IT_IS, ReadingOptions
from assistant.ingest.reading.readers import peek_columns, read_rows
from assistant.ingest.reading.rows import InputRow, Refusal, row_size
from assistant.ingest.reading.tool_rows import tasks_as_items
from assistant.store.content.batches import BatchStore, BatchToJoin
from assistant.store.content.items import Clash, ItemStore, NewItem

_BATCH = 2000
_LOOKED_AT = 100  # rows that show whether a column holds anything
SHOWN_REFUSALS = 10


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """The columns the user named; None leaves one to be guessed."""

    text: str | None = None
    id: str | None = None
    query: str | None = None
    document: str | None = None
    language: str | None = None
    source: str | None = None
    media: tuple[str, ...] = ()

    @property
    def named(self) -> frozenset[str]:
        """Every column that is named."""
        single = (self.text, self.id, self.query, self.document, self.language, self.source)
        return frozenset(name for name in (*single, *self.media) if name is not None)


@dataclass(slots=True)
class LoadReport:
    """What became of a file's rows.

    Args:
        source: the file's name.
        mapping: which columns were taken for what, in words.
        counts: rows by `added`, `unchanged`, `refused`; of the added those with `same_content` as an earlier one, of
            the added and unchanged those `with_media`, and those that `joined` the batch.
        batch: name of the batch that items joined, or were in before; None where none did.
        batch_before: items it had before.
        left_out: columns that look like media and are kept as meta, since no one named them.
        reasons: refused rows by reason.
        refusals: the first ten refused rows.
        last_refusal: the last one: it says where reading stopped, and why.
        notes: what was read in another way than it stands in the file, or not at all, in sentences.
        error_cells: cells of other columns that hold a spreadsheet's error (`#REF!`), by column; they are kept as meta.
    """

    source: str
    mapping: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)
    last_refusal: Refusal | None = None
    error_cells: Counter[str] = field(default_factory=Counter)
    left_out: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    batch: str | None = None
    batch_before: int = 0

    @property
    def rows(self) -> int:
        """Rows read."""
        return self.counts["added"] + self.counts["unchanged"] + self.counts["refused"]


_COUNTED = ("added", "unchanged", "same_content", "with_media", "joined")
_NOTHING_READ = ColumnMapping(text=None)  # of a file none of whose first rows can be read: all come as refusals


class Loader:
    """Takes files in, one after the other."""

    def __init__(self, store: ItemStore, batches: BatchStore, languages: tuple[str, ...]) -> None:
        self._store = store
        self._batches = batches
        self._languages = languages

    def load(
        self,
        path: Path,
        columns: ColumnChoice,
        batch: BatchToJoin,
        *,
        reading: ReadingOptions = AS_IT_IS,
        take_words: bool = False,
        report: Callable[[LoadReport], None],
    ) -> LoadReport:
        """Take one file in; `-` reads standard input.

        Args:
            path: the file.
            columns: the columns named by the user.
            batch: what its items become part of.
            reading: what the user says of the file.
            take_words: take a text that is a word programs write for nothing (`nan`, `None`) for a post.
            report: called after every page of rows.

        Raises:
            InputError: the file can't be read at all, or a named column isn't there. Nothing was imported.
            ConflictError: the batch was delivered meanwhile.
        """
        told = LoadReport("standard input" if str(path) == "-" else path.name)
        reading = replace(reading, named=columns.named)
        rows = tasks_as_items(read_rows(path, reading, note=told.notes.append), told.notes.append)
        names, rows = peek_columns(rows)
        rows = _not_empty(rows, path)
        first = first_of(rows, _LOOKED_AT, row_size)
        rows = chain(first, rows)
        empty = empty_columns(names, (row.values for row in first if isinstance(row, InputRow)))
        mapping = _NOTHING_READ if not names else _mapping(path, names, columns, empty, told.notes)
        told.mapping, told.left_out = mapping.describe(), mapping.likely_media
        items = self._items(rows, mapping, told.error_cells, take_words=take_words)
        known = self._batches.find(batch.name)
        told.batch_before = 0 if known is None else known.items
        for page in in_batches(items, _BATCH, _item_size):
            self._take(page, batch, told)
            report(told)
        self._store.record_ingest(told.source, told.mapping, told.counts)
        self._received(batch, told)
        return told

    def _received(self, batch: BatchToJoin, told: LoadReport) -> None:
        """Note at the batch what came; a file that brought it nothing leaves no trace there."""
        known = self._batches.find(batch.name) if told.counts["joined"] or batch.unchanged_join else None
        if known is None:
            return
        told.batch = known.name
        if told.counts["joined"]:
            detail = {"source": told.source, "joined": told.counts["joined"], "added": told.counts["added"]}
            self._batches.record(known, BatchEventKind.RECEIVED, detail, actor=self._batches.operator)

    def _items(
        self, rows: Iterator[InputRow | Refusal], mapping: ColumnMapping, error_cells: Counter[str], *, take_words: bool
    ) -> Iterator[NewItem | Refusal]:
        for row in rows:
            made = row if isinstance(row, Refusal) else to_item(row, mapping, take_words=take_words)
            if isinstance(made, Refusal):
                yield made
            else:
                error_cells.update(name for name, value in made.meta.items() if _is_error(value))
                yield NewItem(self._identified(made), b"", row.line)

    @cached_property
    def _identifier(self) -> LanguageIdentifier:
        """Half a second to load; a file that names the language of its rows needs none."""
        return LanguageIdentifier(self._languages)

    def _identified(self, item: Item) -> Item:
        if item.language != UNKNOWN_LANGUAGE:
            return item
        return replace(item, language=self._identifier.identify(item.content.text))

    def _take(self, page: tuple[NewItem | Refusal, ...], batch: BatchToJoin, told: LoadReport) -> None:
        items = [one for one in page if isinstance(one, NewItem)]
        # One call for the page: a signature at a time costs four times as much.
        marks = signatures([one.item.content.text for one in items])
        marked = [replace(one, signature=mark) for one, mark in zip(items, marks, strict=True)]
        counts, clashes = self._store.add(marked, batch)
        refused = [one for one in page if isinstance(one, Refusal)]
        refused += [_clashing(clash) for clash in clashes]
        told.counts.update({name: counts[name] for name in _COUNTED})
        told.counts["refused"] += len(refused)
        told.reasons.update(one.reason for one in refused)
        refused.sort(key=lambda one: one.line)
        told.refusals.extend(refused[: SHOWN_REFUSALS - len(told.refusals)])
        told.last_refusal = refused[-1] if refused else told.last_refusal
        self._store.record_refusals(told.source, [(one.line, one.reason, one.message, one.excerpt) for one in refused])


def _item_size(one: NewItem | Refusal) -> int:
    if isinstance(one, Refusal):
        return len(one.excerpt)
    content = one.item.content
    return len(content.text) + len(content.query or "") + size_of(one.item.meta)


def _mapping(
    path: Path, names: Sequence[str], columns: ColumnChoice, empty: Collection[str], notes: Sequence[str]
) -> ColumnMapping:
    """The mapping; where a column is missed that may be one left out, what was left out is said with the error."""
    try:
        return map_columns(names, empty=empty, **asdict(columns))
    except InputError as error:
        error.where = str(path)
        error.values["notes"] = "".join(f"; {one}" for one in notes)
        raise


def _is_error(value: object) -> bool:
    return isinstance(value, str) and value[:1] == "#" and value in ERROR_CELLS


def _clashing(clash: Clash) -> Refusal:
    if clash.erased:
        told = f"the content of id {clash.external_id!r} was erased on request: it is not imported again"
        return Refusal(clash.line, "erased", told, clash.external_id)
    taken = " and ".join(repr(name) for name in clash.taken)
    told = f"id {clash.external_id!r} is taken by another text"
    if clash.taken != (clash.external_id,):
        told += f": it is the same as {taken}" if len(clash.taken) == 1 else f": it could be {taken}"
    return Refusal(clash.line, "duplicate_id", told, clash.external_id)


def _not_empty(rows: Iterator[InputRow | Refusal], path: Path) -> Iterator[InputRow | Refusal]:
    first = next(rows, None)
    if first is None:
        raise InputError("no_rows_in_file", where=str(path))
    return chain([first], rows)
