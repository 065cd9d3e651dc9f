"""The agreement panel: how far one variant agrees with people, and how far people agree with each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.domain.reasons import Reason
from assistant.stats.agreement.coefficient import Coefficient
from assistant.stats.vectors import Floats
from evals.agreement.run_shares import WholeRun


@dataclass(frozen=True, slots=True)
class PanelLabel:
    """One label of the panel; shares and rates weighted like the panel.

    Attributes:
        label: its name.
        people: share of items that people gave it; of a category of a multi-label set, of those where it is known.
        machine: share of these items that the variant gave it.
        precision, recall, f1: of the variant against people, with intervals; undefined with a reason.
        agreement: of a category of a multi-label set, share of the items where it is known on which the variant says
            yes or no as people do; None for other labels.
        kappa: Cohen's kappa of the same; None as above.
    """

    label: str
    people: float
    machine: float
    precision: Coefficient
    recall: Coefficient
    f1: Coefficient
    agreement: Coefficient | None = None
    kappa: Coefficient | None = None


@dataclass(frozen=True, slots=True)
class Invalid:
    """Answers of a variant that are none, since they hold what the label set does not have.

    Attributes:
        labels: how many answers, by what they hold, most first.
        answers: all answers there are, of all repeats.
        reference_set: the labels that count.
        stated: whether these were stated; else they are what people used.
        grades: whether they are grades.
    """

    labels: Mapping[str, int]
    answers: int
    reference_set: tuple[str, ...]
    stated: bool
    grades: bool


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What people reach among themselves, on the items of the panel that two or more of them answered.

    Attributes:
        human_human: probability that two reviewers of an item, drawn at random, agree.
        machine_human: probability that the variant agrees with a reviewer drawn at random, on the same items.
        gap: machine_human - human_human, with its interval over items.
        alpha: Krippendorff's alpha among the reviewers, on the panel's scale.
        raters: how many people.
    """

    human_human: Coefficient
    machine_human: Coefficient
    gap: Coefficient
    alpha: Coefficient
    raters: int


@dataclass(frozen=True, slots=True)
class Arms:
    """Single answers of reviewers by whether the machine's was in sight: how far seeing it pulls people.

    Attributes:
        blind, assisted: share of answers that are the variant's.
        pull: assisted - blind; an effect of seeing only where chance decided who saw it.
    """

    blind: Coefficient
    assisted: Coefficient
    pull: Coefficient


@dataclass(frozen=True, slots=True)
class ReviewerRow:
    """One reviewer beside the others of the same items.

    Attributes:
        name: who.
        with_others: probability of agreeing with another reviewer of the item, drawn at random.
    """

    name: str
    with_others: Coefficient


@dataclass(frozen=True, slots=True)
class PeoplePanel:
    """People among themselves, on the items that two or more of them answered.

    Attributes:
        coefficients: the registered metrics of people that fit the scale, by name.
        reviewers: everyone who shares an item with a person, least agreement first.
        items: items that two or more answered.
    """

    coefficients: Mapping[str, Coefficient]
    reviewers: tuple[ReviewerRow, ...]
    items: int


@dataclass(frozen=True, slots=True, eq=False)
class AgreementPanel:
    """How far a variant agrees with people.

    Attributes:
        variant: its name.
        coefficients: the registered metrics (see `metrics`) by name, against what people settled on.
        naive: raw agreement as if every reviewed item stood for itself alone; None where that is what `raw` is.
        n: items people settled and the variant answered.
        effective_n: as many equally weighing independent items would tell as much about raw agreement.
        classes: rows and columns of `table`.
        table: sums of weights, people in rows, the variant in columns, shape (k, k).
        labels: a row for each class that occurs.
        ceiling: people among themselves; None where no item has two answers.
        arms: blind and assisted answers; None where it isn't known for any.
        notes: what the reader must know.
        invalid: answers that hold what the label set does not have; None where there are none.
        whole_run: what all items that the variant answered hold; None where people settled them all, or too few.
    """

    variant: str
    coefficients: Mapping[str, Coefficient]
    naive: Coefficient | None
    n: int
    effective_n: float
    classes: tuple[str, ...]
    table: Floats
    labels: tuple[PanelLabel, ...]
    ceiling: Ceiling | None
    arms: Arms | None
    notes: tuple[Reason, ...] = ()
    invalid: Invalid | None = None
    whole_run: WholeRun | None = None
