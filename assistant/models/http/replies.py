"""What stands in an HTTP 200: a chat completion as it is kept, or trouble of the server that only looks like one.

Routers commit to a 200 before the provider behind them has answered. What fails afterwards stands in the body: no
choices, an error beside them or in the first one, a finish reason that says so. None of it is the model's word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from assistant.models.chat_api import MalformedReplyError, dump_json, load_json
from assistant.models.http.event_stream import is_event_stream, read_stream
from assistant.models.http.refusals import HttpRefusal, is_web_page, message_of, problem_of, read_refusal

_PADDING = b" \t\r\n\0\x0b\x0c"
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_HAS_CONTENT = re.compile(rb'"content"\s*:\s*"[^"]')
_ENDS_WELL = re.compile(rb'"finish_reason"\s*:\s*"(?:stop|length)"')
_HEAD = 1000  # bytes in which the message begins
_FAILED = frozenset(
    {
        "error",
        "network_error",
        "server_error",
        "insufficient_system_resource",
        "abort",
        "aborted",
        "cancelled",
        "failed",
    }
)
_WELL = frozenset({"stop", "length", "tool_calls", "function_call", "eos", "end_turn"})
_STATUS_BY_TYPE = (
    (re.compile(r"auth\w*_error|unauthenticated|invalid_api_key", re.IGNORECASE), 401),
    (re.compile(r"permission|forbidden", re.IGNORECASE), 403),
    (re.compile(r"not_?found", re.IGNORECASE), 404),
    (re.compile(r"invalid_?(?:request|param|argument)|bad_?request|unsupported", re.IGNORECASE), 400),
    (re.compile(r"rate_?limit|resource_exhausted|too_many|quota", re.IGNORECASE), 429),
    (re.compile(r"overload|unavailable", re.IGNORECASE), 503),
    (re.compile(r"time_?out|deadline", re.IGNORECASE), 504),
)
_NO_ANSWER = 502  # what a gateway says that got nothing from behind
_LOWEST_STATUS, _HIGHEST_STATUS = 400, 599


class CutReplyError(ValueError):
    """The body ends before the reply does."""


def completion_in(body: bytes, headers: Mapping[str, str], *, key: str | None = None) -> bytes | HttpRefusal:
    """The chat completion in a body, as it is kept, or the refusal that it stands for.

    Padding and a byte order mark are taken off, and a stream of events is assembled.

    Args:
        body: as received with status 200.
        headers: of the reply, for the time it asks to wait.
        key: the key in use, which is taken out of the server's words.

    Raises:
        CutReplyError, CutStreamError: the body breaks off.
    """
    if body[:1] == b"{" and body[-1:] == b"}" and _is_plain(body):
        return body
    body = _unpadded(body)
    if is_web_page(body):
        return read_refusal(200, headers, body, key=key)
    if is_event_stream(body):
        reply, body = read_stream(body), b""
    else:
        try:
            reply = load_json(body)
        except MalformedReplyError:
            if not body or body[:1] in b"{[":
                raise CutReplyError(f"the body breaks off after {len(body)} bytes") from None
            return read_refusal(_NO_ANSWER, headers, body, key=key)  # a sentence of a gateway
    if not is_trouble(reply):
        return body or dump_json(reply)
    return read_refusal(_status_of(reply), headers, dump_json(_trouble_in(reply)), key=key)


def is_trouble(reply: object) -> bool:
    """Whether a reply with status 200 is the server's trouble, not the model's answer."""
    choice = _first_choice(reply)
    if choice is None or not isinstance(reply, dict):
        return True
    said, ended = _says_something(choice), str(choice.get("finish_reason") or "").lower()
    if ended in _FAILED:
        return True
    if reply.get("error") or choice.get("error"):
        return not (said and ended in _WELL)
    return not said and not isinstance(choice.get("message"), dict)


def _is_plain(body: bytes) -> bool:
    """Whether a body is sure to be an answer that ended well, without reading it: nearly all are, and reading is dear.

    Keys are looked for from the ends of the body, because the logprobs in the middle are most of it.
    """
    content = body.find(b'"content"', 0, _HEAD)
    ended = body.find(b'"finish_reason"', 0, _HEAD)
    ended = ended if ended >= 0 else body.rfind(b'"finish_reason"')
    return (
        min(content, ended) >= 0
        and _HAS_CONTENT.match(body, content) is not None
        and _ENDS_WELL.match(body, ended) is not None
    )


def _unpadded(body: bytes) -> bytes:
    if body[:2] in _UTF16_MARKS:
        body = body.decode("utf-16", "replace").encode()
    return body.strip(_PADDING).removeprefix(_UTF8_MARK).strip(_PADDING)


def _first_choice(reply: object) -> dict[str, Any] | None:
    choices = reply.get("choices") if isinstance(reply, dict) else None
    choice = choices[0] if isinstance(choices, list) and choices else None
    return choice if isinstance(choice, dict) else None


def _says_something(choice: Mapping[str, Any]) -> bool:
    message = choice.get("message")
    told = ("content", "tool_calls", "function_call", "refusal")
    return bool(choice.get("text")) or (isinstance(message, dict) and any(message.get(name) for name in told))


def _trouble_in(reply: object) -> object:
    """The part of a reply that says what the trouble is."""
    choice = _first_choice(reply)
    if choice is None or (isinstance(reply, dict) and reply.get("error")):
        said = problem_of(reply)
        return said if isinstance(said, str) or message_of(said) else {"message": "no answer came"} | said
    return choice.get("error") or {"message": f"the reply ended with {choice.get('finish_reason')!r}"}


def _status_of(reply: object) -> int:
    """The HTTP status that an error inside a 200 stands for: as it says, by its type, else that of a gateway."""
    trouble = problem_of(_trouble_in(reply))
    if isinstance(trouble, str):
        return _NO_ANSWER
    for name in ("code", "status", "status_code", "error_code"):
        said = str(trouble.get(name) or "")
        if said.isdecimal() and _LOWEST_STATUS <= int(said) <= _HIGHEST_STATUS:
            return int(said)
    types = " ".join(str(trouble.get(name) or "") for name in ("type", "code", "status"))
    return next((status for pattern, status in _STATUS_BY_TYPE if pattern.search(types)), _NO_ANSWER)
