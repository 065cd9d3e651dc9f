"""What a certificate rests on and leads to: fits, random samples, the statement itself, and settled labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from assistant.domain.labels import LabelAnswer

if TYPE_CHECKING:
    from assistant.domain.statements import Statement


class Purpose(StrEnum):
    """What a sample was drawn for; decides what its labels may be used for."""

    START = "start"  # the first labels of a run, drawn before anything is known
    LEARN = "learn"  # where a label teaches most; never certifies
    AUDIT = "audit"  # a random sample to certify on
    REVIEW = "review"  # what people label because the machine is not trusted with it
    MONITOR = "monitor"  # fresh labels that keep testing a certificate
    DECLARED = "declared"  # a labelled set its owner declares to be a simple random sample


class CertificateEventKind(StrEnum):
    """What can happen to a certificate."""

    ISSUED = "issued"
    CHECKED = "checked"  # fresh labels did not contradict it
    BROKEN = "broken"  # fresh labels did
    WITHDRAWN = "withdrawn"  # a person took it back
    REOPENED = "reopened"  # items settled by people stand open again: evenly split, or answers taken back
    NOT_PROVED = "not_proved"  # its draws turned out to have been used before


class CertificateStatus(StrEnum):
    """Whether a certificate may still be relied on."""

    STANDING = "standing"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"
    NOT_PROVED = "not_proved"
    OUTDATED = "outdated"  # issued under a policy version whose labels were not all carried over to the one in use

    @property
    def certified(self) -> bool:
        """Whether what it let leave was once certified: what fresh labels broke was, what was taken back was not."""
        return self in {CertificateStatus.STANDING, CertificateStatus.BROKEN}


class Origin(StrEnum):
    """Whose answer a final label is."""

    PERSON = "person"
    MODEL = "model"  # the run's own answer
    CLASSIFIER = "classifier"  # what learned from people's labels gave another answer, or the same with better reasons
    WITHDRAWN = "withdrawn"  # no answer: what was final may not stand any more


MACHINE = frozenset({Origin.MODEL, Origin.CLASSIFIER})


@dataclass(frozen=True, slots=True)
class SampledItem:
    """One item of a sample.

    Args:
        item_id: the item's external id.
        inclusion_probability: chance, when the sample was drawn, that this item would be in it; in (0, 1].
    """

    item_id: str
    inclusion_probability: float

    def __post_init__(self) -> None:
        """Raises ValueError for a probability no estimate could be weighted by."""
        if not 0 < self.inclusion_probability <= 1:
            raise ValueError(
                f"item {self.item_id}: an inclusion probability lies in (0, 1], not {self.inclusion_probability}"
            )


@dataclass(frozen=True, slots=True)
class Sample:
    """A random draw from a run's items, as it was drawn.

    Args:
        id: its number.
        run_id: the run it was drawn from.
        fit_id: the fit whose scores the design used, None for a design that used none.
        purpose: what it was drawn for.
        population: items it was drawn from.
        size: items drawn.
        seed: of the draw: with the design it can be drawn again.
        detail: the design: method, strata, whatever the draw needs to be repeated.
        created_at: ISO 8601 in UTC.
    """

    id: int
    run_id: int
    fit_id: int | None
    purpose: Purpose
    population: int
    size: int
    seed: int
    detail: Mapping[str, object]
    created_at: str


@dataclass(frozen=True, slots=True)
class Score:
    """The machine's final answer to one item, and how far it can be trusted.

    Args:
        item_id: the item's external id.
        labels: the machine's answer.
        confidence: calibrated probability that a reviewer agrees, in [0, 1].
        origin: whose answer it is: `model` (the run's) or `classifier`.
    """

    item_id: str
    labels: LabelAnswer
    confidence: float
    origin: str


@dataclass(frozen=True, slots=True)
class Fit:
    """One training of student and calibration on a run; its scores are kept beside it.

    Args:
        id: its number.
        run_id: the run whose items are scored.
        seed: of folds and solvers.
        labels_used: items whose human labels it learned from.
        report: how good it is, by held-out labels.
        created_at: ISO 8601 in UTC.
    """

    id: int
    run_id: int
    seed: int
    labels_used: int
    report: Mapping[str, object]
    created_at: str


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """A certificate as it was issued; what became of it is in its events.

    Args:
        id: its number.
        run_id: the run it speaks about.
        fit_id: the fit whose scores its threshold cuts, None when it cuts the model's own.
        sample_id: the sample that certified it.
        statement: everything it says.
        created_at: ISO 8601 in UTC.
    """

    id: int
    run_id: int
    fit_id: int | None
    sample_id: int
    statement: Statement
    created_at: str


@dataclass(frozen=True, slots=True)
class CertificateEvent:
    """Something that happened to a certificate: what, with which numbers, when (ISO 8601 in UTC)."""

    certificate_id: int
    event: CertificateEventKind
    detail: Mapping[str, object]
    created_at: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """An item's final label with its provenance.

    Args:
        item_id: the item's external id.
        labels: the final answer; empty where it was withdrawn.
        origin: whose answer it is.
        certificate_id: the certificate a machine answer was accepted under; None for people's.
        confidence: calibrated probability that a reviewer agrees with a machine answer; None for people's.
        raters: people whose answers stand behind it; 0 for a machine answer no one looked at.
        fit_id: of a machine answer, the fit that gave its confidence; of the classifier's it is the version.
        unknown: categories of a multi-label set of which the label says nothing; empty for a complete one.
        policy_version: the version it was given under; None where that was not kept.
    """

    item_id: str
    labels: LabelAnswer
    origin: Origin
    certificate_id: int | None
    confidence: float | None
    raters: int
    fit_id: int | None = None
    unknown: LabelAnswer = ()
    policy_version: str | None = None


def standing_after(events: list[CertificateEvent]) -> CertificateStatus:
    """Whether a certificate with that history may be relied on: what broke stays broken, whatever is checked later."""
    kinds = {one.event for one in events}
    if CertificateEventKind.WITHDRAWN in kinds:
        return CertificateStatus.WITHDRAWN
    if CertificateEventKind.NOT_PROVED in kinds:
        return CertificateStatus.NOT_PROVED
    return CertificateStatus.BROKEN if CertificateEventKind.BROKEN in kinds else CertificateStatus.STANDING
