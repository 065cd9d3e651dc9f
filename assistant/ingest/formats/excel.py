"""Excel workbooks (.xlsx): the first sheet, row by row."""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from xml.etree.ElementTree import ParseError

from assistant.errors import InputError
from assistant.ingest.formats.values import plain_value
from assistant.ingest.rows import Refusal, Row, excerpt_of

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet as Worksheet

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")  # how a workbook writes characters that XML forbids

# What openpyxl lets through when the archive or the XML in it is damaged, encrypted or odd.
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, ParseError, EOFError, OSError),
    *(LookupError, ValueError, TypeError, AttributeError, RuntimeError),
)
_EXACT = 2**53  # a workbook's numbers are doubles


def read_excel(source: Path | BinaryIO) -> Iterator[Row | Refusal]:
    """The rows of the first sheet by the names in its first row; further sheets that hold cells are refused by name.

    A whole number is an int however it is formatted, so that ids keep their digits; a date is ISO text, without the
    time when that is midnight; a formula is the value Excel computed last. Empty rows are passed over.

    Raises:
        InputError: no workbook, or one that is encrypted or damaged, or a header that names a column twice.
    """
    import openpyxl  # noqa: PLC0415 - 0.2 s CPU, only runs that read Excel pay for it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions, which hold no content
            workbook = openpyxl.load_workbook(source, read_only=True, data_only=True)
    except _DAMAGED as error:
        hint = "open it in Excel and save it as .xlsx without a password, or give CSV"
        raise InputError(f"not a readable Excel workbook ({error})", hint=hint) from error
    if not workbook.worksheets:
        raise InputError("the workbook has no sheet", hint="put the rows on its first sheet")
    return _read_sheet(workbook)


def _read_sheet(workbook: Workbook) -> Iterator[Row | Refusal]:
    first, *others = workbook.worksheets
    names: list[str] | None = None
    for number, cells in _cells(first):
        if isinstance(cells, Refusal):
            yield cells
        elif names is None:
            names = _names(cells)
        else:
            yield _as_row(cells, names, number)
    for sheet in others:
        if next(_cells(sheet), None) is not None:
            message = f"sheet {sheet.title!r} is not read, only the first one is; save it as a file of its own"
            yield Refusal(1, "sheet_not_read", message)
    workbook.close()


def _cells(sheet: Worksheet) -> Iterator[tuple[int, tuple[object, ...] | Refusal]]:
    """The rows of a sheet that hold anything, with their numbers; a refusal where the file is damaged."""
    sheet.reset_dimensions()  # what a sheet says of its own size is often wrong
    rows = sheet.iter_rows(values_only=True)
    for number in count(1):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                cells = next(rows, None)
        except _DAMAGED as error:
            message = f"the sheet can't be read from here on ({error}); save it again and run once more"
            yield number, Refusal(number, "unreadable", message)
            return
        if cells is None:
            return
        if any(cell is not None for cell in cells):
            yield number, cells


def _names(cells: Sequence[object]) -> list[str]:
    names = [str(cell).strip() if cell is not None else f"column_{place}" for place, cell in enumerate(cells, 1)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"column {', '.join(twice)} occurs twice", where="row 1", hint="rename one of them")
    return names


def _as_row(cells: Sequence[object], names: Sequence[str], number: int) -> Row | Refusal:
    values = [_cell_value(cell) for cell in cells]
    beyond = [value for value in values[len(names) :] if value is not None]
    if beyond:
        message = f"a cell beyond the {len(names)} columns of the header"
        return Refusal(number, "ragged", message, excerpt_of(beyond[0]))
    values += [None] * (len(names) - len(values))
    return Row(dict(zip(names, values, strict=False)), number)


def _cell_value(value: object) -> object:
    """A cell as a JSON value; whole numbers that a workbook still holds exactly (below 2**53) are int."""
    match value:
        case str():
            return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), value) if "_x" in value else value
        case bool():
            return value
        case int() | float():
            exact = abs(value) < _EXACT
            return int(value) if exact and value == int(value) else float(value)
        case datetime() if value.time() == time.min:
            return value.date().isoformat()
        case _:
            return plain_value(value)
