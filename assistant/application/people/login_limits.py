"""How often a password may be tried: by account and address together, by address, and by account.

Tries are counted in the database, so that it doesn't matter how many processes serve the pages.
"""

from __future__ import annotations

import ipaddress
import math
from dataclasses import dataclass
from hashlib import sha256

from assistant.store.people.login_attempts import AttemptStore, LoginAllowance

_NETWORK = 64  # bits of an IPv6 address that stand for one connection: the rest its owner chooses


@dataclass(frozen=True, slots=True)
class Limit:
    """One of the limits: its name, and what it allows."""

    name: str
    allowance: LoginAllowance


PAIR = Limit("account_and_address", LoginAllowance(5, 30.0))
ADDRESS = Limit("address", LoginAllowance(30, 4.0))
ACCOUNT = Limit("account", LoginAllowance(100, 30.0))


@dataclass(frozen=True, slots=True)
class Wait:
    """How long the next try has to wait: whole seconds, at least 1, and the limit's name; 0 where it need not."""

    seconds: int = 0
    limit: str = ""


class LoginLimits:
    """The three limits of a login, counted together.

    An account's own limit is wide, so that no one can lock others out cheaply; the narrow one is per account and
    address. Tries count before the password is looked at, so that many at once can't slip through.

    Args:
        attempts: where tries are counted.
    """

    def __init__(self, attempts: AttemptStore) -> None:
        self._attempts = attempts

    def try_once(self, account: str, address: str) -> Wait:
        """Count a try, if it may go on.

        Raises:
            StorageError: the database can't count it.
        """
        limits = _keys(account, address)
        waits = self._attempts.try_once({key: limit.allowance for key, limit in limits.items()})
        key, seconds = max(waits.items(), key=lambda one: one[1])
        return Wait(max(1, math.ceil(seconds)), limits[key].name) if seconds > 0 else Wait()

    def succeeded(self, account: str, address: str) -> None:
        """The password was right: this try counts nowhere, and mistypings before it don't count for this person here.

        What others tried from this address still counts, or an account of one's own would open the door to guessing.
        """
        limits = _keys(account, address)
        given_back = {key: math.inf if limit is PAIR else 1.0 for key, limit in limits.items()}
        self._attempts.give_back({key: limit.allowance for key, limit in limits.items()}, given_back)


def _keys(account: str, address: str) -> dict[str, Limit]:
    """The keys of a try. Digests: people type passwords into the field of the name."""
    place = network_of(address)
    named = ((PAIR, f"{account}\0{place}"), (ADDRESS, place), (ACCOUNT, account))
    return {sha256(f"{limit.name}\0{name}".encode("utf-8", "replace")).hexdigest()[:32]: limit for limit, name in named}


def network_of(address: str) -> str:
    """What stands for whoever comes from an address: itself, or of IPv6 the network of 64 bits."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, _NETWORK), strict=False))
