"""The panel of people among themselves."""

from __future__ import annotations

import numpy as np

from assistant.errors import InputError
from assistant.stats.agreement.coefficient import Coefficient
from evals.agreement.metrics import people_metrics
from evals.agreement.pairs import counted
from evals.agreement.panel import PeoplePanel
from evals.agreement.people import RatersItems, reviewer_rows
from evals.data.eval_data import EvalData


def people_coefficients(data: EvalData, *, confidence: float = 0.95) -> dict[str, Coefficient]:
    """How far reviewers agree with each other: the metrics of people that fit the scale, by their registered names.

    Args:
        data: the data; answers given with the machine's in sight don't count.
        confidence: two-sided level.

    Raises:
        InputError: no one labelled anything.
    """
    if not len(counted(data.humans)):
        raise InputError("no_labels_to_measure")
    of = RatersItems(data, np.arange(len(data)), confidence)
    return {one.name: one.of_people(of) for one in people_metrics(data.scale) if one.of_people is not None}


def people_panel(data: EvalData, *, confidence: float = 0.95) -> PeoplePanel | None:
    """People among themselves, and each beside the others; None where no item has two answers.

    Args:
        data: the data; answers given with the machine's in sight don't count.
        confidence: two-sided level.
    """
    votes = np.bincount(counted(data.humans).items, minlength=len(data))
    if not (votes >= 2).any():
        return None
    figures = people_coefficients(data, confidence=confidence)
    return PeoplePanel(figures, reviewer_rows(data, confidence), int((votes >= 2).sum()))
