"""What counts as a human label: consensus, what an adjudication may overrule, and which answers certify."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from assistant.domain.consensus import Consensus, any_differ, consensus
from assistant.domain.labels import LabelAnswer
from assistant.domain.reviews import HumanAnswer, ItemAnswers
from assistant.trust.pool import CONTESTED, NONE


@dataclass(frozen=True, slots=True)
class ConsensusLabels:
    """The consensus or adjudicated label of each item, and the items that have none.

    Args:
        labels: by external id, the complete label.
        tied: ids of items on which reviewers are evenly split.
        assisted: ids of items with an answer left out since the machine's was in sight.
        unknown_blindness: ids of labelled items with an answer of which it is not known whether it was in sight.
        in_part: by external id, what is known of items of which some categories are unknown: they have no complete
            label, and nothing that was answered to them can be held against a whole answer.
    """

    labels: Mapping[str, LabelAnswer]
    tied: frozenset[str]
    assisted: frozenset[str]
    unknown_blindness: frozenset[str]
    in_part: Mapping[str, Consensus] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CertifyingLabels:
    """The answers that a certificate counts.

    Args:
        answers: by external id: what the first blind answers to the item came to.
        changed: ids of items that have another label by now, or none any more. They count as errors of the machine:
            otherwise a second look at the errors alone could make them fewer.
        wanted: blind answers of different reviewers that stand behind each; every item has so many.
    """

    answers: Mapping[str, LabelAnswer]
    changed: frozenset[str]
    wanted: int


@dataclass(frozen=True, slots=True)
class HumanLabels:
    """The answers of reviewers to each item of a batch, by external id.

    Args:
        by_item: the newest answer of each reviewer; empty for an item that was adjudicated and never answered.
        adjudicated: the adjudicated label where answers differed.
        first: the first answer of each reviewer that was given blind, in the order of time.
    """

    by_item: Mapping[str, Sequence[HumanAnswer]]
    adjudicated: Mapping[str, LabelAnswer] = field(default_factory=dict)
    first: Mapping[str, Sequence[HumanAnswer]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        answers: Iterable[ItemAnswers],
        adjudicated: Mapping[str, LabelAnswer],
        items: Container[str] | None = None,
    ) -> Self:
        """The answers to some items out of all that were given.

        Args:
            answers: of every item that was answered.
            adjudicated: by external id.
            items: external ids of those wanted; None for all.
        """
        given = [one for one in answers if items is None or one.item_id in items]
        settled = {name: labels for name, labels in adjudicated.items() if items is None or name in items}
        unanswered: dict[str, list[HumanAnswer]] = {name: [] for name in settled}
        return cls(
            unanswered | {one.item_id: one.newest for one in given if one.newest},
            settled,
            {one.item_id: one.first for one in given if one.first},
        )

    def occurring(self) -> set[LabelAnswer]:
        """Every complete answer that a reviewer gave, or that answers known in part add up to."""
        found = set(self.adjudicated.values())
        for answers in (*self.by_item.values(), *self.first.values()):
            found.update(one.labels for one in answers if not one.unknown)
            if any(one.unknown for one in answers):  # by categories: an answer that no reviewer gave as a whole
                found.update(
                    one.labels for one in _possible_consensuses(answers) if one is not None and not one.unknown
                )
        return found

    def consensus(self, blind: frozenset[str] = frozenset()) -> ConsensusLabels:
        """The adjudicated label of each item, else the majority of its answers.

        Args:
            blind: items whose labels certify, or were drawn at random: an answer given in sight of the machine's does
                not count for them. One of which that is not known (imported labels) counts. An adjudicator has seen
                all answers, the machine's too, and is asked where these differ from it: so there an adjudication only
                settles what reviewers differ on among themselves. An answer they agree on stands, or every error that
                was adjudicated away would make the machine look better than it is.
        """
        labels, in_part, tied, assisted, unknown = {}, {}, [], [], []
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
            labels[name] = answer.labels
            if any(one.shown_suggestion is None for one in counted):
                unknown.append(name)
        return ConsensusLabels(labels, frozenset(tied), frozenset(assisted), frozenset(unknown), in_part)

    def certifying(self, drawn: Collection[str]) -> CertifyingLabels:
        """What audited items count as: the majority of the first blind answers to each, fixed once it was said.

        As many answers stand behind every item as the item with fewest has, and one more at a time where these are
        evenly split or leave categories unknown; an adjudication settles what is left open. So further answers to some
        items alone, whatever they were requested for, change nothing but `changed`.

        Args:
            drawn: ids of the audited items.
        """
        first = {name: self.first[name] for name in drawn if self.first.get(name)}
        wanted = min((len(given) for given in first.values()), default=1)
        answers = {name: self._leading(name, given, wanted) for name, given in first.items()}
        now = self.consensus().labels
        return CertifyingLabels(
            answers={name: answer for name, answer in answers.items() if answer is not None},
            changed=frozenset(
                name for name, answer in answers.items() if answer is not None and not _same(answer, now.get(name))
            ),
            wanted=wanted,
        )

    def _leading(self, name: str, given: Sequence[HumanAnswer], wanted: int) -> LabelAnswer | None:
        for count in range(wanted, len(given) + 1):
            answer = consensus(given[:count])
            if answer is not None and not answer.unknown:
                return answer.labels
        return self.adjudicated.get(name)

    def _settled(self, name: str, counted: Sequence[HumanAnswer], *, overruled: bool) -> Consensus | None:
        """The adjudicated answer where there is one and it may overrule what people agree on; else the consensus."""
        adjudicated = self.adjudicated.get(name)
        if adjudicated is not None and (overruled or any_differ(counted)):
            return Consensus(adjudicated)
        return consensus(counted)


@dataclass(frozen=True, slots=True, eq=False)
class LabelColumns:
    """The human labels of the n items of a batch as columns: what teaches, what certifies, and what is final now.

    Args:
        codes: (n,) class of the consensus, -1 where there is none.
        final: (n,) class that would be the final label now, adjudications and assisted answers included.
        first: (n,) class that the first blind answers to an audited item came to, -1 where there is none.
        tied: ids of items on which reviewers are evenly split.
        assisted: ids of items with an answer that can't count, as the machine's was in sight.
        unknown_blindness: ids of items with an answer of which it is not known whether the machine's was in sight.
        in_part: ids of items known in part only: some categories are unknown, so their labels don't count here.
        changed: (k,) positions of audited items that have another label now than by their first answers.
        wanted: answers that stand behind each audited item.
    """

    codes: np.ndarray
    final: np.ndarray
    first: np.ndarray
    tied: frozenset[str]
    assisted: frozenset[str]
    unknown_blindness: frozenset[str]
    in_part: frozenset[str]
    changed: np.ndarray
    wanted: int

    @property
    def certifying(self) -> np.ndarray:
        """(n,) class by which an audited item is counted: -1 where it has none, `CONTESTED` where it was changed."""
        counted = self.first.copy()
        counted[self.changed] = CONTESTED
        return counted

    def against(self, machine: np.ndarray) -> np.ndarray:
        """(n,) class to hold against the machine's: of an audited item that was changed the one that differs.

        Args:
            machine: (n,) its classes.
        """
        now = np.where(self.final == NONE, self.first, self.final)
        changed = np.zeros(len(machine), dtype=bool)
        changed[self.changed] = True
        return np.where(changed & (self.first == machine), now, self.first)


def _possible_consensuses(answers: Sequence[HumanAnswer]) -> Iterator[Consensus | None]:
    """What answers known in part can come to: all of them, the blind ones, and the first few."""
    yield consensus(answers)
    yield consensus([one for one in answers if not one.shown_suggestion])
    for count in range(1, len(answers)):
        yield consensus(answers[:count])


def _same(one: LabelAnswer, other: LabelAnswer | None) -> bool:
    return other is not None and frozenset(one) == frozenset(other)
