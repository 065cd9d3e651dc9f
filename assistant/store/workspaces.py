"""Which workspace a database is, which folders have opened it as theirs, and refusing one that is another's."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from assistant.domain.policies import Policy
from assistant.errors import WorkspaceError
from assistant.settings import StorageSettings
from assistant.store.connection.engine import Link
from assistant.store.database import Database, now
from assistant.store.tables.content import items, policies, workspace_folders, workspaces

DATABASE_VARIABLE = "ASSISTANT_DATABASE_URL"
_OWN_DATABASE = "assistant.db"
_KNOWN = "databases"  # ids of the databases that were found to be this folder's workspace


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
                folders=tuple(dict.fromkeys(one.folder for one in known)),
                policy_ids=frozenset(one.policy_id for one in known).union(asked),
                items=connection.execute(sa.select(sa.func.count()).select_from(items)).scalar_one(),
            )

    def other_wording(self, policy_id: str, version: str, digest: str) -> bool:
        """Whether a version of a policy was used, and never in this wording."""
        query = sa.select(policies.c.digest).where(policies.c.policy_id == policy_id, policies.c.version == version)
        with self._database.read() as connection:
            used = connection.execute(query).scalars().all()
        return bool(used) and digest not in used

    def opened(self, folder: str, policy_ids: Sequence[str]) -> None:
        """Note that a folder with these policies opened the database as its workspace's."""
        rows = [{"folder": folder, "policy_id": one, "created_at": now()} for one in policy_ids]
        if rows:
            with self._database.write() as connection:
                connection.execute(sa.insert(workspace_folders), rows)


def become_another(connection: sa.Connection) -> str:
    """Give a copy of a database an id of its own, in the transaction under way; returns it."""
    fresh = secrets.token_hex(8)
    connection.execute(sa.update(workspaces).values(id=fresh))
    return fresh


def database_url(state: Path, settings: StorageSettings) -> str:
    """Where the database is: what the environment says, else the settings, else a file of the workspace."""
    return os.environ.get(DATABASE_VARIABLE) or settings.database_url or f"sqlite:///{state / _OWN_DATABASE}"


def open_database(
    folder: Path, state: Path, settings: StorageSettings, link: Link, policies: Callable[[], Sequence[Policy]]
) -> Database:
    """The workspace's own SQLite file, or the database that the environment or the settings name.

    Args:
        folder: the workspace's folder.
        state: where its state is.
        settings: which database.
        link: how it is connected to.
        policies: reads those of its projects; called only where a database is met for the first time.

    Raises:
        StorageError: it can't be opened.
        WorkspaceError: it is the database of another workspace.
    """
    database = Database.open(database_url(state, settings), link, upgrades=settings.auto_upgrade)
    if database.file is not None and database.file.resolve() == (state / _OWN_DATABASE).resolve():
        return database
    try:
        _check_owner(database, folder, state, settings.workspace_id, policies)
    except BaseException:
        database.close()
        raise
    return database


def _check_owner(
    database: Database, folder: Path, state: Path, stated: str, policies: Callable[[], Sequence[Policy]]
) -> None:
    """A database is one workspace: another workspace's is refused when it is first opened.

    It is this folder's where the settings say so, where it was before, where it is new, or where a policy of the
    folder's projects is known there, each in the very wording, and the folder has no work of its own.
    """
    store = WorkspaceStore(database)
    own_id, known = store.id(), state / _KNOWN
    if stated:
        if stated != own_id:
            raise _foreign(store.identity(), WorkspaceError("other_workspace_id", id=own_id, stated=stated))
        return
    if known.exists() and own_id in known.read_text(encoding="utf-8").split():
        return
    identity, here = store.identity(), policies()
    if identity.taken and (why := _differs(store, identity, state, here)):
        raise _foreign(identity, why)
    if here:
        new = [policy.id for policy in here if policy.id not in identity.policy_ids]
        if not identity.folders and not new:
            new = [here[0].id]
        store.opened(f"{socket.gethostname()}:{folder.resolve()}", new)
        meet(state, own_id)


def meet(state: Path, workspace_id: str) -> None:
    """Note that the database with this id is this folder's workspace."""
    with (state / _KNOWN).open("a", encoding="utf-8") as file:
        file.write(f"{workspace_id}\n")


def _differs(
    store: WorkspaceStore, identity: WorkspaceIdentity, state: Path, here: Sequence[Policy]
) -> WorkspaceError | None:
    """What shows that a database in use is another workspace's, None for nothing."""
    own = state / _OWN_DATABASE
    if own.exists():
        with_own = Database.open(f"sqlite:///{own}")
        try:
            held = WorkspaceStore(with_own).identity()
        finally:
            with_own.close()
        if held.items and held.id != identity.id:
            return WorkspaceError("folder_has_own_database", items=held.items)
    if here and identity.policy_ids.isdisjoint(policy.id for policy in here) and identity.policy_ids:
        return WorkspaceError("folder_has_other_policy", policy=", ".join(policy.id for policy in here))
    for policy in here:
        if store.other_wording(policy.id, policy.version, policy.digest):
            return WorkspaceError("policy_differs_from_folder", policy=f"{policy.id}@{policy.version}")
    return None


def _foreign(identity: WorkspaceIdentity, why: WorkspaceError) -> WorkspaceError:
    where = DATABASE_VARIABLE if os.environ.get(DATABASE_VARIABLE) else "[storage] database_url"
    count, id_ = identity.items, identity.id
    policies_there = ", ".join(sorted(identity.policy_ids))
    if identity.folders:  # each is noted with its policy
        return WorkspaceError(
            "database_of_other_folder",
            where=where,
            items=count,
            policies=policies_there,
            folder=identity.folders[0],
            why=why,
            id=id_,
        )
    if policies_there:
        return WorkspaceError(
            "database_of_other_policy", where=where, items=count, policies=policies_there, why=why, id=id_
        )
    return WorkspaceError("database_of_other_workspace", where=where, items=count, why=why, id=id_)
