"""A workbook's sheets: which one is read, its rows of cells, and its formulas that were never computed."""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from itertools import count
from typing import TYPE_CHECKING, BinaryIO
from xml.etree.ElementTree import ParseError

from assistant.errors import InputError, NotFoundError
from assistant.ingest.reading.formats.archive import MOST_ROWS, check_parts
from assistant.ingest.reading.problems import Note, ReadingOptions
from assistant.ingest.reading.rows import Refusal

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet as Worksheet

# What openpyxl lets through when the archive or the XML in it is damaged, encrypted or odd.
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, ParseError, EOFError, OSError),
    *(LookupError, ValueError, TypeError, AttributeError, RuntimeError),
)
_NEVER_COMPUTED = re.compile(rb"<c\b([^>]*)>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")
_PLACE = re.compile(rb'\br="([A-Z]{1,3}[0-9]+)"')
_MOST_CELLS = 100_000_000  # of a sheet, empty ones before the last of a row included
_BLOCK = 1 << 20
_LONGEST_CELL = 1 << 17  # bytes with its formula, of which Excel takes 8,192 characters
NumberedCells = tuple[int, tuple[object, ...] | Refusal]
"""The number of a row, and its cells or why they can't be read."""


def check_archive(source: BinaryIO) -> None:
    """Raises InputError for an archive that is something else, or unpacks to more than is read."""
    try:
        with zipfile.ZipFile(source) as archive:
            names = archive.namelist()
            if any(name.startswith("xl/") for name in names):
                check_parts(archive)
    except InputError:
        raise
    except DAMAGED:
        return  # openpyxl says it in its own words
    finally:
        source.seek(0)
    if not any(name.startswith("xl/") for name in names):
        raise InputError("workbook_is_word" if "word/document.xml" in names else "workbook_is_archive")


def choose_sheet(workbook: Workbook, reading: ReadingOptions) -> Worksheet:
    """The sheet that is named, else the first visible one."""
    sheets = list(workbook.worksheets)
    if not sheets:
        raise InputError("workbook_without_sheet")
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
        raise NotFoundError("sheet_not_found", sheet=wanted, sheets=there, given=reading.choice("sheet", wanted))
    return named[0]


def note_other_sheets(workbook: Workbook, sheet: Worksheet, reading: ReadingOptions, note: Note) -> None:
    """Says which sheet is read where others hold something, too."""
    others = [one for one in workbook.worksheets if one is not sheet and next(numbered_cells(one), None) is not None]
    if not others:
        return
    named = [f"{one.title!r}{'' if one.sheet_state == 'visible' else ' (hidden)'}" for one in others]
    more = "" if reading.sheet is not None else "; another is read where it is named"
    note(f"sheet {sheet.title!r} is read, not {', '.join(named)}{more}")


def numbered_cells(sheet: Worksheet) -> Iterator[tuple[int, tuple[object, ...] | Refusal]]:
    """The rows of a sheet that hold anything, with their numbers; a refusal where the file is damaged."""
    sheet.reset_dimensions()  # what a sheet says of its own size is often wrong
    rows = sheet.iter_rows(values_only=True)
    seen = 0
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
        seen += len(cells)
        if number > MOST_ROWS or seen > _MOST_CELLS:
            message = f"the sheet has more than {MOST_ROWS:,} rows or {_MOST_CELLS:,} cells: the rest isn't read"
            yield number, Refusal(number, "too_long", message)
            return
        if any(cell is not None for cell in cells):
            yield number, cells


class Formulas:
    """The cells of a sheet whose formula was never computed, as programs other than Excel write them.

    Args:
        source: the workbook.
        sheet: one of its sheets.
    """

    def __init__(self, source: BinaryIO, sheet: Worksheet) -> None:
        self._found = _uncomputed(source, sheet._worksheet_path)  # noqa: SLF001 - which file in the archive it is
        self._next = next(self._found, None)

    def missing(self, row: int, names: Sequence[str]) -> list[str]:
        """The columns of a row whose formula has no value. Rows are asked for in order."""
        found = []
        while self._next is not None and self._next[0] <= row:
            if self._next[0] == row and self._next[1] <= len(names):
                found.append(names[self._next[1] - 1])
            self._next = next(self._found, None)
        return found


def _uncomputed(source: BinaryIO, path: str) -> Iterator[tuple[int, int]]:
    """Row and column, from 1, of each cell with a formula and no value; one computed to empty text has the type str."""
    from openpyxl.utils.cell import coordinate_to_tuple  # noqa: PLC0415 - only runs that read Excel pay for it

    with zipfile.ZipFile(source) as archive, archive.open(path) as file:
        rest = b""
        while block := file.read(_BLOCK):
            rest += block
            for cell in _NEVER_COMPUTED.finditer(rest):
                place = _PLACE.search(cell[1])
                if place is not None and b't="str"' not in cell[1]:
                    yield coordinate_to_tuple(place[1].decode("ascii"))
            rest = rest[max(rest.rfind(b"<c "), len(rest) - _LONGEST_CELL, 0) :]
            if _NEVER_COMPUTED.match(rest):
                rest = rest[1:]
