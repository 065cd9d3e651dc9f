"""Which of the policy's own examples a prompt shows for one item."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, zip_longest

from assistant.domain.policies import Example
from assistant.policy.nearest import ClauseHit


def choose_examples(hits: Sequence[ClauseHit], language: str, count: int) -> tuple[Example, ...]:
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


def _ranked(hit: ClauseHit, language: str) -> list[Example]:
    nearest = [example for example in hit.clause.examples if example.text == hit.entry.text]
    sides = [
        sorted(
            (example for example in hit.clause.examples if example.violates is violates and example not in nearest),
            key=lambda example: example.language != language,
        )
        for violates in (True, False)
    ]
    return nearest + [example for pair in zip_longest(*sides) for example in pair if example is not None]
