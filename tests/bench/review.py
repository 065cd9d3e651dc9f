"""The queue at scale: a million items, 200,000 open tasks and 300,000 disagreements, on SQLite and PostgreSQL."""

from __future__ import annotations

import importlib.util
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import sqlalchemy as sa

from assistant.domain.disagreements import DisagreementFilter
from assistant.domain.policies import Label, LabelKind, LabelSet
from assistant.domain.review_work import EXPERT, Claimed, Principal, Submission
from assistant.review.queue import Queue
from assistant.settings import ReviewSettings
from assistant.store.database import Database
from assistant.store.review.disagreements.disagreement_list import page
from assistant.store.review.disagreements.found import pair_digest
from assistant.store.review.queue import events
from tests.postgres import find_binaries, running_server

Figure = tuple[str, str, str]
ITEMS, TASKS, DISAGREEMENTS, PEOPLE = 1_000_000, 200_000, 300_000, 50
_ROUNDS, _TURNS = 300, 8
_LABELS = LabelSet(
    LabelKind.SINGLE, (Label("safe", "harmless"), Label("spam", "unwanted", 1), Label("hate", "hate", 3))
)
_LANES = 60  # 5 languages, 3 harms, 2 skills, 2 queues
_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
_COMMON, _RARE = pair_digest(("spam",), ("safe",), ordered=True), pair_digest(("hate",), ("safe",), ordered=True)
_STAMP = "2026-03-01T00:00:00.000+00:00"
_STATEMENTS = (
    (
        ITEMS,
        "INSERT INTO items (id, project_id, external_id, kind, text, content_digest, language, meta, created_at) "
        "{numbers} SELECT i, 1, 'p' || i, 'text', 'a post of some length, number ' || i, 'd' || i, 'en', '{{}}', "
        "'{stamp}' FROM n",
    ),
    (
        1,
        "INSERT INTO runs (id, project_id, key, origin, prompt_name, prompt_version, model, parameters, replicate, "
        "created_at) VALUES (1, 1, 'k', 'prelabel', 'demo', '1', 'm', '{{}}', 0, '{stamp}')",
    ),
    (
        ITEMS,
        "INSERT INTO prelabels (run_id, item_id, revision, status, labels, signals, clauses, model, prompt_tokens, "
        "completion_tokens, cached_tokens, latency_ms, attempts, created_at) {numbers} SELECT 1, i, 0, 'labelled', "
        "CASE WHEN i % 3 = 0 THEN '[\"spam\"]' ELSE '[\"safe\"]' END, '{{}}', '[\"C1\"]', 'm', 1, 1, 0, 1.0, 1, "
        "'{stamp}' FROM n",
    ),
    (
        PEOPLE,
        "INSERT INTO users (id, name, display_name, role, languages, skills, opt_outs, queues, team, preferences, "
        "disabled, created_at) {numbers} SELECT i, 'r' || i, 'r' || i, 'reviewer', '[]', '[]', '[]', '[]', '', '{{}}', "
        "false, '{stamp}' FROM n",
    ),
    (
        _LANES,
        "INSERT INTO lanes (id, project_id, policy_id, policy_version, language, queue, skill, harm, for_user) "
        "{numbers} SELECT i, 1, 'rules', '1', 'l' || (i % 5), CASE WHEN i / 30 % 2 = 0 THEN '' ELSE 'team' END, "
        "CASE WHEN i / 15 % 2 = 0 THEN '' ELSE 'expert' END, "
        "CASE i / 5 % 3 WHEN 0 THEN '' WHEN 1 THEN 'spam' ELSE 'hate' END, 0 FROM n",
    ),
    (
        TASKS,
        "INSERT INTO tasks (id, item_id, run_id, lane_id, kind, blind, policy_id, policy_version, queue, language, "
        "skill, harm, severity, priority, overlap, created_at) {numbers} SELECT i, i, 1, 1 + i * 7001 % 60, 'review', "
        "false, 'rules', '1', '', 'en', '', '', 0, i * 7001 % 100003, 1, '{stamp}' FROM n",
    ),
    (
        TASKS,
        "INSERT INTO assignments (id, task_id, item_id, lane_id, priority, seat, state, token) {numbers} "
        "SELECT i, i, i, 1 + i * 7001 % 60, i * 7001 % 100003, 0, 'open', 0 FROM n",
    ),
    (
        DISAGREEMENTS,
        "INSERT INTO reviews (id, project_id, item_id, rater, labels, shown_suggestion, source, meta, created_at) "
        "{numbers} SELECT i, 1, 500000 + i, 'r' || (1 + i % 50), '[\"safe\"]', true, 'queue', '{{}}', '{stamp}' FROM n",
    ),
    (
        DISAGREEMENTS,
        "INSERT INTO disagreements (id, project_id, kind, item_id, review_id, run_id, rater, labels, other_labels, "
        "pair, language, clause, prompt, confidence, settled, created_at) {numbers} SELECT i, 1, 'machine', "
        "500000 + i, i, 1, 'r' || (1 + i % 50), '[\"safe\"]', '[\"spam\"]', CASE WHEN i % 5000 = 0 THEN '{rare}' "
        "ELSE '{common}' END, 'l' || (i % 5), 'C' || (i % 40), 'demo@' || (i % 7), i * 7001 % 100003 / 100003.0, "
        "false, '{stamp}' FROM n",
    ),
)


