"""What a file is, by what it holds: its name may say something else."""

from __future__ import annotations

import re
from collections.abc import Collection

from assistant.errors import InputError
from assistant.ingest.reading.formats.delimited import cells_of
from assistant.ingest.reading.formats.header import LOOKED_AT, find_header

_OTHERS = (
    (
        b"\xd0\xcf\x11\xe0",
        "an old Excel workbook (.xls), or one with a password",
        "save it as .xlsx without a password",
    ),
    (b"%PDF-", "a PDF document", "give the table it was made from"),
    (b"BZh", "compressed with bzip2", "unpack it, or compress it with gzip"),
    (b"\xfd7zXZ", "compressed with xz", "unpack it, or compress it with gzip"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "unpack it, or compress it with gzip"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it"),
    (b"Rar!\x1a", "a RAR archive", "unpack it"),
    (b"SQLite format 3\0", "an SQLite database", "write its table as CSV"),
    (b"ARROW1\0\0", "an Arrow (Feather) file", "write it as Parquet"),
    (b"\x89PNG", "a picture", "look whether it is the right file"),
    (b"\xff\xd8\xff", "a picture", "look whether it is the right file"),
)
_MARKUP = re.compile(r"<(?:!doctype|html|head|body|table|\?xml|!--)", re.IGNORECASE)
_JSON = re.compile(r'\{\s*(?:"|\})|\[\s*(?:[\[{\]"\d-]|null|true|false)', re.IGNORECASE)
_JSON_LINE = re.compile(r'^\s*\{\s*"', re.MULTILINE)


def binary_format(head: bytes) -> str | None:
    """`parquet` or `excel` where a file begins as these do; None for text.

    Raises:
        InputError: it begins as a file of another kind.
    """
    if head.startswith(b"PAR1") and any(byte < 9 for byte in head[4:64]):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        return "excel"
    for mark, what, hint in _OTHERS:
        if head.startswith(mark):
            raise InputError(f"the file is {what}, which can't be read", hint=hint)
    return None


def text_format(head: str, named: str | None, usual: Collection[str]) -> str | None:
    """`jsonl`, `csv` or `tsv`, by the first text of a file; None where nothing tells.

    Args:
        head: the first characters, at least the first line.
        named: what the file's ending says; None where it says nothing.
        usual: names that columns usually have, in lower case.

    Raises:
        InputError: it is a web page.
    """
    text = head.lstrip("\ufeff \t\r\n")
    if _MARKUP.match(text):
        what = "the file is a web page or XML, and no table"
        raise InputError(what, hint="download the file itself (was a sign-in needed?), or save the table as CSV")
    if _JSON.match(text):
        return "jsonl"
    if named in {"csv", "tsv"} or (named == "jsonl" and (_JSON_LINE.search(text) or not _has_header(text, usual))):
        return named
    return "csv" if _has_header(text, usual) else None


def _has_header(text: str, usual: Collection[str]) -> bool:
    """Whether a line with several cells, one of them named as columns usually are, stands where a header does."""
    rows = [cells for line in text.splitlines()[:LOOKED_AT] if any(cells := cells_of(line))]
    if not rows:
        return False
    place = find_header(rows, usual)
    header = [cell.strip().casefold() for cell in rows[place.index]]
    return place.sure and len(header) > 1 and not set(header).isdisjoint(usual)
