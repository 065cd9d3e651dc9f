"""Which items belong together, so that they are not independent of each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from assistant.domain.canonical import written_for_nothing
from assistant.ingest.duplicates.components import Components
from evals.data.eval_data import Codes

GROUP = "group"
"""The field of the items' meta that keeps items together which are not independent, such as a query's results."""


def ties(digest: str, near: str | None, meta: Mapping[str, object], group_by: str) -> list[str]:
    """What ties an item to others: its content, its near-duplicates' group, and a field of its meta."""
    found = [f"content {digest}"] if digest else []
    if near is not None:
        found.append(f"near {near}")
    value = meta.get(group_by) if group_by else None
    return found if written_for_nothing(value) else [*found, f"meta {value}"]


def stated_group(meta: Mapping[str, object]) -> str | None:
    """The group that an item's meta names."""
    value = meta.get(GROUP)
    return None if written_for_nothing(value) else str(value)


def leakage_groups(tied: Sequence[Sequence[str]]) -> Codes:
    """The first item each is tied to, over however many others; itself where it stands alone, shape (n,).

    Args:
        tied: what ties each of the n items to others.
    """
    first: dict[str, int] = {}
    edges = [(at, first.setdefault(tie, at)) for at, ties_of in enumerate(tied) for tie in ties_of]
    nodes = np.arange(len(tied), dtype=np.int32)
    components = Components(len(tied))
    if edges:
        left, right = (np.array(side, dtype=np.int32) for side in zip(*edges, strict=True))
        components.join(left, right)
    return np.asarray(components.root_of(nodes), dtype=np.int64)
