"""Chance that can be replayed: each item draws its own number from the seed and its id."""

from __future__ import annotations

from hashlib import blake2b


def draw(seed: int, item_id: str, purpose: str) -> float:
    """A number in [0, 1), uniform over items, the same whenever it is drawn again.

    No order or state is involved: items may come in any order, in any process, and an auditor can redo one draw alone.

    Args:
        seed: the design's seed.
        item_id: the item's external id.
        purpose: what is decided (`audit`, ...): draws for different purposes are independent.
    """
    digest = blake2b(f"{seed}\0{purpose}\0{item_id}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / (1 << 53)
