"""One owner for the index's directory, and what to say where another process is it."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from assistant.errors import VectorIndexError
from assistant.file_lock import FileLock, holder, is_held

LOCK_FILE = "owner.lock"


class DirectoryLock:
    """An exclusive lock on a directory, held by one handle of one process until `release` or the process's end.

    Args:
        directory: made when missing.
        owner: what the holder is doing, in words others will read, e.g. `assistant prelabel`.

    Raises:
        VectorIndexError: another handle holds it (who, what, since when), or the directory can't be written.
    """

    def __init__(self, directory: Path, owner: str) -> None:
        path = directory / LOCK_FILE
        try:
            directory.mkdir(parents=True, exist_ok=True)
            path.touch(0o600)
        except (FileExistsError, NotADirectoryError) as error:
            raise VectorIndexError("index_folder_is_file", where=str(directory)) from error
        except OSError as error:
            raise VectorIndexError("index_folder_unwritable", where=str(directory), reason=error.strerror) from error
        try:
            self._lock = FileLock(path, owner)
        except BlockingIOError:
            raise VectorIndexError("vector_index_in_use", where=str(directory), holder=holder(path)) from None
        except OSError as error:
            raise VectorIndexError("index_disk_without_locks", where=str(directory), reason=error.strerror) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def release(self) -> None:
        """Give the directory free; calling it again does nothing."""
        self._lock.release()


def held(directory: Path) -> bool:
    """Whether any process has a directory now."""
    return is_held(directory / LOCK_FILE)
