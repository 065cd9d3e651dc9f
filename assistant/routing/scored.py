"""Scored items as columns: what is known about each when a run is routed, a million at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from assistant.domain.labels import LabelAnswer, severity
from assistant.domain.policies import LabelSet
from assistant.routing.allocation import Floats, Integers

Bools = npt.NDArray[np.bool_]


class Unscored(IntEnum):
    """Why an item that came after a certificate gets no confidence, or may not be accepted by the one it has."""

    NO_REASON = 0
    POLICY_CHANGED = 1  # people answer by another policy than the certificate speaks about
    CLASSIFIER_MISSING = 2  # none was kept, or it looks at vectors of another embedder
    INPUT_MISSING = 3  # an answer of another run, or a signal, that it learned from
    VALUE_UNKNOWN = 4  # a language, source, model or metadata that no item it learned from had


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """n items with the machine's final answers, one array of shape (n,) for each thing known about them.

    Routing goes in rounds, and inclusion probabilities are chances given all that was known when the round began.
    A label known by then counts for its own item, with probability 1. An item that an earlier round passed over can't
    be judged by the same number again: that number is known to be large. So a new round (more labels learned from,
    another certificate, a plan of capacity) draws numbers under a name of its own. A round that is only repeated keeps
    its numbers, draws the same items, and gives what was labelled since the probability it had in that round.

    Attributes:
        ids: external ids, all different.
        confidence: calibrated probability that a reviewer agrees, in [0, 1]; NaN where there is none.
        certified: whether the rule of a certificate (its cut, or its threshold) leaves the item to the machine.
        broken: whether that certificate has been broken since. Per item, since a label or a language may have a
            certificate of its own. One that was withdrawn certifies nothing: leave `certified` False.
        severity: of the machine's label, 0 or more; 0 where it gave none.
        always_human: whether the policy never leaves that label to the machine.
        doubts: found in the machine's answer, as `doubts.doubt_bits`.
        labelled_probability: inclusion probability of an item that people have settled, in (0, 1]: 1, or the round's
            own where they did so since it began; NaN where they haven't.
        number: the item's own number in this round, `sampling.draws(seed, ids, name of the round)`.
        seed: the one the numbers were drawn with.
        unscored: `Unscored` of each item; 0 for all where it is left out.
    """

    ids: Sequence[str]
    confidence: Floats
    certified: Bools
    broken: Bools
    severity: Integers
    always_human: Bools
    doubts: Integers
    labelled_probability: Floats
    number: Floats
    seed: int
    unscored: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def __post_init__(self) -> None:
        """Raises ValueError naming the column that has another length, or a value out of range."""
        if not len(self.unscored):
            object.__setattr__(self, "unscored", np.zeros(len(self.ids), dtype=np.int64))
        for name in (one.name for one in fields(self)):
            column = getattr(self, name)
            if name != "seed" and len(column) != len(self.ids):
                raise ValueError(f"{name} has {len(column)} values for {len(self.ids)} items")
        labelled = self.labelled_probability
        self._refuse("confidence", (self.confidence < 0) | (self.confidence > 1), "between 0 and 1, or NaN")
        self._refuse("labelled_probability", (labelled <= 0) | (labelled > 1), "above 0 up to 1, or NaN")
        self._refuse("severity", self.severity < 0, "at 0 or above")
        self._refuse("number", ~((self.number >= 0) & (self.number < 1)), "from 0 to below 1")

    def __len__(self) -> int:
        return len(self.ids)

    def one(self, at: int) -> Scored:
        """The item at that position alone, as columns of length 1."""
        columns = {one.name: getattr(self, one.name)[at : at + 1] for one in fields(self) if one.name != "seed"}
        return Scored(**columns, seed=self.seed)

    def _refuse(self, name: str, outside: Bools, rule: str) -> None:
        if outside.any():
            at = int(np.argmax(outside))
            raise ValueError(f"{name} must lie {rule}, got {getattr(self, name)[at]} for item {self.ids[at]}")


def answer_traits(answers: Sequence[LabelAnswer], label_set: LabelSet) -> tuple[Integers, Bools]:
    """Severity of each of m different answers, and whether the policy keeps it from the machine.

    With several labels the worst counts. Items get theirs by their answer's code: `severity[codes]`.

    Args:
        answers: the different answers; an empty one has severity 0.
        label_set: the policy's labels. One that isn't among them (of an answer imported as it was) has severity 0 and
            is not kept for people: the policy says nothing about it.

    Returns:
        Two arrays of shape (m,).
    """
    human = {label.name for label in label_set.labels if label.always_human}
    worst = [severity(answer, label_set) for answer in answers]
    return np.array(worst, dtype=np.int64), np.array(
        [not human.isdisjoint(answer) for answer in answers], dtype=np.bool_
    )
