"""What a campaign's steps leave in the stores: the fit, and the sample with the design it was drawn by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from assistant.application.certification.batch import RunPopulation
from assistant.application.certification.campaign_state import History, SampleDetail, policy_name
from assistant.domain.certificates import Fit, Purpose, Sample, SampledItem, Score
from assistant.store.certification.nonces import Nonce
from assistant.store.runs.journal import claim
from assistant.trust.certificates.campaign import Campaign, NextRound
from assistant.trust.classifier.calibrated import Predictions
from assistant.trust.pool import NONE
from assistant.trust.signals.reliability import reliability_report
from assistant.wiring.workspace import Workspace


@contextmanager
def drawing(workspace: Workspace) -> Iterator[None]:
    """One process at a time looks at what was drawn from a workspace and draws more: nothing is drawn twice.

    Raises:
        StorageError: another process is at it.
    """
    release = claim(workspace.project_state / "drawing")
    try:
        yield
    finally:
        release()


@dataclass(frozen=True, slots=True)
class Keeper:
    """Writes what a campaign does into the stores of its workspace.

    Args:
        workspace: whose stores.
        history: of the campaign so far.
        batch: its items.
        seed: of folds and solvers.
        nonce: of every draw.
    """

    workspace: Workspace
    history: History
    batch: RunPopulation
    seed: int
    nonce: Nonce

    def keep(self, campaign: Campaign, step: NextRound, left: np.ndarray) -> Sample:
        """A step's fit, where it made one, and its sample.

        Args:
            campaign: after the step.
            step: what people label next.
            left: (k,) items that were neither labelled nor offered before the step: those whose scores are kept.
        """
        fit = None if step.predictions is None else self._fit(step.predictions, left)
        return self.workspace.samples.add(
            self.history.run.id,
            fit_id=None if fit is None else fit.id,
            purpose=step.purpose,
            population=step.population,
            seed=self.seed,
            detail=self._design(campaign, step).as_json(),
            items=sampled(self.batch, step.index, step.inclusion),
        )

    def _fit(self, predictions: Predictions, left: np.ndarray) -> Fit:
        return self.workspace.fits.add(
            self.history.run.id,
            seed=self.seed,
            labels_used=len(predictions.labelled),
            report=fit_report(
                predictions,
                self.batch.positions(self.history.ids(Purpose.START)),
                whole=not self.history.samples or SampleDetail.of(self.history.samples[0]).items == len(self.batch),
            ),
            scores=scores(self.batch, predictions, left),
        )

    def _design(self, campaign: Campaign, step: NextRound) -> SampleDetail:
        return SampleDetail(
            max_error=campaign.target.max_error,
            confidence=campaign.target.confidence,
            items=len(self.batch),
            last_key=self.batch.last_key,
            rate=campaign.rate,
            offered=None if step.audit_round is None else len(step.audit_round.order),
            seal=self.nonce.seal,
            policy=policy_name(self.workspace),
        )


def sampled(batch: RunPopulation, index: np.ndarray, inclusion: np.ndarray) -> Iterator[SampledItem]:
    """Items as a sample keeps them: positions (k,) with the chance of each to be drawn (k,)."""
    for at, chance in zip(index.tolist(), inclusion.tolist(), strict=True):
        yield SampledItem(batch.page.ids[at], chance)


def scores(batch: RunPopulation, predictions: Predictions, index: np.ndarray) -> Iterator[Score]:
    """What a predictions says of some items; one without a label has confidence 0."""
    columns = (column[index].tolist() for column in (predictions.codes, predictions.confidence))
    for at, code, confidence in zip(index.tolist(), *columns, strict=True):
        labels = () if code == NONE else batch.classes.answers[code]
        yield Score(batch.page.ids[at], labels, confidence, predictions.author.value)


def fit_report(predictions: Predictions, random: np.ndarray, *, whole: bool = True) -> dict[str, object]:
    """How good a fit is, on labels it has not seen, of items that were drawn at random from the whole batch.

    Those of other items would speak of the doubtful ones alone.

    Args:
        predictions: of the fit.
        random: (k,) labelled items that are a simple random sample of the batch.
        whole: whether that was all of the batch then; more may have come since, where a campaign continues.
    """
    drawn = np.isin(predictions.labelled, random)
    report = None
    if drawn.any():
        report = reliability_report(predictions.unseen_confidence[drawn], predictions.unseen_agreed[drawn]).as_json()
    return {
        "author": predictions.author.value,
        "recipe": predictions.chosen.recipe,
        "penalty": predictions.chosen.penalty,
        "chosen_with": predictions.chosen.labels,
        "reliability": report,
        "speaks_for": _speaks_for(drawn=bool(drawn.any()), whole=whole),
    }


def _speaks_for(*, drawn: bool, whole: bool) -> str:
    if not drawn:
        return "nobody: no label was drawn at random"
    return f"the whole batch: a random sample of {'it' if whole else 'what was there when the campaign began'}"
