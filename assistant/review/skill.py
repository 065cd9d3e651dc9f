"""What answers say about who gave them: agreement with gold, peers and adjudicators, skill, speed, how they accept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from assistant.domain.gold import GoldAnswer
from assistant.domain.labels import LabelAnswer
from assistant.domain.review_work import TaskKind
from assistant.review.estimated_skill import Skill, skill_of
from assistant.stats.intervals import newcombe_difference, wilson
from assistant.store.people.reviewer_figures import QueueAnswer

LEAST_ACCEPTED = 20
"""Accepted suggestions before anything is said about how a reviewer accepts."""

_SPACELESS = frozenset({"zh", "ja", "ko", "th"})  # one character says more, and takes longer
_SKIM, _SKIM_SPACELESS = 60.0, 25.0  # characters a second: three times as fast as people read
_GLANCE = 0.5  # seconds to see that there is something
_TOO_OFTEN = 0.3  # of accepts too fast to have read, by the lower end of its interval
_ABOVE_PEERS = 0.1  # more accepted than peers do, by the lower end of the difference


@dataclass(frozen=True, slots=True)
class Share:
    """k of n, with Wilson's 95 % interval; all None but n where n is 0."""

    k: int
    n: int
    value: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, hits: Iterable[bool]) -> Share:
        """How many of these hold."""
        held = list(hits)
        return cls.counted(sum(held), len(held))

    @classmethod
    def counted(cls, k: int, n: int) -> Share:
        """k of n."""
        if not n:
            return cls(0, 0, None, None, None)
        low, high = wilson(k, n)
        return cls(k, n, k / n, low, high)


@dataclass(frozen=True, slots=True)
class RubberStamp:
    """How a reviewer accepts suggestions.

    Args:
        accepted: of the answers given in sight of the machine's: taken over by its key.
        peers: the same for everybody else.
        too_fast: of those accepted: sooner than the item can be skimmed.
        signs: `too_fast`, `more_than_peers`; empty where nothing is remarkable or too little is known.
    """

    accepted: Share
    peers: Share
    too_fast: Share
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """One reviewer.

    Args:
        rater: their name.
        answers: given in the queue, gold among them, or imported.
        gold: right on gold.
        peers: of pairs with another person's answer to the same item: alike. Pairs of one item hang together, so the
            interval is somewhat too narrow.
        adjudication: of answers to adjudicated items: as adjudicated.
        skill: by Dawid and Skene's model; None where they share no item with anybody.
        seconds: median time on an item, None where it is known of none.
        active_seconds: median of the part in which they were at it, of the answers of which it is known; None where it
            is of none.
        active_unknown: answers of which it isn't known.
        imported: of the answers, those that were imported from a file.
        stamp: how they accept suggestions.
    """

    rater: str
    answers: int
    gold: Share
    peers: Share
    adjudication: Share
    skill: Skill | None
    seconds: float | None
    stamp: RubberStamp
    active_seconds: float | None = None
    active_unknown: int = 0
    imported: int = 0


def figures(
    given: Sequence[QueueAnswer], gold: Sequence[GoldAnswer], adjudicated: Mapping[str, LabelAnswer]
) -> list[Figures]:
    """Everybody's figures, by name.

    Args:
        given: all answers in the queue.
        gold: answers to gold.
        adjudicated: what items were settled as, by external id.
    """
    ordinary = [one for one in given if one.kind is not TaskKind.GOLD]
    skills, pairs = skill_of(ordinary), _pairs(ordinary)
    by_rater: dict[str, list[QueueAnswer]] = defaultdict(list)
    for one in given:
        by_rater[one.rater].append(one)
    shown = {name: [one for one in own if one.shown_suggestion] for name, own in by_rater.items()}
    everybody = _accepted([one for own in shown.values() for one in own])
    told = []
    for name in sorted(by_rater):
        own = by_rater[name]
        spent = [one.seconds for one in own if one.seconds is not None]
        active = [one.active_ms / 1000 for one in own if one.active_ms is not None]
        judged = [one for one in own if one.kind is not TaskKind.GOLD and one.item_id in adjudicated]
        accepted = _accepted(shown[name])
        others = Share.counted(everybody.k - accepted.k, everybody.n - accepted.n)
        told.append(
            Figures(
                rater=name,
                answers=len(own),
                gold=Share.of(set(one.labels) == set(one.known) for one in gold if one.rater == name),
                peers=Share.of(pairs[name]),
                adjudication=Share.of(set(one.labels) == set(adjudicated[one.item_id]) for one in judged),
                skill=skills.get(name),
                seconds=median(spent) if spent else None,
                stamp=rubber_stamp(shown[name], others),
                active_seconds=median(active) if active else None,
                active_unknown=len(own) - len(active),
                imported=sum(one.imported for one in own),
            )
        )
    return told


def reading_seconds(characters: int, language: str) -> float:
    """The least time in which a person can have skimmed so much: three times as fast as people read, and a glance.

    English is read at about 20 characters a second (238 words a minute: Brysbaert 2019, Journal of Memory and Language
    109), Chinese at about 8.
    """
    speed = _SKIM_SPACELESS if language.partition("-")[0].lower() in _SPACELESS else _SKIM
    return _GLANCE + characters / speed


def rubber_stamp(shown: Sequence[QueueAnswer], peers: Share) -> RubberStamp:
    """How a reviewer accepts suggestions, beside all others.

    Args:
        shown: their answers in sight of the machine's.
        peers: what everybody else accepts.
    """
    accepted = _accepted(shown)
    fast = Share.of(
        one.seconds < reading_seconds(one.characters, one.language)
        for one in shown
        if one.accepted_suggestion and one.seconds is not None
    )
    signs = []
    if fast.n >= LEAST_ACCEPTED and (fast.low or 0) > _TOO_OFTEN:
        signs.append("too_fast")
    if accepted.k >= LEAST_ACCEPTED and peers.n >= LEAST_ACCEPTED:
        low, _ = newcombe_difference(accepted.k, accepted.n, peers.k, peers.n)
        if low > _ABOVE_PEERS:
            signs.append("more_than_peers")
    return RubberStamp(accepted, peers, fast, tuple(signs))


def _accepted(shown: Sequence[QueueAnswer]) -> Share:
    return Share.of(bool(one.accepted_suggestion) for one in shown)


def _pairs(given: Sequence[QueueAnswer]) -> dict[str, list[bool]]:
    """For each person, whether each other person's answer to the same item was theirs."""
    by_item: dict[int, dict[str, frozenset[str]]] = defaultdict(dict)
    for one in given:
        by_item[one.item_key][one.rater] = frozenset(one.labels)
    alike: dict[str, list[bool]] = defaultdict(list)
    for answers in by_item.values():
        for name, labels in answers.items():
            alike[name] += [labels == other for peer, other in answers.items() if peer != name]
    return alike
