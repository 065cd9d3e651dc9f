"""What other variants answered to the items a variant misjudges."""

from __future__ import annotations

from dataclasses import dataclass

from evals.data.eval_data import NONE, Codes
from evals.disagreements.compared import Compared

AS_GOOD = 0.1
"""Variants that agree with people this much less than the one looked at are no measure of it."""

SAME = 0.9
"""Imported variants that answer alike to so many of the items either misjudges count as one: of which model they are is
not known, and being of one mind with oneself is no evidence."""

_LEAST_WRONG = 30

_LEAST_ASKED = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Peer:
    """Another variant, about as good as the one looked at or better.

    Attributes:
        name: how it is called.
        model: what it runs on.
        policy: under which it was asked, empty where not known.
        codes: its first answers to the compared items, `NONE` where it was not asked, shape (n,).
    """

    name: str
    model: str
    policy: str
    codes: Codes


@dataclass(frozen=True, slots=True)
class PeerAnswers:
    """What a peer answered to some misjudged items, of those it was asked.

    Attributes:
        right: share on which it gives what people settled on.
        same: share on which it makes the same mistake.
    """

    right: float
    same: float


def peers_of(compared: Compared) -> tuple[Peer, ...]:
    """Other variants that were asked at least half of the items and are about as good, without doubles.

    Of imported variants that err alike the first stays; one that errs like the variant itself is none.
    """
    reference, own = compared.reference, compared.variant
    kept: list[Peer] = []
    for name, other in compared.data.variants.items():
        codes = other.codes[compared.at, 0]
        if name == own.name or not _as_good(codes, own.codes[compared.at, 0], reference):
            continue
        peer = Peer(name, other.identity.model or name, other.identity.policy, codes)
        seen = (own.codes[compared.at, 0], *(one.codes for one in kept))
        if other.identity.prompt or not any(_double(codes, one, reference) for one in seen):
            kept.append(peer)
    return tuple(kept)


def independent(compared: Compared, peers: tuple[Peer, ...]) -> tuple[Peer, ...]:
    """One peer of each other model, the first of it."""
    own = compared.variant.identity.model or compared.variant.name
    first: dict[str, Peer] = {}
    for peer in peers:
        if peer.model != own:
            first.setdefault(peer.model, peer)
    return tuple(first.values())


def answers_to(compared: Compared, peer: Peer, items: Codes) -> PeerAnswers | None:
    """What it answered to some of the compared items; None where it was asked fewer than half of them."""
    codes = peer.codes[items]
    asked = codes != NONE
    if not len(items) or asked.mean() < _LEAST_ASKED:
        return None
    right, same = (codes == compared.reference[items])[asked], (codes == compared.answer[items])[asked]
    return PeerAnswers(float(right.mean()), float(same.mean()))


def _as_good(codes: Codes, own: Codes, reference: Codes) -> bool:
    asked = codes != NONE
    if not len(codes) or asked.mean() < _LEAST_ASKED:
        return False
    return bool((codes == reference)[asked].mean() >= (own == reference)[asked].mean() - AS_GOOD)


def _double(first: Codes, second: Codes, reference: Codes) -> bool:
    wrong = (first != NONE) & (second != NONE) & ((first != reference) | (second != reference))
    return int(wrong.sum()) >= _LEAST_WRONG and float((first == second)[wrong].mean()) >= SAME
