"""One owner for a directory: a lock that says who holds it and goes with the process that does."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from weakref import WeakSet

from assistant.errors import VectorIndexError

LOCK_FILE = "owner.lock"


class DirectoryLock:
    """An exclusive lock on a directory, held by one handle of one process until `release` or the process's end.

    The lock is the kernel's (`flock`), so a killed process leaves none behind; the file's text only says who holds it.

    Args:
        directory: made when missing.
        owner: what the holder is doing, in words others will read, e.g. `assistant prelabel`.

    Raises:
        VectorIndexError: another handle holds it (who, what, since when), or the directory can't be written.
    """

    def __init__(self, directory: Path, owner: str) -> None:
        self._path = directory / LOCK_FILE
        self._descriptor: int | None = _opened(self._path)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _holder(self._descriptor)
            self._close()
            raise _taken(directory, holder) from None
        except OSError as error:
            self._close()
            raise VectorIndexError(
                f"this disk gives no locks ({error.strerror})",
                where=str(directory),
                hint="keep the workspace on a local disk, or use a Chroma server: [storage] chroma_url",
            ) from error
        _write_holder(self._descriptor, owner)
        _HELD.add(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def release(self) -> None:
        """Give the directory free; calling it again does nothing."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            self._close()

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def held(directory: Path) -> bool:
    """Whether somebody has a directory now, without reaching for the lock: a look must not get in anybody's way."""
    try:
        pid = int(json.loads((directory / LOCK_FILE).read_text(encoding="utf-8"))["pid"])
        os.kill(pid, 0)
    except PermissionError:
        return True  # it is somebody else's process
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return False
    return pid > 0


_HELD: WeakSet[DirectoryLock] = WeakSet()


def _leave_to_parent() -> None:
    """A forked child shares its parent's locks: it lets go, or it would hold them after the parent was killed."""
    for lock in _HELD:
        lock._close()  # noqa: SLF001 - same module; release() would unlock the parent too


os.register_at_fork(after_in_child=_leave_to_parent)


def _opened(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except (FileExistsError, NotADirectoryError) as error:
        raise VectorIndexError(
            "a file stands where the folder of the vector index should be",
            where=str(path.parent),
            hint="move it away, then: assistant policy index --rebuild",
        ) from error
    except OSError as error:
        raise VectorIndexError(
            f"can't be written ({error.strerror})",
            where=str(path.parent),
            hint="check who owns the folder and whether the disk is full",
        ) from error


def _write_holder(descriptor: int, owner: str) -> None:
    since = datetime.now(UTC).isoformat(sep=" ", timespec="seconds")
    data = json.dumps({"pid": os.getpid(), "command": owner, "since": since}).encode()
    with suppress(OSError):  # a full disk: the lock holds all the same, only its holder's name is missing
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, data, 0)


def _holder(descriptor: int) -> str:
    """Who the lock file names; its text may be empty for the moment between locking and writing."""
    try:
        known = json.loads(os.pread(descriptor, 4096, 0))
        return f"`{known['command']}` (process {known['pid']}, since {known['since']})"
    except (ValueError, KeyError, TypeError):
        return "another process"


def _taken(directory: Path, holder: str) -> VectorIndexError:
    return VectorIndexError(
        f"the vector index is in use by {holder}",
        where=str(directory),
        hint="wait until it is done; for several processes at once run a Chroma server and set [storage] chroma_url",
    )
