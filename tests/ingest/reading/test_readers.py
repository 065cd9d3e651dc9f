"""Opening: by ending, by first bytes, from a pipe, compressed; and what is said of a file that can't be opened."""

import gzip
import io
import os
import threading
import tracemalloc
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from assistant.errors import InputError
from assistant.ingest.reading.problems import ReadingOptions
from assistant.ingest.reading.readers import peek_columns, read_rows
from assistant.ingest.reading.rows import InputRow, Refusal
from tests.refused import refused, words_of

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
    assert isinstance(row, InputRow)
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
    assert isinstance(row, InputRow)
    assert row.values == {"id": "1", "text": "a"}


def test_a_missing_file_is_named_with_the_nearest_beside_it(tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_bytes(JSONL)
    (tmp_path / "readme.md").write_text("no data")
    with pytest.raises(InputError) as told:
        read_rows(tmp_path / "post.jsonl")
    assert words_of(told.value) == f"{tmp_path / 'post.jsonl'}: no such file\n  in that folder: posts.jsonl"
    with refused(match=r"in that folder: posts\.jsonl"):
        read_rows(tmp_path / "zzzz")
    with refused(match="there is no folder"):
        read_rows(tmp_path / "nowhere" / "x.csv")


def test_an_ending_that_tells_nothing_lists_those_that_do(tmp_path: Path) -> None:
    (tmp_path / "posts.txt").write_bytes(b"1;2\n3;4\n")
    with refused(match=r"endings read: \.jsonl, .*\.xlsx.*or say --format"):
        read_rows(tmp_path / "posts.txt")
    assert len(list(read_rows(tmp_path / "posts.txt", ReadingOptions(format="csv")))) == 1


@pytest.mark.parametrize("ending", ["csv", "tsv", "json", "jsonl", "txt", "xlsx", "parquet", ""])
@pytest.mark.parametrize("kind", ["jsonl", "array", "csv", "tsv", "parquet", "excel"])
@pytest.mark.parametrize("packed", [False, True])
def test_what_a_file_holds_counts_more_than_its_name(tmp_path: Path, ending: str, kind: str, packed: bool) -> None:
    data = {"jsonl": JSONL * 2, "array": b'\n[{"id": "1", "text": "a"}]', "csv": CSV, "tsv": TSV}.get(kind) or made(
        kind
    )
    path = tmp_path / f"x.{ending}{'.gz' if packed else ''}"
    path.write_bytes(gzip.compress(data) if packed else data)
    notes: list[str] = []
    rows = list(read_rows(path, note=notes.append))
    assert rows
    assert all(isinstance(row, InputRow) and row.values == {"id": "1", "text": "a"} for row in rows)
    says = {"json": "jsonl", "xlsx": "excel", "txt": "", "tsv": "csv"}.get(ending, ending)
    is_kind = {"array": "jsonl", "tsv": "csv"}.get(kind, kind)
    assert len(notes) == (says not in {"", is_kind})


def made(kind: str) -> bytes:
    buffer = io.BytesIO()
    if kind == "parquet":
        pq.write_table(pa.table({"id": ["1"], "text": ["a"]}), buffer)
    else:
        book = openpyxl.Workbook()
        for row in (["id", "text"], ["1", "a"]):
            book.active.append(row)
        book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "a web page or XML"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"BZh91AY&SY", "compressed with bzip2"),
        (b"SQLite format 3\0...", "an SQLite database"),
    ],
)
@pytest.mark.parametrize("name", ["x.csv", "x.jsonl", "x.xlsx"])
def test_a_file_of_another_kind_is_called_what_it_is(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(data)
    with refused(match=message):
        read_rows(tmp_path / name)


def test_a_broken_first_line_leaves_json_lines_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(b"broken, at once\n" + JSONL)
    refusal, row = read_rows(tmp_path / "x.jsonl")
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, row) == ("broken_json", InputRow({"id": "1", "text": "a"}, 2))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("above", ["", "sep={}\n", "Report of March\n\n"])
def test_delimited_text_in_every_writing_comes_to_the_same_rows(
    tmp_path: Path, encoding: str, ends: str, delimiter: str, above: str
) -> None:
    lines = above.format(delimiter) + 'id,text\n1,"一,;|\t""好"" 天"\n2,bye\n'.replace(',"', f'{delimiter}"')
    lines = lines.replace("id,", f"id{delimiter}").replace("2,", f"2{delimiter}")
    (tmp_path / "x.csv").write_bytes(lines.replace("\n", ends).encode(encoding))
    rows = list(read_rows(tmp_path / "x.csv", ReadingOptions(encoding="gb18030" if encoding == "gb18030" else None)))
    assert [row.values for row in rows if isinstance(row, InputRow)] == [
        {"id": "1", "text": '一,;|\t"好" 天'},
        {"id": "2", "text": "bye"},
    ]
    assert len(rows) == 2


def test_utf_8_is_not_read_as_the_encoding_that_is_named_and_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("id,text\n1,今天天气不错\n", encoding="utf-8")
    notes: list[str] = []
    (row,) = read_rows(tmp_path / "x.csv", ReadingOptions(encoding="gb18030"), note=notes.append)
    assert (row, notes) == (
        InputRow({"id": "1", "text": "今天天气不错"}, 2),
        ["the file is UTF-8 and is read so, not as gb18030"],
    )


def test_what_is_said_and_means_nothing_for_a_file_is_said_back() -> None:
    notes: list[str] = []
    list(read_rows(io.BytesIO(JSONL), ReadingOptions(sheet="a", header_row=2), note=notes.append))
    assert notes == ["the file is JSON: sheet, header-row says nothing about it"]


def test_an_unknown_format_names_the_nearest() -> None:
    with refused(match=r"one of jsonl, csv, tsv, parquet, excel; did you mean jsonl\?"):
        read_rows(io.BytesIO(JSONL), ReadingOptions(format="jsnl"))


def test_a_folder_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "x.csv").mkdir()
    with refused(match="a folder, not a file\n  name its files"):
        read_rows(tmp_path / "x.csv")


def test_a_mistake_found_while_reading_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"id,id\n1,2\n")
    with refused(match=r"x\.csv, line 1: column id occurs twice"):
        list(read_rows(tmp_path / "x.csv"))


def test_peeking_finds_the_columns_of_uneven_rows_and_gives_every_row_back() -> None:
    data = b'{"id": 1}\nbroken\n{"text": "a", "id": 2}\n{"late": 1}\n'
    columns, rows = peek_columns(read_rows(io.BytesIO(data)), limit=3)
    assert columns == ("id", "text")
    assert [(type(row), row.line) for row in rows] == [(InputRow, 1), (Refusal, 2), (InputRow, 3), (InputRow, 4)]


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
