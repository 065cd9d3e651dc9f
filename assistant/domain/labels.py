"""Answers: turning whatever a model or a file says into labels of the closed set, or refusing it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from assistant.domain.canonical import LabelNames, canonical_text, label_key
from assistant.domain.policies import LabelKind, LabelSet

LabelAnswer = tuple[str, ...]
"""The names chosen, in the order of the label set: one for `single` and `ordinal`, any number for `multi`."""

NO_ANSWER = "(no usable answer)"
"""The class of what a model was asked and did not answer: it agrees with no reviewer."""

NO_LABEL = "(none)"
"""How the empty answer of a multi-label set is shown."""


class OffLabelSetError(ValueError):
    """The answer holds something that is not in the label set, or the wrong number of labels."""


class WrongNumberError(OffLabelSetError):
    """The answer holds none or several labels where exactly one is needed."""


def read_labels(value: object, label_set: LabelSet) -> LabelAnswer:
    """The answer as labels of the set.

    What `label_key` forgives (case, blanks, how a number is written) is forgiven when exactly one label matches;
    anything else that is not in the set is refused, never mapped to a near one.

    Args:
        value: a name, a number (grades), or several names (`multi`; a list of one is fine for the others).
        label_set: the closed set.

    Raises:
        OffLabelSetError: not in the set, or (`WrongNumberError`) not exactly one where one is needed.
    """
    parts: Iterable[object] = value if isinstance(value, list | tuple | set | frozenset) else (value,)
    names = _recognised(label_set.names)
    chosen = {_read_one(part, names) for part in parts}
    check_number(len(chosen), label_set.kind)
    return tuple(name for name in label_set.names if name in chosen)


@lru_cache(maxsize=16)
def _recognised(names: tuple[str, ...]) -> LabelNames:
    return LabelNames(names, closed=True)


def check_number(labels: int, kind: LabelKind) -> None:
    """Raise WrongNumberError where an answer needs exactly one label and has another number of them."""
    if kind is not LabelKind.MULTI and labels != 1:
        raise WrongNumberError(f"{labels} labels where exactly one is needed")


def _read_one(part: object, names: LabelNames) -> str:
    text = part if isinstance(part, str) else canonical_text(part)
    if text is None or part is None:
        raise OffLabelSetError(f"a label must be text, not {type(part).__name__}")
    found = names.find(text)
    if found is None:
        alike = [name for name in names.names if label_key(name) == label_key(text)]
        why = f"could be {' or '.join(alike)}" if alike else f"is not in the label set ({', '.join(names.names)})"
        raise OffLabelSetError(f"{text[:60]!r} {why}")
    return found


def severity(answer: LabelAnswer, label_set: LabelSet) -> int:
    """The worst severity among the labels chosen; 0 when none is."""
    return max((label.severity for label in label_set.labels if label.name in answer), default=0)
