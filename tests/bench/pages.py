"""Pages for leads beside a million items: the first look, when nothing is counted yet, and the looks after it."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from starlette.testclient import TestClient

from assistant.application.workspace.create import make_workspace
from assistant.domain.review_work import Role
from assistant.store.people.users import UserStore
from assistant.web.app import create_app
from assistant.web.server.options import ServeOptions
from assistant.wiring.workspace import Workspace
from tests.bench.review import _fill
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


def pages(folder: Path) -> Iterator[Figure]:
    """Time from the request to the last byte, in this process, without a network."""
    os.environ["ASSISTANT__EMBEDDER__NAME"] = "hashing"
    make_workspace(folder / "pages")
    with Workspace.open(folder / "pages") as workspace:
        _fill(workspace.database)
        user = UserStore(workspace.database).add("rosa", role=Role.ADMIN, actor="bench")
        client = browser(create_app(workspace, ServeOptions(port=PORT)))
        sign_in(client, workspace, user)
        client.get("/profile")
        for name, path in _PAGES.items():
            first, *others = (_look(client, path) for _ in range(_LOOKS + 1))
            middle, p95 = statistics.median(others), statistics.quantiles(others, n=20)[-1]
            yield f"page: {name}", f"first {first:.0f} ms, then p50 {middle:.0f}, p95 {p95:.0f} ms", ""


def _look(client: TestClient, path: str) -> float:
    started = time.perf_counter()
    answer = client.get(path)
    taken = (time.perf_counter() - started) * 1000
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code} {answer.text[:300]}")
    return taken
