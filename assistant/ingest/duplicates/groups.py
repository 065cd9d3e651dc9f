"""Near-duplicate groups of a whole workspace, from the signatures its items were stored with."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.ingest.duplicates.near_duplicates import group_near_duplicates
from assistant.ingest.duplicates.signatures import SIGNATURE_BYTES
from assistant.store.content.items import ItemStore


def group_items(store: ItemStore, threshold: float) -> int:
    """Group all near-duplicates again and store the groups.

    Args:
        store: the items.
        threshold: Jaccard similarity of character n-grams from which two items are near-duplicates, [0.5, 1].

    Returns:
        How many groups of two or more there are; items with the very same content count as one.
    """
    keys, signatures = store.signatures(SIGNATURE_BYTES)
    if len(keys) < 2:
        return 0

    def read_texts(wanted: Sequence[int]) -> Sequence[str]:
        found = store.texts([int(key) for key in wanted])
        return [found[int(key)] for key in wanted]

    first = group_near_duplicates(keys, signatures, threshold=threshold, read_texts=read_texts)
    grouped = set(first[first != keys].tolist())
    members = {
        key: group for key, group in zip(keys.tolist(), first.tolist(), strict=True) if key != group or key in grouped
    }
    store.put_groups(members)
    return len(grouped)
