"""The chat-completions protocol as data: questions to bytes, bytes to answers. No network in here.

The shapes are those of `POST /v1/chat/completions` as OpenAI documents it and as vLLM, llama.cpp, Groq,
OpenRouter and others copy it, with the deviations that are met in practice (content as a list of parts,
`NaN` in logprobs, halves of surrogate pairs where a reply was cut).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from itertools import islice
from typing import Any

import orjson

from assistant.models.dialect import FULL_DIALECT, Dialect, with_schema_note, without_system
from assistant.models.interface import Message, ModelAnswer, ModelRequest, Sampling
from assistant.models.reply_logprobs import logprobs_of

_MOST_TOKENS = 100_000_000  # a count beyond it is no count, and columns hold no such number
_BYTE_ESCAPE = re.compile(r"\\(?:x[0-9a-f]{2}|.)", re.DOTALL)
CUT_REASONS = frozenset({"length", "max_tokens", "max_output_tokens", "model_context_window_exceeded"})
"""Finish reasons that say the reply was cut at a limit of tokens."""

_BRACES_AT_MOST = 100  # of a model's thinking at which its last object is looked for
_DECODER = json.JSONDecoder(strict=False)
_THINKING = ("reasoning_content", "reasoning", "thinking")
_THINKING_PART = re.compile("think|reason", re.IGNORECASE)


class MalformedReplyError(ValueError):
    """The bytes are no chat completion; the message says what is missing, never what the model wrote."""


def encode_request(
    model: str,
    request: ModelRequest,
    response_format: Mapping[str, object] | None,
    dialect: Dialect = FULL_DIALECT,
    extra: Mapping[str, object] | None = None,
) -> bytes:
    """One question as the JSON body of a chat-completions call.

    Halves of surrogate pairs, which UTF-8 can't hold, are sent as U+FFFD.

    Args:
        model: the server's name of the model.
        request: the question; its schema goes into the last system message when it can't be a parameter.
        response_format: as `dialect.response_format()` gives it, or None to send none.
        dialect: what the server understands.
        extra: further parameters, as the settings name them.
    """
    payload: dict[str, object] = {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in _messages_in(request, dialect)],
        dialect.length_key: request.sampling.max_tokens,
    }
    payload |= _sampling_in(request.sampling, dialect)
    if response_format is not None:
        payload["response_format"] = response_format
    if dialect.stream:
        payload["stream"] = True
        if dialect.stream_usage:
            payload["stream_options"] = {"include_usage": True}
    if extra:
        payload |= extra
    return dump_json(payload)


def _messages_in(request: ModelRequest, dialect: Dialect) -> Sequence[Message]:
    messages: Sequence[Message] = request.messages
    if request.schema is not None and dialect.structured != "json_schema":
        messages = with_schema_note(messages, request.schema)
    return messages if dialect.system else without_system(messages)


def _sampling_in(sampling: Sampling, dialect: Dialect) -> dict[str, object]:
    payload: dict[str, object] = {}
    if dialect.temperature:
        payload["temperature"] = sampling.temperature
    if sampling.top_p is not None and dialect.top_p:
        payload["top_p"] = sampling.top_p
    if sampling.seed is not None and dialect.seed:
        payload["seed"] = sampling.seed
    if sampling.top_logprobs and dialect.top_logprobs:
        payload["logprobs"] = True
        payload["top_logprobs"] = min(sampling.top_logprobs, dialect.top_logprobs)
    return payload


def dump_json(payload: object) -> bytes:
    """JSON bytes of plain data; halves of surrogate pairs in its texts become U+FFFD."""
    try:
        return orjson.dumps(payload)
    except TypeError:
        return without_surrogates(json.dumps(payload, ensure_ascii=False)).encode()


def without_surrogates(text: str) -> str:
    """Text that UTF-8 can hold: pairs of surrogates become their character, halves become U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def estimate_tokens(messages: Iterable[Message]) -> int:
    """Tokens of a prompt, guessed high: a third of its bytes.

    That is about one a Chinese character, and a third more than English takes.
    """
    size = 0
    for message in messages:
        content = message.content
        size += 24 + (len(content) if content.isascii() else len(content.encode("utf-8", "replace")))
    return size // 3


def digest_of(messages: Iterable[Message]) -> str:
    """A stable name (32 hex digits) of a prompt: roles and contents, nothing else."""
    digest = blake2b(digest_size=16)
    for message in messages:
        content = without_surrogates(message.content) if not message.content.isascii() else message.content
        digest.update(f"{message.role}\x1f{content}\x1e".encode())
    return digest.hexdigest()


