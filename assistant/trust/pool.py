"""The items of one batch as columns: what the classifier, the calibration and the certificate are computed from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

NONE = -1  # no answer
CONTESTED = -2  # no class: an answer that was changed after it was given, which agrees with no machine


@dataclass(frozen=True, slots=True)
class PoolAnswers:
    """One machine's answers to the items of a pool.

    Args:
        codes: (n,) index into the pool's classes, -1 where there is no usable answer.
        scores: (n,) how sure the machine said it was, any scale, NaN where it didn't; None where it never does.
    """

    codes: np.ndarray
    scores: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """Columns over the same n items.

    Args:
        ids: external ids.
        texts: contents as text.
        vectors: (n, d) unit vectors of the contents, float32; d may be 0.
        classes: every answer that occurs, a label each (several labels of one answer joined by `|`).
        machine: whose labels are auto-accepted.
        others: answers of other prompts and models on the same items, by name.
        signals: (n,) raw numbers by name, NaN where an item lacks one.
        categories: (n,) names by name: language, and the metadata the user allows.
    """

    ids: Sequence[str]
    texts: Sequence[str]
    vectors: np.ndarray
    classes: tuple[str, ...]
    machine: PoolAnswers
    others: Mapping[str, PoolAnswers] = field(default_factory=dict)
    signals: Mapping[str, np.ndarray] = field(default_factory=dict)
    categories: Mapping[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)
