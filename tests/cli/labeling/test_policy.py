"""The policy at the command line: mistakes with their places, search, differences, and an index that can be trusted."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import evals
from assistant.wiring.workspace import Workspace
from tests.cli.conftest import Assistant

SUITE = Path(evals.__file__).parent / "suites" / "policy_search.toml"


def edit(workspace: Path, old: str, new: str, *, to: str = "community.md") -> Path:
    """Change the workspace's policy, or write the changed text to another file."""
    folder = workspace / "policies"
    text = (folder / "community.md").read_text("utf-8")
    assert old in text
    (folder / to).write_text(text.replace(old, new, 1), "utf-8")
    return folder / to


def test_a_policy_without_mistakes_is_said_to_have_none(assistant: Assistant, workspace: Path) -> None:
    said = assistant("policy", "lint", "-w", workspace)
    assert (said.status, said.stdout.count("no mistakes")) == (0, 1)
    assert assistant("policy", "lint", "-w", workspace, "--json").json == []


def test_mistakes_are_shown_with_place_line_caret_and_hint(assistant: Assistant, workspace: Path) -> None:
    policy = edit(workspace, "labels: harassment\n", "labels: harrasment\n")
    line = policy.read_text("utf-8").split("\n").index("labels: harrasment") + 1
    said = assistant("policy", "lint", policy, "-w", workspace)
    assert said.status == 1
    assert f"{policy}:{line}:9: error" in said.stdout
    assert "  labels: harrasment\n          ^^^^^^^^^^\n  hint: did you mean `harassment`?" in said.stdout
    told = assistant("policy", "lint", policy, "-w", workspace, "--json")
    assert told.status == 1
    assert {(one["line"], one["column"], one["severity"]) for one in told.json} >= {(line, 9, "error")}


def test_all_mistakes_of_all_files_are_shown(assistant: Assistant, workspace: Path) -> None:
    first = edit(workspace, "labels: harassment\n", "labels: harrasment\n", to="first.md")
    second = edit(workspace, "  kind: single\n", "  kind: singel\n", to="second.md")
    said = assistant("policy", "lint", first, second, "-w", workspace)
    assert said.status == 1
    assert "harrasment" in said.stdout
    assert "singel" in said.stdout


def test_a_policy_file_that_isnt_there_is_told(assistant: Assistant, workspace: Path) -> None:
    (workspace / "policies" / "community.md").unlink()
    for words in (("policy", "lint"), ("policy", "index"), ("prelabel", "--dry-run")):
        said = assistant(*words, "-w", workspace, "--json")
        assert said.status == 1
        assert "community.md" in said.json["error"]["where"]


def test_the_index_is_built_once_and_then_up_to_date(assistant: Assistant, workspace: Path) -> None:
    first = assistant("policy", "index", "-w", workspace, "--json")
    assert (first.status, first.json["changed"]) == (0, True)
    [collection] = first.json["collections"]
    assert collection["entries"] > 50
    again = assistant("policy", "index", "-w", workspace, "--json")
    assert again.json == {"changed": False, "collections": first.json["collections"]}
    rebuilt = assistant("policy", "index", "--rebuild", "-w", workspace, "--json")
    assert rebuilt.json == first.json


def test_a_search_finds_the_clause_a_text_is_an_example_of(assistant: Assistant, workspace: Path) -> None:
    text = "You're a waste of a seat, Gordon. The meeting gets smarter each time you leave it."
    said = assistant("policy", "search", text, "-k", "3", "-w", workspace, "--json")
    assert said.status == 0
    assert len(said.json["clauses"]) == 3
    assert said.json["clauses"][0]["clause"] == "H1"
    assert said.json["clauses"][0]["distance"] == pytest.approx(0, abs=1e-4)
    assert "Insults aimed at a person" in assistant("policy", "search", text, "-w", workspace).stdout


def test_search_shows_precedents_too(assistant: Assistant, filled: Path) -> None:
    [known, *_] = assistant("precedents", "list", "-w", filled, "--json").json
    # The very same text would be the item itself, which is no guide to its own answer.
    said = assistant("policy", "search", f"{known['text']} !", "-w", filled, "--json")
    assert said.json["precedents"][0]["labels"] == known["labels"]


def test_the_quality_of_the_search_is_measured_on_a_suite(assistant: Assistant, workspace: Path) -> None:
    said = assistant("policy", "search", "--suite", SUITE, "-w", workspace, "--json")
    assert said.status == 0
    overall = {one["k"]: one for one in said.json["recalls"] if one["language"] == "all"}
    assert sorted(overall) == [1, 3, 5]
    assert 0 < overall[1]["recall"] <= overall[3]["recall"] <= overall[5]["recall"] <= 1
    assert "recall of the governing clause" in assistant("policy", "search", "--suite", SUITE, "-w", workspace).stdout


