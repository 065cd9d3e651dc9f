"""What Prometheus can read: requests, time, logins, answers, and how things stand when it is asked for."""

from __future__ import annotations

import math
import platform
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest

from assistant import __version__
from assistant.application.workspace.schema import SCHEMA
from assistant.domain.health import Backlog
from assistant.domain.review_work import OutcomeKind
from assistant.web.server.connections import Connections

_SECONDS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 10.0)
_CLOSED = ("answer", "body", "crowded", "head", "idle", "refused", "too_long")

disable_created_metrics()  # type: ignore[no-untyped-call]  # a series of its own for each one, that nobody looks at


@dataclass(frozen=True, slots=True)
class State:
    """How things stand at one moment.

    Args:
        backlog: what waits, and what jobs did last; None where the database doesn't answer in time.
        backup_seconds: since the last backup; None for never.
        index_up: whether the search index is there, or its server answers.
        job_running: whether a job is at work in this workspace.
        connections_in_use: to the database, of this process.
        connections: of people and programs; None where another server than ours holds them.
    """

    backlog: Backlog | None
    backup_seconds: float | None
    index_up: bool
    job_running: bool
    connections_in_use: int
    connections: Connections | None


class Metrics:
    """One app's counters, in a registry of their own.

    Labels never hold content, names or addresses: the route is the template (`/api/v1/reviews/{review_id}/undo`).
    """

    content_type = "text/plain; version=0.0.4; charset=utf-8"

    def __init__(self) -> None:
        self.registry, self._of_backlog = CollectorRegistry(), CollectorRegistry()
        self._requests = self._counter("requests", "Requests answered.", "method", "route", "status")
        self._seconds = Histogram(
            "assistant_request_seconds",
            "Time to the last byte of an answer.",
            ("route",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._logins = self._counter("logins", "Tries to sign in.", "outcome")
        self._limits = self._counter("login_limits", "Tries to sign in that had to wait, by what they met.", "limit")
        self._answers = self._counter("answers", "Answers handed in by reviewers.", "outcome")
        self._sweeps = self._counter("sweep_failures", "Rounds of housekeeping that could not be done.")
        for outcome in ("ok", "failed", "limited"):
            self._logins.labels(outcome)
        for limit in ("account_and_address", "address", "account"):
            self._limits.labels(limit)
        for kind in OutcomeKind:
            self._answers.labels(kind.value)
        build = self._gauge("build_info", "Always 1.", "version", "python", "schema")
        build.labels(__version__, platform.python_version(), SCHEMA).set(1)
        self._job = self._gauge("job_running", "1 while a job is running in this workspace.")
        self._database_up = self._gauge("database_up", "1 while the database answers within 2 seconds.")
        self._index_up = self._gauge("index_up", "1 while the search index is there, or its server answers.")
        self._pool = self._gauge("database_connections", "Connections to the database that are in use.")
        self._threads = self._gauge("threads", "Threads that answer requests, busy or at most.", "kind")
        self._waiting = self._gauge("waiting_requests", "Requests that wait for a thread.")
        self._connections = self._gauge("connections", "Connections by what they are at.", "phase")
        self._closed = self._counter("connections_closed", "Connections closed from here.", "reason")
        for reason in _CLOSED:
            self._closed.labels(reason)
        self._assignments = self._figure("assignments", "Wanted answers by state.", "state")
        self._oldest = self._figure("oldest_open_task_seconds", "How long the oldest open task has waited.")
        self._overdue = self._figure("overdue_tasks", "Open tasks whose due time is past.")
        self._backup = self._figure("backup_age_seconds", "Since the last backup; NaN for none.")
        self._events = self._figure("run_event_timestamp_seconds", "When an event of a run last happened.", "event")

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def login(self, outcome: str) -> None:
        """Somebody tried to sign in: `ok`, `failed` or `limited`."""
        self._logins.labels(outcome).inc()

    def login_limit(self, limit: str) -> None:
        """A try had to wait, because of this limit."""
        self._limits.labels(limit).inc()

    def answer(self, outcome: str) -> None:
        """A reviewer handed something in: the outcome's word (`stored`, `already`, `late`, `gone`, `refused`)."""
        self._answers.labels(outcome).inc()

    def sweep_failed(self) -> None:
        """A round of housekeeping (leases, aged gold) could not be done."""
        self._sweeps.inc()

    def closed(self, reason: str, count: int) -> None:
        """Connections were closed from here: by what took too long, `crowded`, `refused` or `too_long`."""
        self._closed.labels(reason).inc(count)

    def threads(self, busy: int, most: int, waiting: int) -> None:
        """How many threads answer requests, how many there may be, and how many requests wait for one."""
        self._threads.labels("busy").set(busy)
        self._threads.labels("most").set(most)
        self._waiting.set(waiting)

    def text(self, state: State) -> bytes:
        """Everything as Prometheus reads it; what isn't known now is left out."""
        self._database_up.set(state.backlog is not None)
        self._index_up.set(state.index_up)
        self._job.set(state.job_running)
        self._pool.set(state.connections_in_use)
        if state.connections is not None:
            for phase, count in state.connections.by_phase().items():
                self._connections.labels(phase).set(count)
        if state.backlog is None:
            return generate_latest(self.registry)
        self._tell(state.backlog)
        self._backup.set(math.nan if state.backup_seconds is None else state.backup_seconds)
        return generate_latest(self.registry) + generate_latest(self._of_backlog)

    def _tell(self, backlog: Backlog) -> None:
        for state, count in backlog.assignments.items():
            self._assignments.labels(state).set(count)
        self._oldest.set(backlog.oldest_seconds)
        self._overdue.set(backlog.overdue)
        for event, moment in backlog.last_events.items():
            self._events.labels(event).set(moment)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"assistant_{name}", about, labels, registry=self.registry)

    def _gauge(self, name: str, about: str, *labels: str) -> Gauge:
        return Gauge(f"assistant_{name}", about, labels, registry=self.registry)

    def _figure(self, name: str, about: str, *labels: str) -> Gauge:
        return Gauge(f"assistant_{name}", about, labels, registry=self._of_backlog)
