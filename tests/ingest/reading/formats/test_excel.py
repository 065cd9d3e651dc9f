"""Excel: ids keep their digits, dates are ISO, nothing on another sheet is dropped in silence."""

import io
import zipfile
from datetime import datetime, time
from pathlib import Path

import openpyxl
import pytest

from assistant.ingest.reading.formats import workbook as sheets
from assistant.ingest.reading.problems import ReadingOptions
from assistant.ingest.reading.readers import read_rows
from assistant.ingest.reading.rows import InputRow, Refusal
from tests.refused import refused


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


def read(*sheets: list[list[object]]) -> list[InputRow | Refusal]:
    return list(read_rows(io.BytesIO(workbook(*sheets))))


def test_whole_numbers_are_whole_and_dates_are_iso_text() -> None:
    header: list[object] = ["id", "text", "day", "moment", "clock", "score", "flag"]
    day, moment = datetime.fromisoformat("2026-01-02"), datetime.fromisoformat("2026-01-02T03:04")
    row: list[object] = [123.0, "好 😀", day, moment, time(1, 2), 0.5, True]
    expected = {"id": 123, "text": "好 😀", "day": "2026-01-02", "moment": "2026-01-02T03:04:00"}
    assert read([header, row]) == [InputRow(expected | {"clock": "01:02:00", "score": 0.5, "flag": True}, 2)]


def test_rows_are_numbered_as_in_the_sheet_and_empty_ones_passed_over() -> None:
    assert read([["id", "text"], [None, None], [1, "a"], [2]]) == [
        InputRow({"id": 1, "text": "a"}, 3),
        InputRow({"id": 2, "text": None}, 4),
    ]


def test_a_cell_beyond_the_header_is_refused() -> None:
    refusal, row = read([["id", "text"], [1, "a", "astray"], [2, "b"]])
    assert isinstance(refusal, Refusal)
    assert (refusal.line, refusal.reason, refusal.excerpt) == (2, "ragged", "astray")
    assert row == InputRow({"id": 2, "text": "b"}, 3)


def test_other_sheets_that_hold_something_are_named() -> None:
    notes: list[str] = []
    data = workbook([["id"], [1]], [], [["notes"]])
    assert list(read_rows(io.BytesIO(data), note=notes.append)) == [InputRow({"id": 1}, 2)]
    assert notes == ["sheet 'sheet1' is read, not 'sheet3'; another is read where it is named"]


def test_the_first_visible_sheet_is_read_and_another_by_its_name_or_number() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook([["id"], [1]], [["id"], [2]], [["id"], [3]])))
    book["sheet1"].sheet_state = "hidden"
    buffer = io.BytesIO()
    book.save(buffer)
    notes: list[str] = []
    for sheet, number in ((None, 2), ("sheet3", 3), ("SHEET3 ", 3), ("3", 3), ("sheet1", 1)):
        reading = ReadingOptions(sheet=sheet)
        assert list(read_rows(io.BytesIO(buffer.getvalue()), reading, note=notes.append)) == [
            InputRow({"id": number}, 2)
        ]
    assert "sheet 'sheet2' is read, not 'sheet1' (hidden), 'sheet3'" in notes[0]
    with refused(match="no sheet is called 'x'\n  the sheets are: 'sheet1', 'sheet2', 'sheet3'"):
        read_rows(io.BytesIO(buffer.getvalue()), ReadingOptions(sheet="x"))


@pytest.mark.parametrize("above", [[["Export of March"], []], [["item", None, "labels", None]]])
def test_titles_and_merged_cells_above_the_header_are_passed_over_and_said(above: list[list[object]]) -> None:
    notes: list[str] = []
    data = workbook([*above, ["id", "text", "ana", "bo"], [1, "a", "x", "y"]])
    (row,) = read_rows(io.BytesIO(data), note=notes.append)
    header = len(above) + 1
    assert row == InputRow({"id": 1, "text": "a", "ana": "x", "bo": "y"}, header + 1)
    assert notes[0].startswith(f"the column names stand in row {header};")


def test_a_header_that_no_name_tells_is_named_by_its_row() -> None:
    data = workbook([["Bericht"], [], ["Nummer", "Inhalt"], [1, "a"]])
    with refused(match=r"do they stand in row 3\? --header-row 3"):
        list(read_rows(io.BytesIO(data)))
    assert list(read_rows(io.BytesIO(data), ReadingOptions(header_row=3))) == [
        InputRow({"Nummer": 1, "Inhalt": "a"}, 4)
    ]


def test_a_formula_that_was_never_computed_is_unread_and_counted_and_the_rest_of_its_row_is_read() -> None:
    notes: list[str] = []
    data = workbook([["id", "text", "n"], [1, '=CONCATENATE("a","b")', 5], [2, "=A1", 6], [3, "c", None]])
    rows = list(read_rows(io.BytesIO(data), note=notes.append))
    assert [row.values for row in rows if isinstance(row, InputRow)] == [
        {"id": 1, "n": 5},
        {"id": 2, "n": 6},
        {"id": 3, "text": "c", "n": None},
    ]
    assert isinstance(rows[0], InputRow)
    assert rows[0].unread["text"][0] == "not_computed"
    [note] = notes
    assert note.startswith("a formula in column 'text' was never computed: open the file in Excel and save it")
    assert "(2 cells" in note


def test_a_formula_that_was_computed_to_empty_text_is_no_formula_that_was_never_computed() -> None:
    # As Excel writes =IF(A2="","","x"): the type of the cell is str, its value is empty.
    data = io.BytesIO(workbook([["id", "text"], [1, "=A1"], [2, "b"]]))
    changed = io.BytesIO()
    with zipfile.ZipFile(data) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name.endswith("sheet1.xml"):
                body = body.replace(b'<c r="B2"><f>A1</f><v /></c>', b'<c r="B2" t="str"><f>A1</f><v></v></c>')
                assert b't="str"' in body
            new.writestr(name, body)
    notes: list[str] = []
    rows = list(read_rows(io.BytesIO(changed.getvalue()), note=notes.append))
    assert (rows[1], notes) == (InputRow({"id": 2, "text": "b"}, 3), [])
    assert isinstance(rows[0], InputRow)
    assert (rows[0].unread, rows[0].values["id"]) == ({}, 1)


def test_formulas_are_found_wherever_the_file_is_cut_into_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "_BLOCK", 37)
    data = workbook([["id", "text"], *([n, f"=A{n}" if n % 3 else "b"] for n in range(1, 60))])
    rows = [row for row in read_rows(io.BytesIO(data)) if isinstance(row, InputRow)]
    assert [row.line - 1 for row in rows if "text" in row.unread] == [n for n in range(1, 60) if n % 3]


def test_an_archive_or_an_old_workbook_is_said_to_be_one() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    with refused(match="no Excel workbook but a Word document"):
        read_rows(io.BytesIO(buffer.getvalue()))
    with refused(match=r"old Excel workbook \(\.xls\)"):
        read_rows(io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)))


def test_characters_a_workbook_escapes_come_back() -> None:
    assert read([["text"], ["a_x000D_b"]]) == [InputRow({"text": "a\rb"}, 2)]


def test_a_damaged_workbook_and_a_double_column_are_input_errors(tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04 no zip")
    with refused(match=r"x\.xlsx: not a readable Excel workbook"):
        read_rows(tmp_path / "x.xlsx")
    with refused(match="column id occurs twice"):
        read([["id", "id"], [1, 2]])
