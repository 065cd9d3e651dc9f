"""What a cell says when it holds a label, or several, in one of the ways files hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson

_SEPARATORS = ("|", ";", ",")
_YES = frozenset({"1", "1.0", "true", "yes", "y"})
_NO = frozenset({"0", "0.0", "false", "no", "n"})


class AnswerError(Exception):
    """A cell that holds no label; becomes a refusal.

    Args:
        reason: `no_label` or `bad_label`.
        message: one sentence for the user.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def read_answer(
    value: object, *, several: bool = False, known_labels: Sequence[str] = ()
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The labels a cell holds, and those it leaves open.

    Args:
        value: text or a number is one label (`2` and `2.0` are "2"); a list holds several; an object `{label: 0 or
            1}` those with 1. Text that is a JSON list or object is read as such.
        several: whether text holds several labels, separated by `|`, `;` or `,` (the first of them that occurs).
        known_labels: the whole label set; those an object doesn't mention are left open.

    Returns:
        The labels, each once, in the order of the cell; and the labels left open (null, or not mentioned).

    Raises:
        AnswerError: the cell is empty, or holds something that is no label.
    """
    if isinstance(value, str):
        value = _parsed(value.strip(), several)
    if isinstance(value, Mapping):
        return _from_object(value, known_labels)
    if isinstance(value, list):
        return tuple(dict.fromkeys(_label(part) for part in value)), ()
    return (_label(value),), ()


def votes_in(value: object) -> Mapping[str, object] | None:
    """The object of votes, `{label: 0 or 1}`, that a cell holds, as text or as it is; None where it holds none."""
    read = _parsed(value.strip(), several=False) if isinstance(value, str) else value
    return read if isinstance(read, Mapping) else None


def _parsed(text: str, several: bool) -> object:
    if text[:1] in {"[", "{"}:
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            return text
    if several:
        separator = next((sign for sign in _SEPARATORS if sign in text), None)
        return [part for part in text.split(separator) if part.strip()] if separator else text
    return text


def _from_object(votes: Mapping[str, object], known_labels: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    given, left_open = [], []
    for label, vote in votes.items():
        said = str(vote).strip().lower() if vote is not None else ""
        if said in _YES:
            given.append(label)
        elif not said:
            left_open.append(label)
        elif said not in _NO:
            raise AnswerError("bad_label", f"label {label!r} has {vote!r:.40}; 1, 0 or nothing is expected")
    if len(left_open) == len(votes):
        raise AnswerError("no_label", "no label is given or denied")
    left_open += [label for label in known_labels if label not in votes]
    return tuple(given), tuple(left_open)


def _label(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return str(int(value)) if value == int(value) else str(value)
        case str() if value.strip():
            return value.strip()
        case None | str():
            raise AnswerError("no_label", "the label is empty")
        case _:
            raise AnswerError("bad_label", f"{value!r:.60} is no label; text or a number is expected")
