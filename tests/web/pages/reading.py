"""Pages and files as somebody reads them."""

from __future__ import annotations

import csv
import io
import re
from codecs import BOM_UTF8
from html import unescape

from httpx import Response
from openpyxl import load_workbook

_TAGS = re.compile(r"<(script|style|datalist)\b.*?</\1>|<[^>]+>", re.DOTALL)
_ROW = re.compile(r"<a data-row[^>]*>(.*?)</a>", re.DOTALL)


def words(response: Response) -> str:
    """The text of a page, blanks folded."""
    return " ".join(unescape(_TAGS.sub(" ", response.text)).split())


def rows(response: Response) -> list[str]:
    """The names of a list's rows: what their links say."""
    return [" ".join(unescape(_TAGS.sub(" ", found)).split()) for found in _ROW.findall(response.text)]


def older(response: Response) -> str:
    """The address of the next page, empty on the last one."""
    found = re.search(r'rel="next" href="([^"]+)"', response.text)
    return unescape(found[1]) if found else ""


def csv_rows(response: Response) -> list[dict[str, str]]:
    """A CSV file's rows; it begins with the mark by which Excel reads it as UTF-8."""
    assert response.content.startswith(BOM_UTF8)
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


def excel_rows(response: Response) -> list[dict[str, object]]:
    """An Excel file's rows."""
    book = load_workbook(io.BytesIO(response.content), read_only=True)
    head, *lines = book.active.iter_rows(values_only=True)
    book.close()
    return [dict(zip(head, line, strict=True)) for line in lines]
