"""Parquet: types become JSON values, one bad record costs one record."""

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assistant.errors import InputError
from assistant.ingest.readers import read_rows
from assistant.ingest.rows import Refusal, Row


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
    assert row == Row(
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
    assert rows[-1] == Row({"id": 2_499}, 2_500)


def test_text_that_is_not_utf_8_costs_its_record_only(tmp_path: Path) -> None:
    # 'caf\xe9' is Latin-1; as text its 4th byte is wrong. Once in a text column, once in a binary one.
    wrong = pa.Array.from_buffers(pa.string(), 3, pa.array([b"ok", b"caf\xe9", b"ok"]).buffers())
    pq.write_table(pa.table({"text": wrong}), tmp_path / "text.parquet")
    pq.write_table(pa.table({"text": [b"ok", b"caf\xe9", b"ok"]}), tmp_path / "binary.parquet")
    for name in ("text.parquet", "binary.parquet"):
        first, refusal, last = read_rows(tmp_path / name)
        assert (first, last) == (Row({"text": "ok"}, 1), Row({"text": "ok"}, 3))
        assert isinstance(refusal, Refusal)
        assert (refusal.line, refusal.reason) == (2, "encoding")
        assert refusal.message.startswith("byte 4 of a value (0xe9) is not UTF-8")


def test_a_file_that_is_no_parquet_is_an_input_error_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"id,text\n1,a\n")
    with pytest.raises(InputError, match=r"x\.parquet: not a readable Parquet file"):
        read_rows(tmp_path / "x.parquet")


def test_parquet_comes_from_a_pipe_too() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    buffer = io.BytesIO()
    pq.write_table(pa.table({"id": [1, 2]}), buffer)
    assert list(read_rows(Pipe(buffer.getvalue()))) == [Row({"id": 1}, 1), Row({"id": 2}, 2)]
