"""Opens what the user names: a file or a pipe, compressed or not, in a format given, told by its ending or sniffed."""

from __future__ import annotations

import gzip
import io
import shutil
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from assistant.errors import InputError
from assistant.ingest.formats.delimited import read_delimited
from assistant.ingest.formats.excel import read_excel
from assistant.ingest.formats.jsonl import read_jsonl
from assistant.ingest.formats.lines import splittable
from assistant.ingest.formats.parquet import read_parquet
from assistant.ingest.rows import Refusal, Row

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

FORMATS = ("jsonl", "csv", "tsv", "parquet", "excel")
_FORMAT_OF_ENDING = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "excel",
    ".xlsm": "excel",
}
_ALIASES = {"ndjson": "jsonl", "json": "jsonl", "xlsx": "excel", "xlsm": "excel"}
_GZIP = b"\x1f\x8b"
_HEAD = 1 << 16  # bytes at most that are looked at to tell a format
_SHOWN = 5  # file names shown beside a wrong one


def read_rows(
    source: Path | BinaryIO,
    format: str | None = None,  # noqa: A002 - the name of the option it carries
    *,
    encoding: str = "utf-8",
) -> Iterator[Row | Refusal]:
    """The records of an input, one after the other, in constant memory; what can't be read comes as a refusal.

    Args:
        source: a path (`-` is standard input) or a binary stream; gzip is unpacked wherever it is met.
        format: one of `FORMATS`; None tells it by the ending of a path and by the first bytes of a stream.
        encoding: of JSONL, CSV and TSV; a byte order mark in the file goes before it.

    Returns:
        An iterator; the input is open when it is returned and is read as the iterator is used.

    Raises:
        InputError: the file is missing, unreadable or of no known format; also while iterating, when a file turns
            out not to be what it was taken for.
    """
    name = _canonical(format)
    if not isinstance(source, Path) or str(source) == "-":
        stream = sys.stdin.buffer if isinstance(source, Path) else source
        return _read(stream, name, encoding)
    name = name or _format_of_path(source)
    with _naming(source):
        stream = open_file(source)
        try:
            return _read_and_close(_read(stream, name, encoding), stream, source)
        except InputError:
            stream.close()
            raise


def peek_columns(rows: Iterator[Row | Refusal], *, limit: int = 100) -> tuple[tuple[str, ...], Iterator[Row | Refusal]]:
    """The columns there are, and the rows again.

    Args:
        rows: from `read_rows`.
        limit: how many records to look at; JSON lines need not all have the same keys.

    Returns:
        Column names in the order they first occur, `()` when no record could be read; and an iterator over all
        records, those looked at included.
    """
    looked_at: list[Row | Refusal] = []
    columns: dict[str, None] = {}
    for row in rows:
        looked_at.append(row)
        if isinstance(row, Row):
            columns.update(dict.fromkeys(row.values))
        if len(looked_at) >= limit:
            break
    return tuple(columns), chain(looked_at, rows)


def open_file(path: Path) -> BinaryIO:
    """The file, open for reading bytes.

    Raises:
        InputError: it isn't there or can't be opened; names files beside it that might be meant.
    """
    try:
        return path.open("rb", buffering=_HEAD)
    except FileNotFoundError as error:
        raise InputError("no such file", where=str(path), hint=_files_beside(path)) from error
    except IsADirectoryError as error:
        endings = ", ".join(_FORMAT_OF_ENDING)
        raise InputError("a folder, not a file", where=str(path), hint=f"name its files ({endings})") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"can't be opened: {reason}", where=str(path), hint="check its permissions") from error


