"""What of the policy and of the settled items goes into each item's prompt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from assistant.domain.items import Item
from assistant.domain.policies import Policy, Precedent
from assistant.policy.index.nearest import Asking, ClauseHit
from assistant.policy.index.vector_index import VectorIndex
from assistant.policy.selection import (
    choose_precedents,
    clause_tokens,
    policy_tokens,
    precedent_vote,
    violating_share,
    within_budget,
)
from assistant.routing.instructions.characters import hides_text
from assistant.routing.instructions.finding import find_instruction

__all__ = [
    "NEAR_DISTANCES",
    "ClauseHit",
    "Dropped",
    "RetrievalOptions",
    "Retrieved",
    "precedent_vote",
    "retrieve_many",
    "violating_share",
]

NEAR_DISTANCES: Mapping[str, float] = MappingProxyType({"embedded": 0.8})
"""Up to which cosine distance a clause counts as near, by the embedder's name in the settings.

For the embedded one, measured on the example policy: 99 % of its 240 posts, harmless ones included, are within 0.8 of
a clause or one of its examples; 53 % of 60 texts on other matters (code, logs, encyclopedia, recipes, random letters)
are not, though everyday remarks are. An embedder whose similarities are compressed needs its own figure.
"""

_SPARE = 4  # precedents beyond those wanted, for those too long or of foreign labels, and for another opinion


@dataclass(frozen=True, slots=True)
class RetrievalOptions:
    """How much is retrieved.

    Args:
        embedder: identity of the embedder that made the vectors.
        clauses: how many clauses at most, 1 or more.
        precedents: how many precedents at most; 0 for none.
        policy_tokens: budget for clauses, and the size up to which a policy goes in whole.
        precedent_tokens: budget for precedents.
        near_distance: cosine distance up to which the nearest clause counts as near.
    """

    embedder: str
    clauses: int = 3
    precedents: int = 6
    policy_tokens: int = 1500
    precedent_tokens: int = 600
    near_distance: float = NEAR_DISTANCES["embedded"]


@dataclass(frozen=True, slots=True)
class Dropped:
    """What was found but is not shown.

    Args:
        clauses: clauses that did not fit their budget.
        precedents: precedents that did not fit theirs, though nearer than others shown.
        foreign: precedents whose labels are not in the policy's label set (any more).
        instructions: precedents that talk to the machine: shown with another item they would steer its label.
    """

    clauses: int = 0
    precedents: int = 0
    foreign: int = 0
    instructions: int = 0


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What one item's prompt gets.

    Args:
        clauses: the nearest clauses, nearest first; with `whole_policy` those to be named as nearest.
        precedents: settled items to show, nearest first.
        whole_policy: whether all clauses go in, in a part that is the same for every item.
        nearest_distance: cosine distance to the nearest clause, 0 to 2; None when nothing was searched.
        margin: how much farther the second clause is; None when there is no second.
        near: whether the nearest clause counts as near; False as well when nothing was searched.
        dropped: what is not shown, and why.
        neighbours: the nearest settled items with labels of the label set, before budget and balance: what
            `precedent_vote` should be asked about.
    """

    clauses: tuple[ClauseHit, ...] = ()
    precedents: tuple[Precedent, ...] = ()
    whole_policy: bool = True
    nearest_distance: float | None = None
    margin: float | None = None
    near: bool = False
    dropped: Dropped = Dropped()
    neighbours: tuple[Precedent, ...] = ()

    @property
    def nearest_precedent(self) -> float | None:
        """Cosine distance to the nearest settled item, 0 to 2; None when there is none."""
        return self.neighbours[0].distance if self.neighbours else None


def retrieve_many(
    items: Sequence[Item],
    vectors: np.ndarray,
    policy: Policy,
    index: VectorIndex | None,
    options: RetrievalOptions,
    *,
    groups: Sequence[str | None] | None = None,
    withheld: Set[str] = frozenset(),
) -> list[Retrieved]:
    """Clauses and precedents for a batch of items, across languages.

    A policy whose clauses fit `policy_tokens` in its main language goes in whole; of a larger one the nearest clauses
    that fit. An item is never shown itself or its near-duplicates as precedents.

    Args:
        items: the items.
        vectors: their vectors, float32 (n, dims), in order.
        policy: the policy they are judged by.
        index: None searches nothing: a policy that fits goes in whole, a larger one not at all.
        options: how much.
        groups: each item's near-duplicate group.
        withheld: digests of precedents that no item is shown: those an evaluation asks about.

    Raises:
        VectorIndexError: the policy is not indexed, or Chroma fails.
    """
    whole = policy_tokens(policy) <= options.policy_tokens
    hits: Sequence[list[ClauseHit]] = [[] for _ in items]
    candidates: Sequence[list[Precedent]] = [[] for _ in items]
    if index is not None and items:
        hits = index.search_clauses(policy, vectors, max(2, options.clauses), embedder=options.embedder)
        if options.precedents:
            asking = _asking(items, groups)
            most = options.precedents + _SPARE
            candidates = index.search_precedents(
                policy.id, vectors, most, embedder=options.embedder, asking=asking, withheld=withheld
            )
    return [
        _retrieved(found, settled, policy, options, whole=whole)
        for found, settled in zip(hits, candidates, strict=True)
    ]


@lru_cache(maxsize=50_000)
def _talks_to_machine(text: str, query: str | None) -> bool:
    """Whether a settled item is an instruction, openly or in disguise; the same ones are found again and again."""
    shown = text if query is None else f"{query}\n{text}"
    return hides_text(shown) or find_instruction(shown) is not None


def _asking(items: Sequence[Item], groups: Sequence[str | None] | None) -> list[Asking]:
    known = groups if groups is not None else [None] * len(items)
    return [(item.content.digest, group) for item, group in zip(items, known, strict=True)]


def _retrieved(
    hits: Sequence[ClauseHit],
    candidates: Sequence[Precedent],
    policy: Policy,
    options: RetrievalOptions,
    *,
    whole: bool,
) -> Retrieved:
    nearest = hits[0].distance if hits else None
    clauses, over_budget = list(hits[: options.clauses]), 0
    if not whole:
        clauses, over_budget = within_budget(
            clauses,
            lambda hit: clause_tokens(hit.clause, policy.languages[0]),
            options.policy_tokens,
            options.clauses,
        )
    names = policy.label_set.names
    known = [one for one in candidates if all(label in names for label in one.labels)]
    harmless = [one for one in known if not _talks_to_machine(one.text, one.query)]
    precedents, too_long = choose_precedents(harmless, options.precedent_tokens, options.precedents)
    return Retrieved(
        clauses=tuple(clauses),
        precedents=tuple(precedents),
        whole_policy=whole,
        nearest_distance=nearest,
        margin=hits[1].distance - hits[0].distance if len(hits) > 1 else None,
        near=nearest is not None and nearest <= options.near_distance,
        dropped=Dropped(over_budget, too_long, len(candidates) - len(known), len(known) - len(harmless)),
        neighbours=tuple(known[: options.precedents]),
    )
