"""Which of the policy's own examples a prompt shows for one item."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, zip_longest

from assistant.domain.policies import Clause, Example


def choose_examples(clauses: Sequence[Clause], language: str, count: int) -> tuple[Example, ...]:
    """Examples of the nearest clauses, violating and complying in turn, the item's language first.

    Args:
        clauses: nearest first.
        language: the item's language.
        count: how many at the most; each clause gives one before any gives a second.
    """
    if count == 0:
        return ()
    ranked = [_ranked(clause, language) for clause in clauses]
    in_turn = chain.from_iterable(zip_longest(*ranked))
    return tuple(example for example in in_turn if example is not None)[:count]


def _ranked(clause: Clause, language: str) -> list[Example]:
    by_side = [
        sorted(
            (example for example in clause.examples if example.violates is violates),
            key=lambda example: example.language != language,
        )
        for violates in (True, False)
    ]
    return [example for pair in zip_longest(*by_side) for example in pair if example is not None]
