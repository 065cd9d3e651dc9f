"""A part of evaluation data, as data of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from evals.data.eval_data import NONE, Bools, Column, EvalData


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
        slices={name: Column(column.names, column.codes[at]) for name, column in data.slices.items()},
        variants={name: variant.where(at) for name, variant in data.variants.items()},
        populations={},
    )
