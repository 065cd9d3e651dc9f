"""`assistant erase`: nothing of the content is left in the workspace, and everything else is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Assistant
from tests.cli.files import ingest, write_jsonl

TEXT = "My neighbour Quillon Farnsby lives at 7 Tamarisk Lane and shouts «all night» at his dog"
CHINESE = "我的邻居范思比住在柽柳巷七号，整夜对着他的狗大喊大叫"


def forms(text: str) -> list[bytes]:
    escaped = json.dumps(text)[1:-1]
    return [text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"), escaped.encode()]


def files_with(folder: Path, *texts: str) -> list[str]:
    wanted = [form for text in texts for form in forms(text)]
    return [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(form in path.read_bytes() for form in wanted)
    ]


@pytest.fixture
def worked(assistant: Assistant, workspace: Path, tmp_path: Path) -> Path:
    """Two items of one author among others, answered by machine and people."""
    rows = [{"id": f"p{n}", "text": f"harmless post number {n}", "author": "someone else"} for n in range(30)]
    rows += [{"id": "en", "text": TEXT, "author": "farnsby.q"}, {"id": "zh", "text": CHINESE, "author": "farnsby.q"}]
    ingest(assistant, workspace, rows)
    machine = [{"id": row["id"], "label": "safe", "rationale": f"It says: {row['text']}"} for row in rows]
    path = write_jsonl(tmp_path / "machine.jsonl", machine)
    assert assistant("prelabels", "import", path, "--model", "judge", "-w", workspace).status == 0
    labels = [
        {"id": name, "annotator": who, "label": "safe", "comment": f"quotes {TEXT if name != 'p1' else name}"}
        for name in ("en", "zh", "p1")
        for who in ("ana", "bo")
    ]
    path = write_jsonl(tmp_path / "labels.jsonl", labels)
    assert assistant("labels", "import", path, "--rater-column", "annotator", "-w", workspace).status == 0
    return workspace


def test_after_an_erasure_a_byte_search_finds_neither_text_and_the_log_is_whole(
    assistant: Assistant, worked: Path
) -> None:
    assert files_with(worked, TEXT, CHINESE)
    said = assistant("erase", "--author", "farnsby.q", "--reason", "request 12", "--yes", "--json", "-w", worked)
    assert said.status == 0, said.stderr
    assert (said.json["items"], said.json["erased"], said.json["remaining"]) == (
        ["en", "zh"],
        2,
        [str(worked / "given.jsonl")],
    )
    (worked / "given.jsonl").unlink()
    assert files_with(worked, TEXT, CHINESE, "farnsby.q") == []
    checked = assistant("audit", "verify", "--json", "-w", worked)
    assert (checked.status, checked.json["whole"], checked.json["fault_count"]) == (0, True, 0)
