"""One trial over batches that arrive in turn: a campaign that continues, its labels delivered batch by batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from assistant.domain.certificates import Purpose
from assistant.stats.certificates.finite import errors_allowed
from assistant.trust.certificates.batch_guarantees import AuditedCampaign, guarantee_batches
from assistant.trust.certificates.campaign import AuditRound, Campaign, CertificateTarget
from assistant.trust.classifier.calibrated import CalibratedClassifier
from assistant.trust.pool import NONE, Pool, PoolAnswers
from assistant.trust.simulation.outcome import BatchOutcome
from assistant.trust.simulation.trial import AssistedTrial


@dataclass(frozen=True)
class BatchedTrial:
    """Our method on a set cut into batches, as a simulation plays it: the number of a trial is its seed.

    Each batch is labeled to its end, and delivered, before the next one arrives; what was learned stays.

    Args:
        pool: all items in the order they arrive.
        truth: (n,) what people answer.
        target: what is to be certified of all that has arrived.
        ends: where each batch ends: rising, the last one is n.
    """

    pool: Pool
    truth: np.ndarray
    target: CertificateTarget
    ends: Sequence[int]

    def __call__(self, trial: int) -> BatchOutcome:
        """What becomes of all batches in one trial."""
        labels = np.full(len(self.truth), NONE)  # of people
        final = np.full(len(self.truth), NONE)  # as delivered
        rounds: list[AuditRound] = []
        rate: float | None = None
        broken_then = 0
        for end, learned in zip(self.ends, self._classifiers, strict=True):
            campaign = Campaign(self.pool.ids[:end], learned.restarted(trial), self.target, key=trial)
            campaign.resume(rate, rounds, taught=False)
            while (step := campaign.next(labels[:end])) is not None and step.purpose is not Purpose.REVIEW:
                labels[step.index] = self.truth[step.index]
            kept = campaign.accepted()
            new = labels[kept.index] == NONE  # a later, larger tolerance reaches items that people have labeled by then
            final[kept.index[new]] = kept.codes[new]
            people = np.flatnonzero(final[:end] == NONE)
            labels[people] = final[people] = self.truth[people]
            rounds, rate = list(campaign.rounds), campaign.rate
            broken_then += int((final[:end] != self.truth[:end]).sum()) > errors_allowed(self.target.max_error, end)
        return self._outcome(labels, final, campaign, broken_then)

    def _members(self) -> dict[str, np.ndarray]:
        places = np.arange(len(self.truth))
        starts = [0, *self.ends[:-1]]
        return {
            str(number): (places >= start) & (places < end)
            for number, (start, end) in enumerate(zip(starts, self.ends, strict=True), start=1)
        }

    def _outcome(self, labels: np.ndarray, final: np.ndarray, campaign: Campaign, broken: int) -> BatchOutcome:
        wrong = final != self.truth
        members = self._members()
        passed = [one.count for one in campaign.passed]
        audit = AuditedCampaign(campaign.rounds, passed, self.truth, campaign.rate or 1.0)
        found = guarantee_batches(audit, members, self.target) if campaign.rate else []
        alone = [one for one in found if one.guaranteed]
        broken_alone = sum(int(wrong[members[one.batch]].sum()) > one.allowed for one in alone)
        return BatchOutcome(
            items=len(final),
            human_labels=int((labels != NONE).sum()),
            errors=int((final != self.truth).sum()),
            batches=len(self.ends),
            guaranteed_alone=len(alone),
            broken_alone=broken_alone,
            broken_then=broken,
        )

    @cached_property
    def _classifiers(self) -> list[CalibratedClassifier]:
        """One for each batch's end, of all that has arrived by then; made once by the process that plays."""
        return [CalibratedClassifier(some_items(self.pool, slice(0, end))) for end in self.ends]


@dataclass(frozen=True)
class SeparateTrial:
    """Each batch with a campaign of its own, which learns from nothing: what a campaign that continues is held against.

    Args:
        pool, truth, target, ends: as of `BatchedTrial`.
    """

    pool: Pool
    truth: np.ndarray
    target: CertificateTarget
    ends: Sequence[int]

    def __call__(self, trial: int) -> BatchOutcome:
        """What becomes of all batches in one trial."""
        played = []
        for one in self._trials:
            outcome = one(trial)
            broken = outcome.errors > errors_allowed(self.target.max_error, outcome.items)
            played.append(replace(outcome, batches=1, guaranteed_alone=1, broken_alone=int(broken)))
        sums = {one.name: sum(getattr(each, one.name) for each in played) for one in fields(BatchOutcome)}
        return BatchOutcome(**sums)

    @cached_property
    def _trials(self) -> list[AssistedTrial]:
        starts = [0, *self.ends[:-1]]
        return [
            AssistedTrial(some_items(self.pool, slice(start, end)), self.truth[start:end], self.target)
            for start, end in zip(starts, self.ends, strict=True)
        ]


def cut_evenly(items: int, batches: int) -> tuple[int, ...]:
    """Where each of so many batches ends; sizes differ by one at most.

    Raises:
        ValueError: fewer than one item a batch.
    """
    if not 1 <= batches <= items:
        raise ValueError(f"{items} items can't be {batches} batches")
    return tuple(items * number // batches for number in range(1, batches + 1))


def some_items(pool: Pool, cut: slice) -> Pool:
    """The pool as it is where there are some of its items only."""
    return Pool(
        ids=pool.ids[cut],
        texts=pool.texts[cut],
        vectors=pool.vectors[cut],
        classes=pool.classes,
        machine=_some_answers(pool.machine, cut),
        others={name: _some_answers(one, cut) for name, one in pool.others.items()},
        signals={name: column[cut] for name, column in pool.signals.items()},
        categories={name: column[cut] for name, column in pool.categories.items()},
    )


def _some_answers(answers: PoolAnswers, cut: slice) -> PoolAnswers:
    return PoolAnswers(answers.codes[cut], None if answers.scores is None else answers.scores[cut])
