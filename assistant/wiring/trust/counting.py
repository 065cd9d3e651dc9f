"""How much of what was offered passes, of the whole batch or of each group of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.stats.certificates.finite import errors_allowed
from assistant.trust.certificates.campaign import Target, Wave
from assistant.trust.certificates.certify import Passed, pass_items
from assistant.trust.pool import NONE

Tolerance = Callable[[int, float], int | None]
"""Errors an audit may meet, from the wrong labels allowed and the level; None where even none is too many."""


@dataclass(frozen=True, slots=True, eq=False)
class Count:
    """How far the items of one group came.

    Args:
        group: its name; empty for the whole batch.
        population: its items in the batch.
        allowed: wrong labels that may stay among them.
        tolerated: errors its audit may meet; None where that proves nothing whatever it meets.
        waves: how many of its items passed, by wave.
        audited: audited items among what passed.
        errors: of these, those whose machine label was wrong.
        kept: (k,) positions of items that passed, were not audited and have a machine label.
    """

    group: str
    population: int
    allowed: int
    tolerated: int | None
    waves: tuple[int, ...]
    audited: int
    errors: int
    kept: np.ndarray

    @property
    def accepted(self) -> int:
        """How many items leave with the machine's label and without a person."""
        return len(self.kept)

    @property
    def passed(self) -> int:
        """Items that passed."""
        return sum(self.waves)

    @property
    def certified(self) -> bool:
        """Whether anything leaves under the promise."""
        return self.accepted > 0

    @property
    def reason(self) -> str | None:
        """Why nothing leaves; None where something does."""
        if self.certified:
            return None
        if self.tolerated is None:
            return f"{self.population:,} items are too few for an audit of this size to prove anything about them"
        return "the audit met its errors among the first items already" if self.errors else "nothing was offered"

    def as_json(self) -> dict[str, object]:
        """As it goes into a statement."""
        numbers = ("population", "allowed", "tolerated", "errors", "audited", "passed", "accepted")
        names = ("group", *numbers, "certified", "reason")
        return {name: getattr(self, name) for name in names}


def count_groups(
    waves: Sequence[Wave], codes: np.ndarray, groups: np.ndarray, target: Target, tolerance: Tolerance
) -> list[Count]:
    """Every group's own count, all promises holding jointly.

    The level is shared out equally (Bonferroni) among the groups that an audit like this can prove anything about.
    Which these are depends on their sizes, the target and the audit rate alone: settled before any coin is thrown.

    Args:
        waves: in the order offered.
        codes: (n,) class each item got from people, -1 for none.
        groups: (n,) each item's group, settled before anything was offered.
        target: of each group.
        tolerance: of the audit.
    """
    names, sizes = np.unique(groups.astype(str), return_counts=True)
    allowed = {name: errors_allowed(target.max_error, int(size)) for name, size in zip(names, sizes, strict=True)}
    hopeful = share_level(allowed, target.level, tolerance)
    return [_Group(str(name), groups == name, allowed[name], hopeful.get(name)).count(waves, codes) for name in names]


def share_level(allowed: dict[str, int], level: float, tolerance: Tolerance) -> dict[str, int]:
    """Errors tolerated in each group that a share of the level is enough for; the others get no share."""
    hopeful = dict(allowed)
    while hopeful:
        each = level / len(hopeful)
        tolerated = {name: tolerance(errors, each) for name, errors in hopeful.items()}
        kept = {name: most for name, most in tolerated.items() if most is not None}
        if len(kept) == len(hopeful):
            return kept
        hopeful = {name: hopeful[name] for name in kept}
    return {}


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """One group: whose items it has (n,), the wrong labels allowed, and the errors its audit may meet."""

    name: str
    member: np.ndarray
    allowed: int
    tolerated: int | None

    def count(self, waves: Sequence[Wave], codes: np.ndarray) -> Count:
        now = Passed(0, 0, ended=False)
        passed: list[int] = []
        kept, audited = [np.zeros(0, dtype=np.int64)], 0
        for wave in waves:
            inside = np.flatnonzero(self.member[wave.order])
            if self.tolerated is None or now.ended:
                inside = inside[:0]
            else:
                now = pass_items(_wrong(wave, codes)[inside], now.errors, self.tolerated)
            through = inside[: now.count]
            passed.append(len(through))
            audited += int(wave.audited[through].sum())
            kept.append(wave.order[through[~wave.audited[through] & (wave.codes[through] != NONE)]])
        size = int(self.member.sum())
        return Count(
            group=self.name,
            population=size,
            allowed=self.allowed,
            tolerated=self.tolerated,
            waves=tuple(passed),
            audited=audited,
            errors=now.errors,
            kept=np.concatenate(kept),
        )


def _wrong(wave: Wave, codes: np.ndarray) -> np.ndarray:
    """(k,) audited, and people said something else, or could not agree."""
    answers = codes[wave.order]
    return np.asarray(wave.audited & ((answers != wave.codes) | (answers == NONE)))
