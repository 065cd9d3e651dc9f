"""Reading a reply: what the model wrote becomes labels of the set, or a fault with its reason."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from assistant.domain.labels import LabelAnswer, OffLabelSetError
from assistant.domain.policies import LabelKind, LabelSet
from assistant.domain.prelabels import FailureReason
from assistant.models.chat_api import CUT_REASONS, without_surrogates
from assistant.models.interface import ModelAnswer
from assistant.prelabel.fields import read_clauses, read_fields
from assistant.prelabel.json_text import JsonObject, decode_object
from assistant.prelabel.spelling import named_labels, read_spelled_labels
from assistant.prelabel.visible import VisibleText, visible_text
from assistant.prompting.output import OutputField

ALL_FIELDS = frozenset(field.value for field in OutputField)
"""Every field a prompt can ask for."""

_BLANK = "\ufeff\u200b \t\r\n"
_SHOWN = 200  # characters of an unreadable reply that are shown
# OpenAI's and Azure's word; Gemini's; Zhipu's; Bedrock's.
_FILTERED = frozenset(
    {"content_filter", "safety", "prohibited_content", "blocklist", "spii", "recitation", "sensitive"}
    | {"guardrail_intervened", "content_filtered"}
)
_FENCE_OPENS = re.compile(
    r"(?:`{3,}|~{3,})[ \t]*(?:json[a-z0-9]*|javascript|js|text|txt|plaintext|python)?\s*\Z", re.IGNORECASE
)
_FENCE_CLOSES = re.compile(r"\s*(?:`{3,}|~{3,})")
_MARKUP = re.compile(r"<\|[^<>|]{1,40}\|>|</?(?:answer|final_answer|output|response|result|json|s)>", re.IGNORECASE)
_SAYS_SOMETHING = re.compile(r"[^\W_]|[{\[]")


class ReplyFaultError(Exception):
    """A reply that can't be used: its stable reason and a sentence for people and for asking again.

    Args:
        reason: the stable reason.
        detail: what is wrong, in words.
        final: whether the same question would be refused again, so that it is asked once.
    """

    def __init__(self, reason: FailureReason, detail: str, *, final: bool = False) -> None:
        detail = detail if detail.isascii() else without_surrogates(detail)
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.final = final


@dataclass(frozen=True, slots=True)
class ReadReply:
    """A reply in the terms of the policy.

    Args:
        labels: names from the label set, in its order.
        clauses: ids cited, all of them shown; empty where they can't be read.
        confidence: as stated, [0, 1], or None.
        rationale: the model's reasons, or None.
        quote: the words it says decide, or None.
        start: offset in the message where the answer begins; thinking may stand before it.
    """

    labels: LabelAnswer
    clauses: tuple[str, ...]
    confidence: float | None
    rationale: str | None
    quote: str | None
    start: int = 0


def read_reply(
    answer: ModelAnswer, label_set: LabelSet, shown_clauses: frozenset[str], asked: Collection[str] = ALL_FIELDS
) -> ReadReply:
    """The reply's fields, checked.

    Without the model's thinking, an answer is the whole message, one fenced block, the same object twice, or an object
    at the start; text beside it must hold no other object and name no other label. A fault in anything but the label
    costs that part, never the label; only a clause id that was not shown makes the whole reply a fault.

    Args:
        answer: the model's message.
        label_set: the closed set of answers.
        shown_clauses: ids the prompt showed; citing another is a fault.
        asked: the fields the prompt asked for; others are not read, whatever the model adds.

    Raises:
        ReplyFaultError: refused, truncated, malformed, off the label set, or citing a clause that was not shown.
    """
    if answer.refusal is not None or answer.finish_reason == "refusal":
        declined = f"the model declined: {(answer.refusal or answer.text)[:_SHOWN]}"
        raise ReplyFaultError(FailureReason.REFUSED, declined, final=True)
    if answer.finish_reason.lower() in _FILTERED:
        what = "the server's content filter stopped the reply"
        raise ReplyFaultError(FailureReason.CONTENT_FILTER, what, final=True)
    said = _find_answer(answer, label_set)
    fields = read_fields(said.found, asked)
    labels = _read_label(fields.labels, label_set)
    _check_no_other(labels, fields.nested, said.beside, label_set)
    clauses, unknown = read_clauses(fields.clauses, shown_clauses)
    if unknown:
        raise ReplyFaultError(
            FailureReason.CLAUSE_NOT_SHOWN, f"it cites {', '.join(unknown)[:_SHOWN]}, which it was not shown"
        )
    return ReadReply(labels, clauses, fields.confidence, fields.rationale, fields.quote, said.start)


@dataclass(frozen=True, slots=True)
class _Said:
    """The answer's object, the prose beside it, and where it begins."""

    found: JsonObject
    beside: str
    start: int


