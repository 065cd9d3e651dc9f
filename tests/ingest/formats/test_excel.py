"""Excel: ids keep their digits, dates are ISO, nothing on another sheet is dropped in silence."""

import io
from datetime import datetime, time
from pathlib import Path

import openpyxl
import pytest

from assistant.errors import InputError
from assistant.ingest.readers import read_rows
from assistant.ingest.rows import Refusal, Row


def workbook(*sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"sheet{number}")
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(*sheets: list[list[object]]) -> list[Row | Refusal]:
    return list(read_rows(io.BytesIO(workbook(*sheets))))


def test_whole_numbers_are_whole_and_dates_are_iso_text() -> None:
    header: list[object] = ["id", "text", "day", "moment", "clock", "score", "flag"]
    day, moment = datetime.fromisoformat("2026-01-02"), datetime.fromisoformat("2026-01-02T03:04")
    row: list[object] = [123.0, "好 😀", day, moment, time(1, 2), 0.5, True]
    expected = {"id": 123, "text": "好 😀", "day": "2026-01-02", "moment": "2026-01-02T03:04:00"}
    assert read([header, row]) == [Row(expected | {"clock": "01:02:00", "score": 0.5, "flag": True}, 2)]


def test_rows_are_numbered_as_in_the_sheet_and_empty_ones_passed_over() -> None:
    assert read([["id", "text"], [None, None], [1, "a"], [2]]) == [
        Row({"id": 1, "text": "a"}, 3),
        Row({"id": 2, "text": None}, 4),
    ]


def test_a_cell_beyond_the_header_is_refused() -> None:
    refusal, row = read([["id", "text"], [1, "a", "astray"], [2, "b"]])
    assert isinstance(refusal, Refusal)
    assert (refusal.line, refusal.reason, refusal.excerpt) == (2, "ragged", "astray")
    assert row == Row({"id": 2, "text": "b"}, 3)


def test_other_sheets_that_hold_something_are_named() -> None:
    row, refusal = read([["id"], [1]], [], [["notes"]])
    assert row == Row({"id": 1}, 2)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "sheet_not_read"
    assert "'sheet3'" in refusal.message


def test_characters_a_workbook_escapes_come_back() -> None:
    assert read([["text"], ["a_x000D_b"]]) == [Row({"text": "a\rb"}, 2)]


def test_a_damaged_workbook_and_a_double_column_are_input_errors(tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04 no zip")
    with pytest.raises(InputError, match=r"x\.xlsx: not a readable Excel workbook"):
        read_rows(tmp_path / "x.xlsx")
    with pytest.raises(InputError, match="column id occurs twice"):
        read([["id", "id"], [1, 2]])
