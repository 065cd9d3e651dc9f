"""What an HTTP status and its body mean for the question asked: worth asking again, refused, or fatal.

Every message says who answered what and what to do.
"""

from __future__ import annotations

import re

from assistant.errors import FatalModelError, ModelError, RejectedRequestError, RetryableModelError
from assistant.models.dialect import Feature
from assistant.models.http.meanings import Meaning, meaning_of
from assistant.models.http.refusals import HttpRefusal

UNREACHABLE = frozenset({"connection", "unavailable"})
"""Reasons that speak of the server being away, not of the question asked."""

_SYSTEM_REFUSED = re.compile(
    r"roles? must (?:alternate|be)|messages[.\[]\d+\]?\.role|got system|['\"`]system['\"`] is not one of|"
    r"(?:\b(?:unsupported|invalid|unknown|unexpected)|(?:\bnot|n't) (?:support|allow|accept)\w*)\b.{0,40}\bsystem\b|"
    r"\b(?:system|developer)['\"`]* ?(?:role|message|prompt|instruction)s?\b.{0,40}"
    r"\b(?:not|\w+n't|unsupported|invalid)\b|"
    r"\brole\b.{0,20}\bsystem\b.{0,30}\b(?:not|\w+n't|unsupported|invalid)\b|"
    r"\bonly ['\"`\w, ]{4,60} roles? (?:are|is) (?:supported|allowed|accepted)|"
    r"(?:start|begin) with an? ?['\"`]?user|first message.{0,30}\buser\b|"
    r"不支持.{0,8}(?:system|系统)|系统(?:角色|消息|提示).{0,8}不支持",
    re.IGNORECASE,
)
_STREAM_WANTED = re.compile(
    r"only (?:support|available|work|accept)\w*.{0,20}stream|stream(?:ing)? mode|non-?stream|"
    r"stream(?:ing)?\b.{0,20}\b(?:required|mandatory)|stream\b.{0,20}\b(?:must|should|has to|needs? to) be.{0,12}true|"
    r"must (?:be |use )?(?:\w+ ){0,2}stream|enable (?:the )?stream|set stream|(?:仅|只)支持.{0,6}流式",
    re.IGNORECASE,
)
_LACKS = re.compile(
    r"support|allow|accept|must|only|unknown|invalid|expected|jinja|template|enable|支持", re.IGNORECASE
)
_OVERLOADED = 529  # Anthropic's status, which gateways hand on
_NAME_OF_ITS_OWN = 4  # characters of a model's name from which it is not part of other words
_FEATURES: tuple[tuple[Feature, re.Pattern[str]], ...] = (
    ("system", _SYSTEM_REFUSED),
    ("whole_reply", _STREAM_WANTED),
    ("stream_usage", re.compile(r"stream_options|include_usage", re.IGNORECASE)),
    ("top_logprobs", re.compile(r"logprob", re.IGNORECASE)),
    ("logprobs", re.compile(r"logprob", re.IGNORECASE)),
    (
        "json_schema",
        re.compile(
            r"json.?(schema|mode)|response[ _]?(format|schema|mime)|guided|structured|grammar|strict|"
            r"\btools?\b|tool_choice|function.?call",  # in which some providers take a schema
            re.IGNORECASE,
        ),
    ),
    ("json_object", re.compile(r"json.?(object|mode)|response_format|guided|structured|grammar", re.IGNORECASE)),
    ("max_tokens", re.compile(r"max_tokens", re.IGNORECASE)),
    ("temperature", re.compile(r"temperature", re.IGNORECASE)),
    ("top_p", re.compile(r"top_p\b", re.IGNORECASE)),
    ("seed", re.compile(r"\bseed\b", re.IGNORECASE)),
)


