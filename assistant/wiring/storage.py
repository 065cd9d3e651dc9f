"""Where a workspace keeps its state: its database, whose workspace that is, and its index."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

from assistant.domain.policies import Policy
from assistant.errors import AssistantError, WorkspaceError
from assistant.file_lock import this_command
from assistant.policy.index.server import ChromaServer, TokenHeader
from assistant.policy.index.vector_index import VectorIndex
from assistant.settings import StorageSettings
from assistant.store.connection.engine import Link
from assistant.store.database import Database
from assistant.store.workspaces import WorkspaceIdentity, WorkspaceStore

DATABASE_VARIABLE = "ASSISTANT_DATABASE_URL"
TOKEN_VARIABLE = "ASSISTANT_CHROMA_TOKEN"  # noqa: S105 - the name of a variable
_OWN_DATABASE = "assistant.db"
_KNOWN = "databases"  # ids of the databases that were found to be this folder's workspace
_MARKS = "indexed.json"


def database_url(state: Path, settings: StorageSettings) -> str:
    """Where the database is: what the environment says, else the settings, else a file of the workspace."""
    return os.environ.get(DATABASE_VARIABLE) or settings.database_url or f"sqlite:///{state / _OWN_DATABASE}"


def open_database(
    folder: Path, state: Path, settings: StorageSettings, link: Link, policy: Callable[[], Policy]
) -> Database:
    """The workspace's own SQLite file, or the database that the environment or the settings name.

    Args:
        folder: the workspace's folder.
        state: where its state is.
        settings: which database.
        link: how it is connected to.
        policy: reads its policy; called only where a database is met for the first time.

    Raises:
        StorageError: it can't be opened.
        WorkspaceError: it is the database of another workspace.
    """
    database = Database.open(database_url(state, settings), link, upgrades=settings.auto_upgrade)
    if database.file is not None and database.file.resolve() == (state / _OWN_DATABASE).resolve():
        return database
    try:
        _check_owner(database, folder, state, settings.workspace_id, policy)
    except BaseException:
        database.close()
        raise
    return database


def open_index(database: Database, state: Path, settings: StorageSettings, *, fresh: bool = False) -> VectorIndex:
    """Chroma, embedded in the workspace and owned by this process alone, or a server by URL.

    Raises:
        VectorIndexError: see `VectorIndex.open` and `VectorIndex.connect`.
    """
    workspace, marks = WorkspaceStore(database).id(), state / _MARKS
    if settings.chroma_url:
        return VectorIndex.connect(chroma_server(settings), workspace=workspace, marks=marks)
    return VectorIndex.open(state / "chroma", owner=this_command(), fresh=fresh, workspace=workspace, marks=marks)


def chroma_server(settings: StorageSettings) -> ChromaServer:
    """The server of the settings, its token from the environment."""
    return ChromaServer(
        settings.chroma_url,
        token=os.environ.get(TOKEN_VARIABLE, ""),
        header=TokenHeader(settings.chroma_token_header),
        tenant=settings.chroma_tenant,
        database=settings.chroma_database,
        wait_seconds=settings.chroma_wait_seconds,
    )


def _check_owner(database: Database, folder: Path, state: Path, stated: str, policy: Callable[[], Policy]) -> None:
    """A database is one workspace: one that is somebody else's is refused when it is first met.

    It is this folder's where the settings say so, where it was before, where it is new, or where its policy is known
    there in the very wording and the folder has no work of its own.
    """
    store = WorkspaceStore(database)
    own_id, known = store.id(), state / _KNOWN
    if stated:
        if stated != own_id:
            raise _foreign(store.identity(), f"its id is {own_id}, [storage] workspace_id says {stated}")
        return
    if known.exists() and own_id in known.read_text(encoding="utf-8").split():
        return
    identity = store.identity()
    try:
        here = policy()
    except AssistantError:  # said where it is used
        here = None
    if identity.taken and (why := _differs(store, identity, state, here)):
        raise _foreign(identity, why)
    if here is not None:
        if not identity.folders or here.id not in identity.policy_ids:
            store.opened(f"{socket.gethostname()}:{folder.resolve()}", here.id)
        meet(state, own_id)


def meet(state: Path, workspace_id: str) -> None:
    """Note that the database with this id is this folder's workspace."""
    with (state / _KNOWN).open("a", encoding="utf-8") as file:
        file.write(f"{workspace_id}\n")


def _differs(store: WorkspaceStore, identity: WorkspaceIdentity, state: Path, here: Policy | None) -> str:
    """What shows that a database in use is another workspace's, empty for nothing."""
    own = state / _OWN_DATABASE
    if own.exists():
        with_own = Database.open(f"sqlite:///{own}")
        try:
            held = WorkspaceStore(with_own).identity()
        finally:
            with_own.close()
        if held.items and held.id != identity.id:
            return f"this folder has a database of its own with {held.items:,} items"
    if here is None or not identity.policy_ids:
        return ""
    if here.id not in identity.policy_ids:
        return f"this folder's policy is {here.id}"
    if store.other_wording(here.id, here.version, here.digest):
        return f"its {here.id}@{here.version} has another wording than this folder's"
    return ""


def _foreign(identity: WorkspaceIdentity, why: str) -> WorkspaceError:
    of = f" of policy {', '.join(sorted(identity.policy_ids))}" if identity.policy_ids else ""
    first = f", first opened by {identity.folders[0]}" if identity.folders else ""
    return WorkspaceError(
        f"the database is another workspace's: {identity.items:,} items{of}{first}; {why}",
        where=DATABASE_VARIABLE if os.environ.get(DATABASE_VARIABLE) else "[storage] database_url",
        hint="give this folder a database of its own; or, where it is meant to share this one, say so in its"
        f' assistant.toml: [storage] workspace_id = "{identity.id}"',
    )
