"""Which of the policy's own examples a prompt shows for one item."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, zip_longest

from assistant.domain.policies import PolicyExample, Precedent
from assistant.policy.index.nearest import ClauseHit


def choose_examples(hits: Sequence[ClauseHit], language: str, count: int) -> tuple[PolicyExample, ...]:
    """Examples of the nearest clauses: of each clause the one nearest to the item first, then both sides in turn.

    Args:
        hits: clauses found for the item, nearest first.
        language: the item's language; of two examples as good the one in it goes first.
        count: how many at the most; each clause gives one before any gives a second.
    """
    if count == 0:
        return ()
    in_turn = chain.from_iterable(zip_longest(*(_ranked(hit, language) for hit in hits)))
    return tuple(example for example in in_turn if example is not None)[:count]


def nearest_answered(
    hits: Sequence[ClauseHit], precedents: Sequence[Precedent], count: int
) -> tuple[PolicyExample | Precedent, ...]:
    """The texts with a known answer that are nearest to the item, settled items and policy examples alike.

    Args:
        hits: clauses found for the item, each with its nearest entry.
        precedents: settled items found for it.
        count: how many at the most, nearest first.
    """
    answered: list[tuple[float, PolicyExample | Precedent]] = [
        (hit.distance, example)
        for hit in hits
        for example in hit.clause.examples
        if example.text == hit.entry.text and example.query is None
    ]
    answered += [(one.distance, one) for one in precedents]
    return tuple(one for _, one in sorted(answered, key=lambda pair: pair[0])[:count])


def _ranked(hit: ClauseHit, language: str) -> list[PolicyExample]:
    nearest = [example for example in hit.clause.examples if example.text == hit.entry.text]
    sides = [
        sorted(
            (example for example in hit.clause.examples if example.violates is violates and example not in nearest),
            key=lambda example: example.language != language,
        )
        for violates in (True, False)
    ]
    return nearest + [example for pair in zip_longest(*sides) for example in pair if example is not None]
