"""One owner for a directory, across processes and within one."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.cli.error_words import error_words
from assistant.errors import VectorIndexError
from assistant.policy.index.lock import LOCK_FILE, DirectoryLock

_HOLD = """
import sys
from pathlib import Path
from assistant.policy.index.lock import DirectoryLock
lock = DirectoryLock(Path(sys.argv[1]), "assistant prelabel")
print("held", flush=True)
sys.stdin.read()
"""

_HOLD_AND_FORK = """
import os, sys
from pathlib import Path
from assistant.policy.index.lock import DirectoryLock
lock = DirectoryLock(Path(sys.argv[1]), "assistant prelabel")
child = os.fork()
if child == 0:
    print(os.getpid(), flush=True)
    sys.stdin.read()
    os._exit(0)
os.waitpid(child, 0)
"""


def _start(script: str, directory: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, str(directory)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_another_process_is_told_who_holds_it_since_when_and_what_to_do(tmp_path: Path) -> None:
    with _start(_HOLD, tmp_path) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(VectorIndexError) as caught:
            DirectoryLock(tmp_path, "assistant policy index")
        holder.kill()
    assert error_words(caught.value).what.startswith(
        f"the vector index is in use by `assistant prelabel` (process {holder.pid} on {socket.gethostname()}, since 20"
    )
    assert caught.value.where == str(tmp_path)
    assert "wait until it is done" in error_words(caught.value).hint
    assert "Chroma server" in error_words(caught.value).hint


def test_a_killed_holder_leaves_no_lock_behind(tmp_path: Path) -> None:
    with _start(_HOLD, tmp_path) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        holder.send_signal(signal.SIGKILL)
    assert "assistant prelabel" in (tmp_path / LOCK_FILE).read_text()  # stale, and no problem
    DirectoryLock(tmp_path, "assistant policy index").release()


def test_a_forked_child_does_not_keep_the_lock_of_its_killed_parent(tmp_path: Path) -> None:
    with _start(_HOLD_AND_FORK, tmp_path) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        os.kill(child, 0)  # still there
        DirectoryLock(tmp_path, "assistant policy index").release()
        os.kill(child, signal.SIGKILL)


def test_two_handles_of_one_process_exclude_each_other(tmp_path: Path) -> None:
    with (
        DirectoryLock(tmp_path, "first"),
        pytest.raises(VectorIndexError, match=rf"`first` \(process {os.getpid()} on "),
    ):
        DirectoryLock(tmp_path, "second")
    with DirectoryLock(tmp_path, "third"):
        pass


def test_a_refused_handle_does_not_disturb_the_holder(tmp_path: Path) -> None:
    with DirectoryLock(tmp_path, "first"):
        for _ in range(2):
            with pytest.raises(VectorIndexError, match="`first`"):
                DirectoryLock(tmp_path, "second")


def test_releasing_twice_does_nothing(tmp_path: Path) -> None:
    lock = DirectoryLock(tmp_path, "first")
    lock.release()
    with DirectoryLock(tmp_path, "second"):
        lock.release()  # gives away nothing that is another's now
        with pytest.raises(VectorIndexError, match="second"):
            DirectoryLock(tmp_path, "third")


def test_the_directory_is_made_when_missing(tmp_path: Path) -> None:
    with DirectoryLock(tmp_path / "a" / "b", "first"):
        assert (tmp_path / "a" / "b" / LOCK_FILE).exists()


def test_a_path_that_cannot_be_a_directory_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(VectorIndexError, match="index_folder_is_file"):
        DirectoryLock(tmp_path / "file", "first")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_an_unreadable_lock_file_still_locks(tmp_path: Path, text: str) -> None:
    with DirectoryLock(tmp_path, "first"):
        (tmp_path / LOCK_FILE).write_text(text)
        with pytest.raises(VectorIndexError, match="another process"):
            DirectoryLock(tmp_path, "second")
