"""One trial of our method: a whole campaign, in which published labels answer for people."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from assistant.domain.certificates import Purpose
from assistant.trust.certificates.campaign import Campaign, CertificateTarget
from assistant.trust.classifier.calibrated import CalibratedClassifier
from assistant.trust.pool import NONE, Pool
from assistant.trust.simulation.outcome import BatchOutcome


def play(campaign: Campaign, truth: np.ndarray) -> BatchOutcome:
    """A campaign from its first label to its last.

    Args:
        campaign: no one has labelled anything yet.
        truth: (n,) what people answer when they are asked.
    """
    answers = np.full(len(truth), NONE)
    while (step := campaign.next(answers)) is not None and step.purpose is not Purpose.REVIEW:
        answers[step.index] = truth[step.index]
    left = campaign.accepted()
    return BatchOutcome(
        items=len(truth),
        human_labels=len(truth) - len(left.index),
        errors=int((left.codes != truth[left.index]).sum()),
    )


@dataclass(frozen=True)
class AssistedTrial:
    """Our method on one batch, as a simulation plays it: the number of a trial is its seed.

    Args:
        pool: the batch.
        truth: (n,) what people answer.
        target: what is to be certified.
    """

    pool: Pool
    truth: np.ndarray
    target: CertificateTarget

    def __call__(self, trial: int) -> BatchOutcome:
        """What becomes of the batch in one trial."""
        return play(Campaign(self.pool.ids, self._classifier.restarted(trial), self.target, key=trial), self.truth)

    @cached_property
    def _classifier(self) -> CalibratedClassifier:
        """Made by the process that plays, once: what is computed of the pool serves all its trials."""
        return CalibratedClassifier(self.pool)
