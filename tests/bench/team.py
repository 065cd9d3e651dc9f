"""A team at work while its servers are restarted and killed and a backup is taken: what was acknowledged is there.

Thirty reviewers ask for an item, think, and answer over TLS through nginx, for three minutes. A third in, one server is
ended by TERM and started again; two thirds in, one by kill -9, started again after five seconds, as systemd would. With
PostgreSQL two servers share the database; with SQLite there is one.
"""

from __future__ import annotations

import http.client
import os
import random
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from assistant.application.people.credentials import digest, new_token
from assistant.application.people.passwords import hash_password
from assistant.application.workspace.create import make_workspace
from assistant.domain.items import Content, Item
from assistant.domain.review_work import NewTask, Role, TaskKind
from assistant.store.audit.log import verify
from assistant.store.content.items import NewItem
from assistant.store.people.api_tokens import ApiTokenStore
from assistant.store.people.users import UserStore
from assistant.store.review.queue.tasks import add_tasks
from assistant.store.tables.content import items, reviews
from assistant.store.workspaces import DATABASE_VARIABLE
from assistant.wiring.workspace import Workspace
from tests.bench.content import posts
from tests.bench.team_site import Site, team_site
from tests.postgres import DURABLE, find_binaries, running_server

Figure = tuple[str, str, str] | tuple[str, str, str, bool | None]
PEOPLE, SECONDS, THINK_SECONDS = 30, 180.0, 3.0
P95_MS = 150.0
_SECONDS_VARIABLE = "BENCH_TEAM_SECONDS"  # a shorter try
_START_AGAIN_SECONDS = 5.0  # RestartSec of the unit that ships
_GIVE_UP_SECONDS = 60.0
_LABELS = ("safe", "spam", "harassment")


