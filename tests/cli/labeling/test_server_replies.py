"""What servers do to replies, through the whole program: what passes is waited for, what does not stops, none is paid
for three times, and no item is lost."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest

from assistant.models.dev.wire_faults import WireFault
from tests.cli.conftest import Assistant, Loopback, Server
from tests.cli.files import ingest, read_jsonl
from tests.cli.servers import Answer, Asked, LoopbackServer, Reply, completion, problem
from tests.prelabel.test_reply_cases import EXPECTED
from tests.reply_cases import shared_cases

JOB = ("prelabel", "--model", "openai:dev", "--prompt", "moderation@3", "--json")
READ = ("reply-sse", "reply-tools", "reply-reasoning-null", "reply-reasoning-or")
PASSING = (
    "reply-choices-empty",
    "reply-choices-null",
    "reply-finish-error",
    "reply-outage-200",
    "reply-outage-200b",
)
NEGOTIATED = ("reply-stream-only-400", "reply-system-400", "reply-thinking-400")
HERE = {*READ, *PASSING, *NEGOTIATED, "reply-html", "reply-refused-3x"}


def case(name: str) -> Reply:
    """A server's reply as it was met."""
    folder = shared_cases() / name
    head, *lines = (folder / "headers.txt").read_text(encoding="utf-8").splitlines()
    headers = dict(line.split(": ", 1) for line in lines if ": " in line)
    return Reply((folder / "body").read_bytes(), int(head.split()[1]), headers["Content-Type"])


def take_in(assistant: Assistant, workspace: Path, count: int) -> None:
    posts = [
        {"id": f"{number:02}", "text": f"buy cheap followers now, sold by {number:02} "} for number in range(count)
    ]
    ingest(assistant, workspace, posts)


def run(assistant: Assistant, workspace: Path) -> tuple[int, dict[str, Any], str]:
    said = assistant(*JOB, "-w", workspace)
    assert "Traceback" not in said.stderr
    return said.status, orjson.loads(said.stdout) if said.stdout.strip() else {}, said.stderr


def pending(assistant: Assistant, workspace: Path) -> int:
    found = assistant("status", "-w", workspace, "--json").json
    return int(found["run"]["statuses"]["pending"])


def labels(assistant: Assistant, workspace: Path) -> Counter[str]:
    assert assistant("export", workspace / "out.jsonl", "-w", workspace).status == 0
    return Counter("+".join(row["labels"]) for row in read_jsonl(workspace / "out.jsonl"))


def of_items(server: LoopbackServer) -> Counter[str]:
    return Counter(asked.item for asked in server.asked if asked.item)


def test_every_case_of_a_servers_reply_is_read_by_a_test() -> None:
    assert {path.name for path in shared_cases().glob("reply-*")} == HERE | set(EXPECTED)


@pytest.mark.parametrize("name", READ)
def test_the_answer_is_found_where_the_server_put_it(
    assistant: Assistant, workspace: Path, loopback: Loopback, name: str
) -> None:
    reply = case(name)
    server = loopback(lambda _: reply)
    take_in(assistant, workspace, 3)
    status, told, _ = run(assistant, workspace)
    assert (status, told["statuses"]["labelled"], len(server.asked)) == (0, 3, 3)
    assert labels(assistant, workspace) == {"spam": 3}


@pytest.mark.parametrize("name", PASSING)
def test_trouble_of_the_server_in_a_200_costs_no_item_and_no_token(
    assistant: Assistant, workspace: Path, loopback: Loopback, name: str
) -> None:
    trouble = case(name)
    server = loopback(lambda asked: trouble if asked.number <= 12 else Reply(completion()))
    take_in(assistant, workspace, 12)
    status, told, _ = run(assistant, workspace)
    assert (status, told["statuses"]["labelled"], told["failures"]) == (0, 12, {})
    assert (told["prompt_tokens"], told["completion_tokens"]) == (12 * 100, 12 * 20)
    assert len(server.asked) == 24


def test_a_web_page_stops_the_job_suspects_the_address_and_costs_no_item(
    assistant: Assistant, workspace: Path, loopback: Loopback
) -> None:
    page = case("reply-html")
    server = loopback(lambda _: page)
    take_in(assistant, workspace, 40)
    status, _, stderr = run(assistant, workspace)
    assert status not in {0, 3}
    assert "with a web page" in stderr
    assert "OPENAI_BASE_URL" in stderr
    assert len(server.asked) <= 2 * 16  # each question on its way got a second look
    assert pending(assistant, workspace) == 40


def test_a_web_page_in_mid_run_is_waited_for(assistant: Assistant, workspace: Path, loopback: Loopback) -> None:
    page = Reply(b"<html><body>Sign in</body></html>", kind="text/html")
    server = loopback(lambda asked: page if 20 < asked.number <= 30 else Reply(completion()))
    take_in(assistant, workspace, 40)
    status, told, _ = run(assistant, workspace)
    assert (status, told["statuses"]["labelled"], len(server.asked)) == (0, 40, 50)


FILTERED = {
    "400": problem("The response was filtered by the content management policy", code="content_filter"),
    "finish": Reply(completion("", finish_reason="content_filter")),
    "sensitive": Reply(completion("", finish_reason="sensitive")),
    "refusal": Reply(completion(None, message={"refusal": "I can't help with that."})),
}


