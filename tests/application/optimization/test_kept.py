"""Replies and looks that are kept."""

from __future__ import annotations

from pathlib import Path

from assistant.application.optimization.measurements import count_looks
from assistant.application.optimization.replies import DraftReplies
from assistant.models.interface import Message, ModelRequest, RawReply, Sampling

QUESTION = ModelRequest("draft:1", (Message("user", "Draft."),), Sampling(max_tokens=10))
REPLY = RawReply(b'{"choices": []}', 12.5)


def test_a_reply_is_there_for_the_same_question_of_the_same_model(tmp_path: Path) -> None:
    replies = DraftReplies(tmp_path / "kept", "openai:one", {})
    assert replies.get(QUESTION) is None
    replies.keep(QUESTION, REPLY)
    assert replies.get(QUESTION) == REPLY
    assert DraftReplies(tmp_path / "kept", "openai:two", {}).get(QUESTION) is None
    assert DraftReplies(tmp_path / "kept", "openai:one", {"top_k": 1}).get(QUESTION) is None
    other = ModelRequest("draft:2", QUESTION.messages, QUESTION.sampling)
    assert replies.get(other) is None
    replies.forget(QUESTION)
    replies.forget(QUESTION)
    assert replies.get(QUESTION) is None


def test_a_file_that_was_cut_off_is_asked_again(tmp_path: Path) -> None:
    replies = DraftReplies(tmp_path, "openai:one", {})
    replies.keep(QUESTION, REPLY)
    (path,) = tmp_path.glob("*.json")
    path.write_bytes(path.read_bytes()[:9])
    assert replies.get(QUESTION) is None


def test_looks_count_different_drafts_on_the_same_items(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "looks.jsonl"
    assert count_looks(path, "data", ["a", "b"], "first") == 1
    assert count_looks(path, "data", ["b", "a"], "first") == 1
    assert count_looks(path, "data", ["a", "b"], "second") == 2
    assert count_looks(path, "data", ["a"], "third") == 1
    assert count_looks(path, "other", ["a", "b"], "third") == 1
    path.write_bytes(path.read_bytes() + b'{"test": ')
    assert count_looks(path, "data", ["a", "b"], "first") == 2
