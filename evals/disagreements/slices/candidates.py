"""The slices in which a variant might be surprisingly bad: values of properties, of two at once, clauses and terms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import ceil

import numpy as np
import scipy.sparse as sp

from evals.data.eval_data import Bools, Codes
from evals.disagreements.compared import Compared
from evals.disagreements.groups import CLAUSE, cited
from evals.disagreements.terms import TermMatrix

LABEL = "label"
"""The column that is the reference itself: what people said, not known before they did."""

TERM = "term"

LEAST_GROUPS = 5
"""Groups a slice must hold, and leave out, where items belong together."""

MOST_SLICES = 2_000
MOST_TERMS = 200

MOST_OF_TEXTS = 0.25
"""Terms in more of the texts than this mark nothing."""

Where = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Slices to be searched, s of them, simple ones first.

    Attributes:
        where: their properties and values.
        members: 1 where the slice holds the item, shape (s, n).
        too_small: slices that hold or leave out too few items or groups to be tested.
    """

    where: tuple[Where, ...]
    members: sp.csr_array
    too_small: int

    @property
    def by_label(self) -> Bools:
        """Slices that are distinguished from others by what people said, shape (s,)."""
        return np.array([any(name == LABEL for name, _ in where) for where in self.where], dtype=np.bool_)


def least_support(n: int) -> int:
    """Items below which a slice is not tested: 0.5 % of them, from 10 to 100."""
    return min(100, max(10, ceil(0.005 * n)))


def candidates(compared: Compared, terms: TermMatrix | None) -> Candidates:
    """Every slice that is large enough; of slices that hold the same items the one that is simplest to say.

    Nothing here depends on what the variant answered wrongly, so that the search can be corrected for.

    Args:
        compared: the comparison.
        terms: of its texts; None where they are not known.
    """
    chosen: dict[bytes, tuple[Where, Codes]] = {}
    too_small = 0
    for where, items in _all_slices(compared, terms):
        if not _testable(compared, items):
            too_small += 1
            continue
        chosen.setdefault(items.tobytes(), (where, items))
    kept = list(chosen.values())
    if len(kept) > MOST_SLICES:
        largest = sorted(range(len(kept)), key=lambda at: (len(kept[at][0]), -len(kept[at][1]), at))[:MOST_SLICES]
        kept = [kept[at] for at in sorted(largest)]
    return Candidates(
        tuple(where for where, _ in kept), _matrix([items for _, items in kept], len(compared)), too_small
    )


def _all_slices(compared: Compared, terms: TermMatrix | None) -> Iterator[tuple[Where, Codes]]:
    columns = _columns(compared)
    for name, values in columns.items():
        yield from ((((name, value),), items) for value, items in values.items())
    yield from ((((CLAUSE, clause),), items) for clause, items in cited(compared).items())
    yield from _term_slices(terms, least_support(len(compared)))
    for (first, of_first), (second, of_second) in combinations(columns.items(), 2):
        for one, its_items in of_first.items():
            for other, others in of_second.items():
                both = np.intersect1d(its_items, others, assume_unique=True)
                if len(both):
                    yield ((first, one), (second, other)), both


def _columns(compared: Compared) -> dict[str, dict[str, Codes]]:
    """Items by property and value; the reference last, so that other ways to say the same come first."""
    columns = compared.data.slices
    by_value = {}
    for name in sorted(columns, key=lambda one: one == LABEL):
        codes = columns[name].codes[compared.at]
        order = np.argsort(codes, kind="stable")
        present, starts = np.unique(codes[order], return_index=True)
        parts = zip(present, np.split(order, starts[1:]), strict=True)
        by_value[name] = {columns[name].names[code]: items for code, items in parts if code >= 0}
    return by_value


def _term_slices(terms: TermMatrix | None, least: int) -> Iterator[tuple[Where, Codes]]:
    """The terms that most texts hold, up to a quarter of them."""
    if terms is None:
        return
    holds = sp.csc_array(terms.holds)
    count = np.diff(holds.indptr)
    able = np.flatnonzero((count >= least) & (count <= MOST_OF_TEXTS * holds.shape[0]))
    for term in able[np.argsort(-count[able], kind="stable")][:MOST_TERMS]:
        items = holds.indices[holds.indptr[term] : holds.indptr[term + 1]]
        yield ((TERM, terms.names[term]),), np.sort(items).astype(np.int64)


def _testable(compared: Compared, items: Codes) -> bool:
    least, n = least_support(len(compared)), len(compared)
    if not least <= len(items) <= n - least:
        return False
    inside = np.zeros(n, dtype=np.bool_)
    inside[items] = True
    groups = compared.groups
    if groups.max(initial=0) + 1 == n:
        return True
    return all(len(np.unique(groups[part])) >= LEAST_GROUPS for part in (inside, ~inside))


def _matrix(slices: list[Codes], n: int) -> sp.csr_array:
    pointers = np.concatenate([[0], np.cumsum([len(items) for items in slices])]).astype(np.int64)
    indices = np.concatenate(slices) if slices else np.zeros(0, dtype=np.int64)
    ones = np.ones(len(indices), dtype=np.float32)
    return sp.csr_array((ones, indices, pointers), shape=(len(slices), n))