def _find_answer(answer: ModelAnswer, label_set: LabelSet) -> _Said:
    text = answer.text
    start = len(text) - len(text.lstrip(_BLANK))
    if text.startswith("{", start) and (whole := decode_object(text, start)) and not text[whole[1] :].strip(_BLANK):
        return _Said(whole[0], "", start)
    visible = visible_text(text)
    cut = answer.finish_reason in CUT_REASONS
    if not visible.objects:
        return _bare_label(visible, text, label_set, cut=cut)
    before, after, fenced = _unfenced(visible)
    if cut and (visible.thinking or _SAYS_SOMETHING.search(after)):
        raise _truncated()
    (found, start), *others = visible.objects
    if not all(found.same_as(other) for other, _ in others):
        raise _malformed("it holds different objects, and which one is meant is not clear", text)
    if "{" in before + after or (not fenced and _SAYS_SOMETHING.search(before)) or _QUOTES.search(before):
        raise _malformed("the answer stands in other text", text)
    if _TURNS.match(after):
        raise _malformed("the text after the answer retracts it", text)
    return _Said(found, f"{before}\n{after}", start)


def _unfenced(visible: VisibleText) -> tuple[str, str, bool]:
    """(prose before the answer, prose after it, whether a fenced block holds it) without the fence and end tokens."""
    before, after, fenced = visible.before, visible.after, False
    if opening := _FENCE_OPENS.search(before):
        before = before[: opening.start()]
        closing = _FENCE_CLOSES.match(after)
        after = after[closing.end() :] if closing else after
        fenced = closing is not None or not _SAYS_SOMETHING.search(after)
    return _MARKUP.sub(" ", before), _MARKUP.sub(" ", after), fenced


def _bare_label(visible: VisibleText, text: str, label_set: LabelSet, *, cut: bool) -> _Said:
    """The label where it is the whole message: without JSON modes some models answer so."""
    if cut:
        raise _truncated()
    said = _MARKUP.sub(" ", visible.before).strip()
    if label_set.kind is not LabelKind.MULTI and not visible.thinking:
        with suppress(OffLabelSetError):
            return _Said(JsonObject((("label", read_spelled_labels(said, label_set)[0]),)), "", visible.start)
    if _DECLINED.search(said):
        raise ReplyFaultError(FailureReason.REFUSED, f"the model declined: {said[:_SHOWN]}")
    raise _malformed("it ends inside the model's thinking" if visible.thinking else "it holds no JSON object", text)


def _read_label(values: Sequence[object], label_set: LabelSet) -> LabelAnswer:
    """The one answer that all values given for the label come to; empty ones count only where there are no others."""
    given = [value for value in values if value is not None]
    if not given:
        raise ReplyFaultError(FailureReason.MALFORMED, "the reply has no label field")
    # In `multi` an empty list is an answer: no label applies.
    empty: tuple[object, ...] = ("",) if label_set.kind is LabelKind.MULTI else ("", [])
    said = [value for value in given if value not in empty] or given[-1:]
    if any(isinstance(value, JsonObject) for value in said):
        raise ReplyFaultError(FailureReason.MALFORMED, "the label is an object, not a name")
    try:
        answers = {read_spelled_labels(value, label_set) for value in said}
    except OffLabelSetError as error:
        if any(value != said[0] for value in said):
            raise _contradicting() from None
        raise ReplyFaultError(FailureReason.OFF_LABEL_SET, str(error)) from None
    if len(answers) > 1:
        raise _contradicting()
    return answers.pop()


def _check_no_other(labels: LabelAnswer, nested: Sequence[object], beside: str, label_set: LabelSet) -> None:
    """Refuse a reply that names another label inside its object or beside it."""
    for value in nested:
        with suppress(OffLabelSetError):
            if not set(read_spelled_labels(value, label_set)) <= set(labels):
                raise _contradicting()
    if beside.strip() and not named_labels(beside, label_set) <= set(labels):
        raise ReplyFaultError(FailureReason.MALFORMED, "the text beside the answer names another label")


def _truncated() -> ReplyFaultError:
    return ReplyFaultError(FailureReason.TRUNCATED, "the reply was cut at the token limit")


def _contradicting() -> ReplyFaultError:
    return ReplyFaultError(FailureReason.MALFORMED, "the reply gives its label more than once, and not the same")


def _malformed(problem: str, text: str) -> ReplyFaultError:
    return ReplyFaultError(FailureReason.MALFORMED, f"{problem}: {text.strip()[:_SHOWN]}")


# Before a fenced object: it is shown as a person's words. After an object: what follows is second thoughts.
_QUOTES = re.compile(
    r"\bquot(?:e|es|ed|ing)\b"
    r"|\b(?:post|content|text|user|message|author|comment)"
    r" (?:says|said|contains?|wrote|writes|reads|includes?|claims?|asks|wants|tries)\b"
    r"|(?:帖子|原文|内容|用户|作者|文中)[里中]?(?:写道|写着|说|包含|声称|要求|引用)|引用",
    re.IGNORECASE,
)
_TURNS = re.compile(
    r"\W*(?:(?:but|however|wait|actually|no|on second thoughts?|correction|hmm+|sorry|oops|although|though|yet|still"
    r"|instead|rather)(?![\w'’])|但|不过|然而|等等|其实|更正|不对|可是)",
    re.IGNORECASE,
)
_DECLINED = re.compile(
    r"\b(?:I(?:'m| am)? (?:can(?:no|')t|unable|sorry|won't)|cannot (?:assist|help|comply)|as an ai\b)"
    r"|抱歉|对不起|无法(?:提供|协助|回答|满足)",
    re.IGNORECASE,
)
