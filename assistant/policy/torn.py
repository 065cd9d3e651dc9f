"""Survives a writer killed in the middle: Chroma rewrites its files in place, and a torn one can crash the reader.

A mark stands in the directory while something is written. Whoever opens the directory and finds one empties it: the
index is derived, the vectors of record are in SQL.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

_MARK = "writing"
_DATABASE = "chroma.sqlite3"


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
            self._path.unlink(missing_ok=True)


def empty(directory: Path) -> None:
    """Remove Chroma's own files, and nothing else."""
    for path in directory.iterdir():
        if path.is_dir() and _is_uuid(path.name):
            shutil.rmtree(path)
        elif path.name.startswith(_DATABASE):
            path.unlink()


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
