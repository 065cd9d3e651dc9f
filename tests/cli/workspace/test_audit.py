"""The log of changes against whoever can write the database: what its signed heads and its bound rows show."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.cli.conftest import Assistant


@pytest.fixture
def state(filled: Path) -> Path:
    """Where the state of a workspace with posts, labels and precedents lies."""
    return filled / ".assistant"


def rewrite(state: Path, *statements: str) -> None:
    database = sqlite3.connect(state / "assistant.db")
    with database:
        for statement in statements:
            database.execute(statement)
    database.close()


def rehash(state: Path) -> None:
    """The whole chain anew, as whoever knows this program can."""
    database = sqlite3.connect(state / "assistant.db")
    previous = "0" * 64
    with database:
        names = ("id", "at", "actor", "action", "subject", "detail")
        for row in database.execute(f"SELECT {', '.join(names)} FROM audit_log ORDER BY id").fetchall():  # noqa: S608
            told: dict[str, Any] = dict(zip(names[1:], row[1:], strict=True))
            told["detail"] = orjson.loads(told["detail"])
            digest = sha256(previous.encode() + orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()
            update = "UPDATE audit_log SET previous_hash = ?, hash = ? WHERE id = ?"
            database.execute(update, (previous, digest, row[0]))
            previous = digest
    database.close()


def test_the_head_is_signed_and_a_log_that_only_grew_since_holds(
    assistant: Assistant, filled: Path, state: Path
) -> None:
    assert "no signature on record" in assistant("audit", "verify", "-w", filled).stderr
    head = assistant("audit", "head", "-w", filled, "--json").json
    assert (state / "audit.key").stat().st_mode & 0o777 == 0o600
    assert json.loads(Path(head["file"]).read_text())["hash"] == head["hash"]
    assert assistant("audit", "head", "-w", filled, "--json").json["signature"] == head["signature"]  # nothing is new
    assert assistant("users", "add", "ana", "--no-password", "-w", filled).status == 0
    verified = assistant("audit", "verify", "-w", filled)
    assert verified.status == 0
    assert "1 signatures are valid" in verified.stdout


def test_the_newest_rows_cut_off_are_found_by_itself(assistant: Assistant, filled: Path, state: Path) -> None:
    assistant("audit", "head", "-w", filled)
    rewrite(state, "DELETE FROM audit_log WHERE id = (SELECT MAX(id) FROM audit_log)")
    found = assistant("audit", "verify", "-w", filled, "--json")
    assert found.status == 1
    assert found.json["broken_at"] is None  # the chain itself can't know
    assert "cut off or written over" in found.json["anchor_faults"][0]


def test_a_log_written_over_and_hashed_anew_is_found(assistant: Assistant, filled: Path, state: Path) -> None:
    assistant("audit", "head", "-w", filled)
    rewrite(state, "UPDATE audit_log SET actor = 'somebody else'")
    rehash(state)
    found = assistant("audit", "verify", "-w", filled)
    assert found.status == 1
    assert "cut off or written over" in found.stdout


def test_an_emptied_log_is_found(assistant: Assistant, filled: Path, state: Path) -> None:
    assistant("audit", "head", "-w", filled)
    rewrite(state, "DELETE FROM audit_log")
    assert assistant("audit", "verify", "-w", filled).status == 1


def test_a_changed_label_is_found_without_any_head(assistant: Assistant, filled: Path, state: Path) -> None:
    rewrite(state, "UPDATE reviews SET labels = '[\"safe\"]', rater = 'eve' WHERE id = 3")
    found = assistant("audit", "verify", "-w", filled, "--json")
    assert found.status == 1
    assert [fault["what"] for fault in found.json["faults"]] == ["changed"]


@pytest.mark.parametrize("how", ["changed", "no signature", "forged by another key"])
def test_a_head_that_is_not_as_it_was_signed_does_not_hold(
    assistant: Assistant, filled: Path, state: Path, how: str
) -> None:
    head = Path(assistant("audit", "head", "-w", filled, "--json").json["file"])
    public = next(head.parent.glob("public-*.pem"))
    kept = shutil.copy(public, filled / "kept.pem")
    if how == "changed":
        head.write_text(head.read_text().replace('"row": ', '"row": 1'))
    elif how == "no signature":
        head.with_suffix(".sig").unlink()
    else:
        for file in (head, head.with_suffix(".sig"), public, state / "audit.key"):
            file.unlink()
        assistant("audit", "head", "-w", filled)
        assert assistant("audit", "verify", "-w", filled).status == 0  # the folder alone can't tell ...
    found = assistant("audit", "verify", "--public-key", kept, "-w", filled)
    assert found.status == 1, found.stdout  # ... who kept the key can


def test_a_head_that_a_killed_process_left_without_signature_is_signed_and_a_planted_one_is_not(
    assistant: Assistant, filled: Path
) -> None:
    head = Path(assistant("audit", "head", "-w", filled, "--json").json["file"])
    head.with_suffix(".sig").unlink()
    assert assistant("audit", "head", "-w", filled).status == 0
    assert assistant("audit", "verify", "-w", filled).status == 0
    head.with_suffix(".sig").unlink()
    head.write_text(head.read_text().replace('"hash": "', '"hash": "0'))
    refused = assistant("audit", "head", "-w", filled)
    assert refused.status == 1
    assert "is of another log" in refused.stderr
    assert not head.with_suffix(".sig").exists()


def test_whoever_has_the_public_key_can_check_a_head_without_this_program(assistant: Assistant, filled: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed here")
    head = Path(assistant("audit", "head", "-w", filled, "--json").json["file"])
    public = next(head.parent.glob("public-*.pem"))
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin", "-in", head, "-sigfile"]
    assert subprocess.run([*command, head.with_suffix(".sig")], check=False, capture_output=True).returncode == 0
    head.write_text(head.read_text() + " ")
    assert subprocess.run([*command, head.with_suffix(".sig")], check=False, capture_output=True).returncode != 0


def test_heads_and_key_may_lie_elsewhere(
    assistant: Assistant, filled: Path, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT__AUDIT__ANCHORS", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("ASSISTANT__AUDIT__KEY", str(tmp_path / "secret" / "audit.key"))
    assert assistant("audit", "head", "-w", filled).status == 0
    assert len(list((tmp_path / "elsewhere").glob("*.json"))) == 1
    assert not (state / "anchors").exists()
    copy = shutil.copytree(tmp_path / "elsewhere", tmp_path / "copy")
    shutil.rmtree(tmp_path / "elsewhere")
    rewrite(state, "DELETE FROM audit_log WHERE id = (SELECT MAX(id) FROM audit_log)")
    assert assistant("audit", "verify", "-w", filled).status == 0  # nothing is known here any more
    assert assistant("audit", "verify", "--anchors", copy, "-w", filled).status == 1


def test_a_folder_that_can_not_be_written_is_named_with_the_setting(
    assistant: Assistant, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ASSISTANT__AUDIT__ANCHORS", str(tmp_path / "file" / "below"))
    refused = assistant("audit", "head", "-w", filled)
    assert refused.status == 1
    assert "ASSISTANT__AUDIT__ANCHORS" in refused.stderr


def test_what_came_in_and_what_left_is_in_the_log_and_an_export_carries_the_signed_head(
    assistant: Assistant, filled: Path, tmp_path: Path
) -> None:
    answers = tmp_path / "answers.csv"
    answers.write_text("id,label\npost-001,safe\npost-002,safe\n")
    assert assistant("prelabels", "import", answers, "--model", "m", "-w", filled).status == 0
    item = assistant("precedents", "withdraw", "post-001", "-w", filled)
    out = tmp_path / "out.jsonl"
    assert assistant("export", out, "--run", "r1", "-w", filled).status == 0
    entries = assistant("audit", "list", "--json", "-n", "50", "-w", filled).json
    actions = [one["action"] for one in reversed(entries)]
    expected = ["content.import", "labels.import", "precedents.added", "prelabels.import", "file.export"]
    assert [action for action in actions if action in expected] == expected
    assert ("precedent.withdraw" in actions) is (item.status == 0)
    export = next(one for one in entries if one["action"] == "file.export")
    assert export["detail"]["sha256"] == sha256(out.read_bytes()).hexdigest()
    manifest = json.loads(out.with_name("out.jsonl.manifest.json").read_text())
    assert json.loads(manifest["audit_head"]["signed"])["row"] == manifest["audit_head"]["row"] == export["id"]
    rewritten = assistant("audit", "verify", "--head", manifest["audit_head"]["hash"], "-w", filled)
    assert rewritten.status == 0
