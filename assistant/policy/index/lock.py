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
            raise VectorIndexError(
                "a file stands where the folder of the vector index should be",
                where=str(directory),
                hint="move it away, then: assistant policy index --rebuild",
            ) from error
        except OSError as error:
            raise VectorIndexError(
                f"can't be written ({error.strerror})",
                where=str(directory),
                hint="check who owns the folder and whether the disk is full",
            ) from error
        try:
            self._lock = FileLock(path, owner)
        except BlockingIOError:
            raise _taken(directory, holder(path)) from None
        except OSError as error:
            raise VectorIndexError(
                f"this disk gives no locks ({error.strerror})",
                where=str(directory),
                hint="keep the workspace on a local disk, or use a Chroma server: [storage] chroma_url",
            ) from error

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


def _taken(directory: Path, holder: str) -> VectorIndexError:
    return VectorIndexError(
        f"the vector index is in use by {holder}",
        where=str(directory),
        hint="wait until it is done; for several processes at once run a Chroma server and set [storage] chroma_url",
    )
