"""Nonces: secret random numbers that draws come from, so that no one who knows ids, settings and code foretells them.

A nonce is taken from the operating system when a draw of its scope is first needed, and never changed. It is sealed in
the log of changes by its SHA-256: afterwards anyone can verify that the draws were not repeated until they pleased.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from assistant.domain.projects import FIRST_PROJECT
from assistant.errors import StorageError
from assistant.store.audit import log as audit
from assistant.store.database import Database, now
from assistant.store.tables.certification import nonces
from assistant.store.tables.people import audit_log

DRAWN = "nonce.draw"
_BYTES = 16
WORKSPACE = "workspace"
"""Scope of the workspace's own secret: the ids that outsiders see."""


def seed_scope(project: int) -> str:
    """Scope of a project's seed where the settings give none; the first project's is the workspace's secret."""
    return WORKSPACE if project == FIRST_PROJECT else f"project {project}: seed"


def review_scope(project: int) -> str:
    """Scope of a project's draws about people's work: gold, the blind arm, rounds of practice."""
    return "review" if project == FIRST_PROJECT else f"project {project}: review"


def campaign_scope(run_id: int) -> str:
    """Scope of the draws of a run's campaign: its random start and its audits."""
    return f"run {run_id}: campaign"


def declared_scope(run_id: int) -> str:
    """Scope of the split of labels that were declared a random sample of a run."""
    return f"run {run_id}: declared"


def routing_scope(run_id: int) -> str:
    """Scope of the draws of a run's routes: what is audited and monitored of what is accepted."""
    return f"run {run_id}: routing"


@dataclass(frozen=True, slots=True)
class Nonce:
    """A nonce as it is kept.

    Args:
        scope: what is drawn with it.
        value: 32 hexadecimal digits.
        created_at: ISO 8601 in UTC.
    """

    scope: str
    value: str
    created_at: str

    @property
    def seal(self) -> str:
        """SHA-256 of scope and value, in hex: shows later that the value is the one drawn then, and tells nothing."""
        return sha256(f"{self.scope}\0{self.value}".encode()).hexdigest()


class NonceStore:
    """Draws nonces, each once, and reads them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, scope: str, actor: str = "system") -> Nonce:
        """The nonce of a scope, drawn now where there is none; two processes at once get the same.

        Raises:
            StorageError: it is not the one that was sealed in the log of changes.
        """
        found = self.find(scope)
        return found if found is not None else self._draw(scope, actor)

    def find(self, scope: str) -> Nonce | None:
        """The nonce of a scope, or None. Raises StorageError as `get`."""
        with self._database.read() as connection:
            nonce = _of(connection, scope)
            if nonce is not None and nonce.seal not in _sealed(connection, scope):
                raise StorageError("nonce_not_sealed", scope=scope)
        return nonce

    def _draw(self, scope: str, actor: str) -> Nonce:
        with self._database.write(alone=True) as connection:
            found = _of(connection, scope)
            if found is not None:
                return found
            nonce = Nonce(scope, fresh_value(), now())
            row = {"scope": nonce.scope, "value": nonce.value, "created_at": nonce.created_at}
            connection.execute(sa.insert(nonces), [row])
            audit.append(connection, actor, DRAWN, _subject(scope), {"seal": nonce.seal})
        return nonce


def seed_of(nonce: Nonce) -> int:
    """The seed a nonce stands for, 0 to 2^31 - 1: it may be shown, and tells nothing of the nonce."""
    digest = hmac.digest(nonce.value.encode(), b"seed", "sha256")
    return int.from_bytes(digest[:4], "big") >> 1


def fresh_value() -> str:
    """A value from the operating system that no one can foretell."""
    return secrets.token_hex(_BYTES)


def _of(connection: sa.Connection, scope: str) -> Nonce | None:
    row: Any = connection.execute(sa.select(nonces).where(nonces.c.scope == scope)).one_or_none()
    return None if row is None else Nonce(row.scope, row.value, row.created_at)


def _sealed(connection: sa.Connection, scope: str) -> set[str]:
    query = sa.select(audit_log.c.detail).where(audit_log.c.action == DRAWN, audit_log.c.subject == _subject(scope))
    return {str(detail.get("seal")) for detail in connection.execute(query).scalars()}


def _subject(scope: str) -> str:
    return f"nonce:{scope}"
