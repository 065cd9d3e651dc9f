"""Excel workbooks (.xlsx): one sheet, row by row."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, time
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from assistant.errors import InputError, InvalidValueError
from assistant.ingest.reading.formats.archive import BoundedArchive
from assistant.ingest.reading.formats.header import LOOKED_AT, above_note, find_header
from assistant.ingest.reading.formats.values import plain_value
from assistant.ingest.reading.formats.workbook import (
    DAMAGED,
    Formulas,
    NumberedCells,
    check_archive,
    choose_sheet,
    note_other_sheets,
    numbered_cells,
)
from assistant.ingest.reading.problems import Note, ReadingOptions
from assistant.ingest.reading.rows import InputRow, Refusal, excerpt_of

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet as Worksheet

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")  # how a workbook writes characters that XML forbids

_EXACT = 2**53  # a workbook's numbers are doubles


def read_excel(
    source: BinaryIO, reading: ReadingOptions, note: Note, *, usual: Collection[str] = ()
) -> Iterator[InputRow | Refusal]:
    """The rows of one sheet by the names in its header.

    A whole number is an int however it is formatted, so that ids keep their digits; a date is ISO text, without the
    time when that is midnight; a formula is the value Excel computed last, and unread where it never did. Empty rows
    are passed over, and titles above the header where it is certain which row that is.

    Args:
        source: a stream that can seek.
        reading: may name the sheet and the header's row; else the first visible sheet is read.
        note: is given sentences on other sheets, rows above the header, and formulas never computed.
        usual: names that columns usually have, in lower case.

    Raises:
        InputError: no workbook, or one that is encrypted or damaged, no such sheet, or a header that names a column
            twice or seems to stand further down.
    """
    from openpyxl.reader.excel import ExcelReader  # noqa: PLC0415 - 0.2 s CPU, only runs that read Excel pay for it

    check_archive(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions, which hold no content
            reader = ExcelReader(source, read_only=True, data_only=True, keep_links=False)
            reader.archive = BoundedArchive(source)  # from which its sheets are read, now and later
            reader.read()
            workbook = reader.wb
            sheet = choose_sheet(workbook, reading)
            formulas = Formulas(source, sheet)
    except DAMAGED as error:
        raise InputError("workbook_unreadable", said=str(error)) from error
    return _read_sheet(_Opened(workbook, sheet, formulas), reading, note, usual)


class _Opened(NamedTuple):
    """A workbook, the sheet that is read, and its formulas that were never computed."""

    workbook: Workbook
    sheet: Worksheet
    formulas: Formulas


def _read_sheet(
    opened: _Opened, reading: ReadingOptions, note: Note, usual: Collection[str]
) -> Iterator[InputRow | Refusal]:
    note_other_sheets(opened.workbook, opened.sheet, reading, note)
    uncomputed: Counter[str] = Counter()
    rows = numbered_cells(opened.sheet)
    names, first = _header(rows, reading, note, usual)
    for number, cells in chain(first, rows):
        if isinstance(cells, Refusal):
            yield cells
            continue
        row = _as_row(cells, names, number)
        if isinstance(row, InputRow) and (missing := opened.formulas.missing(number, names)):
            uncomputed.update(missing)
            why = {name: ("not_computed", _never_computed(name)) for name in missing}
            row = InputRow({name: value for name, value in row.values.items() if name not in missing}, number, why)
        yield row
    for name, cells_of_column in uncomputed.items():
        note(f"{_never_computed(name)} ({cells_of_column:,} cells, which are read as empty)")
    opened.workbook.close()


def _never_computed(name: str) -> str:
    return f"a formula in column {name!r} was never computed: open the file in Excel and save it, or write the values"


def _header(
    rows: Iterator[NumberedCells], reading: ReadingOptions, note: Note, usual: Collection[str]
) -> tuple[list[str], list[NumberedCells]]:
    """The column names, and the rows below them that were looked at."""
    if reading.header_row is not None:
        for number, cells in rows:
            if number == reading.header_row and not isinstance(cells, Refusal):
                return _names(cells, number), []
            if number > reading.header_row:
                break
        given = reading.choice("header_row", str(reading.header_row))
        raise InvalidValueError("header_row_empty", row=reading.header_row, given=given)
    looked_at: list[NumberedCells] = []
    for row in rows:
        looked_at.append(row)
        if len(looked_at) == LOOKED_AT:
            break
    held = [(number, cells) for number, cells in looked_at if not isinstance(cells, Refusal)]
    if not held:
        return [], looked_at
    known = {*usual, *(name.casefold() for name in reading.named)}
    place = find_header([["" if cell is None else str(cell) for cell in cells] for _, cells in held], known)
    number, cells = held[place.index]
    top, above = held[0]
    title = excerpt_of(str(next(cell for cell in above if cell is not None)))
    if not place.sure:
        choice = reading.choice("header_row", str(number))
        raise InputError("header_rows_below", where=f"row {top}", row=top, title=title, below=number, choice=choice)
    if place.index:
        note(above_note(title, "row", number))
    return _names(cells, number), [row for row in looked_at if row[0] > number]


def _names(cells: Sequence[object], number: int) -> list[str]:
    names = [str(cell).strip() if cell is not None else f"column_{place}" for place, cell in enumerate(cells, 1)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError("column_twice", where=f"row {number}", columns=tuple(twice))
    return names


def _as_row(cells: Sequence[object], names: Sequence[str], number: int) -> InputRow | Refusal:
    values = [_cell_value(cell) for cell in cells]
    beyond = [value for value in values[len(names) :] if value is not None]
    if beyond:
        message = f"a cell beyond the {len(names)} columns of the header"
        return Refusal(number, "ragged", message, excerpt_of(beyond[0]))
    values += [None] * (len(names) - len(values))
    return InputRow(dict(zip(names, values, strict=False)), number)


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
