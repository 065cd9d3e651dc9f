"""Replies word for word."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from assistant.errors import InputError
from assistant.models.chat_api import read_answer
from assistant.models.dev.options import DevServerOptions
from assistant.models.dev.script import ScriptedReply, read_script, scripted
from assistant.models.openai import OpenAIModel
from tests.models.serving import question, serving
from tests.worded import says


def test_the_first_line_that_fits_is_answered() -> None:
    script = (ScriptedReply("again", "second"), ScriptedReply("draft", "first"))
    assert scripted(script, "a draft, again") == script[0]
    assert scripted(script, "a draft") == script[1]
    assert scripted(script, "labels") is None


def test_the_server_answers_by_its_script_and_makes_up_the_rest() -> None:
    options = DevServerOptions(script=(ScriptedReply("a draft", "as told"),))

    async def run() -> list[str]:
        async with serving(options) as (_, url):
            model = OpenAIModel("dev", base_url=url)
            replies = [await model.ask(question(text)) for text in ("a draft, please", "a post")]
            await model.aclose()
        return [read_answer(reply.body).text for reply in replies]

    told, made_up = asyncio.run(run())
    assert told == "as told"
    assert made_up.startswith('{"label":')


def test_objects_are_sent_as_json(tmp_path: Path) -> None:
    path = tmp_path / "script.jsonl"
    path.write_text('{"contains": "a", "reply": {"x": 1}}\n\n{"contains": "b", "reply": "text"}\n', encoding="utf-8")
    assert [one.reply for one in read_script(path)] == ['{"x":1}', "text"]


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"contains": "a"}', '{"contains": 1, "reply": "x"}', '{"contains": "a", "reply": 2}']
)
def test_a_wrong_line_is_told_with_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "script.jsonl"
    path.write_text('{"contains": "a", "reply": "x"}\n' + line, encoding="utf-8")
    with pytest.raises(InputError) as told:
        read_script(path)
    assert told.value.where == f"{path}:2"


def test_a_script_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, check=says("can't be read")):
        read_script(tmp_path / "none.jsonl")
