"""Paid replies survive a kill and a full disk."""

import errno
import os
from pathlib import Path

import pytest

from assistant.errors import StorageError
from assistant.store.journal import ReplyJournal, claim


def test_what_was_appended_is_found_by_the_next_process(tmp_path: Path) -> None:
    first = ReplyJournal(tmp_path)
    first.append("run", "a", 1, b'{"n": 1}', 12.5)
    first.append("run", "b", 2, "吃了吗".encode(), 3.0)
    # No close: the process was killed here.
    found = list(ReplyJournal(tmp_path).leftover())
    assert [(one.run_key, one.content_digest, one.attempt, one.body, one.latency_ms) for one in found] == [
        ("run", "a", 1, '{"n": 1}', 12.5),
        ("run", "b", 2, "吃了吗", 3.0),
    ]


def test_half_a_line_left_by_a_kill_is_passed_over(tmp_path: Path) -> None:
    journal = ReplyJournal(tmp_path)
    journal.append("run", "a", 1, b"{}", 1.0)
    [segment] = tmp_path.glob("replies-*.jsonl")
    with segment.open("ab") as file:
        file.write(b'{"run_key": "run", "content_di')
    assert [one.content_digest for one in ReplyJournal(tmp_path).leftover()] == ["a"]


@pytest.mark.parametrize(
    "line",
    [
        b'{"a": 1}',
        b"123",
        b"null",
        b'"x"',
        b"[]",
        b"\x00\xff",
        b"<html>",
        b'{"run_key": "run", "content_digest": "d", "attempt": "1", "body": "", "latency_ms": 1.0, "created_at": ""}',
        b'{"run_key": "run", "content_digest": "d", "attempt": -1, "body": "", "latency_ms": 1.0, "created_at": ""}',
        b'{"run_key": "run", "content_digest": "d", "attempt": 1, "body": {}, "latency_ms": 1.0, "created_at": ""}',
    ],
)
def test_a_damaged_line_costs_itself_only_and_is_kept_aside(tmp_path: Path, line: bytes) -> None:
    journal = ReplyJournal(tmp_path)
    journal.append("run", "a", 1, b"{}", 1.0)
    [segment] = tmp_path.glob("replies-*.jsonl")
    segment.write_bytes(line + b"\n" + segment.read_bytes())
    (tmp_path / "replies-abc.jsonl").write_bytes(b"")
    later = ReplyJournal(tmp_path)
    assert [one.content_digest for one in later.leftover()] == ["a"]
    kept = tmp_path / f"damaged-{segment.name}"
    assert later.drop_leftover() == {kept: 1}
    assert line in kept.read_bytes()
    later.append("run", "b", 1, b"{}", 1.0)
    assert [one.content_digest for one in ReplyJournal(tmp_path).leftover()] == ["b"]


def test_bytes_that_are_no_text_are_kept_readable(tmp_path: Path) -> None:
    journal = ReplyJournal(tmp_path)
    journal.append("run", "a", 1, b"\xff\xfe broken", 1.0)
    [found] = ReplyJournal(tmp_path).leftover()
    assert found.body == "\\xff\\xfe broken"


def test_take_gives_each_reply_once_and_close_leaves_nothing_behind(tmp_path: Path) -> None:
    journal = ReplyJournal(tmp_path)
    journal.append("run", "a", 1, b"{}", 1.0)
    replies, finished = journal.take()
    assert ([one.content_digest for one in replies], finished) == (["a"], [])
    assert journal.take() == ([], [])
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_a_large_segment_may_be_dropped_once_it_is_taken(tmp_path: Path) -> None:
    journal = ReplyJournal(tmp_path)
    for number in range(9):
        journal.append("run", str(number), 1, b"x" * (1 << 20), 1.0)
    replies, finished = journal.take()
    assert len(replies) == 9
    assert finished == sorted(tmp_path.glob("replies-*.jsonl"))
    journal.append("run", "next", 1, b"{}", 1.0)
    assert len(list(tmp_path.glob("replies-*.jsonl"))) == 2


def test_on_a_full_disk_the_reply_is_kept_in_the_room_that_was_held_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = ReplyJournal(tmp_path)
    reserve = tmp_path / "reserve"
    real_write = os.write

    def write_until_reserve_is_freed(file: int, data: bytes) -> int:
        if reserve.exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        return real_write(file, data)

    monkeypatch.setattr(os, "write", write_until_reserve_is_freed)
    with pytest.raises(StorageError, match=r"disk is full.*\n.*goes on where it was"):
        journal.append("run", "a", 1, b"{}", 1.0)
    journal.append("run", "b", 1, b"{}", 1.0)
    monkeypatch.undo()
    assert [one.content_digest for one in ReplyJournal(tmp_path).leftover()] == ["a", "b"]


def test_a_folder_has_one_owner_until_it_lets_go(tmp_path: Path) -> None:
    let_go = claim(tmp_path)
    with pytest.raises(StorageError, match=rf"another job \(process {os.getpid()}\) is at work"):
        claim(tmp_path)
    let_go()
    claim(tmp_path)()
