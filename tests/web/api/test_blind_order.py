"""The order of blind items says nothing of the machine's answer: neither their severity nor how sure the machine is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest
from starlette.testclient import TestClient

from assistant.application.workspace.create import make_workspace
from assistant.domain.items import Content, Item
from assistant.domain.policies import Policy
from assistant.domain.prelabels import Prelabel, PrelabelStatus, RunIdentity
from assistant.domain.review_work import Role
from assistant.review.wanted import QueueBatch, Wish
from assistant.routing.route import Decision, Route
from assistant.settings import ReviewSettings
from assistant.store.content.items import NewItem
from assistant.store.review.queue.routed_items import RoutedKey
from assistant.store.runs.prelabels import AnsweredItem
from assistant.store.runs.routes import RouteStore
from assistant.web.app import create_app
from assistant.web.server.options import ServeOptions
from assistant.wiring.workspace import Workspace
from tests.review.conftest import LABELS
from tests.web.api.conftest import with_token
from tests.web.conftest import PORT

ITEMS = 18
# Of the example policy, from harmless to the most severe; where an item goes hangs on its label, as in real routes.
ANSWERS = (("safe", Route.ACCEPT_AUDIT), ("spam", Route.REVIEW), ("threat", Route.DOUBLE)) * (ITEMS // 3)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where workspaces are made: every ordinary review is blind, and no gold is mixed in."""
    settings = {"EMBEDDER__NAME": "hashing", "REVIEW__GOLD_RATE": "0", "REVIEW__BLIND_SHARE": "1"}
    for name, value in settings.items():
        monkeypatch.setenv(f"ASSISTANT__{name}", value)
    return tmp_path


def claimed(folder: Path, answers: list[tuple[str, Route]], **body: Any) -> list[dict[str, Any]]:
    """The tasks of a reviewer who takes all, where the machine has given these answers to the items in order."""
    make_workspace(folder)
    with Workspace.open(folder) as workspace:
        names = [f"i{number:02}" for number in range(ITEMS)]
        workspace.items.add([NewItem(Item(name, Content(f"text {name}"), "en"), b"", 1) for name in names])
        run = workspace.runs.open(
            RunIdentity("p", "q", "openai:x", "{}", 0), prompt=("demo", "1"), policy=(workspace.policy.id, "1")
        )
        keys = [stored.key for name in names if (stored := workspace.items.get(name)) is not None]
        said = [
            AnsweredItem(key, 0, Prelabel(PrelabelStatus.LABELLED, (label,)), None)
            for key, (label, _) in zip(keys, answers, strict=True)
        ]
        workspace.prelabels.commit(run, said, [])
        decided = [(name, Decision(to, "r", (), 1.0, 1)) for name, (_, to) in zip(names, answers, strict=True)]
        RouteStore(workspace.database).append(run.id, decided)
        app = create_app(workspace, ServeOptions(port=PORT))
        lead, ana = (with_token(app, workspace, role) for role in (Role.LEAD, Role.REVIEWER))
        filled = lead.post("/api/v1/tasks/enqueue", json={"run": run.name} | body)
        assert filled.json()["added"] == ITEMS, filled.text
        return _all(ana)


def _all(client: TestClient) -> list[dict[str, Any]]:
    tasks: list[dict[str, Any]] = client.post("/api/v1/queue/claim", json={"n": 20}).json()["tasks"]
    return tasks


@pytest.mark.parametrize("due", [{}, {"due": "2030-01-02T03:04:05+02:00"}], ids=["no due time", "due"])
def test_blind_items_come_in_one_order_whatever_the_machine_answered(folder: Path, due: dict[str, str]) -> None:
    orders, said = [], []
    for seed in range(3):
        answers = list(ANSWERS)
        Random(seed).shuffle(answers)
        tasks = claimed(folder / str(seed), answers, **due)
        assert all(task["blind"] and task["severity"] is None for task in tasks)
        orders.append([task["item"]["id"] for task in tasks])
        said.append(answers)
    assert said[0] != said[1] != said[2]
    assert orders[0] == orders[1] == orders[2]
    assert len(orders[0]) == ITEMS


def test_no_answer_confidence_or_route_moves_a_blind_task() -> None:
    policy = Policy("rules", "1", "Rules", ("en",), LABELS, (), "source", "digest")
    wish = Wish(
        QueueBatch(1, policy, "lead", key=1), ReviewSettings(blind_share=1), {}, "2026-03-01T08:00:00.000+00:00"
    )
    routes = (Route.REVIEW, Route.DOUBLE, Route.ACCEPT_AUDIT)
    found = {
        task.priority
        for label, said, sure, to in product(LABELS.names, LABELS.names, (None, 0.1, 0.99), routes)
        if (task := wish.task(RoutedKey(1, "i1", "en", to, (label,), sure), {said}, None)) is not None
    }
    assert len(found) == 1
