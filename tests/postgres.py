"""A PostgreSQL server of the tests' own: made in a temporary folder, reached by a socket there, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from assistant.store.database import Database

_INSTALLED = Path("/usr/lib/postgresql")
_UNPRIVILEGED = ("postgres", "nobody")  # who runs it where the tests run as root, whom PostgreSQL refuses
_QUICK = "-c fsync=off -c full_page_writes=off -c max_connections=40 -c shared_buffers=16MB"
DURABLE = "-c max_connections=100 -c shared_buffers=64MB"  # as in earnest: nothing is lost with the power


def find_binaries() -> Path | None:
    """The folder with `initdb` and `pg_ctl`: the newest installed one, else that on the PATH; None without any."""
    versions = sorted(_INSTALLED.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3].partition(".")[0]))
    if versions:
        return versions[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@dataclass
class PostgresServer:
    """A running server; `new_url` gives each test a database of its own."""

    socket_folder: Path
    numbers: Iterator[int]
    control: Callable[..., None]  # `pg_ctl` with these words

    def url(self, name: str) -> str:
        return f"postgresql://assistant@/{name}?host={self.socket_folder}"

    def new_url(self, *, template: str = "template0") -> str:
        """A new database: empty, or a copy of another."""
        name = f"test{next(self.numbers)}"
        self.administer(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def migrated_url(self) -> str:
        """A new database with the tables in it."""
        return self.new_url(template="migrated")

    def stop(self) -> None:
        """Shut it down, whoever is connected."""
        self.control("-m", "fast", "stop")

    def start(self) -> None:
        """Start it again; it answers when this returns."""
        self.control("start")

    def administer(self, statement: str) -> None:
        """Tell the server itself something."""
        engine = sa.create_engine(self.url("postgres").replace("://", "+psycopg://"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text(statement))
        engine.dispose()


@contextmanager
def running_server(binaries: Path, settings: str = _QUICK) -> Iterator[PostgresServer]:
    """A server until the end of the block; by default one whose data need not outlive it."""
    # Not a folder of pytest's: those can be entered by their owner only, and the server may run as somebody else.
    folder = Path(tempfile.mkdtemp(prefix="assistant-pg-"))
    try:
        run_as = _unprivileged(folder)
        data = folder / "data"
        words = ("-D", data, "-U", "assistant", "-E", "UTF8", "--auth=trust", "--no-locale", "--no-sync")
        _run([binaries / "initdb", *words], folder, run_as)
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} {settings}"

        def control(*words: str) -> None:
            start = ("-l", folder / "log", "-o", options)
            _run([binaries / "pg_ctl", "-D", data, "-w", *start, *words], folder, run_as)

        control("start")
        try:
            server = PostgresServer(folder, count(), control)
            server.administer("CREATE DATABASE migrated")
            Database.open(server.url("migrated")).close()
            yield server
        finally:
            control("-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged(folder: Path) -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = next(known[name] for name in _UNPRIVILEGED if name in known)
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _run(command: list[Any], folder: Path, run_as: dict[str, Any]) -> None:
    log = folder / "setup"  # a file: the server inherits it, and a pipe would never end
    with log.open("ab") as file:
        status = subprocess.run(
            [str(word) for word in command], cwd=folder, stdout=file, stderr=file, check=False, **run_as
        ).returncode
    assert status == 0, log.read_text("utf-8", "replace")
