"""A task as a reviewer gets it: data only, in the names of the REST API."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

_DIGITS = "123456789"
_LETTERS = "dfgijklmqruvwy"  # those that no profile of keys uses for something else
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")


class Veil(StrEnum):
    """How an item is covered until somebody wants to look."""

    NONE = "none"
    BLUR = "blur"  # pictures: grey and blurred
    VEIL = "veil"  # the worst: not there at all until a key is held


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark of a conversation: who speaks (as it came), and what."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """An image or frame: its name, and whether it can be shown; its number is its place in the list."""

    name: str
    here: bool


@dataclass(frozen=True, slots=True)
class ShownItem:
    """The content.

    Args:
        id: the caller's own id.
        kind: `text`, `pair`, `image` or `video`.
        language: BCP 47.
        direction: `rtl` where the language is written so, else `auto`.
        text: what is judged; the first `TEXT_SHOWN` characters of it.
        text_length: characters it has.
        query: of a pair.
        context: what was said before, for whoever judges the text.
        turns: the text itself as a conversation, where it is one; empty otherwise.
        media: pictures, in order.
        source: where it came from.
    """

    id: str
    kind: str
    language: str
    direction: str
    text: str
    text_length: int
    query: str | None
    context: Sequence[Remark]
    turns: Sequence[Remark]
    media: Sequence[Picture]
    source: str | None


@dataclass(frozen=True, slots=True)
class ShownLabel:
    """An answer to choose; `key` is what picks it on the page, None where keys ran out.

    `title` is what it is called in the reader's language; empty where the policy gives it no title.
    """

    name: str
    title: str
    definition: str
    severity: int
    key: str | None


@dataclass(frozen=True, slots=True)
class ShownClause:
    """A clause; whether the machine cites it, and the words of the content it quotes, else None."""

    id: str
    title: str
    text: str
    labels: Sequence[str]
    cited: bool
    quote: str | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The machine's answer.

    Args:
        labels: what it says.
        confidence: calibrated probability that a reviewer agrees; None before anything was calibrated.
        words: the same as a stable word, e.g. `likely`; `not calibrated` where there is none.
        cited: ids of the clauses it cites.
        rationale: its reasons, where it gives any.
    """

    labels: Sequence[str]
    confidence: float | None
    words: str
    cited: Sequence[str]
    rationale: str | None


@dataclass(frozen=True, slots=True)
class ShownPrecedent:
    """A settled item like this one."""

    id: str
    text: str
    labels: Sequence[str]


@dataclass(frozen=True, slots=True)
class Translation:
    """The content in another language, as it came with the item."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class HandoverNote:
    """What a colleague wrote when they passed the item on: `escalate` or `handover`."""

    kind: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewTask:
    """One wanted answer with everything it is given by.

    In a blind task the machine has left no trace: no suggestion, no citation, no quote, no precedents, no severity, no
    place in the order. Both ids are texts for this person alone, which say nothing of when the rows were made.
    """

    assignment_id: str
    task_id: str
    token: int
    lease_seconds: float
    kind: str
    blind: bool
    item: ShownItem
    severity: int | None
    veil: Veil
    policy: Mapping[str, str]
    labels: Sequence[ShownLabel]
    label_kind: str
    needs_clause: Sequence[str]
    clauses: Sequence[ShownClause]
    suggestion: Suggestion | None
    translation: Translation | None
    passed: Sequence[HandoverNote]


def words_for(confidence: float | None) -> str:
    """A probability as people say it; a stable word, translated by the pages."""
    if confidence is None:
        return "not calibrated"
    steps = ((0.99, "almost certain"), (0.95, "very likely"), (0.75, "likely"), (0.55, "more likely than not"))
    found = next((word for least, word in steps if confidence >= least), "")
    return found or ("undecided" if confidence >= 0.45 else "doubtful")


def label_keys(names: Sequence[str]) -> list[str | None]:
    """A key for each label, in order; None where keys ran out.

    A number of one digit has that digit, so that key and grade are never off by one, and any other number a letter.
    Names have the digits from 1 that are left, then letters.
    """
    own = [_digit(name) for name in names]
    fixed = [key if key not in own[:place] else None for place, key in enumerate(own)]  # of `3` and `3.0` the first
    digits = [key for key in _DIGITS if key not in fixed]
    letters = list(_LETTERS)
    keys: list[str | None] = []
    for name, key in zip(names, fixed, strict=True):
        left = letters if _NUMBER.fullmatch(name.strip()) or not digits else digits
        keys.append(key or (left.pop(0) if left else None))
    return keys


def _digit(name: str) -> str | None:
    """`3` for a name that is that number."""
    text = name.strip()
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text.replace(",", "."))
    return str(int(number)) if number in range(10) else None