@dataclass
class Acknowledged:
    """What the servers said they have, and how long it took."""

    answers: dict[int, tuple[str, str, float]] = field(default_factory=dict)  # review id: rater, item, when
    twice: int = 0
    milliseconds: dict[str, list[float]] = field(default_factory=lambda: {"claim": [], "answer": []})
    again: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0
    given_up: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Reviewer(threading.Thread):
    """One person: claim, think, answer, until the time is over; what fails is sent again with the same key."""

    def __init__(self, name: str, token: str, site: Site, until: float, seen: Acknowledged) -> None:
        super().__init__(name=name)
        self._token, self._site, self._until, self._seen = token, site, until, seen
        self._chance = random.Random(name)
        self._tls = site.tls()
        self._connection: http.client.HTTPSConnection | None = None

    def run(self) -> None:
        """See above."""
        time.sleep(self._chance.uniform(0, THINK_SECONDS))  # people don't all press the key at the same moment
        while time.monotonic() < self._until:
            claimed = self._ask("claim", "/api/v1/queue/claim", {"n": 1})
            if not claimed or not claimed["tasks"]:
                return
            [task] = claimed["tasks"]
            time.sleep(self._chance.expovariate(1 / THINK_SECONDS))
            key = f"bench-{self.name}-{task['assignment_id']}"
            body = {"token": task["token"], "labels": [self._chance.choice(_LABELS)], "key": key, "seconds": 2.0}
            told = self._ask("answer", f"/api/v1/assignments/{task['assignment_id']}/answer", body)
            if told and told.get("review_id"):
                with self._seen.lock:
                    self._seen.twice += told["review_id"] in self._seen.answers
                    self._seen.answers[told["review_id"]] = (self.name, task["item"]["id"], time.time())

    def _ask(self, what: str, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """Ask until there is an answer; the time of the request that was answered counts."""
        first = time.monotonic()
        while time.monotonic() - first < _GIVE_UP_SECONDS:
            began = time.monotonic()
            status, told = self._send(path, orjson.dumps(body))
            took = time.monotonic() - began
            with self._seen.lock:
                if status == 200:
                    self._seen.milliseconds[what].append(took * 1000)
                    self._seen.longest = max(self._seen.longest, time.monotonic() - first)
                    return told
                self._seen.again[str(status)] += 1
            if 400 <= status < 500:
                break  # the same again would be refused again
            time.sleep(0.3)
        with self._seen.lock:
            self._seen.given_up += 1
        return None

    def _send(self, path: str, body: bytes) -> tuple[int, dict[str, Any] | None]:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        try:
            if self._connection is None:
                self._connection = http.client.HTTPSConnection(
                    self._site.host, self._site.port, timeout=30, context=self._tls
                )
            self._connection.request("POST", path, body, headers)
            answer = self._connection.getresponse()
            told = answer.read()
        except (OSError, http.client.HTTPException):
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            return 0, None
        return answer.status, orjson.loads(told) if answer.status == 200 else None


def team(folder: Path) -> Iterator[Figure]:
    """Both databases, one after the other."""
    binaries = find_binaries()
    if binaries is None:
        yield "PostgreSQL", "not measured: it is not installed", ""
    else:
        with running_server(binaries, DURABLE) as server:
            yield from _measure(folder / "postgres", "PostgreSQL, two servers", 2, server.new_url(), server.new_url())
    yield from _measure(folder / "sqlite", "SQLite, one server", 1, "", "")


def _measure(folder: Path, name: str, servers: int, url: str, restored_url: str) -> Iterator[Figure]:
    folder.mkdir()
    workspace, seconds = folder / "workspace", float(os.environ.get(_SECONDS_VARIABLE) or SECONDS)
    environment = {DATABASE_VARIABLE: url} if url else {}
    with _environment(environment):
        make_workspace(workspace)
        tokens = _prepare(workspace, round(PEOPLE * (seconds / THINK_SECONDS + 20)))
    seen = Acknowledged()
    with team_site(folder, workspace, servers=servers, environment=environment) as site:
        began, until = time.monotonic(), time.monotonic() + seconds
        people = [Reviewer(rater, token, site, until, seen) for rater, token in tokens.items()]
        for one in people:
            one.start()
        backup = _disturb(site, folder, workspace, environment, began, seconds)
        for one in people:
            one.join()
        took = time.monotonic() - began
    with _environment(environment):
        stored = _stored(workspace)
    yield from _figures(name, seen, stored, took)
    yield from _backup_figures(name, backup, seen, folder / "restored", restored_url)


@dataclass
class Backup:
    """One that was taken under load: since when, whether the command is there, and what it said."""

    path: Path
    began: float = 0.0
    seconds: float = 0.0
    status: int | None = None
    said: str = ""


def _disturb(
    site: Site, folder: Path, workspace: Path, environment: dict[str, str], began: float, seconds: float
) -> Backup:
    """A restart, a backup and a kill, at their times."""
    _sleep_until(began + seconds / 3)
    site.servers[0].end(signal.SIGTERM)
    site.servers[0].start()
    _sleep_until(began + seconds / 2)
    backup = Backup(folder / "backup.zip")
    backup.began, since = time.time(), time.monotonic()
    done = _assistant("backup", str(backup.path), "--workspace", str(workspace), environment=environment)
    backup.seconds, backup.status, backup.said = time.monotonic() - since, done.returncode, done.stderr[-300:]
    _sleep_until(began + seconds * 2 / 3)
    site.servers[-1].end(signal.SIGKILL)
    time.sleep(_START_AGAIN_SECONDS)
    site.servers[-1].start()
    return backup


def _figures(name: str, seen: Acknowledged, stored: dict[int, tuple[str, str]], took: float) -> Iterator[Figure]:
    for what, milliseconds in seen.milliseconds.items():
        if len(milliseconds) < 2:
            yield f"{name}: {what}", f"{len(milliseconds)} answered, {dict(seen.again)} refused", "all", False
            return
        cut = statistics.quantiles(milliseconds, n=100)
        yield (
            f"{name}, {PEOPLE} reviewers, {THINK_SECONDS:.0f} s of thought, {took:.0f} s: {what}, p50 / p95 / p99",
            f"{cut[49]:.0f} / {cut[94]:.0f} / {cut[98]:.0f} ms of {len(milliseconds):,}",
            f"p95 <= {P95_MS:.0f} ms",
            cut[94] <= P95_MS,
        )
    there = sum(stored.get(key) == (rater, item) for key, (rater, item, _) in seen.answers.items())
    pairs = Counter(stored.values())
    twice = sum(number - 1 for number in pairs.values()) + seen.twice
    yield (
        "  one server restarted by TERM, one killed by -9: acknowledged answers stored",
        f"{there:,} of {len(seen.answers):,}; {twice:,} twice, {len(stored) - there:,} not acknowledged",
        "all, none twice",
        there == len(seen.answers) > 0 and twice == 0,
    )
    again = ", ".join(f"{number} x {status if status != '0' else 'cut'}" for status, number in seen.again.items())
    yield (
        "  requests sent again",
        f"{again or 'none'}; longest wait {seen.longest:.1f} s; {seen.given_up} given up",
        "0 given up",
        seen.given_up == 0,
    )


def _backup_figures(name: str, backup: Backup, seen: Acknowledged, folder: Path, restored_url: str) -> Iterator[Figure]:
    if backup.status:
        yield f"  {name}: backup under load", f"status {backup.status}: {backup.said}", "status 0", False
        return
    environment = {DATABASE_VARIABLE: restored_url} if restored_url else {}
    done = _assistant("restore", str(backup.path), str(folder), environment=environment)
    if done.returncode:
        yield f"  {name}: restored", f"status {done.returncode}: {done.stderr[-300:]}", "status 0", False
        return
    before = {key: (rater, item) for key, (rater, item, at) in seen.answers.items() if at < backup.began}
    with _environment(environment):
        stored = _stored(folder)
        with Workspace.open(folder) as opened:
            chain = verify(opened.database)
    there = sum(stored.get(key) == value for key, value in before.items())
    yield (
        f"  {name}: backup under load in {backup.seconds:.1f} s, restored: answers acknowledged before it",
        f"{there:,} of {len(before):,}; {chain.rows:,} rows of the audit log hold",
        "all, and the chain whole",
        there == len(before) > 0 and chain.broken_at is None,
    )


def _prepare(workspace: Path, count: int) -> dict[str, str]:
    """Content, a task each, and people with tokens; one of them, nobody at work, with a password."""
    with Workspace.open(workspace) as opened:
        policy = opened.policy
        new = [
            NewItem(Item(name, Content(text), "en"), b"", number)
            for number, (name, text, _) in enumerate(posts(count, seed=3))
        ]
        for start in range(0, count, 2000):
            opened.items.add(new[start : start + 2000])
        with opened.database.read() as connection:
            keys = list(connection.execute(sa.select(items.c.id).order_by(items.c.id)).scalars())
        work = NewTask(
            item_key=0,
            kind=TaskKind.REVIEW,
            policy_id=policy.id,
            policy_version=policy.version,
            language="en",
            run_id=None,
            harm="",
            severity=0,
            due_at=None,
            priority=1.0,
            blind=True,
        )
        with opened.database.write() as connection:
            add_tasks(connection, [replace(work, item_key=key) for key in keys])
        users, tokens = UserStore(opened.database), ApiTokenStore(opened.database)
        users.add(
            "admin", role=Role.ADMIN, actor="bench", password_hash=hash_password("a long pass phrase of the bench")
        )
        found = {}
        for number in range(PEOPLE):
            user = users.add(f"r{number}", role=Role.REVIEWER, actor="bench", languages=["en"])
            secret = new_token()
            tokens.add(user, name="bench", digest=digest(secret), scopes=["read", "label"], actor="bench")
            found[user.name] = secret
        return found


def _stored(workspace: Path) -> dict[int, tuple[str, str]]:
    """Every human label there is: who gave it to what, by its number."""
    with Workspace.open(workspace) as opened, opened.database.read() as connection:
        names = {row.id: row.external_id for row in connection.execute(sa.select(items.c.id, items.c.external_id))}
        rows = connection.execute(sa.select(reviews.c.id, reviews.c.rater, reviews.c.item_id))
        return {row.id: (row.rater, names[row.item_id]) for row in rows}


def _assistant(*words: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "assistant", *words],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def _sleep_until(moment: float) -> None:
    with suppress(ValueError):  # it is past
        time.sleep(moment - time.monotonic())


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
