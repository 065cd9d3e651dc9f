"""One owner for a file: the kernel's lock says whether it is held, the file's text only by whom.

A process number says nothing about a lock: each container counts from 1, and numbers are given again. So whether a
lock is held is always asked of the kernel, and the text is for people to read.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from weakref import WeakSet

_TRIES = 20  # a look holds the lock for an instant: whoever wants it then asks again
_PAUSE = 0.005


class FileLock:
    """An exclusive lock (`flock`), held by one handle of one process until `release` or the process's end.

    Args:
        path: the file, made where it is missing, readable by its owner only; its folder must be there.
        command: what the holder is doing, in words others will read, e.g. `assistant prelabel`.

    Raises:
        BlockingIOError: another handle holds it; see `holder`.
        OSError: the file can't be opened, or the disk gives no locks.
    """

    def __init__(self, path: Path, command: str) -> None:
        self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._descriptor)
        except OSError:
            self._close()
            raise
        _write_holder(self._descriptor, command)
        _HELD.add(self)

    def release(self) -> None:
        """Empty the file and let go; calling it again does nothing."""
        if self._descriptor is not None:
            with suppress(OSError):  # the text is for people only
                os.ftruncate(self._descriptor, 0)
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            self._close()

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def is_held(path: Path) -> bool:
    """Whether any process, on whatever machine or in whatever container, holds a file's lock now.

    A file that is there and can't be opened counts as held: another user made it, and may be at work.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # a disk without locks: no process holds one
    finally:
        os.close(descriptor)  # the lock goes with it
    return False


def holder(path: Path) -> str:
    """Whom a lock's file names, in words; its text may be missing for the moment between locking and writing."""
    try:
        known = json.loads(path.read_bytes()[:4096])
        return f"`{known['command']}` (process {known['process']} on {known['host']}, since {known['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"


def this_command() -> str:
    """What this process does, e.g. `assistant policy index`; no more words than say that."""
    return " ".join(["assistant", *sys.argv[1:3]])


_HELD: WeakSet[FileLock] = WeakSet()


def _leave_to_parent() -> None:
    """A forked child shares its parent's locks: it lets go, or it would hold them after the parent was killed."""
    for lock in _HELD:
        lock._close()  # noqa: SLF001 - same module; release() would unlock the parent too


os.register_at_fork(after_in_child=_leave_to_parent)


def _lock(descriptor: int) -> None:
    for _ in range(_TRIES - 1):
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(_PAUSE)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _write_holder(descriptor: int, command: str) -> None:
    since = datetime.now(UTC).isoformat(sep=" ", timespec="seconds")
    text = {"process": os.getpid(), "host": socket.gethostname(), "command": command, "since": since}
    with suppress(OSError):  # a full disk: the lock holds all the same, only its holder's name is missing
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(text).encode(), 0)
