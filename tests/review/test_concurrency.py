"""Fifty reviewers in threads and processes, with crashes, a killed process, expired leases and late answers.

REVIEW_STORM_TASKS=2000 makes it as large as it is meant to be; it is smaller where nothing is said.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import sqlalchemy as sa

from assistant.domain.review_work import OutcomeKind, Principal, TaskKind
from assistant.store.audit import log as audit
from assistant.store.tables.content import reviews
from assistant.store.tables.review import assignments, late_answers, review_details, tasks, withdrawals
from tests.review.conftest import Desk
from tests.review.storm import storm

TASKS = int(os.environ.get("REVIEW_STORM_TASKS", "240"))
LEASE = 1.5
ASKED = 5  # times without getting anything, while there is work, that are too often to be chance
HERE, ELSEWHERE, KILLED = 38, (4, 4), 4  # people by process: 50 in all
ROOT = Path(__file__).parents[2]


def _process(url: str, number: int, people: list[Principal]) -> subprocess.Popen[str]:
    words = [f"{one.name}:{one.user_id}" for one in people]
    command = [sys.executable, "-m", "tests.review.storm", url, str(number), str(LEASE), *words]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def _go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def test_no_task_is_lost_none_answered_too_often_and_nobody_starves(desk: Desk, database_url: str) -> None:
    for number, key in enumerate(desk.items(TASKS)):
        overlap = (1, 1, 2, 3)[number % 4]
        desk.task(key, TaskKind.DOUBLE if overlap > 1 else TaskKind.REVIEW, overlap=overlap, priority=number % 7)
    people = [desk.person(f"p{number}") for number in range(HERE + sum(ELSEWHERE) + KILLED)]
    rest = people[HERE:]
    doomed = _process(database_url, 99, [rest.pop() for _ in range(KILLED)])
    others = [_process(database_url, at, [rest.pop() for _ in range(size)]) for at, size in enumerate(ELSEWHERE)]
    _go(doomed)
    while not desk.rows(assignments, assignments.c.state == "leased"):
        time.sleep(0.01)
    doomed.kill()
    for process in others:
        _go(process)
    told = storm(desk.database, people[:HERE], 7, LEASE)
    for process in others:
        output, _ = process.communicate(timeout=1200)
        assert process.returncode == 0
        told |= {name: Counter(counts) for name, counts in json.loads(output).items()}
    doomed.communicate()
    _check_database(desk)
    everything = sum(told.values(), Counter[str]())
    by_killed = {f"p{number}" for number in range(HERE + sum(ELSEWHERE), len(people))}
    here = {one.user_id for one in people if one.name not in by_killed}
    stored = sum(row.rater not in by_killed for row in desk.rows(reviews))
    undone = sum(row.actor not in by_killed for row in desk.rows(withdrawals))
    kept = sum(row.user_id in here for row in desk.rows(late_answers))
    seen = {"stored": everything[OutcomeKind.STORED], "undone": everything["undone"], "kept": everything["kept"]}
    assert seen == {"stored": stored, "undone": undone, "kept": kept}, everything
    assert everything["crashed"] > 0, everything
    starved = {name: counts for name, counts in told.items() if not counts["given"] and counts["asked"] >= ASKED}
    assert starved == {}, told
    print(json.dumps(_waits(told, people)))  # noqa: T201 - shown where the test fails, or with -s


def _waits(told: dict[str, Counter[str]], people: list[Principal]) -> dict[str, int]:
    """What was given and the longest wait for it, in ms, of those in this process and in the others."""
    here = {one.name for one in people[:HERE]}
    shown: dict[str, int] = {}
    for where, names in (("here", here), ("elsewhere", set(told) - here)):
        shown[f"longest wait {where}, ms"] = max(told[name]["longest_ms"] for name in names)
        shown[f"least given {where}"] = min(told[name]["given"] for name in names)
    return shown


def _check_database(desk: Desk) -> None:
    """Every task closed, each with as many counting answers as it wanted, each of another person."""
    taken_back = sa.exists().where(withdrawals.c.review_id == reviews.c.id)
    query = (
        sa.select(tasks.c.id, tasks.c.overlap, tasks.c.closed_at, reviews.c.rater, reviews.c.item_id)
        .select_from(
            tasks.outerjoin(review_details, review_details.c.task_id == tasks.c.id).outerjoin(
                reviews, sa.and_(reviews.c.id == review_details.c.review_id, ~taken_back)
            )
        )
        .order_by(tasks.c.id)
    )
    with desk.database.read() as connection:
        rows = connection.execute(query).all()
    raters: dict[int, list[str]] = {}
    for row in rows:
        assert row.closed_at is not None
        raters.setdefault(row.id, []).extend([row.rater] if row.rater else [])
    wanted = {row.id: row.overlap for row in rows}
    assert len(wanted) == TASKS
    assert {key: len(names) for key, names in raters.items()} == wanted
    assert all(len(set(names)) == len(names) for names in raters.values())
    assert Counter(row.state for row in desk.rows(assignments)) == {"answered": sum(wanted.values())}
    assert len({row.review_id for row in desk.rows(assignments)}) == sum(wanted.values())
    assert audit.verify(desk.database).broken_at is None
