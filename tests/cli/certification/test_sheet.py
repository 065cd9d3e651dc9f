"""The file people label in, for several labels an item and for query-document pairs."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from assistant.application.certification.batch import read_batch
from assistant.store.certification.samples import SampleStore
from assistant.wiring.workspace import Workspace
from tests.cli.conftest import Assistant
from tests.cli.files import ingest, write_jsonl


def machine(assistant: Assistant, workspace: Path, rows: list[dict[str, Any]]) -> None:
    given = write_jsonl(workspace / "machine.jsonl", rows)
    assert assistant("prelabels", "import", given, "--model", "judge", "-w", workspace).status == 0


def sheet(assistant: Assistant, workspace: Path) -> list[dict[str, str]]:
    path = workspace / "to_label.csv"
    assert assistant("sample", "--out", path, "-w", workspace).status == 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_several_labels_go_into_one_cell_in_any_order(assistant: Assistant, workspace: Path) -> None:
    policy = workspace / "policies" / "community.md"
    policy.write_text(policy.read_text(encoding="utf-8").replace("kind: single", "kind: multi"), encoding="utf-8")
    names = [f"p{number}" for number in range(5)]
    ingest(assistant, workspace, [{"id": name, "text": f"text of {name}"} for name in names])
    machine(assistant, workspace, [{"id": name, "labels": ["hate", "harassment"]} for name in names])
    rows = sheet(assistant, workspace)
    assert list(rows[0]) == ["id", "language", "text", "labels"]
    cells = {"p0": "hate|harassment", "p1": "harassment|hate", "p2": "[]", "p3": "spam", "p4": "hate"}
    path = workspace / "to_label.csv"
    path.write_text("id,labels\n" + "".join(f"{name},{cell}\n" for name, cell in cells.items()), encoding="utf-8")
    assert assistant("labels", "import", path, "--rater-name", "ann", "-w", workspace).status == 0
    with Workspace.open(workspace) as opened:
        batch = read_batch(opened, opened.runs.find("r1"))
    said = dict(zip(batch.page.ids, batch.labels().codes.tolist(), strict=True))
    answers = {name: batch.classes.answers[code] for name, code in said.items()}
    assert answers == {
        "p0": ("harassment", "hate"),
        "p1": ("harassment", "hate"),
        "p2": (),
        "p3": ("spam",),
        "p4": ("hate",),
    }
    machine_code = batch.codes(batch.page.labels)[0]
    assert said["p0"] == said["p1"] == machine_code


def test_a_pair_shows_its_query_beside_the_document(assistant: Assistant, workspace: Path) -> None:
    rows = [{"id": f"p{number}", "query": f"query {number}", "document": f"document {number}"} for number in range(3)]
    ingest(assistant, workspace, rows)
    machine(assistant, workspace, [{"id": row["id"], "label": "safe"} for row in rows])
    shown = sheet(assistant, workspace)
    assert list(shown[0]) == ["id", "language", "query", "text", "label"]
    assert {(row["id"], row["query"], row["text"]) for row in shown} == {
        (row["id"], row["query"], row["document"]) for row in rows
    }


def test_a_name_that_is_no_csv_file_is_refused_before_anything_is_drawn(assistant: Assistant, workspace: Path) -> None:
    ingest(assistant, workspace, [{"id": "a", "text": "one"}])
    machine(assistant, workspace, [{"id": "a", "label": "safe"}])
    said = assistant("sample", "--out", "to_label.xlsx", "-w", workspace, "--json")
    assert (said.status, said.json["error"]["hint"]) == (1, "end the name in .csv")
    said = assistant("sample", "--out", workspace / "nowhere" / "to_label.csv", "-w", workspace, "--json")
    assert (said.status, said.json["error"]["what"]) == (1, "no such folder")
    with Workspace.open(workspace) as opened:
        assert SampleStore(opened.database).of_run(1) == []
