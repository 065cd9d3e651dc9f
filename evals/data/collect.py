"""From answers, row by row, to the columns that everything is computed on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from assistant.domain.canonical import LabelNames
from assistant.domain.consensus import Consensus
from assistant.domain.labels import NO_ANSWER
from assistant.domain.reasons import Reason
from assistant.errors import InputError, InvalidValueError
from evals.data.categories import CategoryAnswer, category_cells, settled_in_part
from evals.data.columns import VariantAnswer, majority, that_count, variant_columns
from evals.data.eval_data import SIGHTS, Codes, EvalData, HumanAnswers, Scale, Sight, SliceColumn, VariantIdentity
from evals.data.reference_set import Labels, ReferenceSet, joined
from evals.data.slices import length_column, values_column

UNLABELLED = Reason("unlabelled")
OPEN = Reason("open")  # known in part only: people left categories unknown
TIED = Reason("tied")

_SHOWN = 5  # labels in a note


@dataclass(slots=True)
class _Variant:
    identity: VariantIdentity
    calibrated: bool
    answers: dict[tuple[int, int], VariantAnswer] = field(default_factory=dict)
    invalid: Counter[str] = field(default_factory=Counter)


class Collector:
    """Takes answers in any order; items are numbered as they are first named.

    Args:
        classes: the label set in its order; None takes what people use: a label that only a machine gave is none.
        scale: how labels relate; None finds out from people's answers: sets of labels, grades that are numbers, or
            names.
        known: labels that are in the set beside those people use, where `classes` is None.
    """

    def __init__(
        self, classes: Sequence[str] | None = None, scale: Scale | None = None, *, known: Collection[str] = ()
    ) -> None:
        self.reference_set = ReferenceSet(classes, scale, known)
        self._names = LabelNames(tuple(classes or ()), closed=classes is not None)
        self._places: dict[str, int] = {}
        self._texts: dict[int, str] = {}
        self._properties: dict[str, dict[int, str]] = {}
        self._groups: dict[int, str] = {}
        self._queries: dict[int, str] = {}
        self._inclusion: dict[int, float] = {}
        self._human: dict[tuple[int, int], CategoryAnswer] = {}
        self._raters: dict[str, int] = {}
        self._variants: dict[str, _Variant] = {}
        self._off_set = 0

    def item(
        self,
        name: str,
        *,
        text: str | None = None,
        group: str | None = None,
        query: str | None = None,
        properties: Mapping[str, str | None],
    ) -> None:
        """An item, with the properties it may be sliced by; items not told of are known by their ids alone.

        Items of one `group` are not independent of each other; those of one `query` are its results.
        """
        place = self._place(name)
        if text is not None:
            self._texts[place] = text
        if group is not None:
            self._groups[place] = group
        if query is not None:
            self._queries[place] = query
        for key, value in properties.items():
            if value is not None:
                self._properties.setdefault(key, {})[place] = value

    def inclusion(self, item: str, probability: float) -> None:
        """The probability with which the item was taken.

        Raises:
            InputError: not above 0 up to 1, or another one than was told before.
        """
        if not 0 < probability <= 1:
            raise InvalidValueError("inclusion_out_of_range", item=item, value=probability)
        if self._inclusion.setdefault(self._place(item), probability) != probability:
            raise InputError("inclusion_given_twice", item=item)

    def human(
        self,
        item: str,
        rater: str,
        labels: tuple[str, ...],
        sight: Sight,
        *,
        unknown: tuple[str, ...] = (),
        denied: tuple[str, ...] = (),
    ) -> None:
        """A reviewer's answer; the newest of one reviewer and item counts.

        Args:
            item: its id.
            rater: who.
            labels: what was answered.
            sight: whether the machine's answer was in sight.
            unknown: categories of a multi-label set neither given nor denied: the answer speaks of the others only.
            denied: categories expressly denied, where that is known.
        """
        place = self._place(item)
        labels, unknown, denied = self._spelled(labels), self._spelled(unknown), self._spelled(denied)
        if not self.reference_set.holds(labels):
            self._off_set += 1
            return
        unknown = self.reference_set.learn(labels, unknown, denied)
        number = self._raters.setdefault(rater, len(self._raters))
        self._human[place, number] = CategoryAnswer(labels, unknown, sight)

    def variant(self, name: str, identity: VariantIdentity, *, calibrated: bool = False) -> None:
        """A variant whose answers follow.

        Args:
            name: how it is called.
            identity: what it is made of.
            calibrated: whether its confidences are calibrated probabilities.
        """
        self._variants[name] = _Variant(identity, calibrated)

    def machine(self, variant: str, item: str, answer: VariantAnswer, repeat: int = 0) -> None:
        """A variant's answer to an item, `repeat` counting from 0; labels outside the set are no usable answer."""
        unknown = self._spelled(answer.unknown)
        labels = None if answer.labels is None else self._spelled(answer.labels)
        answer = replace(answer, labels=labels, unknown=unknown)
        self._variants[variant].answers[self._place(item), repeat] = answer

    def data(self, notes: Sequence[Reason] = ()) -> EvalData:
        """The columns.

        Args:
            notes: what the reader must know.
        """
        self._refuse_invalid()
        in_part = self._settled_in_part()
        settled_whole = [one.labels for one in in_part.values() if one is not None and not one.unknown]
        classes, scale = self._all_classes(settled_whole)
        code = {name: number for number, name in enumerate(classes)}
        humans, n = self._human_answers(code), len(self._places)

        def code_of(labels: tuple[str, ...] | None) -> int:
            return code[NO_ANSWER if labels is None else joined(labels)]

        whole = humans.where(np.isin(humans.items, list(in_part), invert=True))
        blind = whole.where(that_count(whole, n))
        reference, tied = majority(blind.items, blind.codes, n, len(classes))
        left_out = {UNLABELLED: n - len({place for place, _ in self._human}), OPEN: 0, TIED: len(tied)}
        for place, settled in in_part.items():
            left_out[TIED] += settled is None
            left_out[OPEN] += settled is not None and bool(settled.unknown)
            if settled is not None and not settled.unknown:
                reference[place] = code_of(settled.labels)
        variants = {
            name: variant_columns(name, one.answers, n, code_of, identity=one.identity, calibrated=one.calibrated)
            for name, one in self._variants.items()
        }
        known_in_part = {place: one for place, one in in_part.items() if one is not None and one.unknown}
        multi = scale is Scale.MULTI
        return EvalData(
            ids=tuple(self._places),
            texts=tuple(self._texts.get(place, "") for place in range(n)) if self._texts else None,
            classes=classes,
            scale=scale,
            humans=humans,
            reference=reference,
            weights=np.array([1 / self._inclusion.get(place, 1.0) for place in range(n)]),
            groups=self._numbers(self._groups),
            queries=self._numbers(self._queries) if self._queries else None,
            slices=self._slices(classes, reference),
            variants=variants,
            left_out={reason: count for reason, count in left_out.items() if count},
            notes=(*notes, *self._notes()),
            closed=self.reference_set.stated,
            categories=category_cells(self.reference_set.names, classes, reference, known_in_part) if multi else None,
            of_set=self.reference_set.among(classes, settled_whole, scale),
            given=self.reference_set.given(classes, settled_whole),
            invalid={name: dict(one.invalid.most_common()) for name, one in self._variants.items() if one.invalid},
        )

    def _notes(self) -> tuple[Reason, ...]:
        notes: list[Reason] = []
        if self._off_set:
            notes.append(Reason.of("human_answers_off_label_set", answers=self._off_set))
        alien = sum((one.invalid for one in self._variants.values()), Counter[str]())
        if alien and self.reference_set.stated:
            shown = tuple(
                Reason.of("label_count", label=label, count=count) for label, count in alien.most_common(_SHOWN)
            )
            notes.append(Reason.of("machine_answers_off_label_set", labels=shown))
        return tuple(notes)

    def _spelled(self, labels: tuple[str, ...]) -> tuple[str, ...]:
        """As the label set spells them; what is none of it as it came."""
        return tuple(dict.fromkeys(self._names.find(label) or label for label in labels))

    def _refuse_invalid(self) -> None:
        """Count answers of machines that hold what the label set does not have; those that are none become failed."""
        names = frozenset(self.reference_set.names)
        for variant in self._variants.values():
            for at, answer in variant.answers.items():
                if faults := self.reference_set.faults(answer, names):
                    variant.invalid[", ".join(faults)] += 1
                    if self.reference_set.fails(faults):
                        variant.answers[at] = replace(answer, labels=None)

    def _place(self, item: str) -> int:
        return self._places.setdefault(item, len(self._places))

    def _settled_in_part(self) -> dict[int, Consensus | None]:
        """By position, what people settle on where some of their answers leave categories unknown."""
        answers: dict[int, list[CategoryAnswer]] = {place: [] for (place, _), one in self._human.items() if one.unknown}
        for (place, _), one in self._human.items():
            if place in answers:
                answers[place].append(one)
        return {place: settled_in_part(given) for place, given in answers.items()}

    def _all_classes(self, settled: Sequence[Labels]) -> tuple[Labels, Scale]:
        answers = [one.labels for variant in self._variants.values() for one in variant.answers.values()]
        classes, scale = self.reference_set.classes({*settled, *(one for one in answers if one is not None)})
        return (*classes, NO_ANSWER) if None in answers else classes, scale

    def _human_answers(self, code: Mapping[str, int]) -> HumanAnswers:
        complete = [(at, one) for at, one in self._human.items() if not one.unknown]
        places = np.array([at for at, _ in complete], dtype=np.int64).reshape(-1, 2)
        codes = np.array([code[joined(one.labels)] for _, one in complete], dtype=np.int64)
        sights = np.array([SIGHTS.index(one.sight) for _, one in complete], dtype=np.int64)
        return HumanAnswers(places[:, 0], places[:, 1], codes, sights, tuple(self._raters))

    def _numbers(self, names: Mapping[int, str]) -> Codes:
        """A number for each group that items are named into; an item without one stands alone."""
        numbers: dict[object, int] = {}
        named = [names.get(place, place) for place in range(len(self._places))]
        return np.array([numbers.setdefault(name, len(numbers)) for name in named], dtype=np.int64)

    def _slices(self, classes: tuple[str, ...], reference: Codes) -> dict[str, SliceColumn]:
        n = len(self._places)
        slices = {"label": SliceColumn(classes, reference)}
        for key, values in self._properties.items():
            slices[key] = values_column([values.get(place) for place in range(n)])
        if self._texts:
            slices["length"] = length_column([self._texts.get(place) for place in range(n)])
        return slices
