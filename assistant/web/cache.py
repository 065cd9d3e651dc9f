"""Figures that take a while, kept for a moment: many who look at the same page count once.

How long depends on what they cost: what took two seconds is counted again after forty at the earliest, and after a
minute at the latest. Each server keeps its own: what was changed at another one is seen after that time.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Generic, TypeVar, cast

Value = TypeVar("Value")
_TIMES = 20  # of what it took: at most a twentieth of the time goes into counting
_LONGEST_SECONDS = 60.0
_KEPT = 64


@dataclass(frozen=True, slots=True)
class CachedFigure(Generic[Value]):
    """A figure and when it was found."""

    value: Value
    at: datetime


class Remembered:
    """A few figures, each found by one thread at a time."""

    def __init__(self) -> None:
        self._known: OrderedDict[Hashable, tuple[CachedFigure[object], float]] = OrderedDict()
        self._locks: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def get(self, key: Hashable, find: Callable[[], Value], *, seconds: float = 1.0) -> CachedFigure[Value]:
        """The figure of that key, found again where it is older than `seconds` and twenty times what it took.

        Args:
            key: what it is the figure of.
            find: counts it.
            seconds: how long it is kept at least, 60 at most.

        What `find` raises is raised, and nothing kept.
        """
        with self._lock:
            if (there := self._fresh(key)) is not None:
                return cast("CachedFigure[Value]", there)
            lock = self._locks.setdefault(key, Lock())
        with lock:
            with self._lock:
                if (there := self._fresh(key)) is not None:
                    return cast("CachedFigure[Value]", there)
            began = time.monotonic()
            found = CachedFigure(find(), datetime.now(UTC))
            took = time.monotonic() - began
            with self._lock:
                kept = min(max(seconds, _TIMES * took), _LONGEST_SECONDS)
                self._known[key] = (cast("CachedFigure[object]", found), time.monotonic() + kept)
                self._known.move_to_end(key)
                while len(self._known) > _KEPT:
                    oldest, _ = self._known.popitem(last=False)
                    self._locks.pop(oldest, None)
            return found

    def forget(self) -> None:
        """Find everything again: something was changed here."""
        with self._lock:
            self._known.clear()

    def _fresh(self, key: Hashable) -> CachedFigure[object] | None:
        found = self._known.get(key)
        return found[0] if found is not None and found[1] > time.monotonic() else None
