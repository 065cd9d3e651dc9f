"""The reference set: the labels that count. Those that were stated, else those people used; a machine's own don't."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence, Set

import numpy as np

from assistant.domain.labels import NO_LABEL
from evals.data.columns import VariantAnswer, guessed_scale, label_order
from evals.data.eval_data import NONE, Bools, Codes, EvalData, Scale

LEFT_UNKNOWN = "(categories left unknown)"
"""Stands among invalid labels for an answer that is not complete."""

Labels = tuple[str, ...]


class ReferenceSet:
    """Learns from people's answers which labels there are.

    One odd answer of a machine must not change the scale that all answers are measured on: a grade of its own would
    stretch every distance between the others, and a label of its own would lower the agreement expected by chance.

    Args:
        stated: the label set in its order; None takes what people use.
        scale: how labels relate; None finds out from people's answers: sets of labels, grades that are numbers, or
            names.
        beside: labels that are in the set beside those people use, where none was stated.
    """

    def __init__(self, stated: Sequence[str] | None, scale: Scale | None, beside: Collection[str] = ()) -> None:
        self._stated = stated
        self._scale = scale
        self._beside = tuple(beside)
        self._labels: dict[str, None] = {}
        self._answers: set[Labels] = set()
        self._several = False

    @property
    def stated(self) -> bool:
        """Whether the set was given, and not found out."""
        return self._stated is not None

    @property
    def names(self) -> Labels:
        """The labels: as stated, else those people gave, left unknown or denied."""
        return tuple(self._stated or ()) or tuple(sorted({*self._labels, *self._beside}, key=label_order))

    def holds(self, labels: Labels) -> bool:
        """Whether a person's answer consists of labels of the set; without a stated one they all are."""
        return self._stated is None or all(label in self._stated for label in labels)

    def learn(self, labels: Labels, unknown: Labels, denied: Labels) -> Labels:
        """Take in what a person answered; returns the categories that the answer leaves unknown, if they can be."""
        if self._scale not in {None, Scale.MULTI}:
            unknown = denied = ()
        unknown, denied = (tuple(name for name in names if self.holds((name,))) for names in (unknown, denied))
        self._labels.update(dict.fromkeys((*labels, *unknown, *denied)))
        self._several |= len(labels) != 1 or bool(unknown or denied)
        if not unknown:
            self._answers.add(labels)
        return unknown

    def faults(self, answer: VariantAnswer, names: Set[str]) -> list[str]:
        """What makes a machine's answer an invalid one: labels that are not in the set, several where one is wanted,
        categories left unknown. Empty for a valid answer, and for one that failed anyway.

        Args:
            answer: the answer.
            names: all labels there are, once people's answers are known.
        """
        if answer.labels is None:
            return []
        if wrong := [label for label in answer.labels if names and label not in names]:
            return wrong
        if self._is_multi():
            return [LEFT_UNKNOWN] if answer.unknown else []
        return [joined(answer.labels)] if self._labels and len(answer.labels) != 1 else []

    def fails(self, faults: Sequence[str]) -> bool:
        """Whether an answer with these faults is no answer at all; else it is one that agrees with nothing.

        A label outside a stated set is none, nor is a grade that people don't have: it has no place in their order. A
        name of the machine's own stays visible as what it answered.
        """
        return self.stated or LEFT_UNKNOWN in faults or (bool(faults) and self._is_ordinal())

    def classes(self, answers: Collection[Labels]) -> tuple[Labels, Scale]:
        """All whole answers there are, in order, and their scale.

        Args:
            answers: valid ones, of machines, and what people settled on.
        """
        alone = self._scale is None and not self._labels
        several = self._is_multi() or (alone and any(len(labels) != 1 for labels in answers))
        occurring = {joined(labels) for labels in (*self._answers, *answers)}
        known = [label for label in self._stated or () if label in occurring or not several]
        classes = (*known, *sorted(occurring - set(known), key=label_order))
        of_people = [name for name in classes if name in self._labels] or classes
        return classes, self._scale or (Scale.MULTI if several else guessed_scale(of_people))

    def given(self, classes: Iterable[str], settled: Iterable[Labels]) -> Bools:
        """Which of the classes people gave, or settled on, shape (k,)."""
        known = {joined(labels) for labels in (*self._answers, *settled)}
        return np.array([name in known for name in classes], dtype=np.bool_)

    def among(self, classes: Iterable[str], settled: Iterable[Labels], scale: Scale) -> Bools:
        """Which of the classes belong to the set; of sets of labels only those people gave, shape (k,)."""
        given = self.given(classes, settled)
        if scale is Scale.MULTI:
            return given
        return np.asarray(given | np.isin(list(classes), self.names))

    def _is_multi(self) -> bool:
        return self._scale is Scale.MULTI or (self._scale is None and self._several)

    def _is_ordinal(self) -> bool:
        if self._scale is not None or self._several:
            return self._scale is Scale.ORDINAL
        return bool(self._labels) and guessed_scale(self._labels) is Scale.ORDINAL


def classes_of_set(data: EvalData, variant: str) -> Codes:
    """The classes of the label set that count for a variant: all that were stated, else those in use; rising."""
    member = np.ones(len(data.classes), dtype=np.bool_) if data.of_set is None else data.of_set.copy()
    member[len(data.classes) - data.can_fail :] = False
    if data.closed and data.scale is not Scale.MULTI:
        return np.flatnonzero(member)
    return np.flatnonzero(member & _in_use(data, variant))


def classes_in_use(data: EvalData, variant: str) -> Codes:
    """`classes_of_set`, and after them whatever else the variant answered: that agrees with nothing people said."""
    known = classes_of_set(data, variant)
    return np.concatenate([known, np.setdiff1d(np.flatnonzero(_in_use(data, variant)), known)])


def _in_use(data: EvalData, variant: str) -> Bools:
    """Answered by people, whatever the item, or by the variant."""
    said = data.variants[variant].first
    codes = (data.humans.codes, data.reference[data.reference != NONE], said[said != NONE])
    used = np.bincount(np.concatenate(codes), minlength=len(data.classes)) > 0
    return np.asarray(used if data.given is None else used | data.given)


def joined(labels: Labels) -> str:
    """A whole answer as one name."""
    return labels[0] if len(labels) == 1 else "|".join(sorted(labels)) or NO_LABEL
