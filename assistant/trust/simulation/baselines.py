"""What others do with a machine's answers and its own scores: the two methods ours is measured against.

Both audit some items at random, order the batch by the machine's score, keep its labels from the surest item on, and
give all others to people. They differ in where they stop, and neither learns anything from the labels it paid for.

Equal scores are put in random order, so that a threshold can fall between them. The published experiments do the same:
they add normal noise of 1e-5 to the uncertainties. It matters: GPT-4o says "0.9" of half of `pac_misinfo`, and with
these items kept together PAC labels save 3 % of the human labels instead of a fifth. A machine without scores has
nothing but ties: the kept labels are then a random subset, which saves more than accepting all or nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cbrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from assistant.stats.vectors import Floats
from assistant.trust.pool import NONE
from assistant.trust.simulation.outcome import BatchOutcome

Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def usual_audit(items: int) -> int:
    """How many labels to spend on the audit of a batch: 2.5 items^(2/3), e.g. 387 of 1,923.

    An audit of m labels costs m / items, and what its bound leaves unused falls with 1 / sqrt(m): the sum is least
    where m grows with items^(2/3). The factor is the least with which PAC labels keep their own promise on every set
    measured, since the normal bound they rest on is too low where an audit meets few errors. Target and level 0.05:

    | factor | `pac_misinfo`: saved, broken | `xstest`, GPT-4 | `llmjudge_dl2023`, one judge |
    |---|---|---|---|
    | 1.5 | 22.5 %, 5.3 % | 15.5 %, 7.0 % | 5.3 %, 4.8 % |
    | 2 | 22.6 %, 5.3 % | 14.8 %, 3.8 % | 5.4 %, 2.8 % |
    | 2.5 | 21.8 %, 3.0 % | 14.1 %, 2.8 % | 5.3 %, 1.5 % |
    | 3 | 21.2 %, 1.5 % | 14.5 %, 1.0 % | 5.3 %, 1.0 % |

    `broken` is the share of 400 trials that missed the target, `saved` the mean of 1,000.
    """
    return min(items, round(2.5 * cbrt(items * items)))


def naive(
    codes: Integers,
    scores: Floats | None,
    truth: Integers,
    *,
    max_error: float,
    generator: np.random.Generator,
    audited: int | None = None,
) -> BatchOutcome:
    """The lowest threshold at which the measured error share is within the target; nothing allows for chance.

    The audit is a simple random sample and its labels are corrected. Where it met k errors above a threshold, about
    k (n - audited) / audited wrong labels are left among the others, and that over n is the measured share. Being
    right on average, it is too low about half of the time, and the threshold is looked for where it is.

    Args:
        codes: (n,) the machine's answers, -1 where there is none: these items go to people.
        scores: (n,) how sure the machine said it was, any scale, higher is surer, NaN where it didn't; None if never.
        truth: (n,) what people answered, in the same codes.
        max_error: largest share of all items that may end up wrong, in (0, 1).
        generator: source of the order of equal scores and of the audit.
        audited: items to audit, 1 to n; None takes `usual_audit`.

    Raises:
        ValueError: arrays of different lengths, or a number out of range.
    """
    n = _check(codes, scores, truth, max_error)
    audited = usual_audit(n) if audited is None else audited
    if not 1 <= audited <= n:
        raise ValueError(f"audited must lie between 1 and {n}, got {audited}")
    order = surest_first(codes, scores, generator)
    audit = generator.choice(n, size=audited, replace=False)
    wrong = (codes != truth) & (codes != NONE)
    met = _errors_met(order, audit, wrong)
    measured = met * ((n - audited) / (audited * n))
    return _keep(order[: _largest_cut(measured, max_error)], audit, codes, wrong)


def pac_labels(
    codes: Integers,
    scores: Floats | None,
    truth: Integers,
    *,
    max_error: float,
    level: float,
    generator: np.random.Generator,
    audited: int | None = None,
) -> BatchOutcome:
    """PAC labels as published: the threshold up to which a normal upper bound for the error share is within the target.

    The audit is drawn with replacement, each draw a label, and every threshold's bound is computed from all draws:
    mean of the losses + z * their standard deviation / sqrt(draws). The bound rises with the threshold, which is found
    by binary search. Audited items keep the human label, and each counts as one human label however often drawn.

    The normal approximation is poor while few errors are met: with 150 or 200 draws PAC labels miss a target of 5 % in
    8 to 11 % of the batches of `pac_misinfo` and `llmjudge_dl2023`, where 5 % were promised.

    Args:
        codes, scores, truth, max_error, generator: as for `naive`.
        level: alpha, the chance the method allows for missing the target, in (0, 0.5].
        audited: draws, 1 or more; None takes `usual_audit`.

    Raises:
        ValueError: as `naive`.

    Source: Candès, Ilyas & Zrnic (2025), Probably Approximately Correct Labels, arXiv 2506.10908, algorithm 1 with
    the asymptotic bound, uniform sampling and every draw labelled, as in github.com/tijana-zrnic/pac-labels.
    """
    n = _check(codes, scores, truth, max_error)
    audited = usual_audit(n) if audited is None else audited
    if not 0 < level <= 0.5 or audited < 1:
        raise ValueError(f"level must lie in (0, 0.5] and audited be 1 or more, got {level} and {audited}")
    order = surest_first(codes, scores, generator)
    audit = generator.integers(n, size=audited)
    wrong = (codes != truth) & (codes != NONE)
    mean = _errors_met(order, audit, wrong) / audited
    bound = mean + NormalDist().inv_cdf(1 - level) * np.sqrt(mean * (1 - mean) / audited)
    return _keep(order[: _largest_cut(bound, max_error)], audit, codes, wrong)


@dataclass(frozen=True, slots=True)
class Baseline:
    """One of the two methods on one batch, as a simulation plays it: the number of a trial is its seed.

    Args:
        method: `naive`, or `pac_labels` with its level, e.g. `partial(pac_labels, level=0.05)`.
        codes, scores, truth, max_error: as the method takes them.
    """

    method: Callable[..., BatchOutcome]
    codes: Integers
    scores: Floats | None
    truth: Integers
    max_error: float

    def __call__(self, trial: int) -> BatchOutcome:
        """What becomes of the batch in one trial."""
        generator = np.random.default_rng(trial)
        return self.method(self.codes, self.scores, self.truth, max_error=self.max_error, generator=generator)


def surest_first(codes: Integers, scores: Floats | None, generator: np.random.Generator) -> Integers:
    """The items from the highest score on, (n,) places; equal scores in random order, then no score, then no answer."""
    shuffled = generator.permutation(len(codes))
    sureness = np.zeros(len(codes)) if scores is None else np.where(np.isnan(scores), -np.inf, scores)
    keys = (-sureness[shuffled], codes[shuffled] == NONE)
    return np.asarray(shuffled[np.lexsort(keys)], dtype=np.int64)


def _errors_met(order: Integers, audit: Integers, wrong: Mask) -> Floats:
    """Errors the audit met among the first 1, 2, ... n items of the order, (n,); an item drawn twice counts twice."""
    draws = np.bincount(audit, minlength=len(order))
    return np.cumsum(draws[order] * wrong[order], dtype=np.float64)


def _largest_cut(shares: Floats, max_error: float) -> int:
    """How many items of the order lie before the first whose share exceeds the target; by binary search."""
    return int(np.searchsorted(shares, max_error + 1e-12, side="right"))  # a share equal to the target is within it


def _keep(accepted: Integers, audit: Integers, codes: Integers, wrong: Mask) -> BatchOutcome:
    """The accepted items that have an answer and no human label keep the machine's; people label the rest."""
    kept = np.zeros(len(codes), dtype=np.bool_)
    kept[accepted] = True
    kept[audit] = False
    kept &= codes != NONE
    return BatchOutcome(items=len(codes), human_labels=int((~kept).sum()), errors=int((kept & wrong).sum()))


def _check(codes: Integers, scores: Floats | None, truth: Integers, max_error: float) -> int:
    n = len(codes)
    if n == 0 or len(truth) != n or (scores is not None and len(scores) != n):
        raise ValueError("codes, scores and truth must be of one length, at least 1")
    if not 0 < max_error < 1:
        raise ValueError(f"max_error must lie between 0 and 1, got {max_error}")
    return n
