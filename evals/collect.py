"""From answers, row by row, to the columns that everything is computed on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from assistant.domain.canonical import LabelNames
from assistant.errors import InputError
from evals.columns import MachineAnswer, guessed_scale, label_order, majority, that_count, variant_columns
from evals.data import (
    NO_ANSWER,
    NO_LABEL,
    SIGHTS,
    Codes,
    Column,
    EvalData,
    HumanAnswers,
    Scale,
    Sight,
    VariantIdentity,
)
from evals.slices import length_column, values_column

NOBODY = "unlabelled"
OPEN = "open"
TIED = "tied"

_SHOWN = 5  # labels in a note


@dataclass(slots=True)
class _Variant:
    identity: VariantIdentity
    calibrated: bool
    answers: dict[tuple[int, int], MachineAnswer] = field(default_factory=dict)


class Collector:
    """Takes answers in any order; items are numbered as they are first named.

    Args:
        classes: the label set in its order; None takes what occurs.
        scale: how labels relate; None finds out: sets of labels, grades that are numbers, or names.
    """

    def __init__(self, classes: Sequence[str] | None = None, scale: Scale | None = None) -> None:
        self._classes = classes
        self._names = LabelNames(tuple(classes or ()), closed=classes is not None)
        self._scale = scale
        self._places: dict[str, int] = {}
        self._texts: dict[int, str] = {}
        self._properties: dict[str, dict[int, str]] = {}
        self._groups: dict[int, str] = {}
        self._inclusion: dict[int, float] = {}
        self._human: dict[tuple[int, int], tuple[str, int]] = {}
        self._raters: dict[str, int] = {}
        self._open: set[int] = set()
        self._variants: dict[str, _Variant] = {}
        self._several = False
        self._alien: Counter[str] = Counter()
        self._off_set = 0

    def item(
        self, name: str, *, text: str | None = None, group: str | None = None, properties: Mapping[str, str | None]
    ) -> None:
        """An item, with the properties it may be sliced by; items not told of are known by their ids alone."""
        place = self._place(name)
        if text is not None:
            self._texts[place] = text
        if group is not None:
            self._groups[place] = group
        for key, value in properties.items():
            if value is not None:
                self._properties.setdefault(key, {})[place] = value

    def inclusion(self, item: str, probability: float) -> None:
        """The probability with which the item was taken.

        Raises:
            InputError: not above 0 up to 1, or another one than was told before.
        """
        if not 0 < probability <= 1:
            what = f"item {item!r} has the inclusion probability {probability:g}"
            raise InputError(what, hint="it must be above 0, up to 1")
        if self._inclusion.setdefault(self._place(item), probability) != probability:
            what = f"item {item!r} has two inclusion probabilities"
            raise InputError(what, hint="an item is taken with one probability, whoever labels it")

    def human(self, item: str, rater: str, labels: tuple[str, ...], sight: Sight, *, left_open: bool = False) -> None:
        """A reviewer's answer; the newest of one reviewer and item counts.

        Args:
            item: its id.
            rater: who.
            labels: what was answered.
            sight: whether the machine's answer was in sight.
            left_open: some labels of the set were neither given nor denied: the item is counted, the answer is not.
        """
        place = self._place(item)
        labels = self._spelled(labels)
        if not self._known(labels):
            self._off_set += 1
            return
        if left_open:
            self._open.add(place)
            return
        number = self._raters.setdefault(rater, len(self._raters))
        self._human[place, number] = (self._joined(labels), SIGHTS.index(sight))

    def variant(self, name: str, identity: VariantIdentity, *, calibrated: bool = False) -> None:
        """A variant whose answers follow.

        Args:
            name: how it is called.
            identity: what it is made of.
            calibrated: whether its confidences are calibrated probabilities.
        """
        self._variants[name] = _Variant(identity, calibrated)

    def machine(self, variant: str, item: str, answer: MachineAnswer, repeat: int = 0) -> None:
        """A variant's answer to an item, `repeat` counting from 0; labels outside the set are no usable answer."""
        if answer.labels is not None:
            answer = replace(answer, labels=self._spelled(answer.labels))
        if answer.labels is not None and not self._known(answer.labels):
            self._alien.update(label for label in answer.labels if label not in (self._classes or ()))
            answer = replace(answer, labels=None)
        self._variants[variant].answers[self._place(item), repeat] = answer

    def data(self, notes: Sequence[str] = ()) -> EvalData:
        """The columns.

        Args:
            notes: what the reader must know.
        """
        classes, scale = self._all_classes()
        code = {name: number for number, name in enumerate(classes)}
        humans, n = self._human_answers(code), len(self._places)

        def code_of(labels: tuple[str, ...] | None) -> int:
            return code[NO_ANSWER if labels is None else self._joined(labels)]

        blind = humans.where(that_count(humans, n))
        reference, tied = majority(blind.items, blind.codes, n, len(classes))
        left_out = self._left_out(humans, reference, tied)
        notes = (*notes, *self._notes())
        variants = {
            name: variant_columns(name, one.answers, n, code_of, identity=one.identity, calibrated=one.calibrated)
            for name, one in self._variants.items()
        }
        return EvalData(
            ids=tuple(self._places),
            texts=tuple(self._texts.get(place, "") for place in range(n)) if self._texts else None,
            classes=classes,
            scale=scale,
            humans=humans,
            reference=reference,
            weights=np.array([1 / self._inclusion.get(place, 1.0) for place in range(n)]),
            groups=self._group_codes(),
            slices=self._slices(classes, reference),
            variants=variants,
            left_out={reason: count for reason, count in left_out.items() if count},
            notes=notes,
            closed=self._classes is not None,
        )

    def _notes(self) -> tuple[str, ...]:
        notes = []
        if self._off_set:
            notes.append(
                f"{self._off_set:,} human answers hold labels that are not in the label set; they don't count."
            )
        if self._alien:
            shown = ", ".join(f"{label} ({count:,})" for label, count in self._alien.most_common(_SHOWN))
            notes.append(f"Machine answers outside the label set count as no usable answer: {shown}.")
        return tuple(notes)

    def _spelled(self, labels: tuple[str, ...]) -> tuple[str, ...]:
        """As the label set spells them; what is none of it as it came."""
        if self._classes is None or all(label in self._classes for label in labels):
            return labels
        return tuple(dict.fromkeys(self._names.find(label) or label for label in labels))

    def _known(self, labels: tuple[str, ...]) -> bool:
        return self._classes is None or all(label in self._classes for label in labels)

    def _place(self, item: str) -> int:
        return self._places.setdefault(item, len(self._places))

    def _joined(self, labels: tuple[str, ...]) -> str:
        if len(labels) == 1:
            return labels[0]
        self._several = True
        return "|".join(sorted(labels)) or NO_LABEL

    def _all_classes(self) -> tuple[tuple[str, ...], Scale]:
        answers = [one for variant in self._variants.values() for one in variant.answers.values()]
        said = {self._joined(one.labels) for one in answers if one.labels is not None}
        occurring = {label for label, _ in self._human.values()} | said
        known = [label for label in self._classes or () if label in occurring or not self._several]
        other = sorted(occurring - set(known), key=label_order)
        classes = (*known, *other)
        scale = self._scale or (Scale.MULTI if self._several else guessed_scale(classes))
        failed = any(one.labels is None for one in answers)
        return (*classes, NO_ANSWER) if failed else classes, scale

    def _human_answers(self, code: Mapping[str, int]) -> HumanAnswers:
        places = np.array(list(self._human), dtype=np.int64).reshape(-1, 2)
        codes = np.array([code[label] for label, _ in self._human.values()], dtype=np.int64)
        sights = np.array([sight for _, sight in self._human.values()], dtype=np.int64)
        return HumanAnswers(places[:, 0], places[:, 1], codes, sights, tuple(self._raters))

    def _left_out(self, humans: HumanAnswers, reference: Codes, tied: Codes) -> dict[str, int]:
        labelled = np.zeros(len(reference), dtype=np.bool_)
        labelled[humans.items] = True
        opened = [place for place in self._open if not labelled[place]]
        return {NOBODY: int((~labelled).sum()) - len(opened), OPEN: len(opened), TIED: len(tied)}

    def _group_codes(self) -> Codes:
        """A number for each leakage group; an item without one stands alone."""
        numbers: dict[object, int] = {}
        named = [self._groups.get(place, place) for place in range(len(self._places))]
        return np.array([numbers.setdefault(name, len(numbers)) for name in named], dtype=np.int64)

    def _slices(self, classes: tuple[str, ...], reference: Codes) -> dict[str, Column]:
        n = len(self._places)
        slices = {"label": Column(classes, reference)}
        for key, values in self._properties.items():
            slices[key] = values_column([values.get(place) for place in range(n)])
        if self._texts:
            slices["length"] = length_column([self._texts.get(place) for place in range(n)])
        return slices
