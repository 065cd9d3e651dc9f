"""The items on which a variant is compared with people, and how far it differs on each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evals.data.columns import majority
from evals.data.eval_data import NONE, Codes, EvalData, Floats, Variant


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Items that people settled and the variant was asked: n of them.

    Attributes:
        data: all that is known; its items are counted from 0 to m - 1.
        variant: whose disagreements are looked at.
        at: positions of the items in the data, ascending, shape (n,).
        reference: what people settled on, shape (n,).
        answer: the variant's wrong answer, of several repeats its most frequent one; where none is wrong the
            reference, shape (n,).
        off: share of the repeats that are not the reference, 0 to 1, shape (n,).
        weights: of the items, shape (n,).
        groups: items of one number belong together, 0 to g - 1, shape (n,).
    """

    data: EvalData
    variant: Variant
    at: Codes
    reference: Codes
    answer: Codes
    off: Floats
    weights: Floats
    groups: Codes

    def __len__(self) -> int:
        return len(self.at)

    @property
    def misjudged(self) -> Codes:
        """Which of the n items the variant differs on, in one repeat or more."""
        return np.flatnonzero(self.off > 0)

    @property
    def independent(self) -> bool:
        """Whether items stand alone and weigh the same."""
        if not len(self):
            return True
        return len(np.unique(self.groups)) == len(self) and bool((self.weights == self.weights[0]).all())

    def texts(self, items: Codes) -> list[str]:
        """Texts of some of the n items; empty where only ids are known."""
        texts = self.data.texts
        return ["" if texts is None else texts[self.at[item]] for item in items]


def compared(data: EvalData, name: str) -> Compared:
    """The variant's answers beside what people settled on.

    Args:
        data: the data.
        name: of one of its variants.
    """
    variant, at = data.variants[name], data.answered(name)
    reference = data.reference[at]
    return Compared(
        data=data,
        variant=variant,
        at=at,
        reference=reference,
        answer=_wrong_answers(variant.codes[at], reference, len(data.classes)),
        off=1.0 - data.agreed(name)[at],
        weights=data.weights[at],
        groups=np.unique(data.groups[at], return_inverse=True)[1].astype(np.int64),
    )


def _wrong_answers(codes: Codes, reference: Codes, k: int) -> Codes:
    wrong = codes != reference[:, None]
    items, repeats = np.nonzero(wrong)
    winner, _ = majority(items, codes[items, repeats], len(codes), k)
    earliest = codes[np.arange(len(codes)), wrong.argmax(axis=1)]  # of wrong answers that are equally frequent
    chosen = np.where(winner == NONE, earliest, winner)
    return np.where(wrong.any(axis=1), chosen, reference)
