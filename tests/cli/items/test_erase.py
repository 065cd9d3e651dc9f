"""`assistant erase`: nothing of the content is left in the workspace, and everything else is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.certified import answered_run, certify, fit, people_say
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


def test_final_labels_certificate_and_log_hold_when_audited_and_accepted_items_are_erased(
    assistant: Assistant, workspace: Path
) -> None:
    """Ten items; the surest six pass, of which p0 was audited and p3 is the machine's."""
    labels = {f"p{number}": "safe" for number in range(10)}
    answered_run(assistant, workspace, labels)
    people_say(assistant, workspace, {"p0": "spam"})
    scores = {name: (label, 0.99 - 0.01 * place) for place, (name, label) in enumerate(labels.items())}
    certify(workspace, fit(workspace, scores), 6, ("p0",))
    assert assistant("settle", "-w", workspace).status == 0
    before = {name: assistant("item", name, "--json", "-w", workspace).json for name in ("p0", "p3")}
    checked = assistant("check", "--json", "-w", workspace)
    for name in ("p0", "p3"):
        said = assistant("erase", "--item", name, "--reason", "request 12", "--yes", "-w", workspace)
        assert said.status == 0, said.stderr
    for name, earlier in before.items():
        now = assistant("item", name, "--json", "-w", workspace).json
        for kept in ("settlements", "certificates", "samples", "scores"):
            assert now[kept] == earlier[kept], kept
        assert [one["standing"] for one in now["certificates"]] == ["standing" for _ in earlier["certificates"]]
        assert "[erased on" in now["text"]
    again = assistant("settle", "--json", "-w", workspace)
    assert (again.status, again.json["written"], again.json["withdrawn"]) == (0, 0, 0)
    assert assistant("check", "--json", "-w", workspace).stdout == checked.stdout
    verified = assistant("audit", "verify", "--json", "-w", workspace)
    assert (verified.status, verified.json["fault_count"]) == (0, 0)
    rows = {row["item_id"]: row for row in exported(assistant, workspace)}
    assert rows["p0"]["text"].startswith("[erased on")
    assert (rows["p0"]["final_labels"], rows["p3"]["final_labels"]) == (["spam"], ["safe"])


def exported(assistant: Assistant, workspace: Path) -> list[dict[str, object]]:
    assert assistant("export", workspace / "out.jsonl", "-w", workspace).status == 0
    return [json.loads(line) for line in (workspace / "out.jsonl").read_text("utf-8").splitlines()]


def test_nothing_is_erased_without_a_confirmation_and_a_dry_run_shows_all(
    assistant: Assistant, worked: Path, tmp_path: Path
) -> None:
    assert assistant("backup", tmp_path / "before.zip", "-w", worked).status == 0
    assert assistant("export", tmp_path / "labels.csv", "-w", worked).status == 0
    asked = ("erase", "--query", "tamarisk lane", "--reason", "r", "-w", worked)
    shown = assistant(*asked, "--dry-run", "--json").json
    assert (shown["items"], shown["counts"]["labels"]) == (["en"], 2)
    assert [one["file"] for one in shown["releases"]] == ["labels.csv"]
    assert [one["file"] for one in shown["files"]] == ["before.zip"]
    refused = assistant(*asked)
    assert refused.status == 1
    assert "1 items would be erased for good" in refused.stderr
    assert "backup: before.zip" in refused.stderr
    assert assistant("item", "en", "--json", "-w", worked).json["text"] == TEXT


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name exactly one"),
        (("--item", "en", "--query", "x"), "name exactly one"),
        (("--item", "none"), "no such content"),
        (("--item", "en"), "say why"),
        (("--resume", "9"), "no erasure 9"),
    ],
)
def test_bad_requests_are_refused_in_words(
    assistant: Assistant, worked: Path, words: tuple[str, ...], said: str
) -> None:
    refused = assistant("erase", *words, "--yes", "-w", worked)
    assert (refused.status, said in refused.stderr) == (1, True), refused.stderr
    assert assistant("item", "en", "--json", "-w", worked).json["text"] == TEXT


def test_an_erased_id_in_a_file_is_refused_with_its_reason(assistant: Assistant, worked: Path) -> None:
    assert assistant("erase", "--item", "en", "--reason", "r", "--yes", "-w", worked).status == 0
    report = assistant("ingest", worked / "given.jsonl", "--json", "-w", worked).json["files"][0]
    assert report["reasons"] == {"erased": 1}
    assert assistant("item", "en", "--json", "-w", worked).json["text"].startswith("[erased on")
