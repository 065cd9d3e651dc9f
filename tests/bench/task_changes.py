"""Changing many tasks: how long it takes, and how long claims of other processes wait meanwhile."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from assistant.application.review.tasks.changes import change_tasks, preview_change, undo_change
from assistant.application.workspace.create import make_workspace
from assistant.domain.items import Content, Item
from assistant.domain.review_work import NewTask, Role, TaskKind
from assistant.domain.task_changes import ChangeKind, Position, TaskChange, TaskEdit, TaskFilter
from assistant.review.queue import Queue
from assistant.settings import ReviewSettings
from assistant.store.content.items import NewItem
from assistant.store.review.changes.task_standing import known_items
from assistant.store.review.queue.tasks import add_tasks
from assistant.wiring.workspace import Workspace

Figure = tuple[str, str, str]
TASKS, OFFERED = 10_000, 200
_EDITS = (
    TaskEdit(kind=ChangeKind.DUE, due="2031-01-01T00:00:00.000+00:00"),
    TaskEdit(kind=ChangeKind.PRIORITY, priority=Position.FIRST),
    TaskEdit(kind=ChangeKind.REASSIGN, queue="nights"),
    TaskEdit(kind=ChangeKind.PAUSE),
)


def task_changes(folder: Path) -> Iterator[Figure]:
    """10,000 tasks are changed in several ways while a reviewer in another process claims."""
    make_workspace(folder / "changes")
    with Workspace.open(folder / "changes") as workspace:
        _fill(workspace)
        where = TaskFilter(language="en")
        _, waits = _while_claiming(workspace.folder, partial(time.sleep, 4))
        yield "claim beside nothing", f"p95 {_p95(waits):.1f} ms", ""
        for edit in _EDITS:
            started = time.perf_counter()
            preview_change(workspace, where, edit)
            previewed = time.perf_counter() - started
            done: list[TaskChange] = []
            taken, waits = _while_claiming(
                workspace.folder,
                lambda edit=edit, done=done: done.append(change_tasks(workspace, where, edit, actor="bench")),  # type: ignore[misc]
            )
            told = f"{taken:.1f} s, preview {previewed:.1f} s; a claim meanwhile p95 {_p95(waits):.1f} ms"
            yield f"{TASKS:,} tasks: {edit.kind.value}", told, "claim p95 <= 50 ms"
            undoing = partial(undo_change, workspace, done[0].id, actor="bench")
            taken, waits = _while_claiming(workspace.folder, undoing)
            yield "  its undo", f"{taken:.1f} s; a claim meanwhile p95 {_p95(waits):.1f} ms", "claim p95 <= 50 ms"


def _fill(workspace: Workspace) -> None:
    names = [f"p{number}" for number in range(TASKS + OFFERED)]
    workspace.items.add([NewItem(Item(name, Content(name), "en"), b"", at) for at, name in enumerate(names)])
    policy = workspace.policy
    with workspace.database.write() as connection:
        keys = [key for key, _ in known_items(connection, names)]
        same: dict[str, Any] = {"kind": TaskKind.REVIEW, "blind": False, "policy_id": policy.id}
        same |= {"policy_version": policy.version}
        new = [
            NewTask(item_key=key, language="en" if at < TASKS else "zh", priority=float(at % 100), **same)
            for at, key in enumerate(keys)
        ]
        add_tasks(connection, new)
    workspace.users.add("ana", role=Role.REVIEWER, actor="bench", languages=["zh"])


def _claims(folder: Path, stop: Any, told: Any) -> None:
    with Workspace.open(folder) as workspace:
        queue = Queue(workspace.database, ReviewSettings(gold_rate=0), label_set=workspace.policy.label_set)
        ana, waits = workspace.users.get("ana").principal(), list[float]()
        while not stop.is_set():
            started = time.perf_counter()
            found = queue.claim(ana)
            waits.append((time.perf_counter() - started) * 1000)
            for one in found:
                queue.release(ana, one.assignment_id, one.token)
            time.sleep(0.01)
        told.put(waits)
        queue.close()


def _while_claiming(folder: Path, work: Callable[[], object]) -> tuple[float, list[float]]:
    """Seconds that some work takes, and milliseconds that claims of another process take meanwhile."""
    stop, told = multiprocessing.Event(), multiprocessing.Queue()
    process = multiprocessing.Process(target=_claims, args=(folder, stop, told))
    process.start()
    time.sleep(2)  # until it claims
    started = time.perf_counter()
    work()
    taken = time.perf_counter() - started
    stop.set()
    waits = told.get()
    process.join()
    return taken, waits


def _p95(waits: list[float]) -> float:
    return sorted(waits)[int(len(waits) * 0.95)]
