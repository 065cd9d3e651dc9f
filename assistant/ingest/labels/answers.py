"""What a cell says when it holds a label, or several, in one of the ways files hold them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from assistant.domain.canonical import LabelNames, canonical_text, label_key, says_nothing
from assistant.ingest.reading.list_cells import UnreadableListError, looks_like_a_list, read_list_cell

_SEPARATORS = ("|", ";", "\n", ",")
_WHERE_KNOWN = ("#", "/", "+", "&")  # doccano's and others', where all parts are labels
_YES = frozenset({"1", "true", "yes", "y", "t"})
_NO = frozenset({"0", "false", "no", "n", "f"})
_CHOICES = "choices"  # how Label Studio wraps several labels in a cell
_ANY = LabelNames()
NO_LABEL = "no_label"
"""The reason of a cell that holds no answer; nothing is wrong with its row."""


class AnswerError(Exception):
    """A cell that holds no label; becomes a refusal.

    Args:
        reason: `no_label` (nothing was answered) or `bad_label`.
        message: one sentence for the user.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def read_answer(
    value: object,
    *,
    several: bool = False,
    known_labels: Sequence[str] = (),
    names: LabelNames = _ANY,
    exactly_one: bool = False,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The labels a cell holds, and those it leaves open.

    Args:
        value: text or a number is one label (`2` and `2.0` are "2"); a list holds several; an object `{label: 0 or
            1}` those with 1. Text that is a list or an object as JSON, Python or NumPy write them is read as such;
            text that is one known label is that label, whatever signs it holds.
        several: whether text holds several labels, separated by `|`, `;`, line ends or `,` (the first of them that
            gives known labels only; where labels are not known, the first that occurs).
        known_labels: the whole label set; those an object doesn't mention are left open.
        names: the labels there are; a cell's labels take their spelling.
        exactly_one: whether an answer is exactly one label, so that an empty list is no answer.

    Returns:
        The labels, each once, in the order of the cell; and the labels left open (null, or not mentioned).

    Raises:
        AnswerError: the cell is empty or says that there is no answer (`nan`, `None`, `#N/A`), or holds something that
            is no label.
    """
    if isinstance(value, str) and names.find(value) is None:
        value = _parsed(value.strip(), names, several=several)
    if isinstance(value, Mapping) and set(value) == {_CHOICES} and isinstance(value[_CHOICES], list):
        value = value[_CHOICES]
    if isinstance(value, Mapping):
        return _from_object(value, known_labels, names)
    if isinstance(value, list | tuple | set | frozenset):
        return _from_list(list(value), names, exactly_one=exactly_one), ()
    return (_label(value, names),), ()


def votes_in(value: object, names: LabelNames = _ANY) -> Mapping[str, object] | None:
    """The object of votes, `{label: 0 or 1}`, that a cell holds, as text or as it is; None where it holds none."""
    if isinstance(value, str):
        if not looks_like_a_list(value.strip()) or names.find(value) is not None:
            return None
        try:
            value = read_list_cell(value.strip())
        except UnreadableListError:
            return None
    return value if isinstance(value, Mapping) and set(value) != {_CHOICES} else None


def read_score(value: object) -> float | None:
    """A number, `87%` as 0.87, `0,87` as Excel writes it in half of Europe; None where there is none.

    Raises:
        AnswerError: it is no number, or not a finite one.
    """
    text = canonical_text(value)
    if text is not None and says_nothing(text, closed=True):
        return None
    percent = text is not None and text.endswith(("%", "％"))
    try:
        score = math.nan if text is None or isinstance(value, bool) else float(_with_point(text.rstrip("%％ ")))
    except ValueError:
        score = math.nan
    if not math.isfinite(score):
        raise AnswerError("bad_score", f"score {value!r:.40} is no number")
    return score / 100 if percent else score


def _with_point(text: str) -> str:
    """A number with a decimal point for its comma, unless three digits after it could be thousands."""
    whole, comma, digits = text.partition(",")
    plain = comma and digits.isdecimal() and (len(digits) != 3 or whole.lstrip("+-") in {"", "0"})
    return f"{whole}.{digits}" if plain else text


def read_sight(value: object) -> bool | None:
    """Whether the machine's answer was in sight, as a cell of a column `shown_suggestion` says; None for an empty one.

    Raises:
        AnswerError: it says neither yes nor no.
    """
    said = (canonical_text(value) or "").casefold()
    if says_nothing(said, closed=True):
        return None
    if said in _YES:
        return True
    if said in _NO:
        return False
    raise AnswerError("bad_sight", f"shown_suggestion is {value!r:.40}; write true or false, or leave it empty")


def _parsed(text: str, names: LabelNames, *, several: bool) -> object:
    if looks_like_a_list(text) and not names.says_nothing(text):
        try:
            return read_list_cell(text)
        except UnreadableListError as error:
            if (parts := _known_parts(text[1:-1], ",", names)) is not None:
                return parts
            how = 'write ["a", "b"], or a|b in a column called labels'
            raise AnswerError(
                "bad_label", f"{text[:60]!r} looks like a list and can't be read as one; {how}"
            ) from error
    return _split(text, names) if several else text


def _split(text: str, names: LabelNames) -> object:
    there = [sign for sign in _SEPARATORS if sign in text]
    for sign in (*there, *(sign for sign in _WHERE_KNOWN if sign in text)):
        if (parts := _known_parts(text, sign, names)) is not None:
            return parts
    return [part for part in text.split(there[0]) if part.strip()] if there else text


def _known_parts(text: str, sign: str, names: LabelNames) -> list[str] | None:
    """The text as known labels between signs, which a label may hold itself; None where another word stands there."""
    parts = text.split(sign)
    found: list[str] = []
    at = 0
    while at < len(parts):
        if not parts[at].strip():
            at += 1
            continue
        ends = range(len(parts), at, -1)  # the longest first: a label with a comma goes before its own parts
        label, at = next(((name, end) for end in ends if (name := names.find(sign.join(parts[at:end])))), (None, at))
        if label is None:
            return None
        found.append(label)
    return found or None


def _from_list(values: Sequence[object], names: LabelNames, *, exactly_one: bool) -> tuple[str, ...]:
    if not values and exactly_one:
        raise AnswerError(NO_LABEL, "the list of labels is empty")
    given = [value for value in values if not _nothing(value, names)]
    if values and not given:
        raise AnswerError(NO_LABEL, "the list holds no label")
    return tuple(dict.fromkeys(_label(value, names) for value in given))


def _from_object(
    votes: Mapping[str, object], known_labels: Sequence[str], names: LabelNames
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    given, left_open = [], []
    for label, vote in votes.items():
        name = names.find(label) or canonical_text(label) or label
        said = (canonical_text(vote) or "").casefold()
        if said in _YES:
            given.append(name)
        elif said in _NO:
            continue
        elif vote is None or (not isinstance(vote, list | Mapping) and says_nothing(said, closed=True)):
            left_open.append(name)
        else:
            raise AnswerError("bad_label", f"label {label!r} has {vote!r:.40}; 1, 0 or nothing is expected")
    if len(left_open) == len(votes):
        raise AnswerError(NO_LABEL, "no label is given or denied")
    mentioned = {label_key(label) for label in votes}
    left_open += [label for label in known_labels if label_key(label) not in mentioned]
    return tuple(given), tuple(left_open)


def _nothing(value: object, names: LabelNames) -> bool:
    text = canonical_text(value)
    return text is not None and names.says_nothing(text)


def _label(value: object, names: LabelNames) -> str:
    text = canonical_text(value)
    if text is None:
        raise AnswerError("bad_label", f"{value!r:.60} is no label; text or a number is expected")
    if names.says_nothing(text):
        what = f"the label is {text!r}, a word for no answer" if text else "the label is empty"
        raise AnswerError(NO_LABEL, what)
    return names.find(text) or text
