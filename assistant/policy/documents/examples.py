"""The example lines of a clause: `- en: "text" -> label`, and `- en: query "..." document "..." -> 2` for pairs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.domain.policies import LabelKind
from assistant.policy.documents.front_matter import FrontMatter
from assistant.policy.documents.mistakes import MistakeList, nearest, suggestion
from assistant.policy.documents.places import Place, Word, split_names, word_at

_CLOSING = {'"': '"', "“": "”", "「": "」", "『": "』", "«": "»", "＂": "＂"}
_LANGUAGE = re.compile(r"\s*[-*+]\s+(?P<language>[A-Za-z0-9-]+)\s*[:：]\s*")
_QUERY = re.compile(r"query\s*[:：]?\s*")
_DOCUMENT = re.compile(r"\s*document\s*[:：]?\s*")
_ARROW = re.compile(r"\s*(?:->|→)")
_FORM = 'write `- en: "text" -> label`, one example a line'


@dataclass(frozen=True, slots=True)
class DraftExample:
    """An example as it stands on its line; `labels` is None when the arrow part was left out."""

    text: Word
    language: Word
    labels: tuple[Word, ...] | None
    query: Word | None


def read_example(line: str, number: int, mistakes: MistakeList) -> DraftExample | None:
    """Reads one list item; None, and a mistake, when it can't be read. `number` is its 1-based line."""
    start = _LANGUAGE.match(line)
    if start is None:
        mistakes.error(word_at(line, number, 0, len(line)).place, "this example can't be read", _FORM)
        return None
    query, cursor = None, start.end()
    keyword = _QUERY.match(line, cursor)
    if keyword:
        query = _read_quoted(line, number, keyword.end(), mistakes)
        if query is None:
            return None
        cursor = _end(query)
        keyword = _DOCUMENT.match(line, cursor)
        if keyword is None:
            hint = 'write `- en: query "..." document "..." -> label`'
            mistakes.error(_rest(line, number, cursor), "this query has no document", hint)
            return None
        cursor = keyword.end()
    text = _read_quoted(line, number, cursor, mistakes)
    labels = _read_labels(line, number, _end(text), mistakes) if text else []
    if text is None or labels is None:
        return None
    language = word_at(line, number, *start.span("language"))
    return DraftExample(text, language, tuple(labels) or None, query)


def settle_labels(
    draft: DraftExample,
    violates: bool,
    clause_labels: Sequence[Word] | None,
    front: FrontMatter,
    mistakes: MistakeList,
) -> tuple[str, ...] | None:
    """The right answer for an example: as written, or what the heading means when the arrow was left out.

    Args:
        draft: the example.
        violates: which of the two headings it stands under.
        clause_labels: the labels of its clause; None when they couldn't be read.
        front: the label set it answers in.
        mistakes: where its mistakes go.

    Returns:
        None when the answer isn't known; why is among the mistakes.
    """
    if draft.labels is None:
        return _meant_labels(draft, violates, clause_labels, front, mistakes)
    names = [known_label(word, front, mistakes) for word in draft.labels]
    labels = tuple(dict.fromkeys(name for name in names if name is not None))
    if len(labels) < len(names) and None in names:
        return None
    if front.kind in {LabelKind.SINGLE, LabelKind.ORDINAL} and len(draft.labels) > 1:
        message = f"a {front.kind} label set gives one label, this example has {len(draft.labels)}"
        mistakes.error(draft.labels[1].place, message, "keep the right one")
        return None
    if violates and clause_labels and not {word.text for word in clause_labels} & set(labels):
        message = f"a violating example of this clause can't be `{', '.join(labels)}`"
        hint = "add the label to the clause's `labels:` line, or move the example"
        others = [(clause_labels[0].place, "the clause's labels")]
        mistakes.error(draft.labels[0].place, message, hint, others)
        return None
    return labels


