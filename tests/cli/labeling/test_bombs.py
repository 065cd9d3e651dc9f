"""Small files that would take up gigabytes: each is refused with a line, in a process that stays below 600 MB."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.cli.conftest import Assistant

MOST_MB = 600
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_COMMAND = """
import re, sys
from pathlib import Path
from assistant.cli.main import run
try:
    run()
finally:
    # Of this program alone: `ru_maxrss` is handed down by the process that started it.
    peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
    print("peak", int(peak) // 1024, file=sys.stderr)
"""


def command(*words: str | Path) -> tuple[int, str, int]:
    """Status, everything said, and the peak of memory in MB."""
    done = subprocess.run(
        [sys.executable, "-c", _COMMAND, *map(str, words)],
        env={**os.environ, "ASSISTANT__EMBEDDER__NAME": "hashing"},
        capture_output=True,
        text=True,
        check=False,
    )
    errors, _, peak = done.stderr.rpartition("peak ")
    return done.returncode, done.stdout + errors, int(peak)


def write_packed(path: Path, parts: Iterator[bytes]) -> None:
    with gzip.open(path, "wb", compresslevel=1) as file:
        for part in parts:
            file.write(part)


def workbook(path: Path, *, sheet: Iterator[bytes] | None = None, **parts: Iterator[bytes]) -> None:
    """A workbook of one sheet whose XML, and that of other parts, comes in pieces."""
    rows = b'<row r="1"><c r="A1" t="inlineStr"><is><t>text</t></is></c></row>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        kinds = "".join(
            f'<Override PartName="/xl/{name}.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            f'spreadsheetml.{kind}+xml"/>'
            for name, kind in (
                ("workbook", "sheet.main"),
                ("worksheets/sheet1", "worksheet"),
                ("sharedStrings", "sharedStrings"),
                ("styles", "styles"),
            )
            if name in {"workbook", "worksheets/sheet1", *parts}
        )
        xml = 'ContentType="application/xml"'
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" {xml}/>{kinds}</Types>',
        )
        relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        package = "http://schemas.openxmlformats.org/package/2006/relationships"
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{relations}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{relations}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets>'
            "</workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{relations}/worksheet" '
            'Target="worksheets/sheet1.xml"/></Relationships>',
        )
        with archive.open("xl/worksheets/sheet1.xml", "w") as file:
            file.write(f'<worksheet xmlns="{MAIN}"><sheetData>'.encode() + rows)
            for piece in sheet or iter(()):
                file.write(piece)
            file.write(b"</sheetData></worksheet>")
        for name, pieces in parts.items():
            with archive.open(f"xl/{name}.xml", "w") as file:
                for piece in pieces:
                    file.write(piece)


def times(piece: bytes, many: int, begin: bytes = b"", end: bytes = b"") -> Iterator[bytes]:
    """`piece` so many times between a beginning and an end, a thousand at a time."""
    yield begin
    for _ in range(many // 1000):
        yield piece * 1000
    yield end


def row_of_cells(path: Path) -> None:
    workbook(path, sheet=times(b"<c><v>1</v></c>", 15_000_000, b'<row r="2">', b"</row>"))


def rows_of_nothing(path: Path) -> None:
    workbook(path, sheet=times(b"<row/>", 20_000_000))


def a_row_far_down(path: Path) -> None:
    workbook(path, sheet=iter([b'<row r="2000000000"><c r="A2000000000"><v>1</v></c></row>']))


def cells_far_right(path: Path) -> None:
    far = (f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>'.encode() for n in range(2, 10_000))
    workbook(path, sheet=far)


def a_cell_of_text(path: Path) -> None:
    cell = b'<row r="2"><c r="A2" t="inlineStr"><is><t>'
    workbook(path, sheet=times(b"x" * 100, 2_000_000, cell, b"</t></is></c></row>"))


def a_sheet_that_unpacks(path: Path) -> None:
    workbook(path, sheet=times(b" " * 1000, 600_000))


def many_texts(path: Path) -> None:
    texts = times(b"<si><t>a</t></si>", 6_000_000, f'<sst xmlns="{MAIN}">'.encode(), b"</sst>")
    workbook(path, sharedStrings=texts)


def one_text(path: Path) -> None:
    texts = times(b"x" * 1000, 600_000, f'<sst xmlns="{MAIN}"><si><t>'.encode(), b"</t></si></sst>")
    workbook(path, sharedStrings=texts)


def many_styles(path: Path) -> None:
    styles = times(b"<xf/>", 5_000_000, f'<styleSheet xmlns="{MAIN}"><cellXfs>'.encode(), b"</cellXfs></styleSheet>")
    workbook(path, styles=styles)


def repeated(words: list[str], places: list[int]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(places, pa.int32()), pa.array(words))


def text_by_code(path: Path) -> None:
    pq.write_table(pa.table({"text": repeated(["x" * 10_000_000], [0] * 2000)}), path, compression="zstd")


def longer_text_by_code(path: Path) -> None:
    pq.write_table(pa.table({"text": repeated(["x" * 40_000_000, "short"], [0, 1] * 500)}), path, compression="zstd")


def lists_of_texts_by_code(path: Path) -> None:
    inner = repeated(["x" * 1_000_000], [0] * 100_000)
    texts = pa.ListArray.from_arrays(pa.array(range(0, 100_001, 1000), pa.int32()), inner)
    pq.write_table(pa.table({"text": ["a"] * 100, "more": texts}), path, compression="zstd")


def a_list_of_numbers(path: Path) -> None:
    inner = pa.nulls(40_000_000, pa.int8())
    lists = pa.ListArray.from_arrays(pa.array([0, 40_000_000], pa.int32()), inner)
    pq.write_table(pa.table({"text": ["a"], "more": lists}), path, compression="zstd")


def packed_lines(path: Path) -> None:
    write_packed(path, (b'"%s"\n' % (b"x" * 15_000_000) for _ in range(60)))


def packed_cells(path: Path) -> None:
    write_packed(path, (b"id,text\n" if not n else b"%d,%s\n" % (n, b"x" * 15_000_000) for n in range(60)))


def a_packed_document(path: Path) -> None:
    write_packed(path, times(b"x" * 1000, 150_000, b'{"posts":[{"id":"a","text":"', b'"}]}'))


def objects_in_a_line(path: Path) -> None:
    path.write_bytes(b'{"id":"a","text":"b","more":[' + b'{"":0},' * 2_200_000 + b"0]}\n")


def nested_deeply(path: Path) -> None:
    path.write_bytes(b'{"id":"a","text":"b","more":' + b"[" * 5_000_000 + b"\n")


def columns(path: Path) -> None:
    path.write_bytes(b"text," + b",".join(b"%d" % n for n in range(1_500_000)) + b"\n" + b"," * 1_500_000 + b"\n")


BOMBS: list[tuple[str, Callable[[Path], None], str]] = [
    ("bomb.xlsx", row_of_cells, "row 2 has more than 400,000 elements"),
    ("bomb.xlsx", rows_of_nothing, "more than 1,048,576 rows"),
    ("bomb.xlsx", a_row_far_down, "the sheet has more than 1,048,576 rows"),
    ("bomb.xlsx", cells_far_right, "or 100,000,000 cells"),
    ("bomb.xlsx", a_cell_of_text, "or 16 MiB"),
    ("bomb.xlsx", a_sheet_that_unpacks, "no more than 200 times its size"),
    ("bomb.xlsx", many_texts, "more than 1,500,000 texts"),
    ("bomb.xlsx", one_text, "128 MiB are read"),
    ("bomb.xlsx", many_styles, "400,000 elements"),
    ("bomb.parquet", text_by_code, "no more than 200 times its size"),
    ("bomb.parquet", longer_text_by_code, "a record of more than 16 MiB"),
    ("bomb.parquet", lists_of_texts_by_code, "a record of more than 16 MiB"),
    ("bomb.parquet", a_list_of_numbers, "40,000,000 values in lists; at most 10,000,000"),
    ("bomb.jsonl.gz", packed_lines, "no more than 200 times its size"),
    ("bomb.csv.gz", packed_cells, "no more than 200 times its size"),
    ("bomb.json.gz", a_packed_document, "larger than 64 MiB"),
    ("bomb.jsonl", objects_in_a_line, "a record of more than 2,000,000 values"),
    ("bomb.jsonl", nested_deeply, "a bracket or a quote is missing there"),
    ("bomb.csv", columns, "1,500,001 columns"),
]


@pytest.mark.parametrize(("name", "build", "told"), BOMBS, ids=[build.__name__ for _, build, _ in BOMBS])
def test_a_small_file_is_refused_before_it_takes_up_a_machine(
    assistant: Assistant, workspace: Path, tmp_path: Path, name: str, build: Callable[[Path], None], told: str
) -> None:
    build(tmp_path / name)
    status, said, peak = command("ingest", tmp_path / name, "-w", workspace)
    assert status in {1, 3}, said
    assert told in said
    assert name in said
    assert "unexpected" not in said
    assert peak < MOST_MB
    assert assistant("status", "-w", workspace).status == 0


@pytest.mark.parametrize("words", [("labels", "import", "--rater-name", "ana"), ("eval", "agree", "--labels")])
def test_files_of_answers_have_the_same_bounds(
    assistant: Assistant, workspace: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    assert assistant("status", "-w", workspace).status == 0
    longer_text_by_code(tmp_path / "bomb.parquet")
    more = ("-w", workspace) if words[0] == "labels" else ()
    status, said, peak = command(*words, tmp_path / "bomb.parquet", *more)
    assert status == 1
    assert "bomb.parquet" in said
    assert "unexpected" not in said
    assert peak < MOST_MB


LAUGHS = "\n".join(
    ["a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
)


@pytest.mark.parametrize("place", ["policies/community.md", "prompts/moderation/9.md"])
def test_yaml_that_repeats_itself_is_refused(workspace: Path, place: str) -> None:
    (workspace / place).write_text(f"---\n{LAUGHS}\n---\nText\n", encoding="utf-8")
    words = ("policy", "lint") if place.startswith("policies") else ("prompts", "lint")
    status, said, peak = command(*words, "-w", workspace)
    assert status == 1, said
    assert "unexpected" not in said
    assert len(said) < 100_000
    assert peak < MOST_MB
