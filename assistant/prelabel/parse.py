"""Reading a reply: what the model wrote becomes labels of the set, or a fault with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from assistant.domain.labels import LabelAnswer, OffLabelSetError, read_labels
from assistant.domain.policies import LabelKind, LabelSet
from assistant.domain.prelabels import FailureReason
from assistant.models.interface import ModelAnswer

_SHOWN = 200  # characters of an unreadable reply that are told


class ReplyFaultError(Exception):
    """A reply that can't be used: its stable reason and a sentence for people and for asking again."""

    def __init__(self, reason: FailureReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class ReadReply:
    """A reply in the terms of the policy.

    Args:
        labels: names from the label set, in its order.
        clauses: ids cited, all of them shown.
        confidence: as stated, [0, 1], or None.
        rationale: the model's reasons, or None.
        quote: the words it says decide, or None.
    """

    labels: LabelAnswer
    clauses: tuple[str, ...]
    confidence: float | None
    rationale: str | None
    quote: str | None


class _Fields(BaseModel):
    """The reply's JSON object; keys nobody asked for are let pass, values of the wrong type are not."""

    model_config = ConfigDict(extra="ignore")

    label: str | int | float | list[str] | None = None
    labels: list[str | int] | str | None = None
    clauses: list[str] = []
    confidence: float | None = None
    rationale: str | None = None
    quote: str | None = None

    @field_validator("clauses", mode="before")
    @classmethod
    def _as_list(cls, value: object) -> object:
        return [part for part in re.split(r"[,;\s]+", value) if part] if isinstance(value, str) else value or []

    @field_validator("confidence")
    @classmethod
    def _as_share(cls, value: float | None) -> float | None:
        if value is None or 0 <= value <= 1:
            return value
        if 1 < value <= 100:  # said in per cent
            return value / 100
        raise ValueError("confidence must be between 0 and 1")


def read_reply(answer: ModelAnswer, label_set: LabelSet, shown_clauses: frozenset[str]) -> ReadReply:
    """The reply's fields, checked.

    Args:
        answer: the model's message.
        label_set: the closed set of answers.
        shown_clauses: ids the prompt showed; citing another is a fault.

    Raises:
        ReplyFaultError: refused, truncated, malformed, off the label set, or citing a clause that was not shown.
    """
    if answer.refusal is not None:
        raise ReplyFaultError(FailureReason.REFUSED, f"the model declined: {answer.refusal[:_SHOWN]}")
    if answer.finish_reason == "content_filter":
        raise ReplyFaultError(FailureReason.CONTENT_FILTER, "the server's content filter stopped the reply")
    fields = _read_fields(answer, label_set)
    value = fields.labels if fields.labels is not None else fields.label
    if value is None:
        raise ReplyFaultError(FailureReason.MALFORMED, "the reply has no label field")
    try:
        labels = read_labels(value, label_set)
    except OffLabelSetError as error:
        raise ReplyFaultError(FailureReason.OFF_LABEL_SET, str(error)) from None
    unknown = [clause for clause in fields.clauses if clause not in shown_clauses]
    if unknown:
        raise ReplyFaultError(
            FailureReason.CLAUSE_NOT_SHOWN, f"it cites {', '.join(unknown)[:_SHOWN]}, which it was not shown"
        )
    return ReadReply(labels, tuple(dict.fromkeys(fields.clauses)), fields.confidence, fields.rationale, fields.quote)


def _read_fields(answer: ModelAnswer, label_set: LabelSet) -> _Fields:
    text = answer.text.strip()
    try:
        return _Fields.model_validate_json(_object_in(text))
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]["msg"]
    if answer.finish_reason == "length":
        raise ReplyFaultError(FailureReason.TRUNCATED, "the reply was cut at the token limit")
    bare = text.strip("\"'`*. \n")
    if label_set.kind is not LabelKind.MULTI and bare.casefold() in {name.casefold() for name in label_set.names}:
        return _Fields(label=bare)  # servers without JSON modes: some models answer with the bare label
    if _DECLINED.search(text):
        raise ReplyFaultError(FailureReason.REFUSED, f"the model declined: {text[:_SHOWN]}")
    raise ReplyFaultError(FailureReason.MALFORMED, f"{problem}: {text[:_SHOWN]}")


def _object_in(text: str) -> str:
    """The outermost JSON object: models wrap it in fences or words where the server can't force its shape."""
    if text.startswith("{") and text.endswith("}"):
        return text
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text


_DECLINED = re.compile(
    r"\b(?:I(?:'m| am)? (?:can(?:no|')t|unable|sorry|won't)|cannot (?:assist|help|comply)|as an ai\b)"
    r"|抱歉|对不起|无法(?:提供|协助|回答|满足)",
    re.IGNORECASE,
)
