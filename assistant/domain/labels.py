"""Answers: turning whatever a model or a file says into labels of the closed set, or refusing it."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.domain.policies import LabelKind, LabelSet

LabelAnswer = tuple[str, ...]
"""The names chosen, in the order of the label set: one for `single` and `ordinal`, any number for `multi`."""


class OffLabelSetError(ValueError):
    """The answer holds something that is not in the label set, or the wrong number of labels."""


def read_labels(value: object, label_set: LabelSet) -> LabelAnswer:
    """The answer as labels of the set.

    Case and surrounding white space are forgiven (`" Hate"` reads as `hate`) when exactly one label matches;
    anything else that is not in the set is refused, never mapped to a near one.

    Args:
        value: a name, a number (grades), or a list of names (`multi`; a list of one is fine for the others).
        label_set: the closed set.

    Raises:
        OffLabelSetError: not in the set, or not exactly one where one is needed.
    """
    parts: Iterable[object] = value if isinstance(value, list | tuple) else (value,)
    chosen = {_read_one(part, label_set) for part in parts}
    if label_set.kind is not LabelKind.MULTI and len(chosen) != 1:
        raise OffLabelSetError(f"{len(chosen)} labels where exactly one is needed")
    return tuple(name for name in label_set.names if name in chosen)


def _read_one(part: object, label_set: LabelSet) -> str:
    if isinstance(part, bool) or not isinstance(part, str | int | float):
        raise OffLabelSetError(f"a label must be text, not {type(part).__name__}")
    text = str(int(part)) if isinstance(part, float) and part.is_integer() else str(part)
    if text in label_set.names:
        return text
    folded = text.strip().casefold()
    matches = [name for name in label_set.names if name.casefold() == folded]
    if len(matches) != 1:
        raise OffLabelSetError(f"{text[:60]!r} is not in the label set ({', '.join(label_set.names)})")
    return matches[0]


def severity(answer: LabelAnswer, label_set: LabelSet) -> int:
    """The worst severity among the labels chosen; 0 when none is."""
    return max((label.severity for label in label_set.labels if label.name in answer), default=0)
