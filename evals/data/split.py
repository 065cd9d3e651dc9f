"""Two parts of a set of items, with what belongs together on one side."""

from __future__ import annotations

import numpy as np

from assistant.routing.sampling import draw
from evals.data.eval_data import Bools, Codes


def split_groups(groups: Codes, share: float, seed: int) -> Bools:
    """A random part of the items that takes whole groups.

    Groups are taken in an order drawn by lot until the part is as near to its size as the next group allows; with two
    groups or more neither side is empty. The same groups, share and seed give the same part.

    Args:
        groups: items of one leakage group have the same number, shape (n,).
        share: of the items wanted in the part, between 0 and 1, both left out.
        seed: of the lots.

    Returns:
        Which items are in the part, shape (n,).

    Raises:
        ValueError: the share is out of range.
    """
    if not 0 < share < 1:
        raise ValueError(f"the share must lie between 0 and 1, got {share}")
    numbers, of_item, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    lots = np.array([draw(seed, str(number), "split") for number in numbers.tolist()])
    order = np.lexsort((numbers, lots))
    filled = np.cumsum(sizes[order])
    wanted = share * len(groups)
    taken = int((np.abs(filled - wanted) < np.abs(filled - sizes[order] - wanted)).sum())
    if len(numbers) > 1:
        taken = min(max(taken, 1), len(numbers) - 1)
    chosen = np.zeros(len(numbers), dtype=np.bool_)
    chosen[order[:taken]] = True
    return np.asarray(chosen[of_item])
