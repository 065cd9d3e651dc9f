"""Runs: what was asked with which prompt, policy and model, what it came to, and where two of them differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.domain.labels import LabelAnswer

NOT_STORED = 0
"""Number of a run that is only planned: no row has it, so nothing was answered in it."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: items x prompt version x policy version x model x parameters.

    Imported machine answers are runs too; they have no prompt and no policy. A run that was only planned, by a
    dry run, has the number `NOT_STORED` and no name.
    """

    id: int
    key: str
    origin: str
    model: str
    prompt: str | None  # name@version
    prompt_digest: str | None
    policy: str | None  # id@version
    policy_digest: str | None
    parameters: Mapping[str, object]
    replicate: int
    created_at: str

    @property
    def name(self) -> str:
        """The short name people type: `r3`; empty for a run that is only planned."""
        return "" if self.id == NOT_STORED else f"r{self.id}"


@dataclass(frozen=True, slots=True)
class RunTotals:
    """A run in numbers.

    Args:
        statuses: items by `labelled`, `failed`, `settled` (by people, never asked) and `pending`.
        failures: failed items by reason.
        routes: items by (route, reason).
        labels: labelled items by answer, several labels joined by `|`.
        prompt_tokens, completion_tokens, cached_tokens: of all answers; shared ones count once.
        cost_usd: US$ of all answers, None where no price is known.
        shared: items that took the answer of another item with the same content.
        with_media: items with an answer whose media no model was shown.
    """

    statuses: dict[str, int]
    failures: dict[str, int]
    routes: dict[tuple[str, str], int]
    labels: dict[str, int]
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int
    cost_usd: float | None
    shared: int
    with_media: int


@dataclass(frozen=True, slots=True)
class RunChanges:
    """Answers of two runs to the same items.

    Args:
        same: items with the same answer in both.
        changed: items by (old answer, new answer), most frequent first; None where a run failed.
        only_old, only_new: items that only one of the runs has answered.
    """

    same: int
    changed: dict[tuple[LabelAnswer | None, LabelAnswer | None], int]
    only_old: int
    only_new: int


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """One item that two runs answered differently."""

    item_id: str
    text: str
    old: LabelAnswer | None
    new: LabelAnswer | None
