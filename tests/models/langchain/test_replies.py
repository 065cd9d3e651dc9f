import pytest
from langchain_core.messages import AIMessage
from langchain_core.messages.ai import UsageMetadata

from assistant.models.chat_api import read_answer
from assistant.models.interface import ModelAnswer
from assistant.models.langchain.replies import completion_body, shows_thinking


def answer(message: AIMessage) -> ModelAnswer:
    """A message, normalised and read again."""
    return read_answer(completion_body(message, "asked-for"))


def test_openais_shape_keeps_text_model_usage_and_logprobs() -> None:
    part = {"token": "a", "logprob": -0.5, "top_logprobs": [{"token": "a", "logprob": -0.5}]}
    usage = UsageMetadata(input_tokens=10, output_tokens=2, total_tokens=12, input_token_details={"cache_read": 8})
    metadata = {"model_name": "gpt-x", "finish_reason": "stop", "logprobs": {"content": [part]}}
    read = answer(AIMessage("hi", response_metadata=metadata, usage_metadata=usage))
    assert (read.text, read.model, read.finish_reason) == ("hi", "gpt-x", "stop")
    assert (read.prompt_tokens, read.completion_tokens, read.cached_tokens) == (10, 2, 8)
    assert read.logprobs[0].top == (("a", -0.5),)


def test_content_blocks_are_joined_and_reasoning_left_out() -> None:
    blocks: list[str | dict[str, str]] = [
        {"type": "reasoning", "reasoning": "hm"},
        {"type": "text", "text": "a"},
        {"type": "text", "text": "b"},
    ]
    assert answer(AIMessage(blocks)).text == "ab"  # type: ignore[arg-type]  # invariant list


def test_arguments_of_a_tool_call_are_the_content() -> None:
    call = {"name": "answer", "args": {"label": "safe"}, "id": "1", "type": "tool_call"}
    assert answer(AIMessage("", tool_calls=[call])).text == '{"label":"safe"}'
    other = call | {"args": {"label": "hate"}}
    assert answer(AIMessage("", tool_calls=[call, other])).text == '{"label":"safe"}\n{"label":"hate"}'


def test_arguments_that_could_not_be_parsed_are_kept_for_the_parser_to_judge() -> None:
    call = {"name": "answer", "args": '{"label": sa', "id": "1", "error": "x", "type": "invalid_tool_call"}
    assert answer(AIMessage("", invalid_tool_calls=[call])).text == '{"label": sa'


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ({"stop_reason": "end_turn"}, "stop"),  # Anthropic
        ({"stop_reason": "max_tokens"}, "length"),
        ({"finish_reason": "MAX_TOKENS"}, "length"),  # Google
        ({"finish_reason": "FinishReason.SAFETY"}, "content_filter"),
        ({"stopReason": "guardrail_intervened"}, "content_filter"),  # Bedrock
        ({"done_reason": "stop"}, "stop"),  # Ollama
        ({}, "stop"),
    ],
)
def test_endings_are_told_in_one_language(metadata: dict[str, str], reason: str) -> None:
    assert answer(AIMessage("x", response_metadata=metadata)).finish_reason == reason


def test_refusals_are_found() -> None:
    assert answer(AIMessage("", additional_kwargs={"refusal": "no"})).refusal == "no"
    assert answer(AIMessage("", response_metadata={"stop_reason": "refusal"})).refusal == "declined"


def test_the_name_asked_for_stands_in_where_none_is_said() -> None:
    assert answer(AIMessage("x")).model == "asked-for"


def test_a_tool_call_that_was_cut_is_left_open() -> None:
    call = {"name": "answer", "args": {"labels": ["hate"]}, "id": "1", "type": "tool_call"}
    read = answer(AIMessage("", tool_calls=[call], response_metadata={"stop_reason": "max_tokens"}))
    assert (read.text, read.finish_reason) == ('{"labels":["hate"]', "length")


def test_a_prompt_that_gemini_blocked_is_the_content_filters() -> None:
    blocked = {"prompt_feedback": {"block_reason": "PROHIBITED_CONTENT", "safety_ratings": None}}
    passed = {"prompt_feedback": {"block_reason": 0}, "finish_reason": "STOP"}
    assert answer(AIMessage("", response_metadata=blocked)).finish_reason == "content_filter"
    assert answer(AIMessage("x", response_metadata=passed)).finish_reason == "stop"


@pytest.mark.parametrize(
    "message",
    [
        AIMessage("x", additional_kwargs={"reasoning_content": "hm"}),
        AIMessage([{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "x"}]),
        AIMessage(
            "x",
            usage_metadata=UsageMetadata(
                input_tokens=1, output_tokens=9, total_tokens=10, output_token_details={"reasoning": 8}
            ),
        ),
    ],
)
def test_thinking_is_seen_wherever_an_integration_puts_it(message: AIMessage) -> None:
    assert shows_thinking(message)
    assert not shows_thinking(AIMessage("x"))


def test_mistrals_cached_tokens_are_read_from_its_own_words() -> None:
    usage = UsageMetadata(input_tokens=10, output_tokens=2, total_tokens=12)
    told = {"token_usage": {"prompt_tokens": 10, "num_cached_tokens": 8}}
    assert answer(AIMessage("x", response_metadata=told, usage_metadata=usage)).cached_tokens == 8
