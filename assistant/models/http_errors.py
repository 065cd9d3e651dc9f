"""What an HTTP status and its body mean for the question asked: worth asking again, refused, or fatal.

Every message says who answered what and what to do. None holds a key: texts of servers, which like to quote
it, are scrubbed. They are also cut short and reduced to the server's own words, because validation errors
quote the request, and content does not belong into logs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from assistant.errors import FatalModelError, ModelError, RejectedRequestError, RetryableModelError
from assistant.models.chat_api import MalformedReplyError, load_json
from assistant.models.dialect import Feature
from assistant.models.limits import retry_after_of, seconds_of

UNREACHABLE = frozenset({"connection", "unavailable"})
"""Reasons that speak of the server being away, not of the question asked."""

_TOO_LONG = re.compile(
    r"context.{0,3}length|maximum context|context (window|size)|too (long|large)|token limit|exceeds? the (model|max)|"
    r"reduce the length|prompt.{0,20}length|string_above_max",
    re.IGNORECASE,
)
_FILTERED = re.compile(
    r"content.?(filter|policy|management)|moderation|flagged|safety (system|policy)|blocked", re.IGNORECASE
)
# Codes only: the message of an ordinary rate limit advertises billing and quotas, too.
_NO_QUOTA = re.compile(
    r"insufficient_quota|billing_(hard_limit|not_active)|insufficient.(balance|credit)", re.IGNORECASE
)
_NO_MODEL = re.compile(
    r"model.{0,80}(not (found|exist|available|supported|a valid)|does not exist|unknown|no longer)|"
    r"(invalid|unknown|no such|unsupported) model|model_not_found|not a valid model|model identifier|"
    r"deployment.{0,60}(not found|not exist)|DeploymentNotFound|on-demand throughput isn.t supported|"
    r"not_found_error.{0,20}model",
    re.IGNORECASE,
)
_BAD_KEY = re.compile(
    r"api.?key.{0,30}(not valid|invalid|expired|incorrect|revoked)|API_KEY_INVALID|authentication_error|"
    r"(invalid|incorrect|expired|wrong|revoked|malformed).{0,15}api.?key|UnrecognizedClient|InvalidSignature|"
    r"ExpiredToken|security token.{0,30}(invalid|expired)",
    re.IGNORECASE,
)
_NO_CREDIT = re.compile(
    r"credit balance|spend(ing)? ?(alert|limit|cap)|ServiceQuotaExceeded|service quota|out of credits?|"
    r"(have any|no|not enough|insufficient|purchase|add).{0,10}credits?\b|payment required",
    re.IGNORECASE,
)
_ACCOUNT_STATUSES = frozenset({400, 401, 403, 404, 422})
_FEATURES: tuple[tuple[Feature, re.Pattern[str]], ...] = (
    ("top_logprobs", re.compile(r"logprob", re.IGNORECASE)),
    ("logprobs", re.compile(r"logprob", re.IGNORECASE)),
    (
        "json_schema",
        re.compile(
            r"json.?(schema|mode)|response_?(format|schema|mime)|guided|structured|grammar|strict|"
            r"\btools?\b|tool_choice|function.?call",
            re.IGNORECASE,
        ),
    ),
    (
        "json_object",
        re.compile(r"json.?(object|mode)|response_?(format|mime)|guided|structured|grammar", re.IGNORECASE),
    ),
    ("max_tokens", re.compile(r"max_tokens", re.IGNORECASE)),
    ("temperature", re.compile(r"temperature", re.IGNORECASE)),
    ("top_p", re.compile(r"top_p\b", re.IGNORECASE)),
    ("seed", re.compile(r"\bseed\b", re.IGNORECASE)),
)
_KEY_SHAPED = re.compile(r"\b(?:(?:sk|pk|gsk|xai|key)[-_]|Bearer )[A-Za-z0-9_\-.*]{6,}")
_LONGEST_QUOTE = 240


@dataclass(frozen=True, slots=True)
class Refusal:
    """An HTTP answer that is no success.

    Args:
        status: the HTTP status.
        code, param: the machine-readable words of an OpenAI-style error object, empty where missing.
        message: what the server says, scrubbed, one line, at most 240 characters.
        retry_after: seconds it asked to wait.
    """

    status: int
    code: str = ""
    param: str = ""
    message: str = ""
    retry_after: float | None = None

    @property
    def words(self) -> str:
        """All that can be searched for a meaning."""
        return f"{self.code} {self.param} {self.message}"


def read_refusal(status: int, headers: Mapping[str, str], body: bytes, *, key: str | None = None) -> Refusal:
    """Take an error reply apart; never raises, whatever the body is."""
    try:
        reply = load_json(body)
    except MalformedReplyError:
        reply = None
    if isinstance(reply, list) and reply and isinstance(reply[0], dict):
        reply = reply[0]  # Google's, where it streams or speaks OpenAI's protocol
    problem = reply.get("error", reply) if isinstance(reply, dict) else reply
    code = param = message = ""
    waits = retry_after_of(headers)
    if isinstance(problem, dict):
        code = " ".join(str(problem[name]) for name in ("code", "type", "status") if problem.get(name) is not None)
        reasons, later = _google_details(problem.get("details"))
        code, waits = " ".join([code, *reasons]), later if waits is None else waits
        param = str(problem.get("param") or "")
        message = _message_of(problem)
    elif isinstance(problem, str):
        message = problem
    elif problem is None and b"<html" not in body[:1000].lower():
        message = body[:_LONGEST_QUOTE].decode("utf-8", "replace")
    return Refusal(status, scrub(code, key), scrub(param, key), scrub(message, key), waits)


def _google_details(details: object) -> tuple[list[str], float | None]:
    """(reasons, seconds to wait) from the details of Google's error objects: `ErrorInfo` and `RetryInfo`."""
    parts = [part for part in details if isinstance(part, dict)] if isinstance(details, list) else []
    reasons = [part["reason"] for part in parts if isinstance(part.get("reason"), str)]
    delays = [part["retryDelay"] for part in parts if isinstance(part.get("retryDelay"), str)]
    return reasons, next((seconds for seconds in map(seconds_of, delays) if seconds is not None), None)