def lacking(refusal: HttpRefusal, used: frozenset[Feature]) -> Feature | None:
    """The feature in use that the server says it can't do, or None when it complains of something else.

    A 500 or a 424 counts where its words are about what is supported: a chat template that fails ends so.
    """
    if refusal.status not in {400, 404, 415, 422, 424, 500, 501} or is_failed_generation(refusal):
        return None
    if refusal.status in {424, 500} and not _LACKS.search(refusal.details):
        return None
    if refusal.param:
        for feature, pattern in _FEATURES:
            if feature in used and pattern.search(refusal.param):
                return feature
    if _meaning(refusal, "") in {"too_long", "content_filter", "no_quota", "wrong_key"}:
        return None
    return next((name for name, pattern in _FEATURES if name in used and pattern.search(refusal.words)), None)


def is_failed_generation(refusal: HttpRefusal) -> bool:
    """Groq's 400 for a reply that broke the schema: the model's fault, another drawing may do better."""
    return "json_validate_failed" in refusal.code or "failed_generation" in refusal.message


def error_for(
    refusal: HttpRefusal,
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
    status, meaning = refusal.status, _meaning(refusal, model)
    answered = _answered(server, status, refusal.message)
    if refusal.page and status not in {403, 407, 429} and status < 500:
        return web_page(server, status, address_hint)
    if meaning in {"too_long", "content_filter"}:
        return _rejection(meaning, answered)
    if meaning in {"no_quota", "wrong_key", "no_model"}:
        return FatalModelError(_FATAL[meaning], answered=answered, model=model, key=key_name)
    if meaning is not None or status in {408, 409, 425} or status >= 500 or is_failed_generation(refusal):
        return _retryable(refusal, meaning, answered, address_hint)
    return _fatal(status, answered, model, address_hint)


def web_page(
    server: str, status: int, hint: str = "Check OPENAI_BASE_URL: is that the address of the API? Most end in /v1."
) -> FatalModelError:
    """The error for HTML where JSON is expected."""
    return FatalModelError("web_page_answered", server=server, status=status, hint=hint)


_FATAL: dict[Meaning, str] = {"no_quota": "quota_used_up", "wrong_key": "key_refused", "no_model": "model_not_served"}


def _answered(server: str, status: int, said: str) -> ModelError:
    """What a server answered, for other errors to quote."""
    if said:
        return ModelError("server_answered", server=server, status=status, said=said)
    return ModelError("server_answered_nothing", server=server, status=status)


def _meaning(refusal: HttpRefusal, model: str) -> Meaning | None:
    if is_failed_generation(refusal):
        return None
    words = refusal.words.replace(model, "") if len(model) >= _NAME_OF_ITS_OWN else refusal.words
    return meaning_of(refusal.status, refusal.code, words, asks_to_wait=refusal.retry_after is not None)


def _retryable(refusal: HttpRefusal, meaning: Meaning | None, answered: ModelError, address_hint: str) -> ModelError:
    status = refusal.status
    if status in {501, 505}:
        return FatalModelError(
            "no_chat_offered", answered=answered, hint=f"The server does not offer chat completions. {address_hint}"
        )
    reasons = {408: "timeout", 504: "timeout", 409: "conflict", 425: "conflict", 502: "unavailable", 503: "unavailable"}
    usual = "malformed" if is_failed_generation(refusal) else "unavailable" if status == _OVERLOADED else "server_error"
    reason = meaning or reasons.get(status, usual)
    code = {"rate_limited": "model_rate_limited", "malformed": "reply_off_schema"}.get(reason, "model_failing")
    return RetryableModelError(code, reason=reason, retry_after=refusal.retry_after, answered=answered)


def _rejection(meaning: Meaning, answered: ModelError) -> RejectedRequestError:
    """The refusal of this one question; others may go on."""
    code = "request_too_long" if meaning == "too_long" else "request_filtered"
    return RejectedRequestError(code, reason=meaning, answered=answered)


def _fatal(status: int, answered: ModelError, model: str, address_hint: str) -> ModelError:
    if status == 403:
        return FatalModelError("model_access_denied", answered=answered, model=model)
    if status == 407:
        return FatalModelError("proxy_login_wanted", answered=answered)
    if status in {404, 405} or 300 <= status < 400:
        return FatalModelError(
            "no_chat_there",
            answered=answered,
            hint=address_hint,
        )
    return RejectedRequestError("request_refused", reason="bad_request", answered=answered)
