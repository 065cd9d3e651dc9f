"""Paid replies survive a kill and a full disk."""

import errno
import os
from pathlib import Path

import pytest

from assistant.errors import StorageError
from assistant.store.runs.journal import ReplyJournal, at_work, claim
from assistant.store.runs.journal_lines import LeftOut

known = {"run"}.__contains__  # runs of the database


def test_what_was_appended_is_found_by_the_next_process(tmp_path: Path) -> None:
    first = ReplyJournal(tmp_path)
    first.append("run", "a", 1, b'{"n": 1}', 12.5)
    first.append("run", "b", 2, "吃了吗".encode(), 3.0)
    # No close: the process was killed here.
    found = list(ReplyJournal(tmp_path).leftover(known))
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
    assert [one.content_digest for one in ReplyJournal(tmp_path).leftover(known)] == ["a"]


GOOD = '{"run_key": "run", "content_digest": "d", "attempt": 1, "body": "", "latency_ms": 1.0, "created_at": ""}'
DAMAGED = [
    b'{"a": 1}',
    b"123",
    b"null",
    b'"x"',
    b"[]",
    b"[" * 5000,
    b"\x00\xff\xfe",
    b"<html>",
    b'{"run_key": "run", "content_di',
    GOOD.encode()[:-1],
    GOOD.encode() + GOOD.encode(),
    *(
        GOOD.replace(*change).encode()
        for change in (
            ('"attempt": 1', '"attempt": "1"'),
            ('"attempt": 1', '"attempt": true'),
            ('"attempt": 1', '"attempt": -1'),
            ('"attempt": 1', f'"attempt": {10**400}'),
            ('"attempt": 1', f'"attempt": {2**63 - 1}'),
            ('"attempt": 1, ', ""),
            ('"body": ""', '"body": {}'),
            ('"body": ""', '"body": "\\ud800"'),
            ("1.0", '"1.0"'),
            ("1.0", "1e999"),
            ("1.0", "NaN"),
            ('"run"', "null"),
            ('"d"', f'"{"d" * 33}"'),  # no key of the database is so long: PostgreSQL refuses it
            ('"d"', '"\\u0000"'),
            ('"created_at": ""', '"created_at": ["2026"]'),
        )
    ),
]


@pytest.mark.parametrize("line", DAMAGED)
def test_a_damaged_line_costs_itself_only_and_is_named_and_kept_aside(tmp_path: Path, line: bytes) -> None:
    journal = ReplyJournal(tmp_path)
    journal.append("run", "a", 1, b"{}", 1.0)
    [segment] = tmp_path.glob("replies-*.jsonl")
    whole = segment.read_bytes()
    segment.write_bytes(whole + line + b"\n\n" + whole + line + b"\n")
    later = ReplyJournal(tmp_path)
    assert [one.content_digest for one in later.leftover(known)] == ["a", "a"]
    kept = tmp_path / f"damaged-{segment.name}"
    assert later.drop_leftover(known) == [LeftOut(kept, (2, 5))]
    assert line in kept.read_bytes()
    later.append("run", "b", 1, b"{}", 1.0)
    assert [one.content_digest for one in ReplyJournal(tmp_path).leftover(known)] == ["b"]


def test_a_second_damaged_file_of_the_same_name_takes_the_place_of_none(tmp_path: Path) -> None:
    for line in ("first", "second", "third"):
        (tmp_path / "replies-00000001.jsonl").write_text(line)
        ReplyJournal(tmp_path).drop_leftover(known)
    assert sorted(path.read_text() for path in tmp_path.glob("damaged-*")) == ["first", "second", "third"]


def test_replies_of_runs_that_are_not_in_the_database_are_kept(tmp_path: Path) -> None:
    ReplyJournal(tmp_path).append("another", "a", 1, b"{}", 1.0)
    later = ReplyJournal(tmp_path)
    assert list(later.leftover(known)) == []
    [missed] = later.drop_leftover(known)
    assert (missed.lines, missed.unknown) == ((), 1)
    assert b"another" in missed.path.read_bytes()


def test_whatever_else_bears_the_name_of_a_journals_file_is_named_and_left_there(tmp_path: Path) -> None:
    (tmp_path / "replies-abc.jsonl").write_text(GOOD + "\n")  # a reply is a reply, whatever the file's number
    (tmp_path / f"replies-{'9' * 50}.jsonl").write_bytes(b"")
    (tmp_path / "replies-00000003.jsonl").mkdir()
    (tmp_path / "replies-00000004.jsonl").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "replies-00000005.jsonl")
    journal = ReplyJournal(tmp_path)
    assert [one.content_digest for one in journal.leftover(known)] == ["d"]
    reasons = {one.path.name: one.reason for one in journal.drop_leftover(known)}
    assert reasons == {
        "replies-00000003.jsonl": "is not a file",
        "replies-00000004.jsonl": "can't be read (no such file or directory)",
        "replies-00000005.jsonl": "is not a file",
    }
    journal.append("run", "b", 1, b"{}", 1.0)
    assert [one.content_digest for one in ReplyJournal(tmp_path).leftover(known)] == ["b"]


def test_what_was_left_out_is_worded_with_file_and_lines() -> None:
    path = Path("j/damaged-replies-1.jsonl")
    assert LeftOut(path, (1, 2, 3, 4, 5, 6, 7), 2).words() == (
        "left out of the reply journal: 7 lines that are no replies (line 1, 2, 3, 4, 5 and 2 more)"
        " and 2 replies of runs that are not in this database; the file is kept as j/damaged-replies-1.jsonl"
    )


def test_bytes_that_are_no_text_are_kept_readable(tmp_path: Path) -> None:
    journal = ReplyJournal(tmp_path)
    journal.append("run", "a", 1, b"\xff\xfe broken", 1.0)
    [found] = ReplyJournal(tmp_path).leftover(known)
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
    with pytest.raises(StorageError, match="disk_full"):
        journal.append("run", "a", 1, b"{}", 1.0)
    journal.append("run", "b", 1, b"{}", 1.0)
    monkeypatch.undo()
    assert [one.content_digest for one in ReplyJournal(tmp_path).leftover(known)] == ["a", "b"]


def test_a_folder_has_one_owner_until_it_lets_go(tmp_path: Path) -> None:
    assert not at_work(tmp_path / "none yet")
    let_go = claim(tmp_path)
    assert at_work(tmp_path)
    with pytest.raises(StorageError, match=rf"workspace_locked \(holder=.*`.*` \(process {os.getpid()} on"):
        claim(tmp_path)
    let_go()
    assert not at_work(tmp_path)
    assert (tmp_path / "lock").read_bytes() == b""  # names no process that has ended
    claim(tmp_path)()


def test_a_lock_that_can_not_be_made_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()
    with pytest.raises(StorageError, match=r"folder_not_writable \(reason='Is a directory'\)"):
        claim(tmp_path)
