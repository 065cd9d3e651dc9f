"""Whether a lock is held is said by the kernel, never by the process number its file names."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from assistant.file_lock import FileLock, holder, is_held

_HOLD = """
import sys
from pathlib import Path
from assistant.file_lock import FileLock
lock = FileLock(Path(sys.argv[1]), "assistant prelabel")
print("held", flush=True)
sys.stdin.read()
"""
_CONTAINER = ("unshare", "--pid", "--fork", "--kill-child")


def _can_unshare() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*_CONTAINER, "true"], capture_output=True, check=False).returncode == 0


@contextmanager
def _held_elsewhere(path: Path, *before: str) -> Iterator[subprocess.Popen[str]]:
    words = [*before, sys.executable, "-c", _HOLD, str(path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        assert process.stdin is not None
        process.stdin.close()


@pytest.mark.parametrize("text", ["", "1", str(os.getppid()), json.dumps({"pid": 1}), "half a li", "\0\xff"])
def test_a_file_that_names_a_living_process_is_free_where_no_process_holds_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "lock"
    path.write_text(text)
    assert not is_held(path)
    FileLock(path, "assistant prelabel").release()


@pytest.mark.parametrize("text", ["", "0", "-1", str(2**22 + 1), "9" * 400, "half a li", "[]"])
def test_a_file_that_names_no_living_process_is_held_where_one_holds_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "lock"
    with _held_elsewhere(path):
        path.write_text(text)
        assert is_held(path)
        with pytest.raises(BlockingIOError):
            FileLock(path, "assistant prelabel")
        assert holder(path) == "another process"
    assert not is_held(path)


@pytest.mark.skipif(not _can_unshare(), reason="this machine gives no process namespaces")
def test_a_holder_in_another_container_is_seen_and_its_end_too(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with _held_elsewhere(path, *_CONTAINER):
        assert holder(path).startswith("`assistant prelabel` (process 1 on ")  # a number that is another's here
        assert is_held(path)
    assert not is_held(path)


def test_the_file_is_emptied_when_the_lock_is_released(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    lock = FileLock(path, "assistant prelabel")
    assert f"process {os.getpid()} on" in holder(path)
    lock.release()
    assert path.read_bytes() == b""
    lock.release()


def test_looks_get_in_no_way_of_one_who_wants_the_lock(tmp_path: Path) -> None:
    path, ended = tmp_path / "lock", threading.Event()
    path.touch()

    def look() -> None:
        while not ended.is_set():
            is_held(path)

    watchers = [threading.Thread(target=look) for _ in range(3)]
    for watcher in watchers:
        watcher.start()
    try:
        for _ in range(200):
            FileLock(path, "assistant prelabel").release()
    finally:
        ended.set()
        for watcher in watchers:
            watcher.join()


def test_a_lock_that_is_not_there_or_not_ours_to_open(tmp_path: Path) -> None:
    assert not is_held(tmp_path / "none" / "lock")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert is_held(tmp_path / "loop")  # it can't be looked at: who knows
