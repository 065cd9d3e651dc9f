"""What databases refuse, in plain words: gone, locked, full, damaged, or a right that is missing and how to give it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from assistant.errors import StorageError

_GONE_STATES = re.compile(r"08...|57P0[123]|25P03")  # PostgreSQL: connection lost, shut down, crashed, starting up
_STARTING = "57P03"
_GONE_WORDS = (
    "refused", "timeout", "timed out", "closed the connection", "connection is closed", "connection is lost",
    "connection has been closed", "terminating connection", "starting up", "shutting down", "no such file or directory",
    "reset by peer", "broken pipe", "unreachable", "consuming input failed", "ssl connection has been closed",
)  # fmt: skip
_REFUSALS = {  # our code by PostgreSQL's
    "25006": "database_replica",
    "57014": "database_slow",
    "53300": "database_full",
    "40P01": "database_busy",
    "40001": "database_busy",
    "55P03": "database_busy",
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
        raise StorageError("connections_taken") from None


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
        return StorageError("database_silent", said=_first_line(error), gone=True)
    state = _state(error)
    if state == "42501":
        return _denied(_first_line(error), role)
    found = _REFUSALS.get(state)
    return None if found is None else StorageError(found)


def _by_words(error: DBAPIError) -> StorageError | None:
    text = str(error.orig)
    if "locked" in text:
        return StorageError("database_locked")
    if "full" in text or "No space left" in text:
        return StorageError("database_disk_full")
    if "readonly" in text:
        return StorageError("database_read_only")
    if isinstance(error, OperationalError):
        return StorageError("database_silent", said=_first_line(error))
    if any(sign in text for sign in ("disk", "malformed", "not a database")):
        return StorageError("database_damaged", said=str(error.orig))
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
        return StorageError("tables_not_owned", said=words)
    elif "temporary" in words:
        hint = f"GRANT TEMPORARY ON DATABASE NAME TO {who};"
    return StorageError("database_denied", said=words, hint=f"{hint}  (as its owner)" if "GRANT" in hint else hint)