def _read(stream: BinaryIO, name: str | None, encoding: str) -> Iterator[Row | Refusal]:
    head, stream = _look_ahead(stream)
    packed = head.startswith(_GZIP)
    if packed:
        head, stream = _look_ahead(io.BufferedReader(_Rewound(b"", gzip.GzipFile(fileobj=stream)), _HEAD))
    name = name or _format_of_head(head)
    if name in {"parquet", "excel"}:
        read = read_parquet if name == "parquet" else read_excel
        return read(stream) if stream.seekable() and not packed else _read_copy(stream, read)
    lines, line_encoding = splittable(stream, head, encoding)
    if name == "jsonl":
        return read_jsonl(lines, line_encoding)
    return read_delimited(lines, line_encoding, delimiter="\t" if name == "tsv" else None)


def _read_and_close(rows: Iterator[Row | Refusal], stream: BinaryIO, source: Path) -> Iterator[Row | Refusal]:
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
            return buffered.peek(_HEAD), buffered
        head = b""
        while len(head) < _HEAD and not head.strip() and (line := stream.readline(_HEAD)):
            head += line
    except (EOFError, zlib.error, OSError) as error:
        raise InputError(f"can't be read: {error}", hint="is the file complete? get it again") from error
    return head, io.BufferedReader(_Rewound(head, stream), _HEAD)


class _Rewound(io.RawIOBase):
    """A stream with the bytes that were looked at put back in front.

    It asks the stream once for each filling of a buffer: a slow pipe is read as it comes, and what a compressed file
    holds before a damaged place isn't lost with it.
    """

    def __init__(self, head: bytes, stream: BinaryIO | gzip.GzipFile) -> None:
        self._head = head
        self._read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fills `buffer` with what comes next."""
        view = memoryview(buffer).cast("B")
        data = self._head[: len(view)] or self._read(len(view))
        self._head = self._head[len(view) :]
        view[: len(data)] = data
        return len(data)


def _read_copy(stream: BinaryIO, read: Callable[[BinaryIO], Iterator[Row | Refusal]]) -> Iterator[Row | Refusal]:
    """The records of a stream that can't seek, by way of a temporary file: these formats end with their index."""
    with tempfile.TemporaryFile() as copy:
        try:
            shutil.copyfileobj(stream, copy)
        except (EOFError, zlib.error, OSError) as error:
            raise InputError(f"can't be read: {error}", hint="is the file complete? get it again") from error
        copy.seek(0)
        yield from read(cast("BinaryIO", copy))


def _canonical(name: str | None) -> str | None:
    if name is None:
        return None
    found = _ALIASES.get(name.lower(), name.lower())
    if found not in FORMATS:
        near = get_close_matches(found, [*FORMATS, *_ALIASES], n=1)
        hint = f"one of {', '.join(FORMATS)}{f'; did you mean {near[0]}?' if near else ''}"
        raise InputError(f"no format is called {name!r}", where="--format", hint=hint)
    return found


def _format_of_path(path: Path) -> str:
    endings = [ending.lower() for ending in path.suffixes if ending.lower() != ".gz"]
    found = _FORMAT_OF_ENDING.get(endings[-1]) if endings else None
    if found is None:
        if not path.exists():
            raise InputError("no such file", where=str(path), hint=_files_beside(path))
        hint = f"endings read: {', '.join(_FORMAT_OF_ENDING)} (each also with .gz); or say --format"
        raise InputError("the ending doesn't tell the format", where=str(path), hint=hint)
    return found


def _format_of_head(head: bytes) -> str:
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        return "excel"
    text = head.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    return "jsonl" if text.startswith((b"{", b"[")) else "csv"


def _files_beside(path: Path) -> str:
    """A sentence that names files of the same folder: the nearest names, else those of a readable format."""
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    names = sorted(entry.name for entry in path.parent.iterdir() if entry.is_file())
    readable = [name for name in names if Path(name.removesuffix(".gz")).suffix.lower() in _FORMAT_OF_ENDING]
    near = get_close_matches(path.name, names, n=_SHOWN) or readable[:_SHOWN]
    return f"in that folder: {', '.join(near)}" if near else "that folder holds no file of a readable format"
