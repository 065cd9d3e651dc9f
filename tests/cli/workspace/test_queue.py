"""`assistant queue`: many tasks are changed at once, after a count, and that is undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.certified import answered_run, fit
from tests.cli.conftest import Assistant

LABELS = {f"p{number}": "hate" if number > 5 else "safe" for number in range(8)}


@pytest.fixture
def queued(assistant: Assistant, workspace: Path) -> Path:
    """Eight tasks in the queue, of the items p0 to p7."""
    answered_run(assistant, workspace, LABELS)
    fit(workspace, {name: (label, 0.5) for name, label in LABELS.items()})
    assert assistant("route", "-w", workspace).status == 0
    assert assistant("enqueue", "-w", workspace).status == 0
    return workspace


def test_a_change_is_counted_made_undone_and_listed(assistant: Assistant, queued: Path, tmp_path: Path) -> None:
    urgent = tmp_path / "urgent.txt"
    urgent.write_text("p3\np1\n\nnone-such\n", encoding="utf-8")
    given = ("queue", "change", "-w", queued, "--items", urgent, "--due", "24h")
    seen = assistant(*given, "--dry-run", "--json")
    assert (seen.status, seen.json["changed"], seen.json["left_out"]) == (0, 2, {"no_item": 1})
    assert seen.json["left"] == [{"item_id": "none-such", "reason": "no_item"}]
    done = assistant(*given, "--yes")
    assert done.status == 0, done.stderr
    assert "change 1: 2 tasks due time set" in done.stdout
    assert "none-such: no such item in this project" in done.stdout
    assert "next: assistant queue undo 1" in done.stderr
    rows = assistant("queue", "list", "-w", queued, "--json").json
    assert sorted(row["item_id"] for row in rows if row["due_at"]) == ["p1", "p3"]
    undone = assistant("queue", "undo", "1", "-w", queued, "--json").json
    assert (undone["kind"], undone["changed"], undone["undoes"]) == ("undo", 2, 1)
    assert not any(row["due_at"] for row in assistant("queue", "list", "-w", queued, "--json").json)
    listed = assistant("queue", "changes", "-w", queued, "--json").json
    assert [(one["change"], one["kind"], one["changed"]) for one in listed] == [(2, "undo", 2), (1, "due", 2)]


def test_paused_tasks_are_listed_apart(assistant: Assistant, queued: Path) -> None:
    assert assistant("queue", "change", "-w", queued, "--where", "item=p1", "--pause", "--yes").status == 0
    paused = assistant("queue", "list", "-w", queued, "--where", "state=paused", "--json").json
    assert [row["item_id"] for row in paused] == ["p1"]
    assert assistant("queue", "show", "-w", queued, "--json").json["open"] == 7


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--due", "24h"), "no filter: this would be every task of the project"),
        (("--where", "queue=-"), "exactly one change is made at a time"),
        (("--where", "queue=-", "--pause", "--cancel"), "exactly one change is made at a time"),
        (("--where", "colour=red", "--pause"), "there is no filter colour=red"),
        (("--where", "state=tired", "--pause"), "tired is not a value of the filter state"),
        (("--where", "queue=-", "--due", "soon"), "--due"),
        (("--where", "queue=-", "--due", "1h", "--clear-due"), "a due time is both set and removed"),
        (("--where", "queue=-", "--priority", "high"), "high is not a priority"),
        (("--where", "queue=-", "--invalidate", ""), "a reason is needed"),
        (("--where", "queue=-", "--to", "nemo"), "nemo"),
        (("--where", "run=r99", "--pause"), "r99"),
        (("--where", "batch=monday", "--pause"), "no batch monday"),
        (("--where", "queue=-", "--pause"), "there is no terminal to ask on"),
        (("--where", "queue=nights", "--pause", "--yes"), "no task would change"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(
    assistant: Assistant, queued: Path, options: tuple[str, ...], said: str
) -> None:
    told = assistant("queue", "change", "-w", queued, *options)
    assert told.status == 1
    assert said in told.stderr
    assert assistant("queue", "changes", "-w", queued, "--json").json == []


def test_work_that_no_one_can_claim_is_named(assistant: Assistant, queued: Path) -> None:
    told = assistant("queue", "staff", "-w", queued)
    assert (told.status, "no one" in told.stdout) == (0, True)
    assert "8 unassigned that no one can claim" in told.stderr
    assert assistant("users", "add", "ana", "-w", queued, "--no-password").status == 0
    [group, *_] = assistant("queue", "staff", "-w", queued, "--json").json
    assert group["able"] == ["ana"]