@pytest.mark.parametrize("name", FILTERED)
def test_what_is_refused_by_a_rule_is_asked_once(
    assistant: Assistant, workspace: Path, loopback: Loopback, name: str
) -> None:
    shared_cases()  # reply-refused-3x: a filter or a refusal was asked, and paid for, three times
    server = loopback(lambda asked: FILTERED[name] if asked.item == "03" else Reply(completion()))
    take_in(assistant, workspace, 6)
    status, told, _ = run(assistant, workspace)
    assert (status, told["statuses"]["labelled"]) == (3, 5)
    assert told["failures"] == {"refused" if name == "refusal" else "content_filter": 1}
    assert set(of_items(server).values()) == {1}
    # Asked for by name, it gets one more question, and only one.
    assert assistant(*JOB, "--retry-failed", "-w", workspace).status == 3
    assert of_items(server)["03"] == 2


def lacking(name: str) -> Answer:
    refusal = case(name)

    def answer(asked: Asked) -> Reply:
        if name == "reply-system-400":
            has = any(message["role"] == "system" for message in asked.payload["messages"])
        else:
            has = not asked.payload.get("stream")
        if has:
            return refusal
        return case("reply-sse") if asked.payload.get("stream") else Reply(completion())

    return answer


@pytest.mark.parametrize("name", NEGOTIATED)
def test_what_a_server_lacks_is_found_out_once_and_costs_no_item(
    assistant: Assistant, workspace: Path, loopback: Loopback, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("ASSISTANT__MODEL__CONCURRENCY", "1")
    server = loopback(lacking(name))
    take_in(assistant, workspace, 5)
    status, told, _ = run(assistant, workspace)
    assert (status, told["statuses"]["labelled"], len(server.asked)) == (0, 5, 6)
    assert labels(assistant, workspace) == {"spam": 5}
    first, second = server.asked[0].payload, server.asked[1].payload
    if name == "reply-system-400":
        system = next(message["content"] for message in first["messages"] if message["role"] == "system")
        assert [message["role"] for message in second["messages"]] == ["user"]
        assert second["messages"][0]["content"].startswith(system)
        assert "sold by 00" in second["messages"][0]["content"]
    else:
        assert second["stream"] is True


@pytest.mark.parametrize("fault", ["no_choices", "html"])
def test_faults_of_gateways_on_the_first_attempt_cost_no_item(
    assistant: Assistant, workspace: Path, dev_server: Server, fault: str
) -> None:
    serving = dev_server(wire_fault=WireFault(fault, first_only=True))
    take_in(assistant, workspace, 8)
    status, told, _ = run(assistant, workspace)
    assert (status, told["statuses"]["labelled"], told["failures"]) == (0, 8, {})
    assert serving.counts["asked"] == 16


TPM = "Request too large for dev on tokens per min (TPM): Limit 30000, Requested 36055."
TOO_LONG = {
    "429": problem(TPM, 429, "rate_limit_exceeded", "tokens"),
    "500": problem("the request exceeds the available context size", 500, kind="server_error"),
    "200": Reply(problem("This model's maximum context length is 8192 tokens").body),
}


@pytest.mark.parametrize("status", TOO_LONG)
def test_a_question_that_never_fits_is_asked_once_whatever_its_status(
    assistant: Assistant, workspace: Path, loopback: Loopback, status: str
) -> None:
    server = loopback(lambda asked: TOO_LONG[status] if asked.item == "03" else Reply(completion()))
    take_in(assistant, workspace, 6)
    code, told, _ = run(assistant, workspace)
    assert (code, told["statuses"]["labelled"], told["failures"]) == (3, 5, {"too_long": 1})
    assert set(of_items(server).values()) == {1}


def test_an_empty_account_reported_as_403_stops_the_job_with_its_true_cause(
    assistant: Assistant, workspace: Path, dev_server: Server
) -> None:
    dev_server(wire_fault=WireFault("quota_403"))
    take_in(assistant, workspace, 6)
    status, _, stderr = run(assistant, workspace)
    assert status not in {0, 3}
    assert "no quota left" in stderr
    assert "用户额度不足" in stderr
    assert pending(assistant, workspace) == 6


@pytest.mark.parametrize("lack", ["system", "whole_reply"])
def test_what_the_test_server_lacks_is_negotiated(
    assistant: Assistant, workspace: Path, dev_server: Server, monkeypatch: pytest.MonkeyPatch, lack: str
) -> None:
    monkeypatch.setenv("ASSISTANT__MODEL__CONCURRENCY", "1")
    serving = dev_server(lacks=(lack,))
    take_in(assistant, workspace, 4)
    status, told, _ = run(assistant, workspace)
    assert (status, told["statuses"]["labelled"], serving.counts["asked"]) == (0, 4, 5)


def test_a_stream_can_be_asked_for_in_the_settings_and_its_tokens_are_counted(
    assistant: Assistant, workspace: Path, dev_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(assistant, workspace, 4)
    dev_server()
    _, whole, _ = run(assistant, workspace)
    monkeypatch.setenv("ASSISTANT__MODEL__EXTRA__STREAM", "true")
    status, streamed, _ = run(assistant, workspace)
    assert (status, streamed["statuses"]["labelled"]) == (0, 4)
    counted = ("prompt_tokens", "completion_tokens")
    assert [streamed[name] for name in counted] == [whole[name] for name in counted]