def known_label(word: Word, front: FrontMatter, mistakes: MistakeList) -> str | None:
    """The label a word names, or probably means; reports one that isn't in the set. None when it is unclear."""
    if not word.text:
        mistakes.error(word.place, "a label name is missing here", "remove the comma, or name the label")
        return None
    names = front.label_names
    if word.text in names or not front.all_named:
        return word.text
    mistakes.error(word.place, f"`{word.text}` isn't in the label set", suggestion(word.text, names))
    return nearest(word.text, names)


def _meant_labels(
    draft: DraftExample,
    violates: bool,
    clause_labels: Sequence[Word] | None,
    front: FrontMatter,
    mistakes: MistakeList,
) -> tuple[str, ...] | None:
    if front.kind is None:
        return None
    if not violates and front.kind is LabelKind.MULTI:
        return ()
    if violates:
        candidates = [word.text for word in clause_labels or ()]
        why = f"the clause can lead to {' or '.join(candidates)}"
        unsure = not candidates
    else:
        candidates = [label.name.text for label in front.labels if label.severity == 0]
        why = f"{len(candidates) or 'no'} labels have severity 0"
        unsure = not front.all_named or any(label.severity is None for label in front.labels)
    if len(candidates) == 1 or unsure:
        return tuple(candidates) if len(candidates) == 1 and not unsure else None
    mistakes.error(draft.text.place, f"this example needs a label: {why}", "write `-> label` after the text")
    return None


def _read_labels(line: str, number: int, cursor: int, mistakes: MistakeList) -> list[Word] | None:
    """The labels after the arrow; empty when nothing follows the text, None, and a mistake, for anything else."""
    if not line[cursor:].strip():
        return []
    arrow = _ARROW.match(line, cursor)
    if arrow is None:
        hint = 'a quote inside the text is written `\\"`; the label follows as `-> label`'
        mistakes.error(_rest(line, number, cursor), "this can't be read after the end of the text", hint)
        return None
    if not line[arrow.end() :].strip():
        place = word_at(line, number, *arrow.span()).place
        mistakes.error(place, "no label follows the arrow", "name the label, or leave the arrow out")
        return None
    return split_names(line, number, arrow.end())


def _read_quoted(line: str, number: int, start: int, mistakes: MistakeList) -> Word | None:
    """The text in quotes that begins at `start`; its place includes the quotes. Reports what is no such text."""
    closing = _CLOSING.get(line[start : start + 1])
    if closing is None:
        hint = f'put the text in quotes: `"..."`; {_FORM}'
        mistakes.error(_rest(line, number, start), "a text in quotes is missing here", hint)
        return None
    end = _closing_quote(line, start, closing)
    if end is None:
        hint = f"end the text with `{closing}`; a text has one line"
        mistakes.error(_rest(line, number, start), "this quote isn't closed", hint)
        return None
    place = Place(number, start + 1, end + 1 - start)
    text = re.sub(rf'\\(["\\{closing}])', r"\1", line[start + 1 : end])
    if not text.strip():
        mistakes.error(place, "this example text is empty", "write the text, or remove the line")
    return Word(text, place)


def _closing_quote(line: str, start: int, closing: str) -> int | None:
    """Where the quote that opens at `start` closes; quotes whose two ends differ may be nested."""
    opening, depth, cursor = line[start], 0, start + 1
    while cursor < len(line):
        character = line[cursor]
        if character == "\\":
            cursor += 1
        elif character == closing:
            if depth == 0:
                return cursor
            depth -= 1
        elif character == opening:
            depth += 1
        cursor += 1
    return None


def _end(word: Word) -> int:
    return word.place.column - 1 + word.place.length


def _rest(line: str, number: int, start: int) -> Place:
    """The rest of a line; its last character when nothing is left."""
    rest = word_at(line, number, start, len(line)).place
    return rest if rest.length else Place(number, len(line.rstrip()) + 1, 0)
