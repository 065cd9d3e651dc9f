"""Which workspace a database is, and which folders have opened it as theirs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from assistant.store.database import Database, now
from assistant.store.tables.content import items, policies, workspace_folders, workspaces


@dataclass(frozen=True, slots=True)
class WorkspaceIdentity:
    """What a database says of itself.

    Args:
        id: random, 16 hexadecimal digits, the same for as long as the database lives and in copies of it.
        created_at: when the id was made, ISO 8601 in UTC.
        folders: the folders that opened it as theirs, `host:path`, oldest first.
        policy_ids: the policies these had, and those that runs asked with.
        items: how many items it holds.
    """

    id: str
    created_at: str
    folders: tuple[str, ...]
    policy_ids: frozenset[str]
    items: int

    @property
    def taken(self) -> bool:
        """Whether it is the workspace of a folder already, or holds work."""
        return bool(self.folders or self.policy_ids or self.items)


class WorkspaceStore:
    """Reads the identity of a database, and notes its folders."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def id(self) -> str:
        """The workspace's random id."""
        with self._database.read() as connection:
            return str(connection.execute(sa.select(workspaces.c.id)).scalar_one())

    def identity(self) -> WorkspaceIdentity:
        """All it says of itself."""
        opened = sa.select(workspace_folders.c.folder, workspace_folders.c.policy_id).order_by(workspace_folders.c.id)
        with self._database.read() as connection:
            row = connection.execute(sa.select(workspaces)).one()
            known = connection.execute(opened).all()
            asked = connection.execute(sa.select(policies.c.policy_id).distinct()).scalars()
            return WorkspaceIdentity(
                id=row.id,
                created_at=row.created_at,
                folders=tuple(one.folder for one in known),
                policy_ids=frozenset(one.policy_id for one in known).union(asked),
                items=connection.execute(sa.select(sa.func.count()).select_from(items)).scalar_one(),
            )

    def other_wording(self, policy_id: str, version: str, digest: str) -> bool:
        """Whether a version of a policy was used, and never in this wording."""
        query = sa.select(policies.c.digest).where(policies.c.policy_id == policy_id, policies.c.version == version)
        with self._database.read() as connection:
            used = connection.execute(query).scalars().all()
        return bool(used) and digest not in used

    def opened(self, folder: str, policy_id: str) -> None:
        """Note that a folder opened the database as its workspace's."""
        row = {"folder": folder, "policy_id": policy_id, "created_at": now()}
        with self._database.write() as connection:
            connection.execute(sa.insert(workspace_folders), [row])


def become_another(connection: sa.Connection) -> str:
    """Give a copy of a database an id of its own, in the transaction under way; returns it."""
    fresh = secrets.token_hex(8)
    connection.execute(sa.update(workspaces).values(id=fresh))
    return fresh
