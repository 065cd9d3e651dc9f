"""Opens what the user names: a file or a pipe, compressed or not; its format is detected from its content."""

from __future__ import annotations

import gzip
import io
import shutil
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

from assistant.errors import InputError, InvalidValueError
from assistant.ingest.reading.answer_columns import USUAL_ANSWER_COLUMNS
from assistant.ingest.reading.files import FORMAT_OF_ENDING, READ_AHEAD, format_of_path, open_file
from assistant.ingest.reading.formats.delimited import read_delimited
from assistant.ingest.reading.formats.excel import read_excel
from assistant.ingest.reading.formats.json_document import is_document, read_document
from assistant.ingest.reading.formats.jsonl import read_jsonl
from assistant.ingest.reading.formats.lines import Rewound, SplitAtReturn, as_utf_8, ends_with_returns, splittable
from assistant.ingest.reading.formats.parquet import read_parquet
from assistant.ingest.reading.formats.sniff import binary_format, text_format
from assistant.ingest.reading.limits import Unpacked
from assistant.ingest.reading.mapping import USUAL_ITEM_COLUMNS
from assistant.ingest.reading.problems import AS_IT_IS, FORMATS, Note, ReadingOptions
from assistant.ingest.reading.rows import InputRow, Refusal, row_size

USUAL_COLUMNS = USUAL_ITEM_COLUMNS | USUAL_ANSWER_COLUMNS
"""Names, in lower case, by which a row is known as the header."""

_WORDS = {"jsonl": "JSON", "csv": "CSV", "tsv": "TSV", "parquet": "Parquet file", "excel": "Excel workbook"}
_ALIASES = {"ndjson": "jsonl", "json": "jsonl", "xlsx": "excel", "xlsm": "excel"}
_LOOKED_AT_BYTES = 32 * 1024 * 1024
_GZIP = b"\x1f\x8b"


def _unheard(sentence: str) -> None:
    """Where nothing listens."""


def read_rows(
    source: Path | BinaryIO, reading: ReadingOptions = AS_IT_IS, *, note: Note = _unheard
) -> Iterator[InputRow | Refusal]:
    """The records of an input, one after the other, in constant memory; what can't be read comes as a refusal.

    A file's format is detected from its content, then from its ending; gzip is always unpacked.

    Args:
        source: a path (`-` is standard input) or a binary stream.
        reading: what the user says of it.
        note: is given sentences on what was read in another way than it stands in the file, or not at all; some come
            only when the rows were read.

    Returns:
        An iterator; the input is open when it is returned and is read as the iterator is used.

    Raises:
        InputError: the file is missing, unreadable or of no known format; also while iterating, when a file turns
            out not to be what it was taken for.
    """
    if not isinstance(source, Path) or str(source) == "-":
        stream = sys.stdin.buffer if isinstance(source, Path) else source
        return _read(stream, _Named("", _canonical(reading), None), reading, note)
    named = _Named(source.name, _canonical(reading), format_of_path(source))
    with _naming(source):
        stream = open_file(source)
        try:
            return _read_and_close(_read(stream, named, reading, note), stream, source)
        except InputError:
            stream.close()
            raise


def peek_columns(
    rows: Iterator[InputRow | Refusal], *, limit: int = 100
) -> tuple[tuple[str, ...], Iterator[InputRow | Refusal]]:
    """The columns there are, and the rows again.

    Args:
        rows: from `read_rows`.
        limit: how many records to look at, 32 MiB of them at the most; JSON lines need not all have the same keys.

    Returns:
        Column names in the order they first occur, `()` when no record could be read; and an iterator over all
        records, those looked at included.
    """
    looked_at: list[InputRow | Refusal] = []
    columns: dict[str, None] = {}
    held = 0
    for row in rows:
        looked_at.append(row)
        if isinstance(row, InputRow):
            columns.update(dict.fromkeys(row.values))
        held += row_size(row)
        if len(looked_at) >= limit or held > _LOOKED_AT_BYTES:
            break
    return tuple(columns), chain(looked_at, rows)


@dataclass(frozen=True, slots=True)
class _Named:
    """What is said of a file's format: by the user, and by the ending of its name."""

    name: str
    by_user: str | None
    by_ending: str | None


