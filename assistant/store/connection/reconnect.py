"""A server that went away is waited for, and what it was in the middle of is done again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy.exc import DBAPIError

from assistant.steps import say
from assistant.store.connection.faults import is_gone, is_starting

_STARTING_SECONDS = 60  # how long a server that is just starting is waited for
_LOOK_SECONDS = 0.5  # between two looks whether it is back
_SAY_SECONDS = 10  # between two lines that say so

Value = TypeVar("Value")
Given = ParamSpec("Given")


class DatabaseReconnect:
    """Waits for a server that answered before and is gone, and says so.

    Args:
        seconds: how long, from the moment it was missed.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._seen = False
        self._guard = threading.Lock()
        self._said = 0.0  # when a line was said last; 0 while the server answers

    def wait(self, connect: Callable[[], Value]) -> Value:
        """What `connect` returns. Raises its error when the server stays away, or refuses something."""
        began = time.monotonic()
        while True:
            try:
                connected = connect()
            except DBAPIError as error:
                seconds = max(self.seconds if self._seen else 0, _STARTING_SECONDS if is_starting(error) else 0)
                if not is_gone(error) or time.monotonic() - began >= seconds:
                    raise
                self._say(f"the database does not answer; waiting for it: {time.monotonic() - began:.0f} s so far")
                time.sleep(_LOOK_SECONDS)
            else:
                self._seen = True
                if self._said:
                    self._say("the database answers again", back=True)
                return connected

    def _say(self, line: str, *, back: bool = False) -> None:
        """Once for all threads that wait."""
        with self._guard:
            if bool(self._said) if back else time.monotonic() - self._said >= _SAY_SECONDS:
                say(line)
                self._said = 0.0 if back else time.monotonic()


class _Lasting(Protocol):
    def lasting(self, work: Callable[[], Value]) -> Value:
        """See `Database.lasting`."""


class _HasDatabase(Protocol):
    @property
    def _database(self) -> _Lasting: ...


_Store = TypeVar("_Store", bound=_HasDatabase)


def lasting(method: Callable[Concatenate[_Store, Given], Value]) -> Callable[Concatenate[_Store, Given], Value]:
    """A method of a store that is done again where the server went away under it; see `Database.lasting`."""

    @wraps(method)
    def run(self: _Store, /, *given: Given.args, **named: Given.kwargs) -> Value:
        return self._database.lasting(lambda: method(self, *given, **named))

    return run
