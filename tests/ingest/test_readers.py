"""Opening: by ending, by first bytes, from a pipe, compressed; and what is said of a file that can't be opened."""

import gzip
import io
import os
import threading
import tracemalloc
from pathlib import Path

import pytest

from assistant.errors import InputError
from assistant.ingest.readers import peek_columns, read_rows
from assistant.ingest.reading import Reading
from assistant.ingest.rows import Refusal, Row

JSONL = b'{"id": "1", "text": "a"}\n'
CSV = b"id,text\n1,a\n"
TSV = b"id\ttext\n1\ta\n"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.jsonl", JSONL),
        ("x.ndjson.gz", gzip.compress(JSONL, mtime=0)),
        ("x.JSON", JSONL),
        ("x.csv", CSV),
        ("x.csv.gz", gzip.compress(CSV, mtime=0)),
        ("x.tsv", TSV),
        ("posts.v1.tab", TSV),
        ("unpacked.jsonl.gz", JSONL),  # a browser unpacked it and kept the name
    ],
)
def test_the_ending_tells_the_format_and_gzip_is_told_by_its_bytes(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    (row,) = read_rows(tmp_path / name)
    assert isinstance(row, Row)
    assert row.values == {"id": "1", "text": "a"}


@pytest.mark.parametrize(
    "data", [JSONL, b" \n\n" + JSONL, b"\xef\xbb\xbf" + JSONL, CSV, TSV, gzip.compress(JSONL, mtime=0)]
)
def test_the_format_of_a_pipe_is_told_by_its_first_bytes_however_slowly_they_come(data: bytes) -> None:
    reading, writing = os.pipe()

    def write_slowly() -> None:
        with os.fdopen(writing, "wb", buffering=0) as pipe:
            for byte in data:
                pipe.write(bytes([byte]))

    writer = threading.Thread(target=write_slowly)
    writer.start()
    with os.fdopen(reading, "rb") as pipe:
        (row,) = read_rows(pipe)
    writer.join()
    assert isinstance(row, Row)
    assert row.values == {"id": "1", "text": "a"}


def test_a_missing_file_is_named_with_the_nearest_beside_it(tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_bytes(JSONL)
    (tmp_path / "readme.md").write_text("no data")
    with pytest.raises(InputError) as told:
        read_rows(tmp_path / "post.jsonl")
    assert str(told.value) == f"{tmp_path / 'post.jsonl'}: no such file\n  in that folder: posts.jsonl"
    with pytest.raises(InputError, match=r"in that folder: posts\.jsonl"):
        read_rows(tmp_path / "zzzz")
    with pytest.raises(InputError, match="there is no folder"):
        read_rows(tmp_path / "nowhere" / "x.csv")


def test_an_ending_that_tells_nothing_lists_those_that_do(tmp_path: Path) -> None:
    (tmp_path / "posts.txt").write_bytes(CSV)
    with pytest.raises(InputError, match=r"endings read: \.jsonl, .*\.xlsx.*or say --format"):
        read_rows(tmp_path / "posts.txt")
    assert len(list(read_rows(tmp_path / "posts.txt", Reading(format="csv")))) == 1


def test_an_unknown_format_names_the_nearest() -> None:
    with pytest.raises(InputError, match=r"one of jsonl, csv, tsv, parquet, excel; did you mean jsonl\?"):
        read_rows(io.BytesIO(JSONL), Reading(format="jsnl"))


def test_a_folder_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "x.csv").mkdir()
    with pytest.raises(InputError, match="a folder, not a file\n  name its files"):
        read_rows(tmp_path / "x.csv")


def test_a_mistake_found_while_reading_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"id,id\n1,2\n")
    with pytest.raises(InputError, match=r"x\.csv, line 1: column id occurs twice"):
        list(read_rows(tmp_path / "x.csv"))


def test_peeking_finds_the_columns_of_uneven_rows_and_gives_every_row_back() -> None:
    data = b'{"id": 1}\nbroken\n{"text": "a", "id": 2}\n{"late": 1}\n'
    columns, rows = peek_columns(read_rows(io.BytesIO(data)), limit=3)
    assert columns == ("id", "text")
    assert [(type(row), row.line) for row in rows] == [(Row, 1), (Refusal, 2), (Row, 3), (Row, 4)]


def test_reading_takes_constant_memory(tmp_path: Path) -> None:
    # 20,000 rows of 1 KB are 20 MB; held at once they would show.
    with gzip.open(tmp_path / "x.jsonl.gz", "wb", compresslevel=1) as file:
        for number in range(20_000):
            file.write(b'{"id": %d, "text": "%s"}\n' % (number, b"word " * 200))
    tracemalloc.start()
    count = sum(1 for _ in read_rows(tmp_path / "x.jsonl.gz"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 2_000_000
