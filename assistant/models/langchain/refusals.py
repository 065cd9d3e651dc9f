"""The HTTP answer behind an exception of a LangChain integration: status, headers and the server's words.

They may sit in the exception itself, in its response, or in an exception it was raised from.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from assistant.models.chat_api import dump_json
from assistant.models.http.refusals import HttpRefusal, read_refusal, scrub

_STATUS_BY_NAME = (
    (re.compile(r"ContextOverflow"), 413),
    (re.compile(r"RateLimit|ResourceExhausted|Throttl|TooManyRequests"), 429),
    (re.compile(r"Authenticat|Unauthorized"), 401),
    (re.compile(r"PermissionDenied|Forbidden|AccessDenied"), 403),
    (re.compile(r"ModelNotFound|NotFoundError"), 404),
    (re.compile(r"ServiceUnavailable|Overloaded"), 503),
    (re.compile(r"InternalServer|ModelAPIError|ServerError"), 500),
)
_SECRET_NAME = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD)$")
_CHAIN_AT_MOST = 8
_NO_STATUS = re.compile(r"PayloadEncoding|BadHttpMessage|HttpProcessing")
"""aiohttp's exceptions that have 400 for what it could not read."""


def refusal_of(failure: Exception) -> HttpRefusal | None:
    """The HTTP answer behind an exception, None when there is none."""
    status, headers, body = None, None, b""
    for error in chain(failure):
        status = status or _status_of(error)
        headers = headers or _headers_of(error)
        body = body or _body_of(error)
    if status is None:
        names = names_of(failure)
        status = next((code for pattern, code in _STATUS_BY_NAME if pattern.search(names)), None)
    if status is None:
        return None
    refusal = read_refusal(status, headers or {}, body or str(failure).encode("utf-8", "replace"))
    return replace(refusal, message=without_secrets(plain(refusal.message)))


def complaint_of(failure: Exception) -> HttpRefusal | None:
    """What was refused, by the provider or by its integration before anything was sent; None where nothing was."""
    refusal = refusal_of(failure)
    if refusal is None and type(failure) in {ValueError, TypeError, NotImplementedError}:
        return HttpRefusal(400, message=without_secrets(str(failure)))
    return refusal


def without_secrets(text: str) -> str:
    """Text without the values of the environment's keys, cut short, on one line."""
    for name, value in os.environ.items():
        if len(value) >= 8 and _SECRET_NAME.search(name):
            text = text.replace(value, "***")
    return scrub(text, None)


def chain(failure: BaseException) -> Iterator[BaseException]:
    """An exception and those it was raised from or while handling, outermost first.

    What was suppressed (`raise ... from None`) counts, too: Ollama's SDK drops the response that way.
    """
    seen: list[BaseException] = []
    error: BaseException | None = failure
    while error is not None and error not in seen and len(seen) < _CHAIN_AT_MOST:
        seen.append(error)
        yield error
        error = error.__cause__ or error.__context__


def names_of(error: BaseException) -> str:
    """Names of an exception's class and of all that it is built on."""
    return " ".join(kind.__name__ for kind in type(error).__mro__)


def _status_of(error: BaseException) -> int | None:
    """The HTTP status as OpenAI's, Anthropic's, Google's, AWS's, Ollama's and httpx's exceptions carry it."""
    if _NO_STATUS.search(names_of(error)):
        return None
    response = getattr(error, "response", None)
    found = [getattr(error, "status_code", None), getattr(error, "code", None)]
    if isinstance(response, Mapping):
        found.insert(0, _metadata(response).get("HTTPStatusCode"))
    else:
        found += [getattr(response, "status_code", None), getattr(response, "status", None)]
    return next((status for status in found if isinstance(status, int) and 300 <= status < 600), None)


def _headers_of(error: BaseException) -> Mapping[str, str] | None:
    response = getattr(error, "response", None)
    headers = _metadata(response).get("HTTPHeaders") if isinstance(response, Mapping) else None
    headers = headers or getattr(response, "headers", None)
    return headers if isinstance(headers, Mapping) else None


def _metadata(response: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = response.get("ResponseMetadata")
    return metadata if isinstance(metadata, Mapping) else {}


def _body_of(error: BaseException) -> bytes:
    """The server's words: parsed by the SDK, as AWS's pair of code and message, or as they came."""
    for name in ("body", "details"):
        parsed = getattr(error, name, None)
        if isinstance(parsed, dict | list) and parsed:
            return dump_json(parsed)
    response = getattr(error, "response", None)
    if isinstance(response, Mapping):
        problem = response.get("Error")
        if not isinstance(problem, Mapping):
            return b""
        return dump_json({"error": {"code": problem.get("Code"), "message": problem.get("Message")}})
    try:
        content = getattr(response, "content", None)
    except Exception:  # noqa: BLE001 - a streamed response that was not read has none to give
        return b""
    return content if isinstance(content, bytes) else b""


def plain(text: str) -> str:
    """Words for people: without the Python dict or the JSON that some integrations put behind them."""
    return re.sub(r"\s*(?:b?['\"])?[{\[]\s*(?:b?['\"]).*", "", text, flags=re.DOTALL).rstrip(" :,.-")
