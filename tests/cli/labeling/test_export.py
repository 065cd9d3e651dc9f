"""Labels out: the same rows in every format, and beside each file where it came from."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from assistant.exchange.tables import COLUMNS
from assistant.wiring.workspace import Workspace
from tests.cli.conftest import Assistant, Serving
from tests.cli.files import ingest, read_jsonl

POSTS = {
    "plain": "Lovely weather today",
    "formula": '=HYPERLINK("http://example.org", "click")',
    "plus": "+1 for this, -1 for that, @all",
    "lines": 'one\ntwo, "quoted"\n',
    "chinese": "今天天气真好，👩‍👩‍👧 出门啦",
    "control": "bell \x07 and nul \0 inside",
    "noncharacter": "not for XML: \ufffe \uffff",
    "escape": "looks like an escape: _x0041_",
    "same": "Lovely weather today",
}
ISSUE_COLUMNS = (
    *("item_id", "labels", "signals", "clauses", "rationale", "prompt_name", "prompt_version", "prompt_hash"),
    *("policy_version", "model", "prompt_tokens", "completion_tokens", "cost_usd", "latency_ms", "route"),
    *("route_reason", "inclusion_probability", "status", "error"),
)


@pytest.fixture
def labelled(assistant: Assistant, workspace: Path, dev_server: Callable[..., Serving]) -> Path:
    """A workspace whose posts are labelled."""
    dev_server()
    ingest(assistant, workspace, [{"id": name, "text": text, "tag": [name]} for name, text in POSTS.items()])
    assert assistant("prelabel", "--model", "openai:dev", "-w", workspace).status == 0
    return workspace


def from_csv(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{name: value or None for name, value in row.items()} for row in csv.DictReader(file)]


def from_excel(path: Path) -> list[dict[str, Any]]:
    book = openpyxl.load_workbook(path, read_only=True)
    header, *rows = book["labels"].iter_rows(values_only=True)
    book.close()
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def test_every_format_holds_the_same_rows(assistant: Assistant, labelled: Path) -> None:
    paths = {ending: labelled / f"out.{ending}" for ending in ("jsonl", "parquet", "csv", "xlsx")}
    for path in paths.values():
        said = assistant("export", path, "-w", labelled, "--json")
        assert (said.status, said.json["rows"]) == (0, len(POSTS))
    lines = read_jsonl(paths["jsonl"])
    assert {row["item_id"]: row["text"] for row in lines} == POSTS
    assert list(lines[0]) == list(COLUMNS)
    assert set(ISSUE_COLUMNS) <= set(COLUMNS)
    parquet = pq.read_table(paths["parquet"]).to_pylist()
    for row in parquet:
        row.update({name: json.loads(row[name]) for name in ("meta", "signals")})
    assert parquet == lines
    for row, flat, cells in zip(lines, from_csv(paths["csv"]), from_excel(paths["xlsx"]), strict=True):
        assert flat["text"] == row["text"]
        assert flat["labels"] == cells["labels"] == "|".join(row["labels"])
        assert json.loads(flat["meta"]) == json.loads(cells["meta"]) == row["meta"]
        assert float(flat["inclusion_probability"]) == cells["inclusion_probability"] == row["inclusion_probability"]
        assert int(flat["prompt_tokens"]) == cells["prompt_tokens"] == row["prompt_tokens"]
        assert cells["shared_answer"] is row["shared_answer"] is (row["item_id"] == "same")
        assert {flat[name] for name in ("status", "model", "run")} == {cells[n] for n in ("status", "model", "run")}


def test_content_in_excel_stays_text_and_the_file_can_be_opened(assistant: Assistant, labelled: Path) -> None:
    target = labelled / "out.xlsx"
    assert assistant("export", target, "-w", labelled).status == 0
    book = openpyxl.load_workbook(target)
    sheet = book["labels"]
    columns = [cell.value for cell in sheet[1]]
    cells = {row[0].value: row[columns.index("text")] for row in sheet.iter_rows(min_row=2)}
    assert {cell.data_type for cell in cells.values()} <= {"s", "inlineStr"}
    assert cells["formula"].value == POSTS["formula"]
    assert not any(cell.hyperlink for cell in cells.values())
    for name in ("plain", "plus", "lines", "chinese"):
        assert cells[name].value == POSTS[name]
    book.close()


def test_the_manifest_says_where_the_file_came_from_and_its_hash(assistant: Assistant, labelled: Path) -> None:
    target = labelled / "out.csv"
    said = assistant("export", target, "-w", labelled, "--json").json
    manifest = json.loads(Path(said["manifest"]).read_text("utf-8"))
    assert said["manifest"] == f"{target}.manifest.json"
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    assert manifest["sha256"] == said["sha256"] == digest
    assert (manifest["file"], manifest["rows"]) == ("out.csv", len(POSTS))
    assert manifest["run"]["model"] == "openai:dev"
    assert manifest["run"]["policy"] == "community@1"
    assert manifest["items"]["labelled"] == len(POSTS)


def test_a_run_can_be_chosen(assistant: Assistant, labelled: Path) -> None:
    again = assistant("prelabel", "--model", "openai:dev", "--replicate", "1", "--limit", "2", "-w", labelled, "--json")
    assert again.json["run"] == "r2"
    for name, answered in (("r1", len(POSTS)), ("r2", 3)):  # of the two asked in r2 one has a twin
        assert assistant("export", labelled / "out.jsonl", "--run", name, "-w", labelled).status == 0
        rows = read_jsonl(labelled / "out.jsonl")
        assert {row["run"] for row in rows} == {name}
        assert sum(row["status"] == "labelled" for row in rows) == answered
    missing = assistant("export", labelled / "out.jsonl", "--run", "r9", "-w", labelled, "--json")
    assert (missing.status, missing.json["error"]["what"]) == (1, "no run r9; there are: r2, r1")


@pytest.mark.parametrize(
    ("name", "what"),
    [("out.doc", "can't export to out.doc"), ("out", "can't export to out"), ("no/out.csv", "there is no such folder")],
)
def test_where_nothing_can_be_written_is_told_and_nothing_is(
    assistant: Assistant, workspace: Path, name: str, what: str
) -> None:
    with Workspace.open(workspace) as opened:
        opened.runs.open_import("nobody")
    before = sorted(workspace.iterdir())
    said = assistant("export", workspace / name, "--run", "r1", "-w", workspace, "--json")
    assert (said.status, said.json["error"]["what"]) == (1, what)
    assert sorted(workspace.iterdir()) == before


def test_a_target_that_cant_be_written_is_told_in_words(assistant: Assistant, workspace: Path) -> None:
    with Workspace.open(workspace) as opened:
        opened.runs.open_import("nobody")
    (workspace / "out.csv").mkdir()
    said = assistant("export", workspace / "out.csv", "--run", "r1", "-w", workspace)
    assert said.status == 1
    assert "out.csv" in said.stderr
    assert "unexpected" not in said.stderr
    assert not list(workspace.glob(".out.csv*"))


def test_exporting_before_anything_was_labelled_says_what_to_do(assistant: Assistant, workspace: Path) -> None:
    said = assistant("export", workspace / "out.csv", "-w", workspace, "--json")
    assert said.status == 1
    assert said.json["error"] == {
        "what": "no run yet",
        "where": "",
        "hint": "assistant prelabel  makes one",
        "kind": "NotFoundError",
        "code": "no_run_yet",
        "values": {},
    }


def test_text_too_long_for_a_cell_is_cut_there_and_said(assistant: Assistant, workspace: Path) -> None:
    ingest(assistant, workspace, [{"id": "huge", "text": "😂" * 20_000}])
    with Workspace.open(workspace) as opened:
        opened.runs.open_import("nobody")
    said = assistant("export", workspace / "out.xlsx", "--run", "r1", "-w", workspace)
    assert "1 cells were longer than Excel can hold" in said.stderr
    [row] = from_excel(workspace / "out.xlsx")
    # Excel counts UTF-16 units: 32,767 of them hold 16,383 of these.
    assert len(row["text"].encode("utf-16-le")) // 2 <= 32_767
    assert set(row["text"]) == {"😂"}
