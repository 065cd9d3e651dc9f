"""What is judged: items, what people said of them and what variants answered, as columns over the same items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

import numpy as np
import numpy.typing as npt

from assistant.domain.labels import NO_ANSWER
from assistant.domain.reasons import Reason
from evals.data.population import Population

NONE = -1
"""Code where there is no answer."""

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Scale(StrEnum):
    """How classes relate: `nominal` ones only differ, `ordinal` ones stand in an order, `multi` ones are sets."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    MULTI = "multi"


class Sight(StrEnum):
    """Whether a reviewer saw the machine's answer before answering."""

    BLIND = "blind"
    ASSISTED = "assisted"
    UNKNOWN = "unknown"


SIGHTS = (Sight.BLIND, Sight.ASSISTED, Sight.UNKNOWN)


@dataclass(frozen=True, slots=True, eq=False)
class HumanAnswers:
    """Every answer of every reviewer, newest of each reviewer and item: m entries.

    Attributes:
        items: which item, 0 to n - 1, shape (m,).
        raters: which reviewer, shape (m,).
        codes: which class was answered, shape (m,).
        sights: position in `SIGHTS`, shape (m,).
        names: of the reviewers.
    """

    items: Codes
    raters: Codes
    codes: Codes
    sights: Codes
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.items)

    def of(self, sight: Sight) -> Bools:
        """Which entries were given like this, shape (m,)."""
        return np.asarray(self.sights == SIGHTS.index(sight))

    def where(self, kept: Bools) -> Self:
        """Only these entries."""
        return replace(
            self,
            items=self.items[kept],
            raters=self.raters[kept],
            codes=self.codes[kept],
            sights=self.sights[kept],
        )


@dataclass(frozen=True, slots=True)
class VariantIdentity:
    """What a variant is made of; two that differ in nothing here are one variant.

    Args:
        prompt: name and version, empty for imported answers.
        policy: id and version, empty for imported answers.
        model: as the settings name it, or as the file does.
        parameters: what else decides the question, as JSON.
    """

    prompt: str = ""
    policy: str = ""
    model: str = ""
    parameters: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Spent:
    """What the original calls took, per item, shape (n,); NaN where not known. Read again from the store, not free.

    Attributes:
        cost_usd: US$.
        latency_ms: milliseconds.
        tokens: of prompts and replies.
    """

    cost_usd: Floats
    latency_ms: Floats
    tokens: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """What one machine answered to n items.

    Attributes:
        name: how it is called.
        codes: class of each repeat's answer, `NONE` where it was not asked, shape (n, repeats).
        confidence: how sure it was, as it came, NaN where it didn't say, shape (n,); None where it never did.
        calibrated: whether `confidence` is a calibrated probability that a reviewer agrees.
        spent: cost, time and tokens; None where nothing is known.
        identity: prompt, policy, model and parameters.
        clauses: ids of the clauses it cited, by item; None where nothing is known.
    """

    name: str
    codes: Codes
    confidence: Floats | None = None
    calibrated: bool = False
    spent: Spent | None = None
    identity: VariantIdentity = VariantIdentity()
    clauses: Sequence[Sequence[str]] | None = None

    @property
    def repeats(self) -> int:
        """How often each item was asked."""
        return int(self.codes.shape[1])

    @property
    def first(self) -> Codes:
        """The first repeat's answers, shape (n,)."""
        return self.codes[:, 0]

    def where(self, kept: Codes) -> Self:
        """Only these items, by position."""
        spent = self.spent
        return replace(
            self,
            codes=self.codes[kept],
            confidence=None if self.confidence is None else self.confidence[kept],
            spent=spent if spent is None else Spent(spent.cost_usd[kept], spent.latency_ms[kept], spent.tokens[kept]),
            clauses=None if self.clauses is None else [self.clauses[at] for at in kept],
        )


@dataclass(frozen=True, slots=True, eq=False)
class SliceColumn:
    """A property by which items are sliced.

    Attributes:
        names: its values, in the order they are shown.
        codes: which of them is the item's, `NONE` for none, shape (n,).
    """

    names: tuple[str, ...]
    codes: Codes