def _message_of(problem: Mapping[str, object]) -> str:
    message = problem.get("message") or problem.get("detail") or problem.get("error_description") or ""
    if isinstance(message, dict):
        return _message_of(message)
    if isinstance(message, list):
        # FastAPI's validation errors quote the whole request under `input`; their `loc` and `msg` are enough.
        parts = [part for part in message if isinstance(part, dict)]
        places = [".".join(str(step) for step in part.get("loc") or ()) for part in parts]
        message = "; ".join(f"{place} {part.get('msg', '')}" for place, part in zip(places, parts, strict=True))
    return message if isinstance(message, str) else ""


def scrub(text: str, key: str | None) -> str:
    """A server's words without the key and anything shaped like one, on one line, at most 240 characters."""
    if key:
        text = text.replace(key, "***")
    text = " ".join(_KEY_SHAPED.sub("***", text).split())
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"


def lacking(refusal: Refusal, used: frozenset[Feature]) -> Feature | None:
    """The feature in use that the server says it can't do, or None when it complains of something else."""
    if refusal.status not in {400, 404, 415, 422, 501} or is_failed_generation(refusal):
        return None
    if refusal.param:
        for feature, pattern in _FEATURES:
            if feature in used and pattern.search(refusal.param):
                return feature
    if _TOO_LONG.search(refusal.words) or _FILTERED.search(refusal.words):
        return None
    return next((name for name, pattern in _FEATURES if name in used and pattern.search(refusal.words)), None)


def is_failed_generation(refusal: Refusal) -> bool:
    """Groq's 400 for a reply that broke the schema: the model's fault, another drawing may do better."""
    return "json_validate_failed" in refusal.code or "failed_generation" in refusal.message


