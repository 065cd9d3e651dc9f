"""What people said about the items of a batch, and which of their answers count for what."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from assistant.domain.consensus import Consensus, any_differ, consensus
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
        in_part: by external id, what is known of items of which some categories are unknown: they are not settled, and
            nothing that was answered to them can be held against a whole answer.
    """

    settled: Mapping[str, LabelAnswer]
    tied: frozenset[str]
    assisted: frozenset[str]
    unknown_blindness: frozenset[str]
    in_part: Mapping[str, Consensus] = field(default_factory=dict)


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
        """Every complete answer that a reviewer gave, or that answers known in part add up to."""
        found = set(self.adjudicated.values())
        for answers in self.by_item.values():
            found.update(one.labels for one in answers if not one.unknown)
            if any(one.unknown for one in answers):
                blind = [one for one in answers if not one.shown_suggestion]
                settled = (
                    consensus(answers),
                    consensus(blind),
                )  # by categories: an answer that no reviewer gave as a whole
                found.update(one.labels for one in settled if one is not None and not one.unknown)
        return found

    def votes(self, blind: frozenset[str]) -> Settled:
        """What each item was adjudicated as, else the majority of its answers.

        Args:
            blind: items whose labels certify, or were drawn at random: an answer given in sight of the machine's does
                not count for them. One of which nobody knows (imported labels) counts. An adjudicator has seen all
                answers, the machine's too, and is asked where these differ from it: so there an adjudication only
                settles what people differ on among themselves. An answer they agree on stands, or every error that
                was adjudicated away would make the machine look better than it is.
        """
        settled, in_part, tied, assisted, unknown = {}, {}, [], [], []
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
            if answer.unknown:
                in_part[name] = answer
                continue
            settled[name] = answer.labels
            if any(one.shown_suggestion is None for one in counted):
                unknown.append(name)
        return Settled(settled, frozenset(tied), frozenset(assisted), frozenset(unknown), in_part)

    def _settled(self, name: str, counted: Sequence[HumanAnswer], *, overruled: bool) -> Consensus | None:
        """The adjudicated answer where there is one and it may overrule what people agree on; else the consensus."""
        adjudicated = self.adjudicated.get(name)
        if adjudicated is not None and (overruled or any_differ(counted)):
            return Consensus(adjudicated)
        return consensus(counted)
