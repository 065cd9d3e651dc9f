"""The machine's answer to one task, and what makes a task the same task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b

from assistant.domain.labels import LabelAnswer


class PrelabelStatus(StrEnum):
    """Whether the machine's answer can be used."""

    LABELLED = "labelled"
    FAILED = "failed"


class FailureReason(StrEnum):
    """Why an item has no usable machine answer; stable words for reports and SQL."""

    MALFORMED = "malformed"  # the reply could not be read as the output fields
    TRUNCATED = "truncated"  # the reply was cut at the token limit
    REFUSED = "refused"  # the model declined
    OFF_LABEL_SET = "off_label_set"  # the answer is not one of the labels
    INCOMPLETE = "incomplete"  # it leaves categories of a multi-label set unknown
    CLAUSE_NOT_SHOWN = "clause_not_shown"  # it cites a clause it was not given
    TOO_LONG = "too_long"  # the server says the prompt is too long
    CONTENT_FILTER = "content_filter"  # the server's own filter refused the content
    BAD_REQUEST = "bad_request"  # the server refused the request for another reason
    NOT_RECORDED = "not_recorded"  # a replay has no answer for it
    NO_ANSWER = "no_answer"  # no reply ever came (timeouts, server errors): retried by the next run


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as billed, summed over every attempt that was answered."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cached_tokens + other.cached_tokens,
        )


@dataclass(frozen=True, slots=True)
class Prelabel:
    """What the machine said about one item.

    Args:
        status: whether `labels` can be used.
        labels: the answer, in the order of the label set; empty when failed.
        signals: raw numbers that say how sure the machine is, by name; none of them is a confidence yet.
        rationale: the model's reasons, when the prompt asks for them.
        clauses: ids of the clauses it cites.
        reason: why it failed, else None.
        detail: the failure in words, for people.
        usage: tokens of all attempts.
        cost_usd: US$ of all attempts; None when the model's price is not known.
        latency_ms: of the last attempt.
        attempts: replies that were paid for.
        model: the model the server says answered.
    """

    status: PrelabelStatus
    labels: LabelAnswer = ()
    signals: Mapping[str, float] = field(default_factory=dict)
    rationale: str | None = None
    clauses: tuple[str, ...] = ()
    reason: FailureReason | None = None
    detail: str | None = None
    usage: Usage = Usage()
    cost_usd: float | None = None
    latency_ms: float = 0.0
    attempts: int = 0
    model: str = ""


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """Everything but the content that decides what a task asks; two runs alike in it are one run.

    Args:
        prompt_digest: identity of the template's text.
        policy_digest: identity of the policy's text.
        model: the model's spec, e.g. `openai:gpt-4o-mini`.
        parameters: sampling and retrieval parameters, JSON with sorted keys.
        replicate: 0 for the first asking; repeats of an evaluation count up.
    """

    prompt_digest: str
    policy_digest: str
    model: str
    parameters: str
    replicate: int = 0

    @property
    def key(self) -> str:
        """32 hex digits naming the run."""
        parts = (self.prompt_digest, self.policy_digest, self.model, self.parameters, str(self.replicate))
        return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()

    def task(self, content_digest: str) -> str:
        """The key of one task: asked once, however often the command is run."""
        return f"{self.key}:{content_digest}"
