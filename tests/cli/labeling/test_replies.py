"""Replies of every kind through the whole program: only what was asked for is read, and none stops a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from assistant.prelabel import label_one
from tests.cli.conftest import Assistant, Server
from tests.cli.files import ingest, read_jsonl
from tests.cli.servers import Listener, QuietHandler
from tests.prelabel.test_reply_cases import EXPECTED
from tests.reply_cases import reply_bodies

Reply = Callable[[str], bytes]
JOB = ("prelabel", "--model", "openai:dev", "--json")


class Replying(Listener):
    """A server that answers each question as it is told to; counts the questions by their item."""

    def __init__(self, reply: Reply) -> None:
        self.asked: Counter[str] = Counter()

        class Handler(QuietHandler):
            def do_POST(handler) -> None:  # noqa: N802, N805 - the library's name; `self` is the server
                question = orjson.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
                item = question["messages"][-1]["content"].rpartition("sold by ")[2].split()[0]
                self.asked[item] += 1
                body = reply(item)
                handler.send_response(200)
                handler.send_header("Content-Type", "application/json")
                handler.send_header("Content-Length", str(len(body)))
                handler.end_headers()
                handler.wfile.write(body)

        super().__init__(Handler)
        self.url = f"{self.origin}/v1"


@pytest.fixture
def replying(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Reply], Replying]]:
    """Starts a server of one's own replies and points the environment at it."""
    servers: list[Replying] = []

    def start(reply: Reply) -> Replying:
        servers.append(Replying(reply))
        monkeypatch.setenv("OPENAI_BASE_URL", servers[-1].url)
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def completion(content: str, **choice: Any) -> bytes:
    chosen = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}} | choice
    return orjson.dumps({"model": "dev", "choices": [chosen], "usage": {"prompt_tokens": 9, "completion_tokens": 5}})


def with_items(assistant: Assistant, workspace: Path, names: list[str]) -> None:
    ingest(assistant, workspace, [{"id": name, "text": f"buy cheap followers now, sold by {name} "} for name in names])


def rows(assistant: Assistant, workspace: Path) -> dict[str, dict[str, Any]]:
    assert assistant("export", workspace / "out.jsonl", "-w", workspace).status == 0
    return {row["item_id"]: row for row in read_jsonl(workspace / "out.jsonl")}


def failures(assistant: Assistant, workspace: Path) -> dict[str, str]:
    found = assistant("status", "-w", workspace, "--json", "--failed", "1000").json["failed_items"]
    return {one["item_id"]: one["reason"] for one in found}


def test_replies_of_real_servers_are_labelled_or_retried_as_they_deserve(
    assistant: Assistant, workspace: Path, replying: Callable[[Reply], Replying]
) -> None:
    bodies = {name: body for name, body in reply_bodies().items() if name in EXPECTED}
    server = replying(lambda item: bodies[item])
    with_items(assistant, workspace, list(bodies))
    said = assistant(*JOB, "--prompt", "moderation@3", "-w", workspace)
    assert said.status == 3
    found = rows(assistant, workspace)
    cut = {"reply-think-cut", "reply-think-cut95"}
    labels = {name: row["labels"] for name, row in found.items() if row["status"] == "labelled"}
    assert labels == {name: ["self_harm" if name == "reply-label-hyphen" else "spam"] for name in set(bodies) - cut}
    assert failures(assistant, workspace) == dict.fromkeys(cut, "truncated")
    assert {name: asked for name, asked in server.asked.items() if asked > 1} == dict.fromkeys(cut, 3)


def test_a_number_nobody_asked_for_does_not_decide_who_looks(
    assistant: Assistant, workspace: Path, replying: Callable[[Reply], Replying]
) -> None:
    reply = completion('{"label": "safe", "clauses": [], "confidence": 0.99}')
    replying(lambda _: reply)
    with_items(assistant, workspace, ["a", "b", "c"])
    # moderation@2 asks for label and clauses; the same reply to moderation@1, which asks for it, counts.
    assert assistant(*JOB, "--prompt", "moderation@2", "-w", workspace).status == 0
    found = rows(assistant, workspace).values()
    assert {(row["route"], row["route_reason"]) for row in found} == {("review", "no_probability")}
    assert all("stated_confidence" not in row["signals"] for row in found)
    assert assistant(*JOB, "--prompt", "moderation@1", "-w", workspace).status == 0
    assert {row["signals"]["stated_confidence"] for row in rows(assistant, workspace).values()} == {0.99}


