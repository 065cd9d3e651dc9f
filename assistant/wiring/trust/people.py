"""What people said about the items of a batch, and which of their answers count for what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from assistant.domain.labels import LabelAnswer
from assistant.store.pool import HumanAnswer, PoolStore


@dataclass(frozen=True, slots=True)
class Settled:
    """What people settled on.

    Args:
        settled: by external id, the answer most people gave.
        tied: ids of items on which people are evenly split.
        assisted: ids of items with an answer left out since the machine's was in sight.
        unknown_blindness: ids of settled items with an answer of which nobody knows whether it was in sight.
    """

    settled: Mapping[str, LabelAnswer]
    tied: frozenset[str]
    assisted: frozenset[str]
    unknown_blindness: frozenset[str]


@dataclass(frozen=True, slots=True)
class PeoplesAnswers:
    """The newest answer of each person to each item of a batch, by external id."""

    by_item: Mapping[str, Sequence[HumanAnswer]]

    @classmethod
    def read(cls, store: PoolStore, items: Container[str]) -> Self:
        """All answers to these items; those to others are left where they are."""
        return cls({name: answers for name, answers in store.human_answers() if name in items})

    def occurring(self) -> set[LabelAnswer]:
        """Every answer that anybody gave."""
        return {one.labels for answers in self.by_item.values() for one in answers}

    def votes(self, blind: frozenset[str]) -> Settled:
        """The majority of each item's answers.

        Args:
            blind: items whose labels certify, or were drawn at random: an answer given in sight of the machine's does
                not count for them. One of which nobody knows (imported labels) counts.
        """
        settled, tied, assisted, unknown = {}, [], [], []
        for name, answers in self.by_item.items():
            counted = [one for one in answers if not (one.shown_suggestion and name in blind)]
            if len(counted) < len(answers):
                assisted.append(name)
            if not counted:
                continue
            answer = _majority(counted)
            if answer is None:
                tied.append(name)
                continue
            settled[name] = answer
            if any(one.shown_suggestion is None for one in counted):
                unknown.append(name)
        return Settled(settled, frozenset(tied), frozenset(assisted), frozenset(unknown))


def _majority(answers: Sequence[HumanAnswer]) -> LabelAnswer | None:
    """The answer given most often, whatever the order of its labels; None where two lead."""
    if len(answers) == 1:
        return answers[0].labels
    leading = Counter(tuple(sorted(one.labels)) for one in answers).most_common(2)
    if len(leading) > 1 and leading[0][1] == leading[1][1]:
        return None
    return leading[0][0]
