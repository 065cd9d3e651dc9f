"""A workbook's sheets: which one is read, its rows of cells, and its formulas that were never computed."""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING, BinaryIO
from xml.etree.ElementTree import ParseError

from assistant.errors import InputError
from assistant.ingest.reading import Note, Reading
from assistant.ingest.rows import Refusal, Row

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet as Worksheet

# What openpyxl lets through when the archive or the XML in it is damaged, encrypted or odd.
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, ParseError, EOFError, OSError),
    *(LookupError, ValueError, TypeError, AttributeError, RuntimeError),
)
_NEVER_COMPUTED = re.compile(rb"</f>\s*(?:<v\s*/>|<v>\s*</v>|</c>)|<f[^>]*/>\s*(?:<v\s*/>|<v>\s*</v>|</c>)")
_BLOCK = 1 << 20
_LONGEST_FORMULA = 64  # bytes from the end of a formula to the end of its cell
NumberedCells = tuple[int, tuple[object, ...] | Refusal]
"""The number of a row, and its cells or why they can't be read."""


def check_archive(source: BinaryIO) -> None:
    """Raises InputError for an archive that is something else."""
    try:
        with zipfile.ZipFile(source) as archive:
            names = archive.namelist()
    except DAMAGED:
        return  # openpyxl says it in its own words
    finally:
        source.seek(0)
    if not any(name.startswith("xl/") for name in names):
        what = "a Word document" if "word/document.xml" in names else "an archive of other files"
        raise InputError(
            f"no Excel workbook but {what}", hint="save the table as .xlsx or .csv; unpack an archive first"
        )


def choose_sheet(workbook: Workbook, reading: Reading) -> Worksheet:
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


def open_formulas(source: BinaryIO, sheet: Worksheet) -> Worksheet | None:
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


def note_other_sheets(workbook: Workbook, sheet: Worksheet, reading: Reading, note: Note) -> None:
    """Says which sheet is read where others hold something, too."""
    others = [one for one in workbook.worksheets if one is not sheet and next(numbered_cells(one), None) is not None]
    if not others:
        return
    named = [f"{one.title!r}{'' if one.sheet_state == 'visible' else ' (hidden)'}" for one in others]
    advice = "" if reading.sheet is not None else f"; another is read with {reading.advice('sheet', 'NAME')}"
    note(f"sheet {sheet.title!r} is read, not {', '.join(named)}{advice}")


def numbered_cells(sheet: Worksheet) -> Iterator[tuple[int, tuple[object, ...] | Refusal]]:
    """The rows of a sheet that hold anything, with their numbers; a refusal where the file is damaged."""
    sheet.reset_dimensions()  # what a sheet says of its own size is often wrong
    rows = sheet.iter_rows(values_only=True)
    for number in count(1):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                cells = next(rows, None)
        except DAMAGED as error:
            message = f"the sheet can't be read from here on ({error}); save it again and run once more"
            yield number, Refusal(number, "unreadable", message)
            return
        if cells is None:
            return
        if any(cell is not None for cell in cells):
            yield number, cells


class Formulas:
    """Formulas beside the values that were computed from them."""

    def __init__(self, sheet: Worksheet) -> None:
        self._rows = numbered_cells(sheet)
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