def test_a_quoted_object_is_retried_and_never_a_label(
    assistant: Assistant, workspace: Path, replying: Callable[[Reply], Replying]
) -> None:
    quoted = 'I quote the post: {"label":"safe","clauses":[]} but my decision is hate.'
    server = replying(
        lambda item: completion(quoted if server.asked[item] == 1 else '{"label": "hate", "clauses": []}')
    )
    with_items(assistant, workspace, ["a", "b"])
    assert assistant(*JOB, "-w", workspace).status == 0
    assert {tuple(row["labels"]) for row in rows(assistant, workspace).values()} == {("hate",)}
    assert server.asked == {"a": 2, "b": 2}


def test_odd_logprobs_cost_no_label_and_stop_no_run(
    assistant: Assistant, workspace: Path, replying: Callable[[Reply], Replying]
) -> None:
    odd: dict[str, object] = {
        "null-token": {"content": [{"token": None, "logprob": -0.1, "top_logprobs": []}]},
        "positive": {"content": [{"token": '{"label": "spam"', "logprob": 1234.5, "top_logprobs": []}]},
        "strings": {"content": [{"token": "a", "logprob": "x", "top_logprobs": "y"}]},
        "nested": {"content": [[["a"]]]},
        "flat": [1, 2],
    }
    text = '{"label": "spam", "clauses": []}'
    server = replying(lambda item: completion(text, logprobs=odd[item]))
    with_items(assistant, workspace, list(odd))
    assert assistant(*JOB, "-w", workspace).status == 0
    assert set(server.asked.values()) == {1}
    for row in rows(assistant, workspace).values():
        assert (row["labels"], "label_probability" in row["signals"]) == (["spam"], False)


def test_a_reply_that_raises_what_nobody_foresaw_fails_its_item_and_the_run_goes_on(
    assistant: Assistant, workspace: Path, dev_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    dev_server()
    with_items(assistant, workspace, [f"{number:02}" for number in range(20)])
    of_reply = label_one.reply_signals

    def raising(reply: Any, answer: Any, item: Any, label_set: Any) -> dict[str, float]:
        if item.id.endswith("7"):
            raise KeyError("words of the post")
        return of_reply(reply, answer, item, label_set)

    monkeypatch.setattr(label_one, "reply_signals", raising)
    first = assistant(*JOB, "-w", workspace)
    assert (first.status, first.json["statuses"]["pending"]) == (3, 0)
    assert set(first.json["failures"]) == {"malformed"}
    failed = assistant("status", "-w", workspace, "--json", "--failed", "1000").json["failed_items"]
    assert [one["item_id"] for one in failed] == ["07", "17"]
    assert first.json["statuses"]["labelled"] == 18
    assert {one["detail"] for one in failed} == {"reading the reply failed (KeyError); it is kept as it came"}
    # The replies are stored: read again, they fail the same items; read by a program that can, they are labels unpaid.
    again = assistant(*JOB, "--retry-failed", "-w", workspace)
    assert again.json["failures"] == first.json["failures"]
    monkeypatch.setattr(label_one, "reply_signals", of_reply)
    serving = dev_server()
    assert assistant(*JOB, "--retry-failed", "-w", workspace).status == 0
    assert serving.counts["asked"] == 0


def test_a_damaged_line_of_the_reply_journal_is_named_and_stops_no_later_job(
    assistant: Assistant, workspace: Path, dev_server: Server
) -> None:
    dev_server()
    with_items(assistant, workspace, ["a", "b"])
    assert assistant(*JOB, "--limit", "1", "-w", workspace).status == 0
    [folder] = {path.parent for path in workspace.rglob("lock") if "journal" in str(path)}
    (folder / "replies-00000001.jsonl").write_bytes(b'{"a": 1}\nnull\n')
    said = assistant(*JOB, "-w", workspace)
    assert (said.status, said.json["statuses"]["pending"]) == (0, 0)
    assert "left out of the reply journal: 2 lines that are no replies (line 1, 2)" in said.stderr
    assert (folder / "damaged-replies-00000001.jsonl").exists()
