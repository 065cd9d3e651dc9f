"""Survives damaged files: Chroma rewrites its graphs in place, and reading a torn one can crash the process.

A mark stands in the directory while something is written. Anyone who opens the directory and finds one empties it: the
index is derived, the vectors of record are in SQL. Anyone who has written leaves the checksums of the graphs, which are
compared before Chroma reads them.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import UUID

from assistant.errors import VectorIndexError

_MARK = "writing"
_DATABASE = "chroma.sqlite3"
_SUMS = "checksums.json"
_GRAPH = "index_metadata.pickle"  # stands beside the files of a graph that is on disk; other folders are only begun
_BLOCK = 1 << 20
_CHECKED_BYTES = 100 * 1024 * 1024  # SQLite reads so much in 0.1 s


class TornWriteMark:
    """The mark of one directory; its caller holds the directory's lock."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._path = directory / _MARK
        self._failed = False

    def recover(self) -> str:
        """Empty the index when its last writer did not finish; returns a sentence saying so, else the empty text."""
        if not self._path.exists():
            return ""
        empty(self._directory)
        self._path.unlink()
        return "the last writer of the vector index was interrupted: it was emptied and must be filled again"

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Marks the directory until the block has ended well and is on disk; after an error the mark stays."""
        self._path.touch()
        try:
            yield
        except BaseException:
            self._failed = True
            raise
        if not self._failed:
            _flush(self._directory)
            _record(self._directory)
            self._path.unlink(missing_ok=True)


def empty(directory: Path) -> None:
    """Remove Chroma's own files, and nothing else. Raises VectorIndexError where one can't be removed."""
    try:
        for path in directory.iterdir():
            if not (_is_uuid(path.name) or path.name.startswith(_DATABASE) or path.name == _SUMS):
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    except OSError as error:
        where = str(error.filename)
        raise VectorIndexError("index_file_not_removed", where=where, reason=error.strerror) from error


def check_files(directory: Path) -> None:
    """Look whether Chroma can read its files: it would crash, or print its insides, over those it can't.

    Files of the graphs are compared with what was written last; 100,000 entries of 512 numbers take 0.1 s.

    Raises:
        VectorIndexError: one is missing, cut or changed, or can't be read.
    """
    _check_database(directory / _DATABASE)
    try:
        known = json.loads((directory / _SUMS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return  # nothing was written yet, or by an earlier version
    except (OSError, ValueError) as error:
        raise _damaged(directory / _SUMS, str(error)) from error
    for name, (size, checksum) in known.items():
        path = directory / name
        try:
            if (found := path.stat().st_size) != size:
                raise VectorIndexError("index_file_of_other_size", where=str(path), found=found, written=size)
            if _checksum(path) != checksum:
                raise VectorIndexError("index_file_altered", where=str(path))
        except OSError as error:
            raise _damaged(path, error.strerror or str(error)) from error


def _check_database(path: Path) -> None:
    """SQLite's own check of its pages. Raises VectorIndexError."""
    try:
        if not path.exists() or path.stat().st_size > _CHECKED_BYTES:
            return
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as connection:
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except (sqlite3.Error, OSError) as error:
        raise _damaged(path, str(error)) from error
    if found != "ok":
        raise _damaged(path, found.splitlines()[-1])


def _record(directory: Path) -> None:
    """Leave the size and checksum of each file of a graph on disk."""
    sums = {
        str(path.relative_to(directory)): (path.stat().st_size, _checksum(path))
        for graph in sorted(directory.glob(f"*/{_GRAPH}"))
        for path in sorted(graph.parent.iterdir())
    }
    written = directory / f"{_SUMS}.new"
    written.write_text(json.dumps(sums), encoding="utf-8")
    written.replace(directory / _SUMS)


def _checksum(path: Path) -> int:
    checksum = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            checksum = zlib.crc32(block, checksum)
    return checksum


def _damaged(path: Path, why: str) -> VectorIndexError:
    return VectorIndexError("index_file_unreadable", where=str(path), why=why)


def _is_uuid(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


def _flush(directory: Path) -> None:
    for path in directory.glob("*/*.*"):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
