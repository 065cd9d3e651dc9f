import asyncio
import os
from pathlib import Path

import orjson
import pytest

from assistant.cli.error_words import error_words
from assistant.errors import InputError, RejectedRequestError, StorageError
from assistant.models.chat_api import digest_of, read_answer
from assistant.models.dev.options import DevServerOptions
from assistant.models.guard.guarded import GuardedModel
from assistant.models.interface import ModelRequest, RawReply
from assistant.models.openai import OpenAIModel
from assistant.models.replay import RecordingModel, ReplayModel
from tests.models.serving import completion, question, serving
from tests.worded import says


def write(path: Path, *records: dict[str, object] | bytes) -> Path:
    """A recording of these lines."""
    path.write_bytes(b"".join(r if isinstance(r, bytes) else orjson.dumps(r) + b"\n" for r in records))
    return path


def record(task: str, text: str, attempt: int = 1, **more: object) -> dict[str, object]:
    """One line."""
    return {"task": task, "attempt": attempt, "body": completion(text), "latency_ms": 12.5} | more


def replayed(path: Path, *requests: ModelRequest) -> list[RawReply]:
    """The replies of a recording."""

    async def run() -> list[RawReply]:
        model = ReplayModel(path)
        try:
            return [await model.ask(request) for request in requests]
        finally:
            await model.aclose()

    return asyncio.run(run())


def texts(replies: list[RawReply]) -> list[str]:
    """What the replies say."""
    return [read_answer(reply.body).text for reply in replies]


def test_tasks_are_answered_with_their_recorded_replies_and_latencies(tmp_path: Path) -> None:
    path = write(tmp_path / "r.jsonl", record("t1", "one"), b"\n", record("t2", "two"))
    replies = replayed(path, question(task="t2"), question(task="t1"))
    assert texts(replies) == ["two", "one"]
    assert replies[0].latency_ms == 12.5


def test_each_attempt_has_its_reply_and_the_last_one_serves_for_more(tmp_path: Path) -> None:
    path = write(tmp_path / "r.jsonl", record("t", "first"), record("t", "second", attempt=2))
    asked = [question(task="t", attempt=attempt) for attempt in (1, 2, 3)]
    assert texts(replayed(path, *asked)) == ["first", "second", "second"]


def test_the_same_messages_are_answered_under_another_task_key(tmp_path: Path) -> None:
    asked = question("hello", task="new key")
    path = write(tmp_path / "r.jsonl", record("old key", "found", digest=digest_of(asked.messages)))
    assert texts(replayed(path, asked)) == ["found"]


def test_what_is_not_recorded_is_refused_with_that_reason(tmp_path: Path) -> None:
    with pytest.raises(RejectedRequestError, check=says("no reply recorded for task t9")) as caught:
        replayed(write(tmp_path / "r.jsonl", record("t1", "one")), question("other", task="t9"))
    assert caught.value.reason == "not_recorded"


def test_a_reply_that_was_no_json_is_given_as_it_was(tmp_path: Path) -> None:
    path = write(tmp_path / "r.jsonl", record("t", "", body="<html>"))
    assert replayed(path, question(task="t"))[0].body == b"<html>"


def test_broken_lines_are_told_with_their_numbers_when_the_file_is_opened(tmp_path: Path) -> None:
    path = write(
        tmp_path / "r.jsonl",
        record("t1", "one"),
        b"{broken}\n",
        {"task": 7},
        {"task": "t", "attempt": 1, "body": 3},
        b"[1]\n",
        b'{"task": "t4", "bo',
    )
    with pytest.raises(InputError) as caught:
        ReplayModel(path)
    assert str(error_words(caught.value)) == (
        f"{path}: 5 lines are no recorded replies:\n"
        f"  {path}:2: no JSON\n"
        f'  {path}:3: needs "task" (text) and "attempt" (a number)\n'
        f'  {path}:4: needs "body" (an object) and "latency_ms" (a number)\n'
        f"  {path}:5: no JSON object\n"
        f"  {path}:6: cut off\n"
        "  Remove those lines; a line that is cut off belongs to a recording that was killed."
    )


def test_of_many_broken_lines_ten_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, check=says("and 15 more")):
        ReplayModel(write(tmp_path / "r.jsonl", b"x\n" * 25))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, check=says("can't be opened")):
        ReplayModel(tmp_path / "none.jsonl")


def test_check_says_how_much_is_recorded(tmp_path: Path) -> None:
    model = ReplayModel(write(tmp_path / "r.jsonl", record("t1", "a"), record("t1", "b", 2), record("t2", "c")))
    assert asyncio.run(model.check()).startswith("2 tasks are recorded in ")
    asyncio.run(model.aclose())


def record_from_server(path: Path, *requests: ModelRequest) -> list[bytes]:
    """Bodies from a real server, recorded on the way."""

    async def run() -> list[bytes]:
        async with serving() as (_, url):
            model = RecordingModel(GuardedModel(OpenAIModel("dev", base_url=url)), path)
            try:
                return [(await model.ask(request)).body for request in requests]
            finally:
                await model.aclose()

    return asyncio.run(run())


def test_what_was_recorded_is_replayed(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    asked = [question(f"post {number} 你好 🙂 \ud800") for number in range(5)]
    bodies = record_from_server(path, *asked)
    replies = replayed(path, *asked)
    assert [orjson.loads(reply.body) for reply in replies] == [orjson.loads(body) for body in bodies]
    assert all(reply.latency_ms > 0 for reply in replies)


def test_a_recording_is_continued_and_a_line_cut_by_a_kill_removed(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    record_from_server(path, question("a"), question("b"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-200])
    record_from_server(path, question("c"))
    assert len(path.read_bytes().splitlines()) == 2
    assert len(texts(replayed(path, question("a"), question("c")))) == 2


def test_a_last_line_that_only_lacks_its_end_is_kept(tmp_path: Path) -> None:
    path = write(tmp_path / "r.jsonl", orjson.dumps(record("t1", "one")))
    record_from_server(path, question("c"))
    assert texts(replayed(path, question(task="t1"))) == ["one"]


def test_each_line_is_on_disk_at_once(tmp_path: Path) -> None:
    async def run() -> int:
        async with serving() as (_, url):
            model = RecordingModel(OpenAIModel("dev", base_url=url), tmp_path / "r.jsonl")
            await model.ask(question())
            lines = len((tmp_path / "r.jsonl").read_bytes().splitlines())
            await model.aclose()
            return lines

    assert asyncio.run(run()) == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_loses_no_reply_and_is_told_at_the_end() -> None:
    async def run() -> bytes:
        async with serving() as (_, url):
            model = RecordingModel(OpenAIModel("dev", base_url=url), "/dev/full")
            body = (await model.ask(question())).body
            with pytest.raises(StorageError, check=says("can't be written")):
                await model.aclose()
            return body

    assert read_answer(asyncio.run(run())).text


def test_a_folder_that_is_not_there_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    model = OpenAIModel("dev", base_url="http://127.0.0.1:1/v1")
    with pytest.raises(StorageError, check=says("can't be written")):
        RecordingModel(model, tmp_path / "none" / "r.jsonl")


def test_rate_limits_reach_the_guard_through_a_recorder(tmp_path: Path) -> None:
    async def run() -> float:
        async with serving(DevServerOptions(rate_limit=20)) as (_, url):
            model = GuardedModel(RecordingModel(OpenAIModel("dev", base_url=url), tmp_path / "r.jsonl"))
            await asyncio.gather(*(model.ask(question(str(number))) for number in range(30)))
            await model.aclose()
            return model.counts.paced_s

    assert asyncio.run(run()) > 0
