"""Group certificates: how many candidates pass, of the whole batch or of each group of it, all bounds jointly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.domain.labels import LabelAnswer
from assistant.stats.certificates.finite import errors_allowed
from assistant.trust.certificates.campaign import AuditRound, CertificateTarget
from assistant.trust.certificates.certify import CertifiedPrefix, pass_items
from assistant.trust.pool import NONE

NO_ANSWER = "(no answer)"  # group of the items the run has no usable answer for

Tolerance = Callable[[int, float], int | None]
"""Errors an audit may meet, from the wrong labels allowed and the level; None where even none is too many."""


@dataclass(frozen=True, slots=True, eq=False)
class GroupCount:
    """How far the items of one group came.

    Args:
        group: its name; empty for the whole batch.
        population: its items in the batch.
        allowed: wrong labels that may stay among them.
        tolerated: errors its audit may meet; None where that proves nothing whatever it meets.
        rounds: how many of its items passed, by audit round.
        audited: audited items among what passed.
        errors: of these, those whose machine label was wrong.
        kept: (k,) positions of items that passed, were not audited and have a machine label.
    """

    group: str
    population: int
    allowed: int
    tolerated: int | None
    rounds: tuple[int, ...]
    audited: int
    errors: int
    kept: np.ndarray

    @property
    def accepted(self) -> int:
        """How many items are auto-accepted: they keep the machine's label, and no reviewer sees them."""
        return len(self.kept)

    @property
    def passed(self) -> int:
        """Items that passed."""
        return sum(self.rounds)

    @property
    def certified(self) -> bool:
        """Whether anything is accepted under the guarantee."""
        return self.accepted > 0

    @property
    def reason(self) -> str | None:
        """Why nothing is accepted; None where something is."""
        if self.certified:
            return None
        if self.tolerated is None:
            return f"{self.population:,} items are too few for an audit of this size to prove anything about them"
        return "the audit met its errors among the first items already" if self.errors else "nothing was offered"


def group_by_label(answers: Iterable[LabelAnswer | None]) -> Iterator[str]:
    """Each item's group by the run's own answer, `NO_ANSWER` for None; fixed before anything is learned."""
    for labels in answers:
        yield NO_ANSWER if labels is None else "|".join(sorted(labels)) or "none"


def count_groups(
    rounds: Sequence[AuditRound], codes: np.ndarray, groups: np.ndarray, target: CertificateTarget, tolerance: Tolerance
) -> list[GroupCount]:
    """Every group's own count, all guarantees holding jointly.

    The level is shared out equally (Bonferroni) among the groups that an audit like this can prove anything about.
    Which these are depends on their sizes, the target and the audit rate alone: fixed before any draw.

    Args:
        rounds: the audit rounds in order.
        codes: (n,) class each item got from reviewers, -1 for none.
        groups: (n,) each item's group, fixed before the first candidate set.
        target: of each group.
        tolerance: of the audit.
    """
    names, sizes = np.unique(groups.astype(str), return_counts=True)
    allowed = {name: errors_allowed(target.max_error, int(size)) for name, size in zip(names, sizes, strict=True)}
    hopeful = share_level(allowed, target.level, tolerance)
    return [_Group(str(name), groups == name, allowed[name], hopeful.get(name)).count(rounds, codes) for name in names]


def share_level(allowed: dict[str, int], level: float, tolerance: Tolerance) -> dict[str, int]:
    """Errors tolerated in each group that a share of the level is enough for; the others get no share.

    Args:
        allowed: wrong labels that may stay, by group.
        level: chance that any of the guarantees is broken, in (0, 1).
        tolerance: of the audit.
    """
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

    def count(self, rounds: Sequence[AuditRound], codes: np.ndarray) -> GroupCount:
        now = CertifiedPrefix(0, 0, ended=False)
        passed: list[int] = []
        kept, audited = [np.zeros(0, dtype=np.int64)], 0
        for audit_round in rounds:
            inside = np.flatnonzero(self.member[audit_round.order])
            if self.tolerated is None or now.ended:
                inside = inside[:0]
            else:
                now = pass_items(wrong_labels(audit_round, codes)[inside], now.errors, self.tolerated)
            through = inside[: now.count]
            passed.append(len(through))
            audited += int(audit_round.audited[through].sum())
            kept.append(
                audit_round.order[through[~audit_round.audited[through] & (audit_round.codes[through] != NONE)]]
            )
        size = int(self.member.sum())
        return GroupCount(
            group=self.name,
            population=size,
            allowed=self.allowed,
            tolerated=self.tolerated,
            rounds=tuple(passed),
            audited=audited,
            errors=now.errors,
            kept=np.concatenate(kept),
        )


def wrong_labels(audit_round: AuditRound, codes: np.ndarray) -> np.ndarray:
    """(k,) audited, and the human label is another one, or there is no consensus."""
    answers = codes[audit_round.order]
    return np.asarray(audit_round.audited & ((answers != audit_round.codes) | (answers == NONE)))
