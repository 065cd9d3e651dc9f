"""What people said about the items of a batch, and which of their answers count for what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
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
    """What people said about each item of a batch, by external id.

    Args:
        by_item: the newest answer of each person; empty for an item nobody answered and somebody settled.
        adjudicated: what was settled where answers differed.
    """

    by_item: Mapping[str, Sequence[HumanAnswer]]
    adjudicated: Mapping[str, LabelAnswer] = field(default_factory=dict)

    @classmethod
    def read(cls, store: PoolStore, items: Container[str] | None = None) -> Self:
        """All answers to these items, those to others are left where they are; to all items where none are given."""
        answers = {name: said for name, said in store.human_answers() if items is None or name in items}
        settled = {name: labels for name, labels in store.adjudicated().items() if items is None or name in items}
        unanswered: dict[str, list[HumanAnswer]] = {name: [] for name in settled}
        return cls(unanswered | answers, settled)

    def occurring(self) -> set[LabelAnswer]:
        """Every answer that anybody gave."""
        return {one.labels for answers in self.by_item.values() for one in answers} | set(self.adjudicated.values())

    def votes(self, blind: frozenset[str]) -> Settled:
        """What each item was adjudicated as, else the majority of its answers.

        Args:
            blind: items whose labels certify, or were drawn at random: an answer given in sight of the machine's does
                not count for them. One of which nobody knows (imported labels) counts. An adjudicator has seen all
                answers, the machine's too, and is asked where these differ from it: so there an adjudication only
                settles what people differ on among themselves. An answer they agree on stands, or every error that
                was adjudicated away would make the machine look better than it is.
        """
        settled, tied, assisted, unknown = {}, [], [], []
        for name, answers in self.by_item.items():
            counted = [one for one in answers if not (one.shown_suggestion and name in blind)]
            if len(counted) < len(answers):
                assisted.append(name)
            if not counted and (name not in self.adjudicated or name in blind):
                continue
            answer = self._settled(name, counted, overruled=name not in blind)
            if answer is None:
                tied.append(name)
                continue
            settled[name] = answer
            if any(one.shown_suggestion is None for one in counted):
                unknown.append(name)
        return Settled(settled, frozenset(tied), frozenset(assisted), frozenset(unknown))

    def _settled(self, name: str, counted: Sequence[HumanAnswer], *, overruled: bool) -> LabelAnswer | None:
        """The adjudicated answer where there is one and it may overrule what people agree on; else the majority's."""
        adjudicated = self.adjudicated.get(name)
        differ = len({frozenset(one.labels) for one in counted}) > 1
        return adjudicated if adjudicated is not None and (overruled or differ) else _majority(counted)


def _majority(answers: Sequence[HumanAnswer]) -> LabelAnswer | None:
    """The answer given most often, whatever the order of its labels; None where two lead."""
    if len(answers) == 1:
        return answers[0].labels
    leading = Counter(tuple(sorted(one.labels)) for one in answers).most_common(2)
    if len(leading) > 1 and leading[0][1] == leading[1][1]:
        return None
    return leading[0][0]
