"""What a server's words mean, whatever HTTP status they come with.

Statuses are not enough: gateways report an empty account as 403, a prompt that is too long as 429 or 500, an overload
as 400, and all of them inside a 200. The codes and sentences are those of OpenAI, Azure, Gemini, Groq, xAI, Mistral,
DeepSeek, DashScope, Zhipu, MiniMax, Moonshot, OpenRouter, one-api, vLLM, SGLang, llama.cpp, TGI and Ollama.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

Meaning = Literal[
    "no_quota",  # the account is empty; waiting does not help
    "wrong_key",  # or one that has expired, or an account that was closed
    "no_model",
    "too_long",  # this question will never fit
    "content_filter",  # this question is refused for what it says
    "rate_limited",  # too fast
    "unavailable",  # busy, loading, or cut off from what stands behind it
]


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_NO_QUOTA = _words(
    r"insufficient[ _-]?(?:\w+[ _-])?(?:quota|balance|credit|fund)|out of credits?\b|requires? more credits",
    r"billing_(?:hard_limit|not_active)|billing hard limit|account is not active|(?:credit|account) balance is too low",
    r"(?:not|no) enough credits?|no credits? (?:left|remaining)|spend(?:ing)?[ _](?:alert|cap|limit)|arrearage",
    r"payment[ _]required|overdue (?:payment|bill)|free (?:tier|quota).{0,40}(?:exhausted|used up)",
    r"service ?quota.?exceeded|exceeds the service quota|credits? (?:are|is|have been) (?:depleted|exhausted|used up)",
    r"payment[ _]instrument",  # Bedrock's, of an AWS account that can't pay
    r"余额不足|余额已|欠费|额度不足|额度已|配额不足|配额已",
)
# OpenAI says so of an empty account, Gemini of a minute that is full; Gemini adds how long to wait.
_QUOTA_OR_LIMIT = _words(r"exceeded your current quota")
_PASSES = _words(r"(?:retry|try again) (?:after|in)\b|per.?(?:minute|second|day)|resource_exhausted|throttl")
_WRONG_KEY = _words(
    r"(?:incorrect|invalid|wrong|expired|revoked|missing|malformed)[ _](?:\w+[ _])?api[ _-]?key\b|api_key_invalid",
    r"api[ _-]?key.{0,40}(?:not valid|not found|invalid|incorrect|expired|revoked|disabled)|unauthenticated|login fail",
    r"authentication[ _](?:error|failed|fails)|(?:incorrect|invalid|expired)[ _](?:\w+[ _])?(?:auth|access)[ _]token",
    r"(?:account|organization|project) (?:\w+ ){0,5}(?:blocked|suspended|deactivated|disabled|banned|deleted)",
    r"unrecognizedclient|invalidsignature|expiredtoken|security token.{0,40}(?:invalid|expired)",
    r"令牌(?:无效|已过期)|无效的令牌|密钥(?:无效|错误)|封禁",
)
_NO_MODEL = _words(
    r"model.{0,80}(?:not (?:found|exist|available|supported|a valid)|does not exist|unknown|no longer)",
    r"(?:invalid|unknown|no such|unsupported) model|model_not_found|not a valid model|model identifier is invalid",
    r"deployment.{0,60}(?:not found|not exist)|deploymentnotfound|on-demand throughput isn.t supported",
    r"(?:not_found_error|resourcenotfound).{0,20}model",
    r"无可用渠道|模型不存在",
)
_NO_MODEL_CODE = _words(r"model_not_found")
_TOO_LONG = _words(
    r"context.{0,3}length|maximum context|context (?:window|size)|too (?:long|large)|token limit|exceed_context",
    r"exceeds? the (?:model|max)|reduce the length|prompt.{0,20}length|string_above_max",
    r"(?:tokens|inputs).{0,60}must (?:be <=|not exceed|have less)",
    r"上下文(?:长度|窗口)|(?:输入|内容|文本).{0,12}(?:过长|超长|超出|超过)",
)
# Where a status says that something passes, only words about the prompt's own size count: "took too long" passes, too.
_PROMPT_TOO_LONG = _words(
    r"context[ _]?length|maximum context|context (?:window|size)|exceed_context|string_above_max|reduce the length of",
    r"(?:prompt|inputs?|messages?|request)(?: is| are| was| were)? too (?:long|large)|request_too_large",
    r"must be reduced in order|reduce your (?:message|prompt|input)|(?:tokens|inputs).{0,60}must be <=",
    r"上下文(?:长度|窗口)|输入.{0,12}(?:过长|超长)",
)
_LIMIT_AND_NEED = re.compile(r"\blimit:? (\d+),.{0,24}\brequested:? (\d+)", re.IGNORECASE)
_FILTERED = _words(
    r"content.?(?:filter|policy|management|moderation)|moderation|flagged|safety (?:system|policy|setting)",
    r"data_?inspection|inappropriate content|sensitive.?(?:content|word|information)|considered high risk",
    r"responsible.?ai|prohibited_content|blocked by|block_?reason|\bsafety_block",
    r"(?:prompt|content|request|input|response|reply|message)\b.{0,40}\bblocked",
    r"敏感|不安全|违规|内容审核|内容安全",
)
_FILTERED_CODE = _words(r"content.?(?:filter|policy)|data_?inspection|sensitive.?(?:content|word)|moderation")
_TOO_FAST = _words(
    r"rate.?limit|too many (?:requests|concurrent)|(?:requests|tokens) per (?:minute|second)|concurrency limit|throttl",
    r"请求过于频繁|频率|限流|速率|并发(?:数)?(?:超|过)",
)
_BUSY = _words(
    r"overload|(?:over|at|no|out of|insufficient|exceeded) (?:available )?capacity|temporarily|service_unavailable",
    r"capacity (?:exceeded|constraint|limit)|try again (?:later|soon|shortly|in)\b|warming up|not ready",
    r"(?:server|service|system|model|engine)s? (?:(?:is|are|currently|too|very) )*(?:busy|unavailable)",
    r"(?:model|engine|server)\b.{0,60}\b(?:loading|starting|initiali[sz]ing)",
    r"upstream.{0,40}(?:disconnect|error|fail|time)|(?:disconnect|connection).{0,30}upstream",
    r"provider.{0,30}(?:returned error|disconnect|unavailable)|no (?:healthy|available) (?:upstream|server|worker)",
    r"负载|繁忙|过载|稍后(?:再试|重试)",
)


def meaning_of(status: int, code: str, words: str, *, asks_to_wait: bool) -> Meaning | None:
    """What a refusal means by its words; None where only the status can say.

    Args:
        status: the HTTP status, or the one an error inside a 200 stands for.
        code: the machine-readable words alone: messages advertise, codes don't.
        words: all words, without the model's name, which may be anything.
        asks_to_wait: whether the server named a time after which to ask again.
    """
    checks = _checks(status, code, words, asks_to_wait=asks_to_wait)
    return next((meaning for meaning, holds in checks if holds), None)


def _checks(status: int, code: str, words: str, *, asks_to_wait: bool) -> Iterator[tuple[Meaning, object]]:
    """The meanings in the order in which one goes before another; what stops a job for ever comes first."""
    passing = status == 429 or status >= 500
    yield "no_quota", status == 402 or _NO_QUOTA.search(words)
    yield "no_quota", not asks_to_wait and _QUOTA_OR_LIMIT.search(words) and not _PASSES.search(words)
    yield "too_long", status == 413 or (_PROMPT_TOO_LONG if passing else _TOO_LONG).search(words) or _never_fits(words)
    yield "wrong_key", status == 401 or _WRONG_KEY.search(words)
    yield "content_filter", _FILTERED_CODE.search(code) if passing else _FILTERED.search(words)
    yield "rate_limited", status == 429 or (not passing and _TOO_FAST.search(words))
    yield "no_model", _NO_MODEL_CODE.search(code)
    yield "unavailable", status not in {501, 504, 505} and _BUSY.search(words)
    yield "no_model", not passing and _NO_MODEL.search(words)


def _never_fits(words: str) -> bool:
    """Whether one question needs more than a whole minute's limit."""
    found = _LIMIT_AND_NEED.search(words)
    return found is not None and int(found[2]) > int(found[1])
