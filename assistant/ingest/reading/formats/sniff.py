"""What a file is, by what it holds: its name may say something else."""

from __future__ import annotations

import re
from collections.abc import Collection

from assistant.errors import InputError
from assistant.ingest.reading.formats.delimited import cells_of
from assistant.ingest.reading.formats.header import LOOKED_AT, find_header

_OTHERS = (
    (b"\xd0\xcf\x11\xe0", "input_is_old_excel"),
    (b"%PDF-", "input_is_pdf"),
    (b"BZh", "input_is_bzip2"),
    (b"\xfd7zXZ", "input_is_xz"),
    (b"\x28\xb5\x2f\xfd", "input_is_zstd"),
    (b"7z\xbc\xaf\x27\x1c", "input_is_seven_zip"),
    (b"Rar!\x1a", "input_is_rar"),
    (b"SQLite format 3\0", "input_is_sqlite"),
    (b"ARROW1\0\0", "input_is_arrow"),
    (b"\x89PNG", "input_is_picture"),
    (b"\xff\xd8\xff", "input_is_picture"),
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
    for mark, code in _OTHERS:
        if head.startswith(mark):
            raise InputError(code)
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
        raise InputError("input_is_markup")
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
