"""A workspace into one file while people and jobs are at work in it, and out of it into a new folder."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from assistant import __version__
from assistant.errors import InputError, InvalidValueError, WorkspaceError
from assistant.exchange.archive import ArchivePart, ArchiveReader, ArchiveWriter, file_digest, writing
from assistant.file_modes import hand_on
from assistant.policy.documents.documents import policy_files
from assistant.settings import PROJECTS_FOLDER, SETTINGS_FILE, STATE, load_settings
from assistant.steps import step
from assistant.store.audit import log as audit
from assistant.store.database import HEAD, Database, now
from assistant.store.dump import DatabaseSnapshot, TableShape, empty, fill, finish, snapshot
from assistant.store.workspaces import become_another, database_url, meet
from assistant.wiring.workspace import Workspace

MADE = "backup.make"  # in the log of changes, by which a backup's age is known
_RESTORED = "backup.restore"
_FOLDERS = ("policies", "prompts", "evals", PROJECTS_FOLDER)  # of the workspace's own, beside its state
# Of the state: what is made again, and what belongs to a process.
_LEFT_OUT = ("chroma", "indexed.json", "jobs", "serve.log", "lock", "reserve", "owner.lock")
_OF_PROJECT = 2  # parts of a path in the state that name a project
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Made:
    """A backup.

    Args:
        file: where it is.
        bytes, sha256: of the file.
        schema: the version of the database's schema.
        rows: by table.
        files: of the workspace, by their paths in it.
        log_rows, log_head: how many changes are logged in it, and the hash of the last.
    """

    file: Path
    bytes: int
    sha256: str
    schema: str
    rows: Mapping[str, int]
    files: tuple[str, ...]
    log_rows: int
    log_head: str


@dataclass(slots=True)
class Restored:
    """What came out of a backup.

    Args:
        folder: the new workspace.
        database: `SQLite` or `PostgreSQL`.
        made_at: when the backup was made, ISO 8601 in UTC.
        schema: the version it was made with; it was upgraded to this program's.
        rows: by table.
        files: of the workspace.
        log: the check of the log of changes.
    """

    folder: Path
    database: str
    made_at: str
    schema: str
    rows: dict[str, int] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    log: audit.Verified = field(default_factory=lambda: audit.Verified(0, ""))


def back_up(workspace: Workspace, path: Path, *, actor: str, overwrite: bool) -> Made:
    """Write a backup of everything that can't be made again: one moment of the database, and the workspace's files.

    The journal's files are read before the database: a reply that moves from the one to the other meanwhile is in both.

    Args:
        workspace: what is backed up, whatever its schema.
        path: the file to make.
        actor: who asks, for the log of changes.
        overwrite: whether a file of that name may be replaced.

    Raises:
        InputError, StorageError: see `archive.writing`.
    """
    path = path.absolute()
    state = workspace.state.resolve()
    if state in path.resolve().parents:
        raise InvalidValueError("backup_in_state", where=str(path), folder=STATE)
    database = workspace.database_as_it_is
    if database.version() is None:
        database = workspace.database  # nothing was done here yet: with its tables
    rows: dict[str, int] = {}
    with writing(path, overwrite=overwrite) as archive, step("backing up the files"):
        for name, file in _files(workspace):
            archive.add(f"workspace/{name}", _chunks(file))
        files = tuple(part.name.removeprefix("workspace/") for part in archive.parts)
        with snapshot(database) as moment:
            for shape in moment.tables:
                rows[shape.name] = _add_table(archive, moment, shape)
            log_rows, log_head = moment.head_of_log()
            facts = _facts(database, moment, rows, log_rows, log_head)
        archive.finish(facts)
    made = Made(path, path.stat().st_size, file_digest(path), moment.schema, rows, files, log_rows, log_head)
    if made.schema == HEAD:  # else the table may be another one
        with database.write() as connection:
            detail = {"file": path.name, "sha256": made.sha256, "log_head": log_head}
            audit.append(connection, actor=actor, action=MADE, subject="workspace", detail=detail)
    return made


def last_backup(database: Database) -> str | None:
    """When the last backup was made, ISO 8601 in UTC; None for never."""
    found = audit.entries(database, action=MADE, limit=1)
    return found[0].at if found else None


def seconds_since_backup(database: Database) -> float | None:
    """How long ago the last backup was made; None for never."""
    found = last_backup(database)
    return None if found is None else (datetime.now(UTC) - datetime.fromisoformat(found)).total_seconds()


def restore(path: Path, folder: Path, *, actor: str) -> Restored:
    """Make a new workspace from a backup: all of it or nothing. Every part is verified before anything is made.

    The database is the one that `ASSISTANT_DATABASE_URL`, else the backup's settings name, which must be empty, else
    a new SQLite file: of whatever kind it was before.

    Raises:
        InputError: no backup of ours, damaged, or hostile; see `ArchiveReader`.
        StorageError: the database is not empty, the backup is of a newer program, or the disk is full.
        WorkspaceError: the folder is not empty.
    """
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WorkspaceError("restore_folder_not_empty", where=str(folder))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        room = shutil.disk_usage(folder.parent).free
        with ArchiveReader(path, room=room) as archive:
            shapes = _shapes(archive, path)
            with step("verifying the backup"):
                archive.verify()
            made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
            try:
                return _restored(archive, shapes, made, folder, actor)
            finally:
                shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise WorkspaceError("restore_folder_unwritable", where=str(folder), why=error.strerror) from None


def _restored(
    archive: ArchiveReader, shapes: Mapping[str, TableShape], made: Path, folder: Path, actor: str
) -> Restored:
    told = Restored(folder, "", str(archive.facts.get("made_at", "")), str(archive.facts.get("schema", "")))
    for part in archive.parts:
        if part.name.startswith("workspace/"):
            told.files.append(_put(archive, part, made))
    (made / STATE).mkdir(mode=0o700, exist_ok=True)
    storage = load_settings(made).storage
    database = Database.attach(database_url(made / STATE, storage))
    lines = {part.name: partial(archive.lines, part) for part in archive.parts}
    try:
        told.database = "SQLite" if database.is_sqlite else "PostgreSQL"
        with empty(database, told.schema) as connection:
            fill(connection, list(shapes.values()), lambda name: _counted(lines[f"tables/{name}.jsonl"](), name, told))
            finish(connection)
            if not storage.workspace_id:  # a copy shares no index with what it is a copy of
                meet(made / STATE, become_another(connection))
            detail = {"made_at": told.made_at, "log_head": str(archive.facts.get("log_head", ""))}
            audit.append(connection, actor=actor, action=_RESTORED, subject="workspace", detail=detail)
            if not database.is_sqlite:
                _appear(made, folder)  # before the commit, which can't be undone
        told.log = audit.verify(database)
    except BaseException:
        if not made.exists():  # the folder is there, and its database is not
            shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        database.close()
    if made.exists():
        _appear(made, folder)
    return told


def _appear(made: Path, folder: Path) -> None:
    hand_on(made)
    if folder.exists():
        folder.rmdir()  # it is empty, as was seen; else this fails and nothing is lost
    made.rename(folder)


def _counted(lines: Iterator[bytes], name: str, told: Restored) -> Iterator[bytes]:
    told.rows[name] = 0
    with step(f"restoring {name}") as under_way:
        for line in lines:
            told.rows[name] += 1
            under_way.done = told.rows[name]
            yield line


def _put(archive: ArchiveReader, part: ArchivePart, made: Path) -> str:
    """Write one file of the workspace; its name was checked when the archive was opened."""
    name = part.name.removeprefix("workspace/")
    target = made / name
    private = Path(name).parts[0] == STATE
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700 if private else 0o777)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(target, flags, 0o600 if private else 0o666), "wb") as file:
        for chunk in archive.chunks(part):
            file.write(chunk)
    if not private:
        for one in (target, *(folder for folder in target.parents if folder.is_relative_to(made) and folder != made)):
            hand_on(one)
    return name


def _shapes(archive: ArchiveReader, path: Path) -> dict[str, TableShape]:
    """The tables the manifest describes, one for each part that holds rows."""
    try:
        shapes = {
            str(name): TableShape(str(name), tuple((str(column), str(kind)) for column, kind in columns))
            for name, columns in archive.facts["tables"].items()
        }
    except (KeyError, TypeError, ValueError, AttributeError):
        shapes = {}
    parts = {part.name for part in archive.parts}
    if not shapes or {name for name in parts if name.startswith("tables/")} != {
        f"tables/{one}.jsonl" for one in shapes
    }:
        raise InputError("backup_damaged", where=str(path))
    if f"workspace/{SETTINGS_FILE}" not in parts:
        raise InputError("backup_without_settings", where=str(path))
    return shapes


def _facts(
    database: Database, moment: DatabaseSnapshot, rows: Mapping[str, int], log_rows: int, log_head: str
) -> dict[str, Any]:
    return {
        "made_at": now(),
        "program": __version__,
        "schema": moment.schema,
        "database": "sqlite" if database.is_sqlite else "postgresql",
        "log_rows": log_rows,
        "log_head": log_head,
        "rows": dict(rows),
        "tables": {shape.name: shape.columns for shape in moment.tables},
        "left_out": "the search index (it can be built again from the database), logs, input and exported files",
    }


def _add_table(archive: ArchiveWriter, moment: DatabaseSnapshot, shape: TableShape) -> int:
    count = 0

    def counted() -> Iterator[bytes]:
        nonlocal count
        gathered: list[bytes] = []
        size = 0
        with step(f"backing up {shape.name}") as under_way:
            for line in moment.lines(shape):
                count += 1
                under_way.done = count
                gathered.append(line)
                size += len(line)
                if size > _CHUNK:
                    yield b"".join(gathered)
                    gathered, size = [], 0
            yield b"".join(gathered)

    archive.add(f"tables/{shape.name}.jsonl", counted())
    return count


def _files(workspace: Workspace) -> Iterator[tuple[str, Path]]:
    """The workspace's files that belong into a backup, by their path in it; no links."""
    folder = workspace.folder.resolve()
    chosen = [folder / SETTINGS_FILE, folder / ".gitignore", *policy_files(folder)]
    for name in _FOLDERS:
        chosen += (folder / name).rglob("*")
    chosen += (path for path in (folder / STATE).rglob("*") if not _left_out(path.relative_to(folder / STATE)))
    for path in sorted(set(chosen)):
        if path.is_file() and not path.is_symlink() and path.resolve().is_relative_to(folder):
            yield path.relative_to(folder).as_posix(), path


def _left_out(path: Path) -> bool:
    name = path.name
    if path.parts[0] == PROJECTS_FOLDER and len(path.parts) > _OF_PROJECT:
        path = Path(*path.parts[_OF_PROJECT:])  # what a project's state holds is what the workspace's own does
    derived = path.parts[0] in _LEFT_OUT or name in _LEFT_OUT or name.startswith("serve.log")
    return derived or name.endswith(".part") or (len(path.parts) == 1 and name.startswith("assistant"))


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except FileNotFoundError:
        return  # a job has moved its replies to the database meanwhile
