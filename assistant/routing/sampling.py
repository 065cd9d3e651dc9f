"""Chance that can be replayed: each item draws its own number from a key and its id; designs are rules about it.

The key decides who can foretell a draw. Where a draw certifies, measures or tests people it is a nonce, drawn from the
operating system when it is first needed and kept in the workspace (`store.nonces`): anyone who knows ids, settings and
code still can't tell it. Where a draw only has to be repeated (a suite, a simulation) it is a seed.

A design says for every item of a population with which probability, never zero, people will see it, and an item is
drawn when its own number lies below its own limit. So any order of the items gives the same sample, the whole can be
drawn again, and so can one item alone. Designs with one key and purpose share the numbers (their samples overlap as
far as they can: permanent random numbers, Brewer, Early & Joyce 1972); with different purposes they are independent.

`simple_random` draws a number of items, `stratified` a number of each stratum. Where each item is drawn on its own
(what is audited of the accepted, or to monitor a certificate), its number is compared with the rate where that is
decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from assistant.domain.certificates import SampledItem
from assistant.routing.allocation import Floats, Integers

Key: TypeAlias = int | str
"""What numbers come from: a nonce (text) that no one can foretell, or a seed that may be known."""


def draw(key: Key, item_id: str, purpose: str) -> float:
    """A number in [0, 1), uniform over items, the same whenever it is drawn again.

    No order or state is involved: items may come in any order, in any process, and an auditor can redo one draw alone.

    Args:
        key: the design's.
        item_id: the item's external id.
        purpose: what is decided (`audit`, ...): draws for different purposes are independent.
    """
    digest = blake2b(f"{key}\0{purpose}\0{item_id}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / (1 << 53)


def draws(key: Key, item_ids: Sequence[str], purpose: str) -> Floats:
    """What `draw` gives each of n items, to the last bit, shape (n,); a million in about a second."""
    begun = blake2b(f"{key}\0{purpose}\0".encode(), digest_size=8)

    def digest(item_id: str) -> bytes:
        own = begun.copy()
        own.update(item_id.encode())
        return own.digest()

    numbers = np.frombuffer(b"".join(map(digest, item_ids)), dtype=">u8")
    return (numbers >> np.uint64(11)).astype(np.float64) / (1 << 53)


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A sample of a population of n items, with all that is needed to weight it and to draw it again.

    Attributes:
        index: positions of the drawn items, shape (k,), in an order that says nothing about them: the first of them
            are a smaller sample of the same design.
        inclusion_probability: of every item, drawn or not, in (0, 1], shape (n,).
        limit: of every item, shape (n,): it is drawn when `draw(key, item_id, purpose)` lies below it. In a design
            of fixed size two items with one number at the limit are distinguished by their ids.
        key, purpose: what the numbers were drawn with.
    """

    index: Integers
    inclusion_probability: Floats
    limit: Floats
    key: Key
    purpose: str

    def sampled(self, item_ids: Sequence[str]) -> list[SampledItem]:
        """The drawn items as they are stored; `item_ids` are the population's, as they were given to the design."""
        probabilities = self.inclusion_probability[self.index].tolist()
        return [SampledItem(item_ids[at], p) for at, p in zip(self.index.tolist(), probabilities, strict=True)]


def simple_random(item_ids: Sequence[str], size: int, *, key: Key, purpose: str) -> Drawn:
    """Simple random sample of fixed size, without replacement: the items with the smallest numbers, ties by id.

    Every sample of that size is equally probable, so the count of errors in it is hypergeometric.

    Args:
        item_ids: the population's n different external ids.
        size: items to draw, 1 to n.
        key, purpose: of `draw`.

    Returns:
        Each item has inclusion probability size / n.

    Raises:
        ValueError: no items, an id twice, or a size out of range.

    Source: Cochran (1977), Sampling Techniques, 3rd ed., chapter 2; drawing by sorted random numbers: Särndal,
    Swensson & Wretman (1992), Model Assisted Survey Sampling, section 3.3.
    """
    if not 1 <= size <= len(item_ids):
        raise ValueError(f"size must lie between 1 and the {len(item_ids)} items, got {size}")
    return stratified(item_ids, np.zeros(len(item_ids), dtype=np.int64), [size], key=key, purpose=purpose)


def stratified(
    item_ids: Sequence[str], strata: npt.ArrayLike, sizes: Sequence[int], *, key: Key, purpose: str
) -> Drawn:
    """Simple random samples of each of s strata, independent of each other.

    Args:
        item_ids: the population's n different external ids.
        strata: each item's stratum, 0 to s - 1, shape (n,), fixed before the draw.
        sizes: items to draw from each stratum, s numbers: from 1 to what it holds, 0 only where it holds none.
        key, purpose: of `draw`.

    Returns:
        An item of stratum h has inclusion probability sizes[h] / items in h; `index` goes stratum by stratum.

    Raises:
        ValueError: no items, an id twice, strata or sizes out of range.

    Source: Cochran (1977), chapter 5; Särndal, Swensson & Wretman (1992), section 3.7.
    """
    numbers = _numbers(item_ids, key, purpose)
    stratum, wanted = np.asarray(strata, dtype=np.int64), np.asarray(sizes, dtype=np.int64)
    if stratum.shape != numbers.shape or stratum.min() < 0 or stratum.max() >= len(wanted):
        raise ValueError(f"strata must be {len(numbers)} numbers from 0 to {len(wanted) - 1}, one for each size")
    counts = np.bincount(stratum, minlength=len(wanted))
    outside = (wanted > counts) | (wanted < np.minimum(counts, 1))
    if outside.any():
        at = int(np.argmax(outside))
        raise ValueError(f"stratum {at}: {wanted[at]} can't be drawn from {counts[at]}: at least 1, at most all")
    limit, index = np.empty(len(numbers)), []
    for members, size in zip(np.split(np.argsort(stratum, kind="stable"), np.cumsum(counts)[:-1]), wanted, strict=True):
        if len(members):
            first = members[smallest(numbers[members], [item_ids[at] for at in members.tolist()], int(size))]
            limit[members] = np.nextafter(numbers[first[-1]], 2)
            index.append(first)
    return Drawn(np.concatenate(index), (wanted / np.maximum(counts, 1))[stratum], limit, key, purpose)


def smallest(keys: Floats, item_ids: Sequence[str], size: int) -> Integers:
    """Positions of the `size` smallest of n keys, smallest first, equal ones in the order of their ids.

    Args:
        keys: shape (n,), no NaN.
        item_ids: n different ids.
        size: 0 to n.
    """
    if size == 0:
        return np.zeros(0, dtype=np.int64)
    kept = np.flatnonzero(keys <= np.partition(keys, size - 1)[size - 1])
    ordered = kept[np.argsort(keys[kept], kind="stable")]
    edges = np.flatnonzero(np.diff(keys[ordered]) != 0) + 1
    starts, ends = np.append(0, edges), np.append(edges, len(ordered))
    tied = ends - starts > 1
    for start, end in zip(starts[tied].tolist(), ends[tied].tolist(), strict=True):
        ordered[start:end] = sorted(ordered[start:end].tolist(), key=item_ids.__getitem__)
    return ordered[:size]


def _numbers(item_ids: Sequence[str], key: Key, purpose: str) -> Floats:
    """Each item's number, of a population there is something to draw from."""
    if not len(item_ids):
        raise ValueError("there are no items to draw from")
    if len(set(item_ids)) < len(item_ids):
        raise ValueError("an id is in the population twice: its items would be drawn together or not at all")
    return draws(key, item_ids, purpose)
