"""The certificate without a campaign: labels that are a simple random sample of the batch, say their owner.

Half of them, drawn by seed, teach the classifier; the other half is the audit. All items that did not teach, audited or
not, are put in order of confidence, surest first, and pass until the audit has met one error more than it tolerates.

Why that holds. Given the half that taught, the other half is a simple random sample, n of the N items that did not
teach, and the machine's labels and their order are fixed: they owe nothing to which of the N were drawn. Let B wrong
labels be allowed, and call it a breach when the (B + 1)-th wrong label passes unaudited. A breach while the audit has
met no more than x errors needs at most x audited among the first B + 1 + x wrong items of the order (where there are
fewer, add any right ones: a breach among the wrong ones is one among these). How many of so many fixed items are in
the sample is hypergeometric: probability P(H(N, B + 1 + x, n) <= x). Tolerating the largest x for which that is at most
`level` keeps the chance of a breach at `level`. It is the argument of `certify` with draws without replacement in place
of coins (inverse hypergeometric sampling), and holds for the items of any group fixed beforehand just as well.

What it rests on is the owner's word that the labelled items were drawn at random, and that no one saw the machine's
answers while labelling. It can be asked once: a second split of the same labels is a second try.
"""

from __future__ import annotations

import numpy as np

from assistant.stats.certificates.finite import p_value

LEAST_LABELS = 30  # in the audit


def tolerated_in_sample(allowed: int, sampled: int, population: int, level: float) -> int | None:
    """The largest number of errors the audit may meet before passing has to end; None where even none is too many.

    Args:
        allowed: wrong labels that may stay unaudited, 0 or more.
        sampled: items in the audit.
        population: items it was drawn from.
        level: chance of a breach, in (0, 1).

    Raises:
        ValueError: counts that can't be, or a level out of range.
    """
    if not (0 < level < 1 and allowed >= 0):
        raise ValueError(f"level lies in (0, 1), allowed is 0 or more: got {level}, {allowed}")
    errors = np.arange(sampled + 1)
    chances = p_value(errors, sampled, population, errors + allowed + 1)
    tolerated = int(np.searchsorted(chances > level, True)) - 1  # the chances rise with the errors
    return None if tolerated < 0 else tolerated
