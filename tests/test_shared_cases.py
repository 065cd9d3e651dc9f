"""Every case of `shared/cases` is read by a test; a new folder fails this until one reads it."""

from __future__ import annotations

from pathlib import Path

from tests.reply_cases import shared_cases

TESTS = Path(__file__).resolve().parent
READ_BY = {
    "reply-": "prelabel/test_reply_cases.py",  # all of them, by pattern
}
"""By the beginning of a case's name, the test that reads all such folders."""


def test_every_case_is_named_in_a_test() -> None:
    tests = {path: path.read_text("utf-8") for path in TESTS.rglob("test_*.py") if path != Path(__file__).resolve()}
    patterns = tuple(start for start, name in READ_BY.items() if "reply_bodies" in tests[TESTS / name])
    folders = sorted(path.name for path in shared_cases().iterdir() if path.is_dir())
    assert len(folders) > 50
    unread = [
        name
        for name in folders
        if not (name.startswith(patterns) and any(shared_cases().joinpath(name).glob("body")))
        and not any(name in text for text in tests.values())
    ]
    assert unread == []
