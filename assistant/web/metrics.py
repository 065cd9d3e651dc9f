"""What Prometheus can read: requests, time, logins, answers, and the state of the queue when it is asked for."""

from __future__ import annotations

import math
from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """One app's counters, in a registry of their own.

    Labels never hold content, names or addresses: the route is the template (`/api/v1/reviews/{review_id}/undo`).
    """

    content_type = "text/plain; version=0.0.4; charset=utf-8"

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "assistant_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "assistant_request_seconds",
            "Time to the last byte of an answer.",
            ("route",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._logins = Counter("assistant_logins", "Tries to sign in.", ("outcome",), registry=self.registry)
        self._limits = Counter(
            "assistant_login_limits",
            "Tries to sign in that had to wait, by the limit they met.",
            ("limit",),
            registry=self.registry,
        )
        self._answers = Counter(
            "assistant_answers", "Answers handed in by reviewers.", ("outcome",), registry=self.registry
        )
        self._assignments = Gauge(
            "assistant_assignments", "Wanted answers by state.", ("state",), registry=self.registry
        )
        self._backup = Gauge(
            "assistant_backup_age_seconds", "Since the last backup; NaN for none.", registry=self.registry
        )
        for outcome in ("ok", "failed", "limited"):
            self._logins.labels(outcome)
        for limit in ("account_and_address", "address", "account"):
            self._limits.labels(limit)

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

    def backup(self, seconds: float | None) -> None:
        """How long ago the last backup was made, None for never."""
        self._backup.set(math.nan if seconds is None else seconds)

    def text(self, assignments: Mapping[str, int]) -> bytes:
        """Everything as Prometheus reads it; `assignments` counts wanted answers by state (`open`, `leased`)."""
        for state, count in assignments.items():
            self._assignments.labels(state).set(count)
        return generate_latest(self.registry)
