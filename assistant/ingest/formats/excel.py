"""Excel workbooks (.xlsx): one sheet, row by row."""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, time
from itertools import chain, count
from typing import TYPE_CHECKING, BinaryIO
from xml.etree.ElementTree import ParseError

from assistant.errors import InputError
from assistant.ingest.formats.header import LOOKED_AT, above_note, find_header
from assistant.ingest.formats.values import plain_value
from assistant.ingest.reading import Note, Reading
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
_NEVER_COMPUTED = re.compile(rb"</f>\s*(?:<v\s*/>|<v>\s*</v>|</c>)|<f[^>]*/>\s*(?:<v\s*/>|<v>\s*</v>|</c>)")
_BLOCK = 1 << 20
_LONGEST_FORMULA = 64  # bytes from the end of a formula to the end of its cell
_EXACT = 2**53  # a workbook's numbers are doubles


def read_excel(
    source: BinaryIO, reading: Reading, note: Note, *, usual: Collection[str] = ()
) -> Iterator[Row | Refusal]:
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
    import openpyxl  # noqa: PLC0415 - 0.2 s CPU, only runs that read Excel pay for it

    _check_archive(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions, which hold no content
            workbook = openpyxl.load_workbook(source, read_only=True, data_only=True)
            sheet = _choose(workbook, reading)
            formulas = _formulas(source, sheet)
    except _DAMAGED as error:
        hint = "open it in Excel and save it as .xlsx without a password, or give CSV"
        raise InputError(f"not a readable Excel workbook ({error})", hint=hint) from error
    return _read_sheet(workbook, sheet, formulas, reading, note, usual)


def _check_archive(source: BinaryIO) -> None:
    """Raises InputError for an archive that is something else."""
    try:
        with zipfile.ZipFile(source) as archive:
            names = archive.namelist()
    except _DAMAGED:
        return  # openpyxl says it in its own words
    finally:
        source.seek(0)
    if not any(name.startswith("xl/") for name in names):
        what = "a Word document" if "word/document.xml" in names else "an archive of other files"
        raise InputError(f"no Excel workbook but {what}", hint="save the table as .xlsx or .csv; unpack an archive first")


def _choose(workbook: Workbook, reading: Reading) -> Worksheet:
    """The sheet that is named, else the first visible one."""
    sheets = list(workbook.worksheets)
    if not sheets:
        raise InputError("the workbook has no sheet", hint="put the rows on its first sheet")
    if reading.sheet is None:
        return next((sheet for sheet in sheets if sheet.sheet_state == "visible"), sheets[0])
    wanted = reading.sheet
    named = [sheet for sheet in sheets if sheet.title == wanted] or [
        sheet for sheet in sheets if sheet.title.strip().casefold() == wanted.strip().casefold()
    ]
    if not named and wanted.isdecimal() and 0 < int(wanted) <= len(sheets):
        named = [sheets[int(wanted) - 1]]
    if not named:
        there = ", ".join(repr(sheet.title) for sheet in sheets)
        where = reading.advice("sheet", wanted)
        raise InputError(f"no sheet is called {wanted!r}", where=where, hint=f"the sheets are: {there}")
    return named[0]


def _formulas(source: BinaryIO, sheet: Worksheet) -> Worksheet | None:
    """The same sheet with formulas instead of their values, where one of them was never computed; else None."""
    import openpyxl  # noqa: PLC0415 - as above

    place = sheet._worksheet_path  # noqa: SLF001 - the only word on which file in the archive is this sheet
    with zipfile.ZipFile(source) as archive, archive.open(place) as file:
        rest = b""
        while block := file.read(_BLOCK):
            rest += block
            if _NEVER_COMPUTED.search(rest):
                book = openpyxl.load_workbook(source, read_only=True, data_only=False)
                return next(one for one in book.worksheets if one.title == sheet.title)
            rest = rest[-_LONGEST_FORMULA:]
    return None


def _read_sheet(
    workbook: Workbook,
    sheet: Worksheet,
    formulas: Worksheet | None,
    reading: Reading,
    note: Note,
    usual: Collection[str],
) -> Iterator[Row | Refusal]:
    _note_sheets(workbook, sheet, reading, note)
    uncomputed: Counter[str] = Counter()
    written = None if formulas is None else _Formulas(formulas)
    rows = _cells(sheet)
    names, first = _header(rows, reading, note, usual)
    for number, cells in chain(first, rows):
        if isinstance(cells, Refusal):
            yield cells
            continue
        row = _as_row(cells, names, number)
        if isinstance(row, Row) and written is not None and (missing := written.missing(row)):
            uncomputed.update(missing)
            why = {name: ("not_computed", _never_computed(name)) for name in missing}
            row = Row({name: value for name, value in row.values.items() if name not in missing}, number, why)
        yield row
    for name, count in uncomputed.items():
        note(f"{_never_computed(name)} ({count:,} cells, which are read as empty)")
    workbook.close()


def _never_computed(name: str) -> str:
    return f"a formula in column {name!r} was never computed: open the file in Excel and save it, or write the values"


def _note_sheets(workbook: Workbook, sheet: Worksheet, reading: Reading, note: Note) -> None:
    others = [one for one in workbook.worksheets if one is not sheet and next(_cells(one), None) is not None]
    if not others:
        return
    named = [f"{one.title!r}{'' if one.sheet_state == 'visible' else ' (hidden)'}" for one in others]
    advice = "" if reading.sheet is not None else f"; another is read with {reading.advice('sheet', 'NAME')}"
    note(f"sheet {sheet.title!r} is read, not {', '.join(named)}{advice}")


_Numbered = tuple[int, tuple[object, ...] | Refusal]


def _header(
    rows: Iterator[_Numbered], reading: Reading, note: Note, usual: Collection[str]
) -> tuple[list[str], list[_Numbered]]:
    """The column names, and the rows below them that were looked at."""
    if reading.header_row is not None:
        for number, cells in rows:
            if number == reading.header_row and not isinstance(cells, Refusal):
                return _names(cells, number), []
            if number > reading.header_row:
                break
        where = reading.advice("header-row", str(reading.header_row))
        raise InputError(f"row {reading.header_row} holds nothing", where=where, hint="name the row of column names")
    looked_at: list[_Numbered] = []
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
        what = f"the column names can't be in row {top} ({title!r}): the rows below it have more cells"
        hint = f"do they stand in row {number}? {reading.advice('header-row', str(number))}"
        raise InputError(what, where=f"row {top}", hint=hint)
    if place.index:
        note(above_note(title, "row", number))
    return _names(cells, number), [row for row in looked_at if row[0] > number]


class _Formulas:
    """Formulas beside the values that were computed from them."""

    def __init__(self, sheet: Worksheet) -> None:
        self._rows = _cells(sheet)
        self._number = 0
        self._cells: tuple[object, ...] | Refusal = ()

    def missing(self, row: Row) -> list[str]:
        """The columns of a row whose formula has no value. Rows are asked for in order."""
        while self._number < row.line:
            self._number, self._cells = next(self._rows, (row.line + 1, ()))
        if self._number != row.line or isinstance(self._cells, Refusal):
            return []
        written = zip(row.values.items(), self._cells, strict=False)
        return [name for (name, value), cell in written if value is None and cell is not None]


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


def _names(cells: Sequence[object], number: int) -> list[str]:
    names = [str(cell).strip() if cell is not None else f"column_{place}" for place, cell in enumerate(cells, 1)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"column {', '.join(twice)} occurs twice", where=f"row {number}", hint="rename one of them")
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
