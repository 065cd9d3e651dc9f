"""What databases refuse, in plain words: gone, locked, full, damaged, or a right that is missing and how to give it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from assistant.errors import StorageError

LOCKED = "another process keeps the database locked"
AGAIN = "run the same command to resume"
_GONE_STATES = re.compile(r"08...|57P0[123]|25P03")  # PostgreSQL: connection lost, shut down, crashed, starting up
_STARTING = "57P03"
_GONE_WORDS = (
    "refused", "timeout", "timed out", "closed the connection", "connection is closed", "connection is lost",
    "connection has been closed", "terminating connection", "starting up", "shutting down", "no such file or directory",
    "reset by peer", "broken pipe", "unreachable", "consuming input failed", "ssl connection has been closed",
)  # fmt: skip
_IN_THE_WAY = ("other writers stood in the way; nothing was written", AGAIN)
_NONE_FREE = "raise [storage] connections, or max_connections of the server where all processes together have too many"
_REFUSALS = {
    "25006": (
        "the database takes no changes: it is a replica, or set to read only",
        "let ASSISTANT_DATABASE_URL name the primary server",
    ),
    "57014": (
        "the database took too long over one question and was stopped",
        "ask for less at once, or let [storage] page_seconds allow more",
    ),
    "53300": ("the database has no connection free", _NONE_FREE),
    "40P01": _IN_THE_WAY,
    "40001": _IN_THE_WAY,
    "55P03": _IN_THE_WAY,
}
_DENIED = re.compile(r"permission denied for (table|sequence|schema|database|relation|view) (\S+)", re.IGNORECASE)


@contextmanager
def told(role: str = "") -> Iterator[None]:
    """Database errors in plain words.

    Args:
        role: who is connected to a server, for advice; empty where that is not known.

    Raises:
        StorageError: whatever the database refused; `gone` where it went away.
    """
    try:
        yield
    except DBAPIError as error:
        found = _by_state(error, role or "ROLE") or _by_words(error)
        if found is None:
            raise
        raise found from None
    except PoolTimeoutError:
        raise StorageError("all connections to the database are in use", hint=_NONE_FREE) from None


def is_gone(error: DBAPIError) -> bool:
    """Whether the server went away, rather than refused something."""
    state = _state(error)
    if state:
        return bool(_GONE_STATES.fullmatch(state))
    words = str(error.orig).lower()
    is_server = type(error.orig).__module__.startswith("psycopg")
    return is_server and isinstance(error, OperationalError) and any(word in words for word in _GONE_WORDS)


def is_starting(error: DBAPIError) -> bool:
    """Whether the server says that it is just starting."""
    return _state(error) == _STARTING or "starting up" in str(error.orig)


def _state(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


def _first_line(error: DBAPIError) -> str:
    return (str(error.orig).splitlines() or [""])[0]


def _by_state(error: DBAPIError, role: str) -> StorageError | None:
    """By PostgreSQL's code."""
    if is_gone(error):
        return StorageError(f"the database does not answer: {_first_line(error)}", hint=AGAIN, gone=True)
    state = _state(error)
    if state == "42501":
        return _denied(_first_line(error), role)
    found = _REFUSALS.get(state)
    return None if found is None else StorageError(found[0], hint=found[1])


def _by_words(error: DBAPIError) -> StorageError | None:
    text = str(error.orig)
    if "locked" in text:
        return StorageError(LOCKED, hint=f"end it; {AGAIN}")
    if "full" in text or "No space left" in text:
        return StorageError("the disk is full", hint=f"free some space; {AGAIN}")
    if "readonly" in text:
        return StorageError(
            "the database file can't be written", hint="give yourself the right: chmod u+w on it and on its folder"
        )
    if isinstance(error, OperationalError):
        return StorageError(f"the database does not answer: {_first_line(error)}", hint=AGAIN)
    if any(sign in text for sign in ("disk", "malformed", "not a database")):
        return StorageError(f"the database file is damaged: {error.orig}", hint="restore a copy of it")
    return None


def _denied(words: str, role: str) -> StorageError:
    """Which right is missing, and the statement that gives it."""
    who = f'"{role}"' if not role.isidentifier() else role
    hint = f"give it to {role}, or connect as the role that owns the tables"
    if found := _DENIED.search(words):
        kind, name = found[1].lower(), found[2]
        everything = "ALL TABLES IN SCHEMA public"
        hint = {
            "schema": f"GRANT USAGE, CREATE ON SCHEMA {name} TO {who};",
            "database": f"GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {who};",
            "sequence": f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {who};",
        }.get(kind, f"GRANT SELECT, INSERT, UPDATE, DELETE ON {everything} TO {who};")
    elif "must be owner" in words:
        hint = "upgrade as the role that owns the tables: assistant db upgrade"
    elif "temporary" in words:
        hint = f"GRANT TEMPORARY ON DATABASE NAME TO {who};"
    return StorageError(f"the database refuses: {words}", hint=f"{hint}  (as its owner)" if "GRANT" in hint else hint)
