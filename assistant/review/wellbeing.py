"""What people can bear in a shift: how much of which harm they are shown, and when a break is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from assistant.store.review.queue.exposure import Worked

BREAK = timedelta(minutes=10)
"""A pause in work of this length counts as a break."""

_AHEAD = timedelta(minutes=1)  # work that ended later than this from now is of a clock that was set back since


@dataclass(frozen=True, slots=True)
class Pause:
    """A break that is due.

    Args:
        reason: `long`, after so many minutes of work, or `severe`, after so many severe items.
        minutes: of work since the last break.
        severe: severe items looked at since then, counted up to as many as make a break due: one more or not would
            say what the machine made of the item answered last. 0 for a long stretch of work.
    """

    reason: str
    minutes: float
    severe: int


def exhausted(seen: Mapping[str, int], budgets: Mapping[str, int]) -> frozenset[str]:
    """Harms of which a reviewer has looked at, or holds, all that a shift may have."""
    return frozenset(harm for harm, most in budgets.items() if seen.get(harm, 0) >= most)


def break_due(
    worked: Sequence[Worked], at: datetime, *, minutes: float, severe_from: int, most_severe: int
) -> Pause | None:
    """Whether a break is due now; None where it isn't.

    Work goes from the first item taken to the last answer given, as long as no pause between them lasts `BREAK`.

    Args:
        worked: a reviewer's answers and passes in this shift, in order.
        at: now.
        minutes: of work, after which a break is due.
        severe_from: items of this severity or more are severe.
        most_severe: severe items, after which one is due.
    """
    stretch = _since_break([one for one in worked if datetime.fromisoformat(one.answered_at) <= at + _AHEAD], at)
    if not stretch:
        return None
    begun, last = datetime.fromisoformat(stretch[0].claimed_at), datetime.fromisoformat(stretch[-1].answered_at)
    length = (last - begun).total_seconds() / 60
    severe = sum(one.severity >= severe_from and one.looked for one in stretch)
    if severe >= most_severe:
        return Pause("severe", length, most_severe)
    return Pause("long", length, 0) if length >= minutes else None


def _since_break(worked: Sequence[Worked], at: datetime) -> Sequence[Worked]:
    """The answers after the last break."""
    before = at
    for number in range(len(worked) - 1, -1, -1):
        if before - datetime.fromisoformat(worked[number].answered_at) >= BREAK:
            return worked[number + 1 :]
        before = min(before, datetime.fromisoformat(worked[number].claimed_at))
    return worked