@dataclass(frozen=True, slots=True, eq=False)
class Categories:
    """What people say of each category of a multi-label set: unknown is neither yes nor no.

    Attributes:
        names: of the c categories.
        people: 1 for yes, 0 for no, `NONE` where it is not known or people don't settle on one, shape (n, c).
        in_part: items of which people left some categories unknown: they have no reference, shape (n,).
    """

    names: tuple[str, ...]
    people: Codes
    in_part: Bools

    def where(self, kept: Codes) -> Self:
        """Only these items, by position."""
        return replace(self, people=self.people[kept], in_part=self.in_part[kept])


@dataclass(frozen=True, slots=True, eq=False)
class EvalData:
    """Frozen items with human labels and the answers of variants.

    Attributes:
        ids: of the n items.
        texts: of the items, None where only labels are known; a pair's text is its query, a line feed, its document.
        classes: the answers that occur or may occur; in order where the scale is ordinal.
        scale: how they relate.
        humans: what people answered.
        reference: the class that is right, `NONE` where people don't settle on one, or on a part only, shape (n,).
        weights: 1 / inclusion probability, shape (n,); ones where every item was taken.
        groups: items of one leakage group have the same number, shape (n,).
        queries: items that are results of one query have the same number, shape (n,); None where groups say it.
        slices: columns by name.
        variants: by name, in the order they are shown.
        left_out: items that are not here, by reason.
        notes: what the reader must know.
        closed: the label set was stated: `classes` holds labels whether anyone used them or not.
        categories: of a multi-label scale, what is known of each category; None of other scales.
        of_set: which classes belong to the label set: those stated, or given by people; a machine's own don't, shape
            (classes,). None for all but `NO_ANSWER`.
        given: which classes some person gave, to whatever item, shape (classes,); None for those that occur.
        invalid: by variant, how many of its answers hold labels that the set does not have, by these labels: none of
            these answers ever agrees.
        finite: each item was drawn by itself from a batch, and figures speak for just that one.
        populations: by variant, what it answered to every item of its run, these and others; empty where not known.
    """

    ids: tuple[str, ...]
    texts: tuple[str, ...] | None
    classes: tuple[str, ...]
    scale: Scale
    humans: HumanAnswers
    reference: Codes
    weights: Floats
    groups: Codes
    slices: Mapping[str, SliceColumn]
    variants: Mapping[str, Variant]
    left_out: Mapping[Reason, int]
    notes: tuple[Reason, ...] = ()
    closed: bool = False
    queries: Codes | None = None
    categories: Categories | None = None
    of_set: Bools | None = None
    given: Bools | None = None
    invalid: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    finite: bool = False
    populations: Mapping[str, Population] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def weighted(self) -> bool:
        """Whether items stand for different numbers of others."""
        return bool(len(self.weights)) and bool((self.weights != self.weights[0]).any())

    @property
    def grouped(self) -> bool:
        """Whether some items belong together, so that they are not independent."""
        return bool(len(self)) and int(np.bincount(self.groups).max()) > 1

    @property
    def correction(self) -> Floats | None:
        """1 - inclusion probability, shape (n,): what the draw left to chance; None where figures speak for others too.

        For figures on what was drawn, not on those of its items that happen to have several answers. Items that belong
        together without a draw of their own may have been drawn together: their groups count instead.
        """
        if not self.finite and (not self.weighted or self.grouped or bool((self.weights < 1).any())):
            return None
        return np.asarray(np.maximum(0.0, 1 - 1 / self.weights))

    @property
    def can_fail(self) -> bool:
        """Whether `NO_ANSWER` is one of the classes (then it is the last)."""
        return bool(self.classes) and self.classes[-1] == NO_ANSWER

    def independent(self) -> Self:
        """The same with every item on its own: figures then speak of these groups, not of others like them."""
        if not self.grouped:
            return self
        notes = (*self.notes, Reason("groups_taken_as_independent"))
        return replace(self, groups=np.arange(len(self)), queries=None, notes=notes)

    def answered(self, *names: str) -> Codes:
        """Positions of the items that people settled and all of these variants were asked."""
        kept = self.reference != NONE
        for name in names:
            kept &= (self.variants[name].codes != NONE).all(axis=1)
        return np.flatnonzero(kept)

    def agreed(self, name: str) -> Floats:
        """Share of the variant's repeats that gave the item's reference, shape (n,); 0 where there is none."""
        hits = (self.variants[name].codes == self.reference[:, None]) & (self.reference != NONE)[:, None]
        return np.asarray(hits.mean(axis=1))
