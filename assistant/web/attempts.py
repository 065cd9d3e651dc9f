"""How often somebody may try to sign in: by account and address together, by address, and by account."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

_KEPT = 20_000  # keys remembered at once; the ones not seen for longest are forgotten first


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many tries at once, then one each so many seconds."""

    burst: int
    seconds_each: float


class Attempts:
    """Counts tries by key, each key with an allowance that fills up again (a token bucket).

    Args:
        allowance: what a key may do.
        clock: seconds that only go up.
    """

    def __init__(self, allowance: Allowance, clock: Callable[[], float] = time.monotonic) -> None:
        self._allowance = allowance
        self._clock = clock
        self._spent: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()  # tries spent, as of when

    def wait(self, key: Hashable) -> float:
        """Seconds until this key may try again, 0 for at once; spends nothing."""
        over = self._level(key) + 1 - self._allowance.burst
        return max(0.0, over * self._allowance.seconds_each)

    def spend(self, key: Hashable) -> None:
        """Count a try."""
        self._spent[key] = (self._level(key) + 1, self._clock())
        self._spent.move_to_end(key)
        while len(self._spent) > _KEPT:
            self._spent.popitem(last=False)

    def give_back(self, key: Hashable, tries: float = 1) -> None:
        """Don't count the latest tries."""
        self._spent[key] = (max(0.0, self._level(key) - tries), self._clock())

    def _level(self, key: Hashable) -> float:
        spent, then = self._spent.get(key, (0.0, 0.0))
        return max(0.0, spent - (self._clock() - then) / self._allowance.seconds_each)


class LoginLimits:
    """The three limits of a login, counted together. Safe to use from many threads.

    An account's own limit is wide, so that nobody can lock others out cheaply; the narrow one is per account and
    address. Tries count before the password is looked at, so that many at once can't slip through.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._pair = Attempts(Allowance(5, 30.0), clock)
        self._address = Attempts(Allowance(30, 4.0), clock)
        self._account = Attempts(Allowance(100, 30.0), clock)
        self._lock = threading.Lock()

    def try_once(self, account: str, address: str) -> int:
        """Count a try; 0 when it may go on, else the seconds to wait, whole and at least 1."""
        with self._lock:
            keys = ((self._pair, (account, address)), (self._address, address), (self._account, account))
            wait = max(attempts.wait(key) for attempts, key in keys)
            if wait > 0:
                return max(1, math.ceil(wait))
            for attempts, key in keys:
                attempts.spend(key)
            return 0

    def succeeded(self, account: str, address: str) -> None:
        """The password was right: this try counts nowhere, and mistypings before it don't count for this person here.

        What others tried from this address still counts, or an account of one's own would open the door to guessing.
        """
        with self._lock:
            self._pair.give_back((account, address), math.inf)
            self._address.give_back(address)
            self._account.give_back(account)
