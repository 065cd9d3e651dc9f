"""Run the alternative annotator test on a variant."""

from __future__ import annotations

import numpy as np

from assistant.stats.agreement.alternative_annotator import alternative_annotator_test
from evals.agreement.label_rows import no_answer
from evals.agreement.pairs import counted
from evals.agreement.replacement import EpsilonTest, Replacement
from evals.data.eval_data import EvalData, Scale

EPSILONS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3)
"""Allowances tried: the authors suggest 0.1 against crowd workers, 0.15 against trained and 0.2 against experts."""


_FAR = 10  # times as far as the scale is long


def may_replace(data: EvalData, variant: str) -> Replacement:
    """Whether the variant stands in for a reviewer as well as another reviewer does, for a range of allowances.

    Args:
        data: three reviewers or more with 30 items each in common with others, else the test is undefined.
        variant: its name.

    Source: Calderon, Reichart & Dror (2025), arXiv 2501.10970.
    """
    humans = counted(data.humans)
    machine = data.variants[variant].first
    # What is no grade lies beyond all of them: as the next one after the last it would be near to that.
    machine = np.where(machine == no_answer(data), _FAR * len(data.classes), machine)
    test = alternative_annotator_test(
        humans.items,
        humans.raters,
        humans.codes,
        machine,
        epsilons=EPSILONS,
        closeness="squared_distance" if data.scale is Scale.ORDINAL else "equal",
    )
    return Replacement(
        variant=variant,
        advantage_probability=test.advantage_probability,
        allowances=tuple(EpsilonTest(one.epsilon, one.winning_rate, one.passed) for one in test.at)
        or tuple(EpsilonTest(epsilon, None, None) for epsilon in EPSILONS),
        raters=len(test.raters),
        reason=test.reason,
    )
