"""`assistant enqueue`: routes become work for people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.store.tables.review import tasks
from assistant.wiring.workspace import Workspace
from tests.cli.certified import answered_run, fit, people_say
from tests.cli.conftest import Assistant

LABELS = {f"p{number}": "hate" if number > 5 else "safe" for number in range(8)}
SCORES = {name: (label, 0.5) for name, label in LABELS.items()}


@pytest.fixture
def routed(assistant: Assistant, workspace: Path) -> Path:
    """Eight answers that people are to look at."""
    answered_run(assistant, workspace, LABELS)
    fit(workspace, SCORES)
    said = assistant("route", "-w", workspace)
    assert said.status == 0, said.stderr
    assert "next: assistant enqueue" in said.stderr
    return workspace


def waiting(workspace: Path) -> list[tuple[str, str | None]]:
    """Team and due time of each task."""
    with Workspace.open(workspace) as opened, opened.database.read() as connection:
        return [(row.queue, row.due_at) for row in connection.execute(sa.select(tasks))]


def test_routed_items_wait_for_people_once(assistant: Assistant, routed: Path) -> None:
    before = datetime.now(UTC)
    said = assistant("enqueue", "-w", routed, "--team", "nights", "--due", "48h", "--json")
    assert said.status == 0, said.stderr
    assert (said.json["run"], said.json["team"], said.json["added"], said.json["unchanged"]) == ("r1", "nights", 8, 0)
    found = waiting(routed)
    assert {team for team, _ in found} == {"nights"}
    due = datetime.fromisoformat(found[0][1] or "")
    assert before <= due - timedelta(hours=48, milliseconds=-1) <= datetime.now(UTC) + timedelta(milliseconds=1)
    elsewhere = due.astimezone(timezone(timedelta(hours=8))).isoformat()
    again = assistant("enqueue", "-w", routed, "--team", "nights", "--due", elsewhere, "--json")
    assert (again.json["added"], again.json["unchanged"]) == (0, 8)
    assert waiting(routed) == found
    assert "next: assistant serve" in assistant("enqueue", "-w", routed, "--team", "nights").stderr


def test_a_run_without_routes_wants_nobody(assistant: Assistant, workspace: Path) -> None:
    answered_run(assistant, workspace, LABELS)
    said = assistant("enqueue", "-w", workspace)
    assert said.status == 0
    assert "run r1 is not routed yet" in said.stderr
    assert "next: assistant sample" in said.stderr
    assert waiting(workspace) == []


def test_options_left_out_leave_tasks_as_they_are(assistant: Assistant, routed: Path) -> None:
    assistant("enqueue", "-w", routed, "--team", "nights", "--due", "48h")
    before = waiting(routed)
    said = assistant("enqueue", "-w", routed, "--json")
    assert (said.status, said.json["unchanged"], said.json["due_removed"]) == (0, 8, 0)
    assert assistant("enqueue", "-w", routed, "--due", "48h", "--json").json["unchanged"] == 8  # since each was made
    assert waiting(routed) == before


def test_overwriting_tasks_needs_a_yes_and_is_shown_by_a_dry_run(assistant: Assistant, routed: Path) -> None:
    assistant("enqueue", "-w", routed, "--team", "nights", "--due", "48h")
    before = waiting(routed)
    tried = assistant("enqueue", "-w", routed, "--clear-due", "--clear-team", "--dry-run", "--json")
    assert (tried.json["due_removed"], tried.json["team_changed"], tried.json["dry_run"]) == (8, 8, True)
    refused = assistant("enqueue", "-w", routed, "--clear-due", "--clear-team")
    assert refused.status == 1
    assert "8 due times removed, 8 tasks moved to another team or queue" in refused.stderr
    assert "--yes" in refused.stderr
    assert waiting(routed) == before
    done = assistant("enqueue", "-w", routed, "--clear-due", "--clear-team", "--yes", "--json")
    assert (done.status, done.json["due_removed"]) == (0, 8)
    assert waiting(routed) == [("", None)] * 8
    both = assistant("enqueue", "-w", routed, "--clear-due", "--due", "3d")
    assert (both.status, "--clear-due" in both.stderr) == (1, True)


def test_items_labelled_elsewhere_are_counted_and_wanted_again_on_request(assistant: Assistant, routed: Path) -> None:
    for rater in ("ann", "ben", "cid"):
        people_say(assistant, routed, LABELS, rater)
    said = assistant("enqueue", "-w", routed)
    assert "8 items that r1 sends to review already have imported human labels" in said.stderr
    assert "next: assistant enqueue --again" in said.stderr
    assert "route" not in said.stderr
    assert assistant("enqueue", "-w", routed, "--again", "--json").json["added"] == 8
    assert assistant("enqueue", "-w", routed, "--json").json["unchanged"] == 8


@pytest.mark.parametrize("given", ["soon", "99999999h", "2h3d", "2026-13-01"])
def test_a_due_time_that_is_none_is_refused(assistant: Assistant, routed: Path, given: str) -> None:
    said = assistant("enqueue", "-w", routed, "--due", given)
    assert said.status == 1
    assert f"{given} is not a time" in said.stderr
    assert "48h, 3d" in said.stderr
    assert waiting(routed) == []


def test_an_unknown_run_is_told(assistant: Assistant, routed: Path) -> None:
    said = assistant("enqueue", "-w", routed, "--run", "r9")
    assert said.status == 1
    assert "r9" in said.stderr


def test_what_a_lead_has_cancelled_or_placed_stays_when_tasks_are_created_again(
    assistant: Assistant, routed: Path
) -> None:
    assert assistant("enqueue", "-w", routed).status == 0
    for options in (("--where", "item=p1", "--cancel"), ("--where", "item=p2", "--priority", "first")):
        assert assistant("queue", "change", "-w", routed, *options, "--yes").status == 0
    before = waiting(routed)
    again = assistant("enqueue", "-w", routed, "--json").json
    assert (again["added"], again["changed"], again["closed"], again["unchanged"]) == (0, 0, 0, 8)
    assert waiting(routed) == before
    assert assistant("queue", "undo", "1", "-w", routed).status == 0
    assert (
        assistant("queue", "change", "-w", routed, "--where", "item=p1", "--cancel", "--json", "--dry-run").json[
            "changed"
        ]
        == 1
    )
