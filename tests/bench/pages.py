"""Pages for leads beside a million items: the first look, when nothing is counted yet, and the looks after it."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from starlette.testclient import TestClient

from assistant.application.projects.projects import ProjectChoice, init_project
from assistant.application.workspace.create import make_workspace
from assistant.domain.projects import FIRST_KEY
from assistant.domain.review_work import Role
from assistant.store.database import Database
from assistant.store.people.users import UserStore
from assistant.web.app import create_app
from assistant.web.server.options import ServeOptions
from assistant.wiring.workspace import Workspace
from tests.bench.review import _LANES, _fill
from tests.web.conftest import PORT, browser, sign_in

Figure = tuple[str, str, str]
_LOOKS = 40
_PAGES = {
    "disagreements": "/disagreements",
    "disagreements, filtered": "/disagreements?first=hate&second=safe&language=l1",
    "adjudication": "/disagreements/150000",
    "queue": "/queue",
    "tasks, most urgent first": "/queue/tasks",
    "tasks of a lane": "/queue/tasks?language=l1&harm=hate",
    "runs": "/runs",
    "run": "/runs/r1",
    "run, figures": "/runs/r1/totals",
    "items of a run": "/runs/r1/items",
    "items of a run, of a label": "/runs/r1/items?label=spam",
    "people": "/people?days=all",
    "audit log": "/audit",
}
_IN_PROJECTS = {"projects": "/projects", "batches": "/batches", "an item": "/items/p6", "releases": "/releases"}
# A run is named by its row: r7 is that of project 7, whose disagreements are those of items 6, 26, 46 ...
_PAGES_OF_ONE = {name: path.replace("/runs/r1", "/runs/r7") for name, path in _PAGES.items()}
_PROJECTS = 20
_SPREADING = (
    "UPDATE items SET project_id = 1 + id % {projects}",
    "INSERT INTO runs (id, project_id, key, origin, prompt_name, prompt_version, model, parameters, replicate, "
    "created_at) SELECT p.id, p.id, 'k' || p.id, r.origin, r.prompt_name, r.prompt_version, r.model, r.parameters, 0, "
    "r.created_at FROM projects p JOIN runs r ON r.id = 1 WHERE p.id > 1",
    "UPDATE prelabels SET run_id = 1 + item_id % {projects}",
    "INSERT INTO lanes (id, project_id, policy_id, policy_version, language, queue, skill, harm, for_user) "
    "SELECT l.id + {lanes} * (p.id - 1), p.id, l.policy_id, l.policy_version, l.language, l.queue, l.skill, l.harm, 0 "
    "FROM lanes l JOIN projects p ON p.id > 1",
    "UPDATE tasks SET run_id = 1 + item_id % {projects}, lane_id = lane_id + {lanes} * (item_id % {projects})",
    "UPDATE assignments SET lane_id = lane_id + {lanes} * (item_id % {projects})",
    "UPDATE disagreements SET project_id = 1 + item_id % {projects}, run_id = 1 + item_id % {projects}",
)


def pages(folder: Path) -> Iterator[Figure]:
    """Time from the request to the last byte, in this process, without a network."""
    os.environ["ASSISTANT__EMBEDDER__NAME"] = "hashing"
    make_workspace(folder / "pages")
    with Workspace.open(folder / "pages") as workspace:
        _fill(workspace.database)
        yield from _looks(workspace, "", "")


def projects(folder: Path) -> Iterator[Figure]:
    """The same in one of 20 projects that share the million, one item after the other."""
    os.environ["ASSISTANT__EMBEDDER__NAME"] = "hashing"
    make_workspace(folder / "projects")
    with Workspace.open(folder / "projects", project=FIRST_KEY) as workspace:
        for number in range(2, _PROJECTS + 1):
            choice = ProjectChoice(policy=Path("policies/community.md"))
            init_project(workspace, f"p{number}", choice, actor="bench")
        _fill(workspace.database)
        _spread(workspace.database)
        yield from _looks(workspace, "/p/p7", "p95 <= 150 ms")


def _spread(database: Database) -> None:
    """Give each project every 20th item, with what hangs on it."""
    with database.write(looked_up=False) as connection:
        for statement in _SPREADING:
            connection.exec_driver_sql(statement.format(projects=_PROJECTS, lanes=_LANES))


def _looks(workspace: Workspace, prefix: str, wanted: str) -> Iterator[Figure]:
    user = UserStore(workspace.database).add("rosa", role=Role.ADMIN, actor="bench")
    client = browser(create_app(workspace, ServeOptions(port=PORT)))
    sign_in(client, workspace, user)
    client.get("/profile")
    for name, path in (_PAGES_OF_ONE | _IN_PROJECTS if prefix else _PAGES).items():
        first, *others = (_look(client, prefix + path) for _ in range(_LOOKS + 1))
        middle, p95 = statistics.median(others), statistics.quantiles(others, n=20)[-1]
        yield f"page: {name}", f"first {first:.0f} ms, then p50 {middle:.0f}, p95 {p95:.0f} ms", wanted


def _look(client: TestClient, path: str) -> float:
    started = time.perf_counter()
    answer = client.get(path)
    taken = (time.perf_counter() - started) * 1000
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:300]}")
    return taken
