"""From the nearest entries of an index to the nearest clauses and precedents: collapsing, leaving out, widening."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TypeVar

from assistant.domain.policies import Clause, Policy, Precedent
from assistant.policy.index.entries import IndexEntry, clause_entries
from assistant.policy.index.exact import Neighbours
from assistant.policy.index.facts import at_distance

_WIDEST = 1024  # neighbours looked at before an item goes without

_Found = TypeVar("_Found")

Asking = tuple[str, str | None]
"""Content digest and near-duplicate group of the item that asks."""


@dataclass(frozen=True, slots=True)
class ClauseHit:
    """A clause found near a text.

    Args:
        clause: the clause.
        distance: cosine distance to its nearest entry, 0 to 2.
        entry: that entry: a wording or an example.
    """

    clause: Clause
    distance: float
    entry: IndexEntry


def search_widening(
    ask: Callable[[Sequence[int], int], Sequence[Neighbours]],
    pick: Callable[[Sequence[int], Sequence[Neighbours]], list[list[_Found]]],
    *,
    rows: int,
    wanted: int,
    first: int,
) -> list[list[_Found]]:
    """Ask for neighbours, keep what counts, and ask again for more where too few were left.

    Args:
        ask: the neighbours of some rows, at most so many each.
        pick: what counts among the neighbours of some rows.
        rows: how many rows there are.
        wanted: how many a row should get; it gets fewer when there are no more among its 1,024 nearest.
        first: how many neighbours to ask for at first; rows left short ask for four times as many.
    """
    found: list[list[_Found]] = [[] for _ in range(rows)]
    asking, width = list(range(rows)), min(first, _WIDEST)
    while asking:
        neighbours = ask(asking, width)
        short = []
        for row, kept, (ids, _) in zip(asking, pick(asking, neighbours), neighbours, strict=True):
            found[row] = kept
            if len(kept) < wanted and len(ids) == width < _WIDEST:
                short.append(row)
        asking, width = short, min(4 * width, _WIDEST)
    return found


class ClauseEntries:
    """The entries of one policy version by id."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        place = {clause.id: index for index, clause in enumerate(policy.clauses)}
        self._known = {entry.id: (place[entry.clause_id], entry) for entry in clause_entries(policy)}

    def clauses(self, neighbours: Neighbours, k: int) -> list[ClauseHit]:
        """The `k` nearest clauses; a clause is as near as its nearest entry. Raises KeyError for an unknown id."""
        best: dict[int, ClauseHit] = {}
        for entry_id, distance in zip(*neighbours, strict=True):
            place, entry = self._known[entry_id]
            if place not in best:
                best[place] = ClauseHit(self.policy.clauses[place], max(0.0, distance), entry)
        return [hit for _, hit in sorted(best.items(), key=lambda one: (one[1].distance, one[0]))[:k]]


def precedents_for(
    asking: Asking,
    neighbours: Neighbours,
    known: Mapping[str, Precedent],
    k: int,
    withheld: Set[str] = frozenset(),
) -> list[Precedent]:
    """The `k` nearest precedents, without the asking item, its near-duplicates and those withheld; one of each group.

    Raises KeyError for an id that is not among `known`.
    """
    own_digest, own_group = asking
    found: dict[str, tuple[float, str, Precedent]] = {}
    for digest, distance in zip(*neighbours, strict=True):
        one = known[digest]
        if digest == own_digest or digest in withheld or (one.group is not None and one.group == own_group):
            continue
        key = digest if one.group is None else f"group {one.group}"
        if key not in found:
            found[key] = (max(0.0, distance), digest, one)
    return [at_distance(one, distance) for distance, _, one in sorted(found.values(), key=lambda t: t[:2])[:k]]
