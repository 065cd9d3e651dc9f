"""`assistant item` and `assistant releases`."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from tests.cli.certified import answered_run
from tests.cli.conftest import Assistant
from tests.cli.files import ingest, write_jsonl


def test_an_items_life_is_told_in_tables_and_as_json(assistant: Assistant, workspace: Path, tmp_path: Path) -> None:
    answered_run(assistant, workspace, {"a": "spam", "b": "safe"})
    rows = [{"id": "a", "annotator": "ana", "label": "hate"}, {"id": "a", "annotator": "bo", "label": "spam"}]
    labels = write_jsonl(tmp_path / "labels.jsonl", rows)
    assert assistant("labels", "import", labels, "--rater-column", "annotator", "-w", workspace).status == 0
    assert assistant("export", tmp_path / "out.jsonl", "-w", workspace).status == 0
    told = assistant("item", "a", "-w", workspace)
    assert told.status == 0, told.stderr
    for said in ("content of a", "model answers", "human labels", "ana", "hate", "releases", "out.jsonl"):
        assert said in told.stdout, said
    found = assistant("item", "a", "--json", "-w", workspace).json
    assert [one["labels"] for one in found["prelabels"]] == [["spam"]]
    assert [(one["rater"], one["seconds"]) for one in found["human_labels"]] == [("ana", None), ("bo", None)]
    assert [one["file"] for one in found["releases"]] == ["out.jsonl"]
    missing = assistant("item", "z", "-w", workspace)
    assert missing.status == 1
    assert "there is no item z" in missing.stderr


def test_every_export_is_a_release_with_the_digests_of_file_and_manifest(
    assistant: Assistant, workspace: Path, tmp_path: Path
) -> None:
    answered_run(assistant, workspace, {"a": "spam", "b": "safe"})
    out = tmp_path / "out.csv"
    made = assistant("export", out, "--json", "-w", workspace).json
    ingest(assistant, workspace, [{"id": "later", "text": "content of later"}])
    shown = assistant("releases", "show", str(made["release"]), "--json", "-w", workspace).json
    assert shown["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest() == made["sha256"]
    assert shown["manifest_sha256"] == hashlib.sha256(Path(made["manifest"]).read_bytes()).hexdigest()
    assert (shown["rows"], shown["format"], shown["run"]) == (2, "csv", "r1")
    listed = json.loads(assistant("releases", "list", "--json", "-w", workspace).stdout)
    assert [one["id"] for one in listed] == [made["release"]]
    assert assistant("item", "later", "--json", "-w", workspace).json["releases"] == []
    missing = assistant("releases", "show", "9", "-w", workspace)
    assert (missing.status, "there is no release 9" in missing.stderr) == (1, True)
