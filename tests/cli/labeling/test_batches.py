"""Batches by command: what joins them, when they are due, and how they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import NotFoundError
from assistant.wiring.workspace import Workspace
from tests.cli.conftest import Assistant, Said
from tests.cli.files import read_jsonl, write_jsonl

POSTS = [{"id": f"p{n}", "text": f"post number {n}", "lang": "en"} for n in range(6)]


def bring(assistant: Assistant, workspace: Path, first: int, last: int, *words: str, name: str = "posts.jsonl") -> Said:
    """Import posts `first` to `last` - 1."""
    return assistant("ingest", write_jsonl(workspace / name, POSTS[first:last]), *words, "-w", workspace, "--json")


def batches(assistant: Assistant, workspace: Path) -> dict[str, int]:
    """Items by batch."""
    return {one["batch"]: one["items"] for one in assistant("batch", "list", "-w", workspace, "--json").json}


def test_every_file_is_a_batch_of_its_own_unless_one_is_named(assistant: Assistant, workspace: Path) -> None:
    first = bring(assistant, workspace, 0, 3).json["files"][0]
    assert (first["added"], first["joined_batch"], first["batch_items_before"]) == (3, 3, 0)
    assert first["batch"].startswith("posts-20")
    bring(assistant, workspace, 3, 5, "--batch", "urgent", "--due", "48h", name="others.jsonl")
    assert batches(assistant, workspace) == {first["batch"]: 3, "urgent": 2}


def test_the_same_file_again_changes_nothing_with_or_without_a_name(assistant: Assistant, workspace: Path) -> None:
    bring(assistant, workspace, 0, 3)
    bring(assistant, workspace, 0, 3, "--batch", "w1")
    before = batches(assistant, workspace)
    history = assistant("batch", "show", "w1", "-w", workspace, "--json").json["events"]
    again = bring(assistant, workspace, 0, 3).json["files"][0]
    assert (again["added"], again["unchanged"], again["batch"]) == (0, 3, None)
    named = bring(assistant, workspace, 0, 3, "--batch", "w1")
    assert (named.json["files"][0]["unchanged"], named.json["files"][0]["joined_batch"]) == (3, 0)
    assert "nothing is new in batch w1, which has 3 items" in named.stderr
    assert batches(assistant, workspace) == before
    assert assistant("batch", "show", "w1", "-w", workspace, "--json").json["events"] == history


def test_items_that_come_again_in_another_batch_are_in_both(assistant: Assistant, workspace: Path) -> None:
    bring(assistant, workspace, 0, 4, "--batch", "w1")
    second = bring(assistant, workspace, 2, 6, "--batch", "w2")
    counts = second.json["files"][0]
    assert (counts["added"], counts["unchanged"], counts["joined_batch"]) == (2, 2, 4)
    assert batches(assistant, workspace) == {"w1": 4, "w2": 4}


def test_another_file_adds_to_a_batch_until_it_is_delivered(assistant: Assistant, workspace: Path) -> None:
    bring(assistant, workspace, 0, 2, "--batch", "w1")
    more = bring(assistant, workspace, 2, 4, "--batch", "w1", name="more.jsonl")
    assert "more.jsonl: 2 items joined batch w1, which had 2" in more.stderr
    assert assistant("batch", "start", "w1", "-w", workspace).status == 0
    assert assistant("batch", "deliver", "w1", "-w", workspace).status == 0
    late = bring(assistant, workspace, 4, 6, "--batch", "w1")
    assert late.status == 1
    assert late.json["error"]["code"] == "batch_closed"
    # nothing half-done: no item came in, and none joined
    assert assistant("status", "-w", workspace, "--json").json["content"]["items"] == 4
    assert batches(assistant, workspace) == {"w1": 4}
    assert assistant("batch", "return", "w1", "-w", workspace).status == 0
    assert bring(assistant, workspace, 4, 6, "--batch", "w1").status == 0
    assert batches(assistant, workspace) == {"w1": 6}


def test_what_may_not_happen_now_is_refused_with_what_may(assistant: Assistant, workspace: Path) -> None:
    bring(assistant, workspace, 0, 2, "--batch", "w1")
    early = assistant("batch", "deliver", "w1", "-w", workspace)
    assert early.status == 1
    assert (
        "batch w1 is received and can't be delivered now; it may be: planned, started, paused, cancelled"
        in early.stderr
    )
    for word, state in (("plan", "planned"), ("start", "started"), ("pause", "paused"), ("resume", "started")):
        assert assistant("batch", word, "w1", "-w", workspace, "--json").json["state"] == state
    for word, state in (
        ("deliver", "delivered"),
        ("accept", "accepted"),
        ("return", "returned"),
        ("cancel", "cancelled"),
    ):
        said = assistant("batch", word, "w1", "--note", "as agreed", "-w", workspace, "--json")
        assert said.json["state"] == state
    shown = assistant("batch", "show", "w1", "-w", workspace, "--json").json
    assert [one["event"] for one in shown["events"]] == [
        *("received", "planned", "started", "paused", "resumed", "delivered", "accepted", "returned", "cancelled")
    ]
    assert shown["events"][-1]["detail"] == {"note": "as agreed"}
    assert shown["allowed"] == []


def test_a_due_time_is_changed_by_an_event_and_never_lies_in_the_past(assistant: Assistant, workspace: Path) -> None:
    past = bring(assistant, workspace, 0, 2, "--batch", "w1", "--due", "2020-01-01T00:00+00:00")
    assert (past.status, past.json["error"]["code"]) == (1, "due_in_past")
    assert batches(assistant, workspace) == {}
    bring(assistant, workspace, 0, 2, "--batch", "w1", "--due", "2099-01-01T00:00+00:00")
    assert assistant("batch", "due", "w1", "2020-01-01", "-w", workspace).status == 1
    changed = assistant("batch", "due", "w1", "2098-01-01T08:00+08:00", "-w", workspace, "--json").json
    assert changed["due_at"] == "2098-01-01T00:00:00+00:00"
    last = assistant("batch", "show", "w1", "-w", workspace, "--json").json["events"][-1]
    assert last["event"] == "due"
    assert last["detail"] == {"before": "2099-01-01T00:00:00+00:00", "after": "2098-01-01T00:00:00+00:00"}


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 121])
def test_a_name_that_can_name_no_batch_is_refused(assistant: Assistant, workspace: Path, name: str) -> None:
    said = bring(assistant, workspace, 0, 2, "--batch", name)
    assert (said.status, said.json["error"]["code"]) == (1, "batch_name_wrong")
    assert assistant("status", "-w", workspace, "--json").json["content"]["items"] == 0


def test_an_unknown_batch_is_refused_with_those_there_are(assistant: Assistant, workspace: Path) -> None:
    bring(assistant, workspace, 0, 2, "--batch", "w1")
    for words in (
        ("batch", "show", "w2"),
        ("batch", "start", "w2"),
        ("batch", "due", "w2", "3d"),
        ("status", "--batch", "w2"),
    ):
        said = assistant(*words, "-w", workspace)
        assert said.status == 1
        assert "no batch w2; there are: w1" in said.stderr


@pytest.fixture
def two_batches(assistant: Assistant, workspace: Path) -> Path:
    """Batch w1 of p0 to p3, batch w2 of p2 to p5; machine answers to all of them in `machine.jsonl`."""
    bring(assistant, workspace, 0, 4, "--batch", "w1")
    bring(assistant, workspace, 2, 6, "--batch", "w2")
    write_jsonl(workspace / "machine.jsonl", [{"id": post["id"], "label": "safe", "score": 0.9} for post in POSTS])
    return workspace


def imported(assistant: Assistant, workspace: Path, *words: str | Path) -> Said:
    return assistant(
        "prelabels", "import", workspace / "machine.jsonl", "--model", "m", *words, "-w", workspace, "--json"
    )


def exported(assistant: Assistant, workspace: Path, *words: str | Path) -> list[str]:
    assert assistant("export", workspace / "out.jsonl", *words, "-w", workspace).status == 0
    return [row["item_id"] for row in read_jsonl(workspace / "out.jsonl")]


def test_a_run_over_a_batch_is_imported_listed_shown_and_exported_on_its_own(
    assistant: Assistant, two_batches: Path
) -> None:
    whole = imported(assistant, two_batches).json
    part = imported(assistant, two_batches, "--batch", "w2").json
    assert (whole["runs"], part["runs"]) == (["r1"], ["r2"])
    assert (part["added"], part["reasons"]) == (4, {"outside_population": 2})
    assert exported(assistant, two_batches, "--batch", "w2") == ["p2", "p3", "p4", "p5"]
    manifest = (two_batches / "out.jsonl.manifest.json").read_text()
    assert '"batch": "w2"' in manifest
    status = assistant("status", "--batch", "w2", "-w", two_batches, "--json").json["run"]
    assert (status["run"], status["statuses"]) == ("r2", {"labelled": 4, "settled": 0, "pending": 0})
    listed = assistant("runs", "list", "-w", two_batches, "--json").json
    assert [one["population"] for one in listed] == [None, {"batch": "w2", "where": [], "ids": None}]
    assert "about batch w2 only" in assistant("status", "--run", "r2", "-w", two_batches).stdout


def test_without_a_population_the_newest_run_is_the_newest_about_the_whole_project(
    assistant: Assistant, two_batches: Path
) -> None:
    imported(assistant, two_batches, "--batch", "w1")
    # there is no run about the whole project yet: the newest of any population is meant
    assert assistant("status", "-w", two_batches, "--json").json["run"]["run"] == "r1"
    imported(assistant, two_batches)
    imported(assistant, two_batches, "--batch", "w2")
    assert assistant("status", "-w", two_batches, "--json").json["run"]["run"] == "r2"
    assert assistant("status", "--batch", "w1", "-w", two_batches, "--json").json["run"]["run"] == "r1"
    wrong = assistant("status", "--batch", "w1", "--run", "r2", "-w", two_batches)
    assert "run r2 is about the whole project, not about batch w1" in wrong.stderr


def test_the_same_population_is_the_same_run_however_it_is_written(assistant: Assistant, two_batches: Path) -> None:
    (two_batches / "ids.txt").write_text("p1\np4\n")
    (two_batches / "again.txt").write_text("﻿p4\n\np1\np1\n", encoding="utf-8")
    for file in ("ids.txt", "again.txt"):
        assert imported(assistant, two_batches, "--ids", two_batches / file).json["runs"] == ["r1"]
    assert exported(assistant, two_batches, "--ids", two_batches / "ids.txt") == ["p1", "p4"]
    conditions = ("--where", "language=en", "--where", "language = en", "--batch", "w1")
    assert imported(assistant, two_batches, *conditions).json["runs"] == ["r2"]
    assert exported(assistant, two_batches, "--batch", "w1", "--where", "language=en") == ["p0", "p1", "p2", "p3"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--where", "topic=a"), "condition_not_read"),
        (("--where", "language="), "condition_not_read"),
        (("--where", "language=en", "--where", "language=zh"), "condition_given_twice"),
        (("--where", "language=zh"), "population_empty"),
        (("--where", "meta.topic=a"), "population_empty"),
        (("--batch", "w9"), "batch_not_found"),
        (("--ids", "nowhere.txt"), "ids_file_unreadable"),
    ],
)
def test_a_population_that_cannot_be_is_refused_and_leaves_nothing(
    assistant: Assistant, two_batches: Path, words: tuple[str, ...], code: str
) -> None:
    said = imported(assistant, two_batches, *words)
    assert (said.status, said.json["error"]["code"]) == (1, code)
    assert assistant("runs", "list", "-w", two_batches, "--json").json == []


def test_ids_that_are_not_there_are_listed_and_nothing_is_done(assistant: Assistant, two_batches: Path) -> None:
    (two_batches / "ids.txt").write_text("p1\nq1\np2\nq2\n")
    said = imported(assistant, two_batches, "--ids", two_batches / "ids.txt")
    assert said.json["error"]["values"]["ids"] == "q1, q2"
    assert assistant("runs", "list", "-w", two_batches, "--json").json == []


def test_nothing_is_asked_about_a_paused_batch(assistant: Assistant, two_batches: Path) -> None:
    imported(assistant, two_batches, "--batch", "w1")
    assistant("batch", "pause", "w1", "-w", two_batches)
    for said in (
        imported(assistant, two_batches, "--batch", "w1"),
        assistant("prelabel", "--batch", "w1", "--dry-run", "-w", two_batches, "--json"),
        assistant("enqueue", "--batch", "w1", "-w", two_batches, "--json"),
    ):
        assert said.json["error"]["code"] == "batch_not_asked"
    assistant("batch", "resume", "w1", "-w", two_batches)
    assert assistant("enqueue", "--batch", "w1", "-w", two_batches).status == 0


def test_settling_a_batch_settles_its_items_alone_whatever_batch_their_labels_came_through(
    assistant: Assistant, two_batches: Path
) -> None:
    imported(assistant, two_batches, "--batch", "w2")
    labels = write_jsonl(two_batches / "ann.jsonl", [{"id": f"p{n}", "label": "safe"} for n in range(4)])
    assert assistant("labels", "import", labels, "--rater-name", "ann", "-w", two_batches).status == 0
    settled = assistant("settle", "--batch", "w2", "-w", two_batches, "--json").json
    assert (settled["people"], settled["waiting"], settled["no_answer"]) == (2, 2, 0)  # p2, p3; p4, p5 wait


def test_a_dry_run_about_a_batch_counts_its_items_and_keeps_nothing(assistant: Assistant, two_batches: Path) -> None:
    words = ("prelabel", "--batch", "w2", "--model", "openai:dev", "--dry-run", "-w", two_batches, "--json")
    assert assistant(*words).json["calls"] == 4
    with Workspace.open(two_batches) as opened, pytest.raises(NotFoundError, match="population_not_found"):
        opened.populations.get(opened.populations.planned("w2").digest)
