"""What an error costs: bounds on missed violations, wrong removals and lost severity among labels no one looked at.

The items of a batch stand in an order, each with a coin of known probability: where it comes up, a person labels the
item. The machine's labels are accepted up to some place of the order, the cut; audited items get the person's label,
so only accepted items that were not audited can still be wrong.

Why the bounds hold at any cut. Let item i have loss l and probability pi. For a bet of size s its factor is exp(s l)
if it is not audited, and exp(s l) (1 - (1 - exp(-s l)) / pi) if it is. Whatever l is, over the coin this averages
exp(s l) ((1 - pi) + pi - (1 - exp(-s l))) = 1, and it is never negative while 1 - exp(-s) <= pi. So the product of the
factors along the order is a nonnegative martingale that starts at 1, and so is its average over sizes s fixed
beforehand: the chance that it *ever* reaches 1 / alpha is at most alpha (Ville 1939). `weighted_upper_bound` takes as
bound for the first k losses' sum the least at which this average would have reached 1 / alpha after k items. With
confidence 1 - alpha that bound therefore holds for all k at once: for a cut chosen by any rule, even in hindsight.

What that needs. The sizes s are fixed beforehand: `least_probability` is the least of the whole order, not of the
accepted part. Each coin is thrown for its item alone: independent of the label and of all that came before it. The
outcomes are taken whole: an item whose coin came up has its label, one whose coin didn't has none. The order need not
be fixed: the next item, its machine label and its probability may depend on the labels of items before it, since given
those its coin is still fair, and that is all a martingale asks. They must not depend on its own coin, nor on labels of
items that come later: where all audited labels arrive at once, order and machine labels are settled before. A simple
random sample of fixed size is no series of independent coins: with pi = drawn / population the bounds hold for it at a
cut fixed beforehand (the factors are then negatively associated, Joag-Dev & Proschan 1983); at others it isn't proved.

Each kind's bound holds with its own confidence; for all three together divide alpha by three.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from assistant.stats.certificates.betting import weighted_upper_bound
from assistant.stats.sampling.weighting import horvitz_thompson_total
from assistant.stats.vectors import Floats, check_range, vectors
from assistant.trust.pool import NONE

Integers = npt.NDArray[np.int64]


class LossKind(StrEnum):
    """What can be lost when a machine label is auto-accepted."""

    MISSED_VIOLATION = "missed violation"
    WRONG_REMOVAL = "wrong removal"
    SEVERITY = "severity"


@dataclass(frozen=True, slots=True)
class LossBound:
    """Loss of one kind among accepted items: those before the cut that keep the machine's label as no one looked.

    Attributes:
        kind: which loss.
        accepted: items before the cut that were not audited.
        at_risk: those among them whose machine label can lose in this way (a removal can't miss a violation).
        audited: audited items before the cut whose machine label could have lost in this way.
        found: sum of their losses; those labels are put right and no longer count.
        estimate: Horvitz-Thompson estimate of the accepted items' sum of losses: unbiased for a cut fixed beforehand,
            rough for others; 0 where nothing is at risk; None where something is and nothing like it was audited.
        upper: bound on that sum at the stated confidence, at any cut; from 0 to the largest sum possible.
        estimate_share, upper_share: the same over `accepted`; None where nothing is accepted.
        upper_share_of_batch: the bound over the whole batch.
    """

    kind: LossKind
    accepted: int
    at_risk: int
    audited: int
    found: float
    estimate: float | None
    upper: float
    estimate_share: float | None
    upper_share: float | None
    upper_share_of_batch: float


def loss_table(kind: LossKind, severities: npt.ArrayLike) -> Floats:
    """Loss when the person says one class and the machine another.

    Args:
        kind: MISSED_VIOLATION: 1 where the machine's class is harmless (severity 0) and the person's is not;
            WRONG_REMOVAL: 1 the other way round; SEVERITY: difference of the severities over the largest severity.
        severities: of the classes, 0 harmless, larger is worse, shape (c,); of ordinal grades their ranks.

    Returns:
        Shape (c, c), rows the person's class and columns the machine's, in [0, 1].

    Raises:
        ValueError: a negative severity, or none above 0.
    """
    (values,) = vectors(severities=severities)
    check_range("severities", values, 0, np.inf)
    if not values.any():
        raise ValueError("no class has a severity above 0: give the labels severities to weigh errors by them")
    person, machine = values[:, None], values[None, :]
    if kind is LossKind.MISSED_VIOLATION:
        return np.asarray((person > 0) & (machine == 0), dtype=np.float64)
    if kind is LossKind.WRONG_REMOVAL:
        return np.asarray((person == 0) & (machine > 0), dtype=np.float64)
    return np.asarray(np.abs(person - machine) / values.max(), dtype=np.float64)


def loss_bounds(
    person: npt.ArrayLike,
    machine: npt.ArrayLike,
    severities: npt.ArrayLike,
    inclusion_probabilities: npt.ArrayLike,
    *,
    cut: int,
    batch: int,
    confidence: float,
    least_probability: float | None = None,
    kinds: Iterable[LossKind] = tuple(LossKind),
) -> dict[LossKind, LossBound]:
    """Bounds on loss of each kind when the machine's labels are accepted up to a cut.

    Args:
        person: class of the audit's label, -1 where the coin did not come up, shape (n,), in the order of acceptance.
        machine: class of the machine's label, shape (n,); -1, no usable answer, only behind the cut.
        severities: as for `loss_table`.
        inclusion_probabilities: of the coins, in (0, 1], shape (n,).
        cut: how many of the order are accepted, 0 to n.
        batch: items in the whole batch, n or more: those outside the order were labelled by people.
        confidence: one-sided level of each bound, between 0 and 1.
        least_probability: the smallest a coin could have had; None takes the least of the n, which is right where
            they were settled before the audit began.
        kinds: those wanted.

    Raises:
        ValueError: other lengths, codes outside the classes, no severity above 0, or a number out of range.
    """
    people, codes, pi = _columns(person, machine, inclusion_probabilities, len(np.atleast_1d(severities)))
    least = float(pi.min()) if least_probability is None else least_probability
    if not 0 <= cut <= len(codes) <= batch:
        raise ValueError(f"the cut ({cut}) lies within the order ({len(codes)}), and that within the batch ({batch})")
    if (codes[:cut] == NONE).any():
        raise ValueError(f"item {int(np.argmin(codes[:cut]))} lies before the cut and has no model label to accept")
    if not 0 < least <= pi.min():
        raise ValueError(f"inclusion probabilities go down to {pi.min():g}, least_probability is {least:g}")
    accepted = _BeforeCut(people[:cut], codes[:cut], pi[:cut], batch)
    return {kind: accepted.bound(kind, loss_table(kind, severities), confidence, least) for kind in kinds}


@dataclass(frozen=True, slots=True)
class _BeforeCut:
    """Columns of the items before the cut, and how many the whole batch has."""

    people: Integers
    codes: Integers
    pi: Floats
    batch: int

    def bound(self, kind: LossKind, table: Floats, confidence: float, least: float) -> LossBound:
        seen, most = self.people != NONE, table.max(axis=0)[self.codes]
        audited, left = seen & (most > 0), most[~seen]
        losses, pi = table[self.people[audited], self.codes[audited]], self.pi[audited]
        accepted, at_risk, found = len(left), int((left > 0).sum()), float(losses.sum())
        estimate, upper = (None if at_risk else 0.0), float(left.sum())
        if at_risk and len(losses):
            estimate = horvitz_thompson_total(losses * (1 - pi), pi).value
            items = at_risk + len(losses)
            mean = weighted_upper_bound(losses, pi, items, confidence, least_probability=least)
            upper = min(max(mean * items - found, 0.0), upper)
        return LossBound(
            kind=kind,
            accepted=accepted,
            at_risk=at_risk,
            audited=len(losses),
            found=found,
            estimate=estimate,
            upper=upper,
            estimate_share=estimate / accepted if accepted and estimate is not None else None,
            upper_share=upper / accepted if accepted else None,
            upper_share_of_batch=upper / self.batch,
        )


def _columns(
    person: npt.ArrayLike, machine: npt.ArrayLike, inclusion_probabilities: npt.ArrayLike, classes: int
) -> tuple[Integers, Integers, Floats]:
    people, codes, pi = vectors(person=person, machine=machine, inclusion_probabilities=inclusion_probabilities)
    check_range("inclusion_probabilities", pi, 0, 1)
    for name, column in (("person", people), ("machine", codes)):
        check_range(name, column, NONE, classes - 1)
        if (column % 1).any():
            raise ValueError(f"{name} must hold class codes, whole numbers from {NONE} to {classes - 1}")
    return people.astype(np.int64), codes.astype(np.int64), pi
