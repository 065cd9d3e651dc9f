"""Two workspaces alike in everything: what is gold, blind or audited in the one says nothing about the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.application.review.fill_queue import Filling, fill_queue
from assistant.domain.review_work import Principal, TaskKind
from assistant.review.gold import due
from assistant.routing.route import Decision, Route
from assistant.store.certification import nonces
from assistant.store.runs.routes import RouteStore
from assistant.store.tables.content import items
from assistant.store.tables.review import tasks
from assistant.wiring.workspace import Workspace
from tests.cli.conftest import Assistant
from tests.cli.made_up import load, make_up

MADE = make_up(120, 6)
Chosen = Callable[[Workspace], set[str]]


@pytest.fixture
def alike(assistant: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two workspaces made by the same commands, with real nonces."""
    monkeypatch.setattr(nonces, "fresh_value", lambda: nonces.secrets.token_hex(16))
    monkeypatch.setenv("ASSISTANT__REVIEW__GOLD_RATE", "0.5")
    monkeypatch.setenv("ASSISTANT__REVIEW__BLIND_SHARE", "0.5")
    folders = [tmp_path / "one", tmp_path / "other"]
    for folder in folders:
        assert assistant("init", folder).status == 0
        load(assistant, folder, MADE)
    return folders


def gold(workspace: Workspace) -> set[str]:
    """The turns of one reviewer that would be gold."""
    ana = Principal(1, "ana")
    mixing = workspace.queue._mixing
    return {str(turn) for turn in range(120) if due(mixing, ana, turn)}


def blind(workspace: Workspace) -> set[str]:
    """Ordinary reviews that are asked without sight of the machine's answer."""
    run = workspace.runs.find("r1")
    routes = [(name, Decision(Route.REVIEW, "low_probability", (), 1.0, 1)) for name in MADE.texts]
    RouteStore(workspace.database).append(run.id, routes)
    fill_queue(workspace, run, Filling(), actor="lea")
    query = sa.select(items.c.external_id).join(tasks, tasks.c.item_id == items.c.id)
    with workspace.database.read() as connection:
        only = tasks.c.blind, tasks.c.kind == TaskKind.REVIEW.value
        return set(connection.execute(query.where(*only)).scalars())


@pytest.mark.parametrize("chosen", [gold, blind])
def test_what_is_drawn_in_one_says_nothing_about_the_other(alike: list[Path], chosen: Chosen) -> None:
    found = []
    for folder in alike:
        with Workspace.open(folder) as opened:
            found.append(chosen(opened))
    both = found[0] & found[1]
    assert all(30 < len(one) < 90 for one in found)  # 60 of 120 expected, with a standard deviation of 5.5
    assert 10 < len(both) < 50  # 30 expected, with one of 4.7: as of draws that know nothing of each other


def test_a_workspace_opened_again_draws_as_before(alike: list[Path]) -> None:
    found = []
    for _ in range(2):
        with Workspace.open(alike[0]) as opened:
            found.append(gold(opened))
    assert found[0] == found[1]