def test_a_suite_that_isnt_there_and_a_search_for_nothing_are_told(assistant: Assistant, workspace: Path) -> None:
    missing = assistant("policy", "search", "--suite", workspace / "no.toml", "-w", workspace, "--json")
    assert missing.status == 1
    assert "no.toml" in missing.json["error"]["where"] + missing.json["error"]["what"]
    nothing = assistant("policy", "search", "-w", workspace, "--json")
    assert (nothing.status, nothing.json["error"]["kind"]) == (1, "InputError")


def test_two_versions_are_compared_clause_by_clause(assistant: Assistant, workspace: Path) -> None:
    changed = edit(workspace, "Polite contempt", "Feigned concern", to="next.md")
    changed.write_text(changed.read_text("utf-8").replace('version: "1"', 'version: "2"'), "utf-8")
    said = assistant("policy", "diff", "1", changed, "-w", workspace)
    assert said.status == 0
    assert "H1" in said.stdout
    assert "Feigned" in said.stdout
    told = assistant("policy", "diff", "1", changed, "-w", workspace, "--json")
    assert told.json != assistant("policy", "diff", "1", "1", "-w", workspace, "--json").json
    unknown = assistant("policy", "diff", "1", "7", "-w", workspace, "--json")
    assert unknown.json["error"] == {
        "what": "7 is no file and no version of community; versions: 1",
        "where": "",
        "hint": "",
        "kind": "NotFoundError",
        "code": "policy_version_not_found",
        "values": {"known": "1", "policy": "community", "version": "7"},
    }


def test_an_index_that_says_what_the_database_says_is_whole(assistant: Assistant, filled: Path) -> None:
    assert assistant("policy", "index", "-w", filled).status == 0
    said = assistant("policy", "verify", "-w", filled, "--json")
    assert said.status == 0
    assert [one["whole"] for one in said.json] == [True, True]
    assert [one["stored"] for one in said.json] == [one["recorded"] for one in said.json]
    assert all(one["findable"] == 1 for one in said.json)


def lose_precedents(workspace: Path) -> None:
    with Workspace.open(workspace) as opened:
        known = [one.content_digest for one in opened.precedents.all(opened.policy.id)]
        opened.index.remove_precedents(opened.policy.id, known[:3], opened.embedder_name)


def lose_everything(workspace: Path) -> None:
    shutil.rmtree(workspace / ".assistant" / "chroma")


@pytest.mark.parametrize("damage", [lose_precedents, lose_everything])
def test_a_damaged_index_is_found_and_mended_by_a_rebuild(
    assistant: Assistant, filled: Path, damage: Callable[[Path], None]
) -> None:
    assert assistant("policy", "index", "-w", filled).status == 0
    damage(filled)
    said = assistant("policy", "verify", "-w", filled)
    assert said.status == 1
    assert "assistant policy index --rebuild" in said.stderr
    assert assistant("policy", "index", "--rebuild", "-w", filled).status == 0
    mended = assistant("policy", "verify", "-w", filled, "--json")
    assert (mended.status, [one["whole"] for one in mended.json]) == (0, [True, True])


def test_an_index_beyond_reading_is_told_and_mended_by_a_rebuild(assistant: Assistant, workspace: Path) -> None:
    assert assistant("policy", "index", "-w", workspace).status == 0
    catalogue = workspace / ".assistant" / "chroma" / "chroma.sqlite3"
    catalogue.write_bytes(b"\xa5" * catalogue.stat().st_size)
    # A process of its own, as at the command line: Chroma remembers in a process what it could not open.
    said = subprocess.run(
        [sys.executable, "-m", "assistant", "policy", "verify", "-w", workspace],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 1
    assert "assistant policy index" in said.stderr
    assert "unexpected" not in said.stderr
    assert assistant("policy", "index", "--rebuild", "-w", workspace).status == 0
    assert assistant("policy", "verify", "-w", workspace).status == 0


def test_a_policy_without_precedents_is_verified_too(assistant: Assistant, workspace: Path) -> None:
    assert assistant("policy", "index", "-w", workspace).status == 0
    said = assistant("policy", "verify", "-w", workspace, "--json")
    assert (said.status, [one["whole"] for one in said.json]) == (0, [True, True])
    assert [one["recorded"] > 0 for one in said.json] == [True, False]
