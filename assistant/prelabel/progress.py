"""What a running job can say about itself."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.domain.prelabels import Prelabel, PrelabelStatus, Usage
from assistant.routing.route import Decision


@dataclass(slots=True)
class JobProgress:
    """Counts of this session of a run; a run may need several.

    Args:
        total: contents to ask in this session.
        labelled, failed: contents answered so far.
        shared: items that got the answer of another item with the same content.
        controls: harmless questions asked because items were refused, see `refusals`.
        recovered: replies of a killed session that were found and read instead of retried.
        failures: failed contents by reason.
        routes: items by (route, reason).
        labels: items by label; several for a multi-label answer.
        prompt_tokens, completion_tokens, cached_tokens: of this session's answers.
        cost_usd: US$ of this session, None where the price is not known.
        asked_again: attempts repeated by the guard, by reason: a server that is gone shows here first.
        started: monotonic seconds.
    """

    total: int
    labelled: int = 0
    failed: int = 0
    shared: int = 0
    controls: int = 0
    recovered: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    routes: Counter[tuple[str, str]] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: float | None = None
    asked_again: Mapping[str, int] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    @property
    def done(self) -> int:
        """Contents answered so far."""
        return self.labelled + self.failed

    @property
    def seconds(self) -> float:
        """Since the session began."""
        return time.monotonic() - self.started

    @property
    def rate(self) -> float:
        """Contents per second."""
        return self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """At the rate so far; None before the first answer."""
        return (self.total - self.done) / self.rate if self.done else None

    def count(self, prelabel: Prelabel, decision: Decision | None, *, shared: bool = False) -> None:
        """Take one answer into the counts; a shared one cost nothing."""
        if decision is not None:
            self.routes[decision.route.value, decision.reason] += 1
        self.labels.update(prelabel.labels)
        if shared:
            self.shared += 1
            return
        if prelabel.status is PrelabelStatus.LABELLED:
            self.labelled += 1
        else:
            self.failed += 1
            self.failures[prelabel.reason.value if prelabel.reason else "unknown"] += 1
        self._spend(prelabel.usage, prelabel.cost_usd)

    def count_control(self, usage: Usage, cost_usd: float | None) -> None:
        """Take an answered control question into the counts."""
        self.controls += 1
        self._spend(usage, cost_usd)

    def _spend(self, usage: Usage, cost_usd: float | None) -> None:
        self.prompt_tokens += usage.prompt_tokens
        self.completion_tokens += usage.completion_tokens
        self.cached_tokens += usage.cached_tokens
        if cost_usd is not None:
            self.cost_usd = (self.cost_usd or 0.0) + cost_usd
