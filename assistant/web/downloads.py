"""A list as a file: CSV while it is read, Excel from a file of its own; no cell is ever taken for a formula."""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from tempfile import TemporaryFile
from typing import IO, Any, Generic, Literal, TypeVar

import orjson
from fastapi import Request
from fastapi.responses import StreamingResponse

from assistant.messages.language import marked
from assistant.web.context import site
from assistant.web.problems import Problem
from assistant.web.security_events import file_taken

Row = TypeVar("Row")
Ending = Literal["csv", "xlsx"]

EXCEL_ROWS = 1_048_575  # of a sheet, less its head
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_AT_ONCE = 500
_BLOCK = 1 << 16
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class FileColumn(Generic[Row]):
    """A column of a file: its name, which stays the same in every language, and what a row holds there."""

    name: str
    value: Callable[[Row], object]


def download(
    request: Request, name: str, ending: Ending, columns: Sequence[FileColumn[Row]], rows: Iterable[Row]
) -> StreamingResponse:
    """Rows as a file, and in the log of changes who took it.

    Args:
        request: what is answered.
        name: of the file, without its ending.
        ending: `csv` or `xlsx`.
        columns: in order.
        rows: read while the file is sent (CSV) or before (Excel).

    Raises:
        Problem: 413 for more rows than a sheet holds.
    """
    cells = ([cell(column.value(row)) for column in columns] for row in rows)
    head = [column.name for column in columns]
    body = _csv(chain([head], cells)) if ending == "csv" else _excel(head, cells)
    site(request).workspace.read_log.add(file_taken(request, f"{name}.{ending}"))
    told = {"Content-Disposition": f'attachment; filename="{name}.{ending}"', "Cache-Control": "no-store"}
    return StreamingResponse(body, media_type=_TYPES[ending], headers=told)


def cell(value: object) -> str | int | float | None:
    """What a cell holds: lists joined by `|`, objects as JSON, and text that no spreadsheet runs as a formula."""
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list | set | frozenset):
        return guarded("|".join(map(str, value)))
    return guarded(orjson.dumps(value).decode() if isinstance(value, dict) else str(value))


def guarded(text: str) -> str:
    """The text, with an apostrophe before a character that would make it a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _csv(lines: Iterable[Sequence[object]]) -> Iterator[bytes]:
    yield BOM_UTF8  # with it Excel reads the file as UTF-8
    rest = iter(lines)
    while part := list(islice(rest, _AT_ONCE)):
        text = io.StringIO(newline="")
        csv.writer(text).writerows(part)
        yield text.getvalue().encode("utf-8", "replace")


def _excel(head: Sequence[str], lines: Iterable[Sequence[str | int | float | None]]) -> Iterator[bytes]:
    file = TemporaryFile()  # noqa: SIM115 - closed when all of it was sent
    try:
        _write_sheet(file, head, lines)
    except BaseException:
        file.close()
        raise
    return _blocks(file)


def _write_sheet(file: IO[bytes], head: Sequence[str], lines: Iterable[Sequence[str | int | float | None]]) -> None:
    from xlsxwriter import Workbook  # noqa: PLC0415 - for this format only

    options: dict[str, Any] = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as book:
        sheet = book.add_worksheet("list")
        sheet.write_row(0, 0, head)
        sheet.freeze_panes(1, 0)
        for number, line in enumerate(lines, 1):
            if number > EXCEL_ROWS:
                detail = marked(
                    "An Excel sheet holds at most %(rows)s rows. Download the CSV, or filter the list first."
                )
                raise Problem(413, detail, code="too_many_rows", values={"rows": f"{EXCEL_ROWS:,}"})
            for place, value in enumerate(line):
                if isinstance(value, str):
                    sheet.write_string(number, place, value)
                else:
                    sheet.write(number, place, value)
    file.seek(0)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while block := file.read(_BLOCK):
            yield block
