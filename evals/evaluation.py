"""Everything an evaluation comes to: what a report, a gate or a page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.domain.reasons import Reason
from assistant.stats.scores.calibration import Bin
from assistant.stats.scores.selective import RiskCoverage
from evals.agreement.panel import AgreementPanel, PeoplePanel
from evals.agreement.replacement import Replacement
from evals.comparison.comparison import Comparison
from evals.comparison.ranking import Ranking
from evals.data.eval_data import Scale, VariantIdentity
from evals.disagreements.analysis import DisagreementAnalysis


@dataclass(frozen=True, slots=True)
class Subject:
    """What was evaluated.

    Attributes:
        title: the suite's name, or the files'.
        digest: identity of the frozen data, hexadecimal.
        items: how many items it holds.
        settled: how many of them people settled on.
        classes: the label set.
        scale: how labels relate.
        raters: how many people labelled.
        identities: what each variant is made of.
        left_out: items that are not counted, by reason.
        notes: what the reader must know.
    """

    title: str
    digest: str
    items: int
    settled: int
    classes: tuple[str, ...]
    scale: Scale
    raters: int
    identities: Mapping[str, VariantIdentity]
    left_out: Mapping[Reason, int]
    notes: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ConfidenceQuality:
    """How well a variant's confidence tells right answers from wrong ones.

    Attributes:
        calibrated: whether the confidence is a calibrated probability.
        bins: the reliability diagram; None where confidences are no probabilities.
        error: expected calibration error; None as above.
        auroc: of telling agreed from not agreed; None where undefined.
        curve: risk when the unsure are left out.
    """

    calibrated: bool
    bins: tuple[Bin, ...] | None
    error: float | None
    auroc: float | None
    curve: RiskCoverage


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Everything an evaluation comes to.

    Attributes:
        subject: what was evaluated.
        panels: agreement, by variant, in the order of the data.
        ranking: all variants, None for one.
        comparisons: baseline against candidates.
        replacements: may it replace a reviewer, by variant.
        disagreements: by variant.
        confidences: by variant that gave one.
        people: reviewers among themselves, None where no item has two answers.
    """

    subject: Subject
    panels: Mapping[str, AgreementPanel]
    ranking: Ranking | None = None
    comparisons: tuple[Comparison, ...] = ()
    replacements: Mapping[str, Replacement] = field(default_factory=dict)
    disagreements: Mapping[str, DisagreementAnalysis] = field(default_factory=dict)
    confidences: Mapping[str, ConfidenceQuality] = field(default_factory=dict)
    people: PeoplePanel | None = None
