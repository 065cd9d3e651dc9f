"""What people said about the items of a batch, and which of their answers count for what."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from assistant.domain.consensus import Consensus, any_differ, consensus
from assistant.domain.labels import LabelAnswer
from assistant.store.certification.pool import HumanAnswer, PoolStore


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
class Certifying:
    """The answers that a certificate counts.

    Args:
        answers: by external id: what the first blind answers to the item came to.
        changed: ids of items that are settled as something else by now, or as nothing any more. They count as errors
            of the machine: else whoever looks again at just the errors could make them fewer.
        wanted: blind answers of different people that stand behind each; every item has so many.
    """

    answers: Mapping[str, LabelAnswer]
    changed: frozenset[str]
    wanted: int


@dataclass(frozen=True, slots=True)
class PeoplesAnswers:
    """What people said about each item of a batch, by external id.

    Args:
        by_item: what each person says now; empty for an item nobody answered and somebody settled.
        adjudicated: what was settled where answers differed.
        first: what each person said first, without sight of the machine's answer; in the order it was said.
    """

    by_item: Mapping[str, Sequence[HumanAnswer]]
    adjudicated: Mapping[str, LabelAnswer] = field(default_factory=dict)
    first: Mapping[str, Sequence[HumanAnswer]] = field(default_factory=dict)

    @classmethod
    def read(cls, store: PoolStore, items: Container[str] | None = None) -> Self:
        """All answers to these items, those to others are left where they are; to all items where none are given."""
        said = [one for one in store.human_answers() if items is None or one.item_id in items]
        settled = {name: labels for name, labels in store.adjudicated().items() if items is None or name in items}
        unanswered: dict[str, list[HumanAnswer]] = {name: [] for name in settled}
        return cls(
            unanswered | {one.item_id: one.newest for one in said if one.newest},
            settled,
            {one.item_id: one.first for one in said if one.first},
        )

    def occurring(self) -> set[LabelAnswer]:
        """Every complete answer that a reviewer gave, or that answers known in part add up to."""
        found = set(self.adjudicated.values())
        for answers in (*self.by_item.values(), *self.first.values()):
            found.update(one.labels for one in answers if not one.unknown)
            if any(one.unknown for one in answers):  # by categories: an answer that no reviewer gave as a whole
                found.update(one.labels for one in _sums(answers) if one is not None and not one.unknown)
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

    def certifying(self, drawn: Collection[str]) -> Certifying:
        """What audited items count as: the majority of the first blind answers to each, fixed once it was said.

        As many answers stand behind every item as the item with fewest has, and one more at a time where these are
        evenly split or leave categories unknown; an adjudication settles what is left open. So further answers to some
        items alone, who ever asked for them, change nothing but `changed`.

        Args:
            drawn: ids of the audited items.
        """
        first = {name: self.first[name] for name in drawn if self.first.get(name)}
        wanted = min((len(said) for said in first.values()), default=1)
        answers = {name: self._leading(name, said, wanted) for name, said in first.items()}
        now = self.votes(frozenset()).settled
        return Certifying(
            answers={name: answer for name, answer in answers.items() if answer is not None},
            changed=frozenset(
                name for name, answer in answers.items() if answer is not None and not _same(answer, now.get(name))
            ),
            wanted=wanted,
        )

    def _leading(self, name: str, said: Sequence[HumanAnswer], wanted: int) -> LabelAnswer | None:
        for count in range(wanted, len(said) + 1):
            answer = consensus(said[:count])
            if answer is not None and not answer.unknown:
                return answer.labels
        return self.adjudicated.get(name)

    def _settled(self, name: str, counted: Sequence[HumanAnswer], *, overruled: bool) -> Consensus | None:
        """The adjudicated answer where there is one and it may overrule what people agree on; else the consensus."""
        adjudicated = self.adjudicated.get(name)
        if adjudicated is not None and (overruled or any_differ(counted)):
            return Consensus(adjudicated)
        return consensus(counted)


def _sums(answers: Sequence[HumanAnswer]) -> Iterator[Consensus | None]:
    """What answers known in part can come to: all of them, the blind ones, and the first few."""
    yield consensus(answers)
    yield consensus([one for one in answers if not one.shown_suggestion])
    for count in range(1, len(answers)):
        yield consensus(answers[:count])


def _same(one: LabelAnswer, other: LabelAnswer | None) -> bool:
    return other is not None and frozenset(one) == frozenset(other)
