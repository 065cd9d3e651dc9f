"""A workbook's archive with bounds: what its parts unpack to, and what of a sheet or of its texts is held at once."""

from __future__ import annotations

import re
import zipfile
from typing import IO, Any

from assistant.errors import InputError
from assistant.ingest.reading.limits import LARGEST_RECORD, TooMuchError, check_unpacked

MOST_ROWS = 1_048_576
"""Rows of a sheet, as many as Excel knows."""
_MOST_PARTS = 10_000
_MOST_TAGS = 400_000  # of one row, one text, or a part that is held whole: 16,384 cells have 130,000
_LARGEST_PART = 32 * 1024 * 1024  # bytes of a part that is held whole
_LARGEST_TEXTS = 128 * 1024 * 1024  # bytes of the texts that cells share, all of which are held
_MOST_TEXTS = 1_500_000
_HARMLESS = 1 << 20  # bytes; a smaller part holds nothing that matters
_BLOCK = 1 << 18
_ROW = re.compile(rb"</?(?:\w+:)?row\b")
_TEXT = re.compile(rb"</?(?:\w+:)?si\b")


class _Bound:
    """Counts what of a stream of XML is held between two elements of one name.

    Args:
        element: matches the beginning and the end of one.
        named: what it is called.
        most: how many there may be.
    """

    def __init__(self, element: re.Pattern[bytes], named: str, most: int) -> None:
        self._element = element
        self._named = named
        self._most = most
        self._count = self._tags = self._bytes = 0

    def take(self, data: bytes) -> None:
        """Raises TooMuchError where one element, or their number, is beyond its bound."""
        last = None
        for last in self._element.finditer(data):
            self._count += not last[0].startswith(b"</")
        start = 0 if last is None else last.start()
        if last is not None:
            self._tags = self._bytes = 0
        self._tags += data.count(b"<", start)
        self._bytes += len(data) - start
        if self._count > self._most:
            raise TooMuchError(f"more than {self._most:,} {self._named}s")
        if self._tags > _MOST_TAGS or self._bytes > LARGEST_RECORD:
            what = f"{self._named} {self._count:,} has more than {_MOST_TAGS:,} elements or {LARGEST_RECORD >> 20} MiB"
            raise TooMuchError(what)


class _SheetStream:
    """The XML of a sheet as openpyxl reads it, a row at a time bounded."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._bound = _Bound(_ROW, "row", MOST_ROWS)

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises TooMuchError."""
        data = self._stream.read(size)
        self._bound.take(data)
        return data

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()

    def __enter__(self) -> _SheetStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class BoundedArchive(zipfile.ZipFile):
    """The archive from which a workbook's sheets are read."""

    def open(self, name: Any, *more: Any, **how: Any) -> Any:
        """A part; one of a sheet is bounded."""
        stream = super().open(name, *more, **how)
        held = name.filename if isinstance(name, zipfile.ZipInfo) else str(name)
        return _SheetStream(stream) if held.lstrip("/").startswith("xl/worksheets/") else stream


def check_parts(archive: zipfile.ZipFile) -> None:
    """Whether what a workbook holds can be opened: sheets are read row by row, all else is held whole.

    The sizes a zip file states are right: more than stated is never unpacked.

    Raises:
        InputError: a part is out of proportion, or too large.
    """
    parts = archive.infolist()
    if len(parts) > _MOST_PARTS:
        raise InputError("workbook_parts_too_many", most=_MOST_PARTS)
    for part in parts:
        try:
            if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                check_unpacked(part.compress_size, part.file_size)
            elif part.file_size > _HARMLESS and part.filename.endswith((".xml", ".rels", ".vml")):
                _check_held(archive, part)
        except TooMuchError as error:
            raise InputError("workbook_part_too_large", part=part.filename, said=str(error)) from error


def _check_held(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    texts = part.filename.casefold().endswith("sharedstrings.xml")
    largest = _LARGEST_TEXTS if texts else _LARGEST_PART
    if part.file_size > largest:
        raise TooMuchError(f"it unpacks to {part.file_size >> 20:,} MiB; {largest >> 20} MiB are read")
    bound = _Bound(_TEXT, "text", _MOST_TEXTS)
    with archive.open(part) as stream:
        while data := stream.read(_BLOCK):
            bound.take(data)
