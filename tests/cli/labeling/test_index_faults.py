"""The search index of a team: two workspaces on one server, a server that goes, damaged files, what isn't indexed."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.application.labeling.run_parameters import retrieval_options
from assistant.ingest.indexing import bring_up_to_date
from assistant.policy.retrieve import retrieve_many
from assistant.wiring.workspace import Workspace
from tests.chroma_server import chroma_server
from tests.cli.conftest import POSTS, Assistant, Server

RATERS = ("--each-rater", "label_a", "--each-rater", "label_b")


def command(*words: str | Path, **environ: str) -> subprocess.Popen[str]:
    """A command in a process of its own, as two terminals have them."""
    return subprocess.Popen(
        [sys.executable, "-m", "assistant", *map(str, words)],
        env={**os.environ, "ASSISTANT__EMBEDDER__NAME": "hashing", **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def settle(assistant: Assistant, folder: Path, limit: int) -> None:
    assert assistant("init", folder).status == 0
    assert assistant("ingest", POSTS, "-w", folder).status == 0
    assert assistant("labels", "import", POSTS, *RATERS, "-w", folder).status == 0
    assert assistant("precedents", "add", "--agreed", "--limit", str(limit), "-w", folder).status == 0


def whole(assistant: Assistant, folder: Path) -> list[tuple[bool, int, int]]:
    said = assistant("policy", "verify", "-w", folder, "--json")
    return [(one["whole"], one["recorded"], one["stored"]) for one in said.json]


def test_a_job_in_one_workspace_and_an_index_built_in_another_share_a_server_and_nothing_else(
    assistant: Assistant, dev_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with chroma_server(tmp_path / "server") as server:
        monkeypatch.setenv("ASSISTANT__STORAGE__CHROMA_URL", server.url)
        one, other = tmp_path / "one", tmp_path / "other"
        settle(assistant, one, 30)
        settle(assistant, other, 40)
        assert assistant("policy", "index", "-w", one).status == 0
        serving = dev_server(latency_ms=50)
        job = command("prelabel", "--model", "openai:dev", "--concurrency", "4", "-w", one, "--yes")
        while not serving.counts["answered"]:  # the job is under way
            assert job.poll() is None
        rebuilt = [assistant("policy", "index", "--rebuild", "-w", other).status for _ in range(2)]
        said, errors = job.communicate(timeout=120)
        assert (rebuilt, job.returncode) == ([0, 0], 0), errors + said
        assert [entries for _, _, entries in whole(assistant, one)][1] == 30
        assert [entries for _, _, entries in whole(assistant, other)][1] == 40
        assert all(fine for folder in (one, other) for fine, _, _ in whole(assistant, folder))


def test_a_job_outlives_a_chroma_server_that_is_gone_for_a_while(
    assistant: Assistant, dev_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with chroma_server(tmp_path / "server") as server:
        monkeypatch.setenv("ASSISTANT__STORAGE__CHROMA_URL", server.url)
        settle(assistant, tmp_path / "one", 30)
        dev_server()
        server.kill()
        job = command("prelabel", "--model", "openai:dev", "-w", tmp_path / "one", "--yes")
        assert job.stderr is not None
        heard = ""
        while "waiting for the Chroma server" not in heard:  # the heartbeat says so after five seconds
            line = job.stderr.readline()
            assert line, heard
            heard += line
        server.start()
        _, errors = job.communicate(timeout=120)
        assert job.returncode == 0, heard + errors
        stayed_away = {"ASSISTANT__STORAGE__CHROMA_WAIT_SECONDS": "0.2"}
        server.kill()
        _, errors = command("policy", "search", "hello", "-w", tmp_path / "one", **stayed_away).communicate()
        assert "the Chroma server has been gone for" in errors
        assert "refused" in errors
        found = assistant("doctor", "-w", tmp_path / "one", "--model", "openai:dev", "--json")
        assert ["can't be reached" in one["found"] for one in found.json if one["check"] == "index"] == [True]


def test_new_precedents_are_no_damage_and_the_same_ones_again_change_nothing(
    assistant: Assistant, filled: Path
) -> None:
    verified = assistant("policy", "verify", "-w", filled, "--json")
    assert (verified.status, [len(one["waiting"]) for one in verified.json][1]) == (0, 80)
    assert assistant("policy", "index", "-w", filled).status == 0
    assert assistant("policy", "verify", "-w", filled).status == 0
    more = assistant("precedents", "add", "--agreed", "--limit", "100", "-w", filled, "--json").json
    assert (more["added"], more["already"], more["total"]) == (20, 80, 100)
    verified = assistant("policy", "verify", "-w", filled)
    assert verified.status == 0
    assert "20 changes of the record are not indexed yet: the next job does it." in verified.stdout
    again = assistant("precedents", "add", "--agreed", "--limit", "100", "-w", filled, "--json").json
    assert (again["added"], again["already"], again["total"]) == (0, 100, 100)
    with Workspace.open(filled) as opened:
        assert opened.precedents.newest_event("community") == 100  # one event for each, and no more
    [first, *_] = assistant("precedents", "list", "-w", filled, "--json").json
    assert assistant("policy", "index", "-w", filled).status == 0
    name = next(line.split(",")[0] for line in POSTS.read_text("utf-8").splitlines() if first["text"][:30] in line)
    assert assistant("precedents", "withdraw", name, "-w", filled).status == 0
    assert assistant("policy", "verify", "-w", filled).status == 0
    assert assistant("policy", "index", "-w", filled).status == 0
    assert whole(assistant, filled)[1] == (True, 99, 99)


def test_precedents_lost_from_the_index_are_damage_also_when_newer_ones_wait(
    assistant: Assistant, filled: Path
) -> None:
    assert assistant("policy", "index", "-w", filled).status == 0
    shutil.rmtree(filled / ".assistant" / "chroma")
    assert assistant("precedents", "add", "--agreed", "-w", filled).status == 0
    said = assistant("policy", "verify", "-w", filled)
    assert said.status == 1
    assert "80 of the record are missing in the index" in said.stdout


def overwritten(chroma: Path) -> None:
    with (chroma / "chroma.sqlite3").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * 8192)


def cut(chroma: Path) -> None:
    os.truncate(chroma / "chroma.sqlite3", 5000)


def a_folder(chroma: Path) -> None:
    (chroma / "chroma.sqlite3").unlink()
    (chroma / "chroma.sqlite3").mkdir()


def no_checksums(chroma: Path) -> None:
    (chroma / "checksums.json").write_text("{", encoding="utf-8")


@pytest.mark.parametrize("damage", [overwritten, cut, a_folder, no_checksums])
def test_every_command_says_in_a_line_that_the_index_is_damaged_and_how_it_is_built_again(
    assistant: Assistant, dev_server: Server, workspace: Path, damage: Callable[[Path], Any]
) -> None:
    assert assistant("ingest", POSTS, "-w", workspace).status == 0
    assert assistant("policy", "index", "-w", workspace).status == 0
    damage(workspace / ".assistant" / "chroma")
    dev_server()
    for words in (
        ("policy", "verify"),
        ("policy", "search", "hello"),
        ("policy", "index"),
        ("prelabel", "--model", "openai:dev", "--yes"),
        ("doctor", "--model", "openai:dev", "--json"),  # a table breaks sentences into columns
    ):
        said = assistant(*words, "-w", workspace)
        told = said.stdout + said.stderr
        assert said.status == 1, words
        assert "the vector index is damaged" in told, words
        assert "assistant policy index --rebuild" in told, words
        assert "unexpected" not in told, words
    assert assistant("policy", "index", "--rebuild", "-w", workspace).status == 0
    assert assistant("policy", "verify", "-w", workspace).status == 0


def test_a_file_where_the_folder_of_the_index_should_be_is_left_alone(assistant: Assistant, workspace: Path) -> None:
    (workspace / ".assistant").mkdir(exist_ok=True)
    (workspace / ".assistant" / "chroma").write_text("somebody's notes", encoding="utf-8")
    for words in (("policy", "search", "hello"), ("policy", "index", "--rebuild")):
        said = assistant(*words, "-w", workspace)
        assert said.status == 1
        assert "a file stands where the folder of the vector index should be" in said.stderr
    assert (workspace / ".assistant" / "chroma").read_text("utf-8") == "somebody's notes"


def shuffled(source: Path, to: Path) -> Path:
    with source.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    with to.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *reversed(rows)])
    return to


def guidance(folder: Path) -> dict[str, object]:
    """What every item's prompt is made from, each distance to its last digit."""
    with Workspace.open(folder) as opened:
        bring_up_to_date(opened.index, opened.policy, opened.precedents, opened.item_embedder)
        stored = [one for page in opened.items.pages() for one in page]
        items = [one.item for one in stored]
        vectors = opened.item_embedder.vectors([(one.content_digest, one.item) for one in stored])
        options = retrieval_options(opened.settings)
        found = retrieve_many(items, vectors, opened.policy, opened.index, options)
    return {
        item.id: (
            [(hit.clause.id, hit.entry.id, hit.distance) for hit in one.clauses],
            [(near.content_digest, near.labels, near.distance) for near in one.neighbours],
            [near.content_digest for near in one.precedents],
        )
        for item, one in zip(items, found, strict=True)
    }


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_label_hangs_on_neither_the_database_nor_the_order_of_precedents_nor_a_rebuild(
    assistant: Assistant,
    filled: Path,
    tmp_path: Path,
    kind: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Workspace.open(filled) as opened:
        settled = {one.content_digest: one.labels for one in opened.precedents.all("community")}
    expected = guidance(filled)
    assert len(expected) == 240
    assert all(len(neighbours) == 6 for _, neighbours, _ in expected.values())
    if kind == "postgres":
        monkeypatch.setenv("ASSISTANT_DATABASE_URL", request.getfixturevalue("postgres").new_url())
    other = tmp_path / "other"
    assert assistant("init", other).status == 0
    assert assistant("ingest", shuffled(POSTS, tmp_path / "posts.csv"), "-w", other).status == 0
    with Workspace.open(other) as opened:
        stored = [one for page in opened.items.pages() for one in page if one.content_digest in settled]
        assert [one.content_digest for one in stored] == list(reversed(settled))
        for one in stored:  # each indexed by itself
            opened.precedents.add("community", [(one.key, one.content_digest, settled[one.content_digest])], "ana")
            bring_up_to_date(opened.index, opened.policy, opened.precedents, opened.item_embedder)
    assert guidance(other) == expected
    assert assistant("policy", "index", "--rebuild", "-w", other).status == 0
    assert guidance(other) == expected


def test_doctor_goes_on_from_what_is_there(assistant: Assistant, dev_server: Server, workspace: Path) -> None:
    dev_server()
    assert "next: assistant ingest FILE" in assistant("doctor", "--model", "openai:dev", "-w", workspace).stderr
    assert assistant("ingest", POSTS, "-w", workspace).status == 0
    assert "next: assistant status" in assistant("doctor", "--model", "openai:dev", "-w", workspace).stderr