def _read(stream: BinaryIO, named: _Named, reading: ReadingOptions, note: Note) -> Iterator[InputRow | Refusal]:
    head, stream = _look_ahead(stream)
    packed = head.startswith(_GZIP)
    if packed:
        head, stream = _look_ahead(io.BufferedReader(Rewound(b"", Unpacked(stream, _gunzip)), READ_AHEAD))
    if not head:
        return iter(())
    binary = binary_format(head)
    lines, head, encoding = (stream, head, "") if binary else splittable(stream, head, reading, note)
    name = binary or named.by_user or _text_format(head, encoding, named)
    wrong = named.by_user or named.by_ending
    if wrong is not None and wrong != name and {wrong, name} != {"csv", "tsv"}:
        note(f"the file is {_WORDS[name]} and is read so, whatever its name or the format given says")
    _note_unused(name, reading, note)
    if name in {"parquet", "excel"}:
        read = partial(_read_binary, name, reading=reading, note=note)
        return read(stream) if stream.seekable() and not packed else _read_copy(stream, read)
    split = SplitAtReturn(lines) if ends_with_returns(head) else lines
    if name != "jsonl":
        return read_delimited(split, encoding, reading, note, usual=USUAL_COLUMNS, tabs=name == "tsv")
    utf_8 = head if encoding == "utf-8" else head.decode(encoding, "replace").encode()
    if is_document(utf_8):
        return read_document(as_utf_8(lines, encoding), reading, note, usual=USUAL_COLUMNS)
    return read_jsonl(split, encoding, reading, note, usual=USUAL_COLUMNS)


def _gunzip(packed: BinaryIO) -> BinaryIO:
    return cast("BinaryIO", gzip.GzipFile(fileobj=packed))


def _read_binary(name: str, stream: BinaryIO, *, reading: ReadingOptions, note: Note) -> Iterator[InputRow | Refusal]:
    if name == "parquet":
        return read_parquet(stream, note)
    return read_excel(stream, reading, note, usual=USUAL_COLUMNS)


def _text_format(head: bytes, encoding: str, named: _Named) -> str:
    text = head.decode(encoding, "replace")
    if named.by_ending in {"parquet", "excel"}:
        found = text_format(text, None, USUAL_COLUMNS)
        if found is None:
            raise InputError("input_not_of_its_ending", format=_WORDS[named.by_ending])
        return found
    found = text_format(text, named.by_ending or (None if named.name else "csv"), USUAL_COLUMNS)
    if found is None:
        raise InputError("input_ending_unknown", endings=", ".join(FORMAT_OF_ENDING))
    return found


def _note_unused(name: str, reading: ReadingOptions, note: Note) -> None:
    """What the user says and this format doesn't ask."""
    text = name not in {"parquet", "excel"}
    said = {
        "encoding": reading.encoding is not None and not text,
        "sheet": reading.sheet is not None and name != "excel",
        "delimiter": reading.delimiter is not None and name not in {"csv", "tsv"},
        "header-row": reading.header_row is not None and name not in {"csv", "tsv", "excel"},
    }
    if unused := [option for option, is_unused in said.items() if is_unused]:
        note(f"the file is {_WORDS[name]}: {', '.join(unused)} says nothing about it")


def _read_and_close(rows: Iterator[InputRow | Refusal], stream: BinaryIO, source: Path) -> Iterator[InputRow | Refusal]:
    with stream, _naming(source):
        yield from rows


@contextmanager
def _naming(source: Path) -> Iterator[None]:
    """Puts the file's name into the errors raised inside."""
    try:
        yield
    except InputError as error:
        if not error.where.startswith(str(source)):
            error.where = f"{source}, {error.where}" if error.where else str(source)
        raise


def _look_ahead(stream: BinaryIO) -> tuple[bytes, BinaryIO]:
    """The first bytes of a stream, at least up to its first line that isn't blank, and the stream with them in it."""
    try:
        if stream.seekable():
            buffered = (
                stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast("io.RawIOBase", stream))
            )
            return buffered.peek(READ_AHEAD), buffered
        head = b""
        while len(head) < READ_AHEAD and not head.strip() and (line := stream.readline(READ_AHEAD)):
            head += line
    except (EOFError, zlib.error, OSError) as error:
        raise InputError("input_broken_off", reason=str(error)) from error
    return head, io.BufferedReader(Rewound(head, stream), READ_AHEAD)


def _read_copy(
    stream: BinaryIO, read: Callable[[BinaryIO], Iterator[InputRow | Refusal]]
) -> Iterator[InputRow | Refusal]:
    """The records of a stream that can't seek, by way of a temporary file: these formats end with their index."""
    with tempfile.TemporaryFile() as copy:
        try:
            shutil.copyfileobj(stream, copy)
        except (EOFError, zlib.error, OSError) as error:
            raise InputError("input_broken_off", reason=str(error)) from error
        copy.seek(0)
        yield from read(cast("BinaryIO", copy))


def _canonical(reading: ReadingOptions) -> str | None:
    name = reading.format
    if name is None:
        return None
    found = _ALIASES.get(name.lower(), name.lower())
    if found not in FORMATS:
        near = get_close_matches(found, [*FORMATS, *_ALIASES], n=1)
        given = reading.choice("format", name)
        if near:
            raise InvalidValueError("format_unknown_near", format=name, formats=FORMATS, near=near[0], given=given)
        raise InvalidValueError("format_unknown", format=name, formats=FORMATS, given=given)
    return found