def review(folder: Path) -> Iterator[Figure]:
    """Claims, answers and lists beside a million items."""
    yield from _measure("SQLite", f"sqlite:///{folder / 'review.db'}")
    binaries = find_binaries()
    if binaries is None or importlib.util.find_spec("psycopg") is None:
        yield "the queue on PostgreSQL", "not measured: it is not installed here", ""
        return
    with running_server(binaries) as server:
        yield from _measure("PostgreSQL", server.new_url())


def _measure(name: str, url: str) -> Iterator[Figure]:
    database = Database.open(url)
    _fill(database)
    queue = Queue(database, ReviewSettings(gold_rate=0, budgets={"hate": 1000}), label_set=_LABELS)
    people = [
        Principal(number, f"r{number}", skills=frozenset({EXPERT}) if number % 5 == 0 else frozenset())
        for number in range(1, PEOPLE + 1)
    ]
    held: list[tuple[Principal, Claimed]] = []
    turns = (people[at % PEOPLE] for at in count())
    yield _figure(f"{name}: next item", lambda: held.extend(_claim(queue, next(turns))), "p95 <= 30 ms")
    yield _figure(f"{name}: submit", lambda: _submit(queue, *held.pop()), "p95 <= 50 ms")
    yield _events_cost(name, queue, turns, people)
    started = time.perf_counter()
    with ThreadPoolExecutor(10) as threads:
        taken = [one for part in threads.map(lambda who: _work(queue, who), people) for one in part]
    rate = len(taken) / (time.perf_counter() - started)
    yield f"{name}: 10 people at once, claim and submit", f"p95 {_p95(taken):.1f} ms, {rate:,.0f} answers/s", ""
    for what, wanted in _lists():
        told = _figure(f"{name}: {what}", lambda wanted=wanted: page(database, wanted), "p95 <= 150 ms")  # type: ignore[misc]
        yield told
    queue.close()
    database.close()


def _kept_nowhere(*_: object) -> None:
    """In place of what writes events."""


def _events_cost(name: str, queue: Queue, turns: Iterator[Principal], people: Sequence[Principal]) -> Figure:
    """CPU of this process for an answer, claim and submit, with its events and without, in turns of 50."""
    spent: dict[bool, list[float]] = {True: [], False: []}
    write = events.add
    for turn in range(2 * _TURNS):
        kept = turn % 2 == 0
        events.add = write if kept else _kept_nowhere  # type: ignore[assignment]
        for _ in range(len(people)):
            who, started = next(turns), time.process_time()
            for claimed in _claim(queue, who):
                _submit(queue, *claimed)
            spent[kept].append((time.process_time() - started) * 1000)
    events.add = write
    with_them, without = statistics.mean(spent[True]), statistics.mean(spent[False])
    what = f"{with_them:.2f} ms beside {without:.2f} ms without: {with_them / without - 1:+.0%}"
    return f"{name}: CPU of an answer with its events", what, "<= +20 %"


def _lists() -> Iterator[tuple[str, DisagreementFilter]]:
    yield "disagreements, newest", DisagreementFilter()
    yield "  of a rare pair", DisagreementFilter(pair=(("hate",), ("safe",)))
    yield "  of a clause in a language", DisagreementFilter(clause="C3", language="l1")
    yield "  of one reviewer and prompt", DisagreementFilter(reviewer="r7", prompt="demo@3")
    yield "  with a rare confidence", DisagreementFilter(confidence=(0.0, 0.0001))
    none = DisagreementFilter(language="l1", prompt="demo@1", reviewer="r2", confidence=(2, 3))
    yield "  that there are none of", none


def _fill(database: Database) -> None:
    with database.write(looked_up=False) as connection:
        for number, statement in _STATEMENTS:
            numbers = _NUMBERS.format(count=number)
            sql = statement.format(numbers=numbers, stamp=_STAMP, rare=_RARE, common=_COMMON)
            connection.exec_driver_sql(sql.replace("%", "%%") if not database.is_sqlite else sql)
        if not database.is_sqlite:  # rows given with their numbers leave the counters behind
            for table in ("reviews", "assignments", "tasks", "disagreements"):
                connection.execute(sa.select(sa.func.setval(f"{table}_id_seq", ITEMS)))
    if not database.is_sqlite:
        with database.write() as connection:
            connection.execute(sa.text("ANALYZE"))


def _claim(queue: Queue, who: Principal) -> list[tuple[Principal, Claimed]]:
    return [(who, one) for one in queue.claim(who)]


def _submit(queue: Queue, who: Principal, one: Claimed) -> None:
    given = Submission(assignment_id=one.assignment_id, token=one.token, labels=("safe",), key=f"{one.assignment_id}")
    queue.submit(who, given)


def _work(queue: Queue, who: Principal) -> list[float]:
    taken = []
    for _ in range(10):
        started = time.perf_counter()
        for claimed in _claim(queue, who):
            _submit(queue, *claimed)
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def _figure(what: str, call: Callable[[], object], target: str) -> Figure:
    taken = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        call()
        taken.append((time.perf_counter() - started) * 1000)
    return what, f"p50 {statistics.median(taken):.1f} ms, p95 {_p95(taken):.1f} ms, most {max(taken):.0f} ms", target


def _p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]
