"""`assistant enqueue`: routes become work for people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.store.review_tables import tasks
from assistant.wiring.workspace import Workspace
from tests.cli.certified import answered_run, fit
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
    assert "nobody is wanted to look" in said.stderr
    assert waiting(workspace) == []


@pytest.mark.parametrize("given", ["soon", "99999999h", "2h3d", "2026-13-01"])
def test_a_due_time_that_is_none_is_refused(assistant: Assistant, routed: Path, given: str) -> None:
    said = assistant("enqueue", "-w", routed, "--due", given)
    assert said.status == 1
    assert f"{given} is no time" in said.stderr
    assert "48h, 3d" in said.stderr
    assert waiting(routed) == []


def test_an_unknown_run_is_told(assistant: Assistant, routed: Path) -> None:
    said = assistant("enqueue", "-w", routed, "--run", "r9")
    assert said.status == 1
    assert "r9" in said.stderr
