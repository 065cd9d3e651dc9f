"""What can go wrong between a provider and its client, by name, and when it does; the same names in every dialect."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

TRANSPORT = {
    "reset": "the connection is reset before the reply",
    "broken_body": "the connection is reset inside the reply",
    "short_body": "the reply ends before the length it announced",
    "cut_json": "200 with JSON that is cut in the middle",
    "html": "200 with a gateway's web page",
    "slow": "the answer takes the chosen milliseconds longer",
}
"""Faults that know no dialect."""

REFUSALS = {
    "rate_limited": "429 with Retry-After",
    "server_error": "500",
    "unavailable": "503",
    "overloaded": "529 (Anthropic; 503 elsewhere)",
    "bad_key": "a wrong key, in the provider's words",
    "no_credit": "an account without credit, in the provider's words",
    "no_model": "an unknown model, in the provider's words",
    "too_long": "a prompt above the context, in the provider's words",
}
"""Faults reported as an HTTP status."""

REPLIES = {
    "truncated": "the reply is cut at its length limit; a tool call keeps its first field",
    "thinking_only": "the length limit was used up by thinking; no answer",
    "thinking": "a thinking block stands before the answer (no fault)",
    "think_tags": "<think>, with braces in it, stands before the answer (no fault)",
    "blocked": "the content filter stops the prompt or the answer",
    "refused": "the model declines",
    "error_in_200": "200 whose body, or stream, holds an error",
    "load": "an empty reply (Ollama: done_reason load)",
    "zero_vectors": "embeddings that are all zero",
}
"""Faults reported inside a reply with status 200."""

GATEWAYS = {
    "no_choices": "200 with `choices` null, and no word why",
    "finish_error": "200 with half an answer, finish_reason error",
    "padded": "white space and a byte order mark around the reply (no fault)",
    "event_stream": "the reply as a stream of events, asked for or not (no fault)",
    "tool_call": "the answer as the arguments of a tool call (no fault)",
    "function_call": "the same in the older form (no fault)",
    "reasoning": "the answer in reasoning_content (no fault)",
    "overloaded_400": "an overload with status 400",
    "too_large_429": "a question above the limit a minute, with status 429",
    "context_500": "a prompt above the context, with status 500",
    "quota_403": "an empty account with status 403",
}
"""What OpenAI-compatible servers and gateways do; without effect in other dialects."""

TOLD_BY_WORDS = frozenset({"overloaded_400", "too_large_429", "context_500", "quota_403"})
"""Those of `GATEWAYS` that are refusals with another refusal's HTTP status."""

WIRE_FAULTS = TRANSPORT | REFUSALS | REPLIES | GATEWAYS

LACKS = {
    "temperature": "the parameter temperature",
    "system": "a system message",
    "whole_reply": "a reply in one piece: only streams are answered (chat completions)",
    "tools": "tool use",
    "tool_choice": "a forced tool",
    "json_schema": "a JSON schema as a parameter",
    "json_mode": "JSON mode",
}
"""What a model may lack; requests that use it are refused with 400 in the provider's words."""


@dataclass(frozen=True, slots=True)
class WireFault:
    """One fault and when it is met.

    Args:
        kind: one of `WIRE_FAULTS`.
        first_only: only the first attempt of each question meets it.
        seconds: only requests within so many seconds from the first one meet it, None for no end.
        after: only when so many questions have been answered.
        retry_after_s: what a 429 asks to wait, in seconds.
        slow_ms: the extra latency of `slow`, in milliseconds.
    """

    kind: str
    first_only: bool = False
    seconds: float | None = None
    after: int = 0
    retry_after_s: float = 1.0
    slow_ms: float = 1000.0


class WireFaultPlan:
    """Decides which request meets the fault.

    Args:
        fault: the fault, None for none.
        clock: monotonic seconds.
    """

    def __init__(self, fault: WireFault | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._fault = fault
        self._clock = clock
        self._began: float | None = None
        self._met: dict[int, set[str]] = {}
        self._answered = 0

    def kind_of(self, text: str) -> str:
        """The fault of one request by its last user message, "" for none.

        A message that begins with an earlier one is another attempt of it: what was wrong is written below it.
        """
        fault = self._fault
        if fault is None or self._answered < fault.after:
            return ""
        now = self._clock()
        self._began = now if self._began is None else self._began
        if fault.seconds is not None and now - self._began >= fault.seconds:
            return ""
        if fault.first_only and any(text[:length] in met for length, met in self._met.items()):
            return ""
        self._met.setdefault(len(text), set()).add(text)
        return fault.kind

    def note_answer(self) -> None:
        """One more question has its answer."""
        self._answered += 1