def load_json(body: bytes) -> Any:
    """JSON as servers write it: strict first, then with `NaN`, `Infinity`, lone surrogates and stray bytes.

    Raises:
        MalformedReplyError: it is no JSON.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    text = body.decode("utf-8", "replace")
    try:
        try:
            lenient = json.loads(text)
        except json.JSONDecodeError:
            # A stored reply shows bytes that were no UTF-8 as escapes, which JSON has not.
            lenient = json.loads(_BYTE_ESCAPE.sub(lambda one: "\ufffd" if one[0][1] == "x" else one[0], text))
        return json.loads(without_surrogates(json.dumps(lenient, ensure_ascii=False)))
    except (ValueError, RecursionError) as error:
        raise MalformedReplyError(f"reply is no JSON ({len(body)} bytes)") from error


def read_answer(body: bytes) -> ModelAnswer:
    """Read a chat-completion object: text, finish reason, refusal, usage, logprobs.

    Logprobs of an unknown shape are left out: they are a signal, and the text is paid for without them.

    Raises:
        MalformedReplyError: it is no JSON, or no chat completion.
    """
    reply = load_json(body)
    try:
        choice = reply["choices"][0]
        message = choice.get("message") or {"content": choice["text"]}
        content = message.get("content")
        refusal = message.get("refusal")
    except (TypeError, KeyError, IndexError, AttributeError) as error:
        raise MalformedReplyError(f"reply has no choices[0].message{_said(reply)}") from error
    prompt_tokens, completion_tokens, cached_tokens = _usage(reply)
    model, finish_reason = reply.get("model"), choice.get("finish_reason")
    ended = finish_reason if isinstance(finish_reason, str) else "stop"
    text = content if type(content) is str else _joined_parts(content)
    plain = bool(text and not text.isspace())
    if not plain or "tool_calls" in message:
        text = _elsewhere(message, text, ended)
    return ModelAnswer(
        text,
        ended,
        refusal if isinstance(refusal, str) and refusal else None,
        model if isinstance(model, str) else "",
        prompt_tokens,
        completion_tokens,
        cached_tokens,
        logprobs_of(choice) if plain else (),  # they are those of the content
    )


def _elsewhere(message: Mapping[str, Any], content: str, ended: str) -> str:
    """The answer where it does not stand in the content: in a tool call, else where a server keeps the thinking.

    Thinking that was cut holds drafts, and no answer.
    """
    calls = message.get("tool_calls")
    called = [call.get("function") for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    arguments = [_arguments(function) for function in (*called, message.get("function_call"))]
    if any(arguments):
        return "\n".join(text for text in (content, *arguments) if text.strip())
    if content and not content.isspace():
        return content
    thinking = next((message[name] for name in _THINKING if isinstance(message.get(name), str)), "")
    return "" if ended in CUT_REASONS else _object_at_end(thinking)


def _object_at_end(thinking: str) -> str:
    """The JSON object that thinking ends with, without its drafts; all of it where it ends with none."""
    text = thinking.rstrip()
    braces = islice(re.finditer(r"\{", text), _BRACES_AT_MOST) if text.endswith("}") else ()
    for brace in braces:
        with suppress(ValueError, RecursionError):
            if _DECODER.raw_decode(text, brace.start())[1] == len(text):
                return text[brace.start() :]
    return thinking


def _arguments(function: object) -> str:
    """A call's arguments as JSON text; some servers send the object itself."""
    given = function.get("arguments") if isinstance(function, dict) else None
    return given if isinstance(given, str) else dump_json(given).decode() if isinstance(given, dict) else ""


def read_usage(body: bytes) -> tuple[int, int, int]:
    """(prompt, completion, cached) tokens as billed; zeros where the reply doesn't say or can't be read."""
    try:
        return _usage(load_json(body))
    except MalformedReplyError:
        return 0, 0, 0


def _usage(reply: Any) -> tuple[int, int, int]:
    usage = reply.get("usage") if isinstance(reply, dict) else None
    if not isinstance(usage, dict):
        return 0, 0, 0
    details = usage.get("prompt_tokens_details")
    # DeepSeek gives the cached share under a name of its own.
    cached = usage.get("prompt_cache_hit_tokens")
    if isinstance(details, dict) and "cached_tokens" in details:
        cached = details["cached_tokens"]
    return _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")), _count(cached)


def _count(number: object) -> int:
    return number if type(number) is int and 0 < number <= _MOST_TOKENS else 0


def _joined_parts(content: object) -> str:
    if content is None:
        return ""
    if isinstance(content, list):
        texts = [_text_of(part) if isinstance(part, dict) else part for part in content]
        if all(isinstance(text, str) for text in texts):
            return "".join(map(str, texts))
    raise MalformedReplyError("reply's message content is neither text nor a list of text parts")


def _text_of(part: Mapping[str, object]) -> object:
    """The text of a part; one that holds the model's thinking is no part of the answer."""
    return "" if _THINKING_PART.search(str(part.get("type"))) else part.get("text", "")


def _said(reply: object) -> str:
    """What the server said instead of answering, in short."""
    problem = reply.get("error") if isinstance(reply, dict) else None
    if isinstance(problem, dict):
        problem = problem.get("message")
    return f": {problem[:200]}" if isinstance(problem, str) else ""
