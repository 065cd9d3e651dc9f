"""Parquet: types become JSON values, one bad record costs one record."""

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from assistant.ingest.reading.readers import read_rows
from assistant.ingest.reading.rows import InputRow
from tests.refused import refused


def test_values_become_what_json_can_hold(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([2**62], pa.int64()),
            "text": ["nul\0 好 😀"],
            "bytes": [b"\xe5\xa5\xbd"],
            "when": [datetime(2026, 1, 2, 3, 4, tzinfo=UTC)],
            "took": [timedelta(seconds=90)],
            "price": [Decimal("1.10")],
            "missing": [float("nan")],
            "nested": [{"tags": ["a", None], "score": 0.5}],
            "flag": [True],
        }
    )
    pq.write_table(table, tmp_path / "x.parquet")
    (row,) = read_rows(tmp_path / "x.parquet")
    assert row == InputRow(
        {
            "id": 2**62,
            "text": "nul\0 好 😀",
            "bytes": "好",
            "when": "2026-01-02T03:04:00+00:00",
            "took": 90.0,
            "price": "1.10",
            "missing": None,
            "nested": {"tags": ["a", None], "score": 0.5},
            "flag": True,
        },
        1,
    )


def test_records_are_numbered_across_batches_and_row_groups(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": list(range(2_500))}), tmp_path / "x.parquet", row_group_size=800)
    rows = list(read_rows(tmp_path / "x.parquet"))
    assert [row.line for row in rows] == list(range(1, 2_501))
    assert rows[-1] == InputRow({"id": 2_499}, 2_500)


def test_bytes_that_are_no_text_cost_their_cell_only(tmp_path: Path) -> None:
    # 'caf\xe9' is Latin-1; as text its 4th byte is wrong. Once in a text column, once in a binary one.
    wrong = pa.Array.from_buffers(pa.string(), 3, pa.array([b"ok", b"caf\xe9", b"ok"]).buffers())
    pq.write_table(pa.table({"text": wrong}), tmp_path / "text.parquet")
    pq.write_table(pa.table({"text": [b"ok", b"caf\xe9", b"ok"]}), tmp_path / "binary.parquet")
    for name in ("text.parquet", "binary.parquet"):
        notes: list[str] = []
        first, without, last = read_rows(tmp_path / name, note=notes.append)
        assert (first, last) == (InputRow({"text": "ok"}, 1), InputRow({"text": "ok"}, 3))
        assert isinstance(without, InputRow)
        reason, message = without.unread["text"]
        assert (without.values, without.line, reason) == ({}, 2, "encoding")
        assert message.startswith("byte 4 of a value (0xe9) is not UTF-8 in column 'text'")
        assert len(notes) == 1
        assert notes[0].startswith("column 'text' is left out in 1 rows: it holds bytes that are no text")


def test_a_column_of_pictures_is_left_out_and_named_and_its_paths_stay(tmp_path: Path) -> None:
    picture = {"bytes": b"\x89PNG\xff", "path": "a.png"}
    pq.write_table(pa.table({"id": [1, 2], "image": [picture, picture]}), tmp_path / "x.parquet")
    notes: list[str] = []
    rows = list(read_rows(tmp_path / "x.parquet", note=notes.append))
    assert [row.values for row in rows if isinstance(row, InputRow)] == [
        {"id": 1, "image": {"path": "a.png"}},
        {"id": 2, "image": {"path": "a.png"}},
    ]
    assert [note.split(":")[0] for note in notes] == ["column 'image.bytes' is left out in 2 rows"]


def test_a_type_without_a_form_in_python_costs_its_column_only(tmp_path: Path) -> None:
    # The year 290,000 fits Arrow's microseconds and no date of Python.
    far = pa.array([9_000_000_000_000_000_000, 0], pa.timestamp("us"))
    pq.write_table(pa.table({"id": [1, 2], "far": far}), tmp_path / "x.parquet")
    first, second = read_rows(tmp_path / "x.parquet")
    assert isinstance(first, InputRow)
    assert (first.values, set(first.unread)) == ({"id": 1}, {"far"})
    assert second == InputRow({"id": 2, "far": "1970-01-01T00:00:00"}, 2)


def test_a_file_that_is_no_parquet_is_an_input_error_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"no table at all")
    with refused(match=r"x\.parquet: not a readable Parquet file"):
        read_rows(tmp_path / "x.parquet")


def test_parquet_comes_from_a_pipe_too() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    buffer = io.BytesIO()
    pq.write_table(pa.table({"id": [1, 2]}), buffer)
    assert list(read_rows(Pipe(buffer.getvalue()))) == [InputRow({"id": 1}, 1), InputRow({"id": 2}, 2)]
