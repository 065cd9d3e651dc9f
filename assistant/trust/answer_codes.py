"""The answers that occur in a batch, numbered: columns hold the numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from assistant.domain.labels import LabelAnswer


@dataclass(frozen=True, slots=True)
class Classes:
    """The answers that occur in a batch, numbered; in an answer of several labels their order means nothing.

    Args:
        answers: each once: those of the label set first, whatever else occurs after them.
        known: how many are those of the label set.
    """

    answers: tuple[LabelAnswer, ...]
    known: int
    _code: dict[LabelAnswer, int] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, known: Sequence[LabelAnswer], occurring: Iterable[LabelAnswer]) -> Classes:
        """The known ones, and those that occur beside them in alphabetical order."""
        order = {name: number for number, (name, *_) in enumerate(known)}
        code = {tuple(sorted(answer)): number for number, answer in enumerate(known)}
        for answer in sorted({tuple(sorted(one)) for one in occurring} - code.keys()):
            code[answer] = len(code)
        spelled = (tuple(sorted(one, key=lambda name: (order.get(name, len(order)), name))) for one in code)
        return cls(tuple(spelled), len(known), code)

    def extended(self, occurring: Iterable[LabelAnswer]) -> Classes:
        """With further answers, numbered after all there are."""
        code = dict(self._code)
        new = [one for one in sorted({tuple(sorted(one)) for one in occurring}) if one not in code]
        code.update((answer, len(code) + place) for place, answer in enumerate(new))
        return Classes((*self.answers, *new), self.known, code)

    def code(self, answer: LabelAnswer) -> int:
        """Its number. Raises KeyError for one that does not occur."""
        return self._code[answer if len(answer) == 1 else tuple(sorted(answer))]

    @property
    def off_label_set(self) -> bool:
        """Whether labels occur that are not in the label set."""
        known = {name for answer in self.answers[: self.known] for name in answer}
        return any(name not in known for answer in self.answers for name in answer)

    @property
    def names(self) -> tuple[str, ...]:
        """Each as one name, several labels joined by `|`."""
        return tuple("|".join(answer) for answer in self.answers)
