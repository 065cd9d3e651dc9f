"""What the analysis of a variant's disagreements comes to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assistant.domain.reasons import Reason
from assistant.stats.agreement.coefficient import Coefficient


class ProbableSide(StrEnum):
    """Who is probably at the root of a disagreement."""

    MACHINE = "machine"
    POLICY = "policy"
    REVIEWER = "reviewer"
    ITEM = "item"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class DisagreementExample:
    """An item on which the variant and people differ.

    Attributes:
        id: the item's.
        text: what it says, empty where only ids are known.
        people: what people settled on.
        machine: what the variant answered.
    """

    id: str
    text: str
    people: str
    machine: str


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A probable side, and how that was concluded.

    Attributes:
        side: which.
        because: the evidence with its figures, sentence by sentence.
    """

    side: ProbableSide
    because: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ConfusionPair:
    """Items people call one thing and the variant another.

    Attributes:
        people, machine: the two labels.
        n: items.
        share: of all disagreements (weighted).
        side: who is probably wrong.
        examples: a few of them.
    """

    people: str
    machine: str
    n: int
    share: float
    side: Conclusion
    examples: tuple[DisagreementExample, ...]


@dataclass(frozen=True, slots=True)
class SliceFinding:
    """A slice, or a combination of two, on which the variant is worse than elsewhere.

    Attributes:
        where: (property, value), one or two of them.
        n: items in it.
        disagreement: share on which the variant and people differ.
        elsewhere: the same on all other items.
        p_value: of the difference.
        adjusted_p: corrected for all slices that were looked at.
        surprising: whether it stands after the correction.
        side: who is probably wrong.
        examples: a few of its disagreements.
        pair: what people and the machine say of most of its disagreements; None where no pair makes up half.
    """

    where: tuple[tuple[str, str], ...]
    n: int
    disagreement: Coefficient
    elsewhere: float
    p_value: float | None
    adjusted_p: float | None
    surprising: bool
    side: Conclusion
    examples: tuple[DisagreementExample, ...]
    pair: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Cluster:
    """Misjudged items that are alike.

    Attributes:
        terms: words that mark it against the other items, strongest first.
        n: items in it.
        pair: the most frequent (people, machine) pair in it.
        side: who is probably wrong.
        examples: those nearest to its centre.
        disagreement: of the compared items whose texts are most like these, the share that is misjudged (weighted);
            larger than `elsewhere` where what they are about is misjudged more often than the rest.
        elsewhere: the same on all other items.
    """

    terms: tuple[str, ...]
    n: int
    pair: tuple[str, str]
    side: Conclusion
    examples: tuple[DisagreementExample, ...]
    disagreement: float | None = None
    elsewhere: float | None = None


@dataclass(frozen=True, slots=True)
class GroupRow:
    """Disagreement of one value of a property (clause, language, reviewer, length, any meta).

    Attributes:
        column: the property.
        name: the value.
        n: items, or answers for a reviewer.
        disagreement: share on which the variant differs from people, or from this reviewer.
    """

    column: str
    name: str
    n: int
    disagreement: Coefficient


@dataclass(frozen=True, slots=True)
class DisagreementAnalysis:
    """A variant's disagreements with people.

    Attributes:
        variant: its name.
        n: items compared.
        disagreed: items on which they differ.
        pairs: confusion pairs, most frequent first.
        groups: by clause, language, reviewer, length and meta.
        findings: slices that were searched, those that stand first.
        searched: how many slices were looked at.
        clusters: groups of similar misjudged items, those whose subject is misjudged more often than the rest first,
            then the largest; empty where texts are not known.
        notes: what the reader must know.
    """

    variant: str
    n: int
    disagreed: int
    pairs: tuple[ConfusionPair, ...]
    groups: tuple[GroupRow, ...]
    findings: tuple[SliceFinding, ...]
    searched: int
    clusters: tuple[Cluster, ...]
    notes: tuple[Reason, ...] = ()
