"""Two variants on the same items: which agrees more with people, how sure that is, and what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from assistant.domain.reasons import Reason
from assistant.stats.agreement.coefficient import Coefficient
from evals.data.eval_data import VariantIdentity


class Verdict(StrEnum):
    """What can be said of the candidate against the baseline."""

    BETTER = "better"
    WORSE = "worse"
    NO_WORSE = "no worse than the margin"
    CANNOT_TELL = "can't tell"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two variants, on the items of the comparison.

    Attributes:
        name: the variant's.
        identity: what it is made of.
        agreement: share of items on which it agrees with people (mean over repeats).
        cost_usd: US$ of all calls, None where not known.
        cost_per_agreed_usd: US$ for each label that agrees, None where not known.
        latency_ms: median of a call, None where not known.
        tokens: mean of an item, None where not known.
        failed: items without a usable answer; they count as not agreeing.
        missing: items it was not asked, left out of the comparison.
    """

    name: str
    identity: VariantIdentity
    agreement: Coefficient
    cost_usd: float | None
    cost_per_agreed_usd: float | None
    latency_ms: float | None
    tokens: float | None
    failed: int
    missing: int


@dataclass(frozen=True, slots=True)
class ChangedItem:
    """An item on which one variant agrees with people and the other doesn't.

    Attributes:
        id: the item's.
        text: what it says, empty where only ids are known.
        people: what people settled on.
        baseline, candidate: what the two answered.
    """

    id: str
    text: str
    people: str
    baseline: str
    candidate: str


@dataclass(frozen=True, slots=True)
class SliceEffect:
    """The comparison on a part of the items.

    Attributes:
        column: the property, such as `language`.
        name: its value, such as `zh`.
        n: items.
        baseline, candidate: shares that agree with people.
        difference: candidate - baseline.
        p_value: of the paired test, None where undefined.
        adjusted_p: Holm-corrected over all slices shown.
    """

    column: str
    name: str
    n: int
    baseline: float
    candidate: float
    difference: Coefficient
    p_value: float | None
    adjusted_p: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two variants on the same items.

    Attributes:
        baseline, candidate: the two sides.
        margin: largest loss that is acceptable, None when none was stated.
        confidence: two-sided level of all intervals.
        n_pairs: items that people settled and both answered.
        difference: candidate - baseline in agreement.
        p_value: two-sided, that there is no difference; None where undefined.
        adjusted_p: Holm-corrected where several comparisons were made, else the same.
        comparisons: how many were made.
        test: which test and interval these are.
        fixed: items only the candidate agrees on; with repeats, items it agrees on more often.
        broken: items only the baseline agrees on; as above.
        fixed_items, broken_items: the first of them, with texts.
        minimum_detectable_difference: smallest true difference that this many items would show in 4 of 5 such
            comparisons; None where undefined.
        more_items: about how many more items would tell; None where that can't be said or isn't needed.
        verdict: what can be said.
        slices: the effect on each slice.
        same_policy: whether both sides were asked under one policy version.
        missing: items left out of the comparison, by reason.
        notes: what the reader must know.
    """

    baseline: Side
    candidate: Side
    margin: float | None
    confidence: float
    n_pairs: int
    difference: Coefficient
    p_value: float | None
    adjusted_p: float | None
    comparisons: int
    test: Reason
    fixed: int
    broken: int
    fixed_items: tuple[ChangedItem, ...]
    broken_items: tuple[ChangedItem, ...]
    minimum_detectable_difference: float | None
    more_items: int | None
    verdict: Verdict
    slices: tuple[SliceEffect, ...]
    same_policy: bool
    missing: Mapping[Reason, int]
    notes: tuple[Reason, ...] = ()