def error_for(
    refusal: Refusal,
    *,
    server: str,
    model: str,
    key_name: str = "OPENAI_API_KEY",
    address_hint: str = "Check OPENAI_BASE_URL; most end in /v1. Or the model's name is wrong.",
) -> ModelError:
    """The error an HTTP refusal stands for.

    Args:
        refusal: the answer.
        server: host and port, for the message.
        model: the model's name there.
        key_name: the variable that holds the key, for the advice.
        address_hint: what to check where the address may be wrong.
    """
    status, words = refusal.status, refusal.words
    said = f": {refusal.message}" if refusal.message else ""
    answered = f"{server} answered {status}{said}"
    if (
        (status == 429 and _NO_QUOTA.search(words))
        or status == 402
        or (status in _ACCOUNT_STATUSES and (_NO_CREDIT.search(words) or _NO_QUOTA.search(words)))
    ):
        return FatalModelError(
            f"no quota left, {answered}", hint="Add credit or raise the limit, then run the same command again."
        )
    if status in _ACCOUNT_STATUSES and _BAD_KEY.search(words):
        return _bad_key(answered, key_name)
    if status in {408, 409, 425, 429} or status >= 500 or is_failed_generation(refusal):
        return _retryable(refusal, answered, address_hint)
    if status in {400, 403, 413, 422}:
        rejected = _rejection(refusal, answered)
        if rejected is not None:
            return rejected
    return _fatal(refusal, answered, model, key_name, address_hint)


def _bad_key(answered: str, key_name: str) -> FatalModelError:
    return FatalModelError(
        f"the key was refused, {answered}", hint=f"Check {key_name} (set? expired? of this server?)."
    )


def _retryable(refusal: Refusal, answered: str, address_hint: str) -> ModelError:
    status = refusal.status
    if status in {501, 505}:
        return FatalModelError(answered, hint=f"The server does not offer chat completions. {address_hint}")
    reasons = {408: "timeout", 504: "timeout", 409: "conflict", 425: "conflict", 429: "rate_limited", 400: "malformed"}
    reason = reasons.get(status) or ("unavailable" if status in {502, 503, 529} else "server_error")
    advice = {
        "rate_limited": "Lower --rpm, --tpm or --concurrency if this does not end by itself.",
        "malformed": "The server could not keep to the schema; another prompt or model may.",
    }
    error = RetryableModelError(answered, reason=reason, retry_after=refusal.retry_after)
    error.hint = advice.get(reason, "Nothing is lost: the same command asks what is missing again.")
    return error


def _rejection(refusal: Refusal, answered: str) -> RejectedRequestError | None:
    """The refusal of this one question, or None where the status says that no question can succeed."""
    words = refusal.words
    if refusal.status == 403:
        if not _FILTERED.search(words):
            return None
        kind, advice = "content_filter", "People have to label this item, or a model without such a filter."
    elif refusal.status == 413 or _TOO_LONG.search(words):
        kind, advice = "too_long", "Lower the prompt's token budget or choose a model with a longer context."
    elif _FILTERED.search(words):
        kind, advice = "content_filter", "People have to label this item, or a model without such a filter."
    elif _NO_MODEL.search(words):
        return None
    else:
        kind, advice = "bad_request", "The server does not take this request; its words above say why."
    error = RejectedRequestError(answered, reason=kind)
    error.hint = advice
    return error


def _fatal(refusal: Refusal, answered: str, model: str, key_name: str, address_hint: str) -> ModelError:
    status, words = refusal.status, refusal.words
    if status == 401:
        return _bad_key(answered, key_name)
    if status == 403:
        return FatalModelError(
            f"access denied, {answered}", hint=f"The key may not use {model!r} here; check its rights and region."
        )
    if _NO_MODEL.search(words):
        return FatalModelError(
            f"no model {model!r}, {answered}",
            hint="Check the name after the colon; `assistant doctor` asks the server.",
        )
    if status in {404, 405} or 300 <= status < 400:
        return FatalModelError(
            f"no chat completions there, {answered}",
            hint=address_hint,
        )
    error = RejectedRequestError(answered, reason="bad_request")
    error.hint = "The server does not take this request; its words above say why."
    return error
