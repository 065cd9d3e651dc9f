"""Files as they really come (`shared/cases`), through the commands, with what is right for each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.wiring.workspace import Workspace
from tests.cli.certification.test_answers import MULTI, SINGLE, begin, given
from tests.cli.conftest import Assistant, Said
from tests.shared_data import shared_file

NAIVE = "Nice weather — café, naïve"
BUY = 'Buy now, "cheap" shoes; only today'
CHINESE = "今天天气不错，出去走走"
FIVE = {"k0": BUY, "k1": NAIVE, "k2": CHINESE, "k3": "line one\nline two, with comma", "k4": 'I said ""hello"" to her'}
AB_CD = {"1": "a b", "2": "c d"}


def the_file(name: str) -> Path:
    [path] = [path for path in shared_file("cases", name).iterdir() if path.name != "README"]
    return path


def take_in(assistant: Assistant, workspace: Path, path: Path, *words: str) -> tuple[Said, dict[str, str]]:
    """What `ingest` says, and the texts that are then in the workspace, by id."""
    said = assistant("ingest", path, *words, "-w", workspace, "--json")
    with Workspace.open(workspace) as opened:
        texts = {one.item.id: one.item.content.text for page in opened.items.pages() for one in page}
    return said, texts


def notes(said: Said) -> str:
    return "\n".join(said.json["files"][0]["notes"])


@pytest.mark.parametrize(
    ("name", "texts", "note"),
    [
        ("csv-sepline", FIVE, ""),
        ("csv-utf16be-nobom", FIVE, ""),
        ("csv-cr-only", {"k0": BUY, "k1": NAIVE}, ""),
        ("csv-title-row", {"1": "hello", "2": "bye now"}, "in line 3; what stands above them is not read ('Report of"),
        ("csv-comment-lines", {"1": "hello"}, "in line 2; what stands above them is not read ('# exported by tool"),
        ("xlsx-title-row", {"1": "hello there"}, "in row 3; what stands above them is not read ('Export of March'"),
        ("xlsx-merged-header", {"1": "hello there"}, "in row 2; what stands above them is not read ('item'"),
        ("json-array-leading-blank", AB_CD, ""),
        ("jsonl-array-oneline", AB_CD, ""),
        ("json-object-pretty", AB_CD, "its records are read from its list 'data'"),
        ("json-object-columns", AB_CD, "its records are read by columns"),
        (
            "label-studio-tasks",
            {"11": "buy followers", "12": "nice day"},
            "2 tasks of Label Studio come with annotations",
        ),
        ("parquet-image-bytes", {"1": "one two three", "2": "four five six", "3": "seven eight"}, "'image.bytes'"),
    ],
)
def test_every_row_comes_in_and_what_was_read_otherwise_is_said(
    assistant: Assistant, workspace: Path, name: str, texts: dict[str, str], note: str
) -> None:
    said, found = take_in(assistant, workspace, the_file(name))
    assert (said.status, found) == (0, texts)
    assert note in notes(said)
    assert bool(note) == bool(notes(said))
    assert notes(said).split("\n")[0] in said.stderr


def test_an_id_of_bytes_is_left_out_and_named_and_ids_are_made_from_the_content(
    assistant: Assistant, workspace: Path
) -> None:
    said, found = take_in(assistant, workspace, the_file("parquet-binary-id"))
    assert (said.status, sorted(found.values())) == (0, ["one two", "three four"])
    assert "column 'id' is left out in 2 rows: it holds bytes that are no text" in notes(said)
    assert "id made from the content" in said.json["files"][0]["mapping"]


def test_of_many_types_the_bytes_alone_are_left_out_and_a_row_without_id_is_refused(
    assistant: Assistant, workspace: Path
) -> None:
    said, found = take_in(assistant, workspace, the_file("parquet-types"))
    [report] = said.json["files"]
    assert (said.status, found, report["reasons"]) == (3, {"1": "a b", "2": "c d"}, {"no_id": 1})
    assert "column 'bin' is left out in 3 rows" in notes(said)
    with Workspace.open(workspace) as opened:
        stored = opened.items.get("1")
    assert stored is not None
    meta = {"cat": "x", "ts": "2024-01-01T08:00:00+08:00", "dec": "1.10", "st": {"a": 1, "b": ["x"]}}
    assert stored.item.meta == meta | {"mp": [["k", 1]], "dur": 3.0, "nul": None}


def test_a_formula_that_was_never_computed_is_called_so(assistant: Assistant, workspace: Path) -> None:
    said, found = take_in(assistant, workspace, the_file("xlsx-formula-uncached"))
    [report] = said.json["files"]
    assert (said.status, found, report["reasons"]) == (3, {}, {"not_computed": 2})
    told = [refusal["message"] for refusal in report["refusals"]]
    for column, message in zip(("text", "id"), told, strict=True):
        assert message.startswith(f"a formula in column {column!r} was never computed: open the file in Excel and save")


def test_merged_headings_above_raters_columns_are_passed_over_when_labels_are_imported(
    assistant: Assistant, workspace: Path
) -> None:
    begin(assistant, workspace, SINGLE)
    raters = ("--each-rater", "ana", "--each-rater", "bo")
    said = assistant("labels", "import", the_file("xlsx-merged-header"), *raters, "-w", workspace, "--json")
    assert (said.status, given(workspace)) == (0, [("1", "ana", ["spam"]), ("1", "bo", ["safe"])])


def test_files_in_gbk_are_read_with_the_option_that_the_refusal_names(assistant: Assistant, workspace: Path) -> None:
    begin(assistant, workspace, SINGLE)
    folder = shared_file("cases", "import-gbk")
    for command, name, added in (("labels", "l.csv", 2), ("prelabels", "m.csv", 1)):
        refused = assistant(command, "import", folder / name, "-w", workspace)
        assert refused.status == 1
        assert "--encoding gb18030" in refused.stderr
        said = assistant(command, "import", folder / name, "--encoding", "gb18030", "-w", workspace, "--json")
        assert (said.status, said.json["added"]) == (0, added)
    assert given(workspace) == [("1", "王芳", ["spam"]), ("2", "王芳", ["safe"])]


def test_evaluations_read_gbk_with_the_option_that_the_refusal_names(assistant: Assistant) -> None:
    labels = the_file("eval-gbk")
    refused = assistant("eval", "agree", "--labels", labels)
    assert refused.status == 1
    assert "--encoding labels=gb18030" in refused.stderr
    for value in ("labels=gb18030", "gb18030"):
        said = assistant("eval", "agree", "--labels", labels, "--encoding", value, "--json")
        assert (said.status, figures(said)) == (0, (1.0, 40))


def figures(said: Said) -> tuple[Any, Any]:
    """Raw agreement of people, and items."""
    return said.json["raw"]["value"], said.json["raw"]["n"]


def test_an_exported_csv_opens_in_excel_and_comes_back_as_labels(assistant: Assistant, workspace: Path) -> None:
    """`export-csv-no-bom`: the case is its README alone."""
    assert (shared_file("cases", "export-csv-no-bom") / "README").exists()
    begin(assistant, workspace, MULTI)
    (workspace / "l.csv").write_text("item_id,rater,labels\n1,安娜,spam|safe\n2,安娜,[]\n", encoding="utf-8")
    assert assistant("labels", "import", workspace / "l.csv", "-w", workspace).status == 0
    with Workspace.open(workspace) as opened:
        opened.runs.open_import("nobody")
    assert assistant("export", workspace / "out.csv", "--run", "r1", "-w", workspace).status == 0
    assert (workspace / "out.csv").read_bytes().startswith(b"\xef\xbb\xbfitem_id,")
