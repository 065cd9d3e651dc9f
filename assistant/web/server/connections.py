"""How many connections there may be, from one address and in all, and which one goes when there are too many.

Who opens a connection and sends half a request holds a descriptor of this process. Each phase of a connection has its
time (`overdue`), and where there are too many, the one that has kept us waiting for longest makes room: a new request
gets in at once, however many others are only half there.
"""

from __future__ import annotations

import ipaddress
import resource
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Protocol

from assistant.settings import ServerSettings

ACCEPTED_AT_ONCE = 16  # new connections between two looks at their number: few, so that the reserve covers them
_RESERVE = 160  # descriptors for the database, its files, the log, and connections on their way in and out
_FEWEST = 16
_FRESH_SECONDS = 1.0  # a connection whose phase began so lately goes last: most heads are here after milliseconds
_LONGEST_PREFIX = 64  # of an IPv6 address: what one customer of a provider has


class Phase(IntEnum):
    """What a connection is at, in the order in which connections make room for others."""

    HEAD = 0
    """The head of a request is awaited, or half of it is here."""
    IDLE = 1
    """An answered connection without a new request."""
    BODY = 2
    """The rest of a request is awaited."""
    ANSWER = 3
    """The other side has not taken all of the answer yet."""
    WORK = 4
    """A request is being answered; never closed from here."""


class Connection(Protocol):
    """One connection, as its protocol keeps it."""

    host: str
    standing: tuple[Phase, float]
    """What it was at when that last changed, and when that was, in seconds of the monotonic clock."""

    def cut(self, reason: str) -> None:
        """Close it at once; says why, where it can still be said."""

    def overdue(self, limits: ServerSettings, now: float) -> str:
        """What took too long: `head`, `body`, `answer` or `idle`; empty where nothing did."""


class TrustedProxies:
    """The addresses whose word counts about who asks, and that bring many people's requests.

    Args:
        given: addresses, networks, or `*` for all.

    Raises:
        ValueError: one that is none of these.
    """

    def __init__(self, given: Iterable[str]) -> None:
        self._all = "*" in (names := tuple(given))
        self._networks = [ipaddress.ip_network(name) for name in names if name != "*"]

    def __contains__(self, host: str) -> bool:
        """Whether an address is one of theirs."""
        if self._all:
            return True
        address = _address(host)
        return address is not None and any(address in network for network in self._networks)


class Connections:
    """The open connections of one server; used by its event loop only.

    Args:
        limits: the settings.
        proxies: whose connections are many people's: they count in all, not by address.
        descriptors: how many files and sockets this process may have open; None asks the system.
    """

    def __init__(self, limits: ServerSettings, proxies: TrustedProxies, descriptors: int | None = None) -> None:
        self.limits = limits
        self.most = min(limits.connections, _room(_allowed() if descriptors is None else descriptors))
        self.closed: Counter[str] = Counter()
        self._proxies = proxies
        self._by_party: dict[str, dict[Connection, None]] = {}
        self._parties: dict[Connection, str] = {}
        self._capped: set[str] = set()
        self._noted: Counter[str] = Counter()

    def enter(self, connection: Connection) -> bool:
        """Count a new connection; another one makes room for it where there are too many. False where none could."""
        party = _party(connection.host)
        mates = self._by_party.get(party, {})
        if connection.host not in self._proxies:
            self._capped.add(party)
            if len(mates) >= self.limits.connections_per_address and not self._make_room(mates):
                return self._refused()
        if len(self._parties) >= self.most and not self._make_room_in_all():
            return self._refused()
        self._by_party.setdefault(party, {})[connection] = None
        self._parties[connection] = party
        return True

    def leave(self, connection: Connection) -> None:
        """It is closed; one that never counted doesn't matter."""
        party = self._parties.pop(connection, None)
        if party is None:
            return
        mates = self._by_party[party]
        del mates[connection]
        if not mates:
            del self._by_party[party]
            self._capped.discard(party)

    def end_overdue(self) -> Mapping[str, int]:
        """Close what took too long; how many were closed or refused since the last call, by reason."""
        now = time.monotonic()
        for connection in list(self._parties):
            if reason := connection.overdue(self.limits, now):
                self._end(connection, reason)
        new = self.closed - self._noted
        self._noted = self.closed.copy()
        return new

    def by_phase(self) -> Mapping[str, int]:
        """How many there are."""
        counted = Counter(connection.standing[0].name.lower() for connection in self._parties)
        return {phase.name.lower(): counted[phase.name.lower()] for phase in Phase}

    def _make_room_in_all(self) -> bool:
        """The address with the most connections goes first, those of proxies last."""
        parties = sorted(self._by_party, key=lambda party: (party not in self._capped, -len(self._by_party[party])))
        return any(self._make_room(self._by_party[party]) for party in parties)

    def _make_room(self, among: Iterable[Connection]) -> bool:
        fresh = time.monotonic() - _FRESH_SECONDS
        first, rank = None, (2, 0, 0.0)
        for one in among:  # hundreds, for each connection of a flood: no lambda, no property
            phase, since = one.standing
            if phase is not Phase.WORK and (key := (since > fresh, int(phase), since)) < rank:
                first, rank = one, key
        if first is None:
            return False
        self._end(first, "crowded")
        return True

    def _end(self, connection: Connection, reason: str) -> None:
        self.leave(connection)
        self.closed[reason] += 1
        connection.cut(reason)

    def _refused(self) -> bool:
        self.closed["refused"] += 1
        return False


def _party(host: str) -> str:
    """Whom connections count for: an IPv4 address, or the network of an IPv6 one that a single customer has."""
    address = _address(host)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, _LONGEST_PREFIX), strict=False))
    return str(address or host)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, ipaddress.IPv6Address) else address


def _allowed() -> int:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 2**31 if soft == resource.RLIM_INFINITY else soft


def _room(descriptors: int) -> int:
    """Connections that so many descriptors have room for."""
    return max(_FEWEST, descriptors - max(_RESERVE, descriptors // 4))
