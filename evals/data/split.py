"""Two parts of evaluation data, with what belongs together on one side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from assistant.routing.sampling import draw
from evals.data.eval_data import NONE, Bools, Codes, EvalData, SliceColumn


def split_groups(groups: Codes, share: float, seed: int) -> Bools:
    """A random part of the items that takes whole groups.

    Groups are taken in random order until the part is as near to its size as the next group allows; with two
    groups or more neither side is empty. The same groups, share and seed give the same part.

    Args:
        groups: items of one leakage group have the same number, shape (n,).
        share: of the items wanted in the part, between 0 and 1, both left out.
        seed: of that order.

    Returns:
        Which items are in the part, shape (n,).

    Raises:
        ValueError: the share is out of range.
    """
    if not 0 < share < 1:
        raise ValueError(f"the share must lie between 0 and 1, got {share}")
    numbers, of_item, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    order_by = np.array([draw(seed, str(number), "split") for number in numbers.tolist()])
    order = np.lexsort((numbers, order_by))
    filled = np.cumsum(sizes[order])
    wanted = share * len(groups)
    taken = int((np.abs(filled - wanted) < np.abs(filled - sizes[order] - wanted)).sum())
    if len(numbers) > 1:
        taken = min(max(taken, 1), len(numbers) - 1)
    chosen = np.zeros(len(numbers), dtype=np.bool_)
    chosen[order[:taken]] = True
    return np.asarray(chosen[of_item])


def part_of(data: EvalData, kept: Bools) -> EvalData:
    """Only these items, with everything that is known of them; nothing of the others is left.

    Classes and the names of slices stay, so that parts of the same data can be compared.

    Args:
        data: the whole.
        kept: which of its n items, shape (n,).
    """
    at = np.flatnonzero(kept)
    position = np.full(len(data), NONE, dtype=np.int64)
    position[at] = np.arange(len(at))
    humans = data.humans.where(np.asarray(kept[data.humans.items]))
    return replace(
        data,
        ids=tuple(data.ids[one] for one in at),
        texts=None if data.texts is None else tuple(data.texts[one] for one in at),
        humans=replace(humans, items=position[humans.items]),
        reference=data.reference[at],
        categories=None if data.categories is None else data.categories.where(at),
        weights=data.weights[at],
        groups=data.groups[at],
        queries=None if data.queries is None else data.queries[at],
        slices={name: SliceColumn(column.names, column.codes[at]) for name, column in data.slices.items()},
        variants={name: variant.where(at) for name, variant in data.variants.items()},
        populations={},
    )
