"""A campaign as its stored samples show it: what was drawn so far, for which target, by which design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from assistant.application.certification.batch import RunPopulation
from assistant.domain.certificates import Fit, Purpose, Sample
from assistant.domain.runs import Run
from assistant.errors import CertificateError, ConflictError, InvalidValueError
from assistant.store.certification.nonces import Nonce
from assistant.trust.certificates.batch_statement import percent
from assistant.trust.certificates.campaign import AuditRound, Campaign, CertificateTarget
from assistant.trust.classifier.calibrated import CalibratedClassifier
from assistant.trust.classifier.model import Chosen
from assistant.trust.human_labels import LabelColumns
from assistant.trust.pool import NONE
from assistant.wiring.workspace import Workspace

DEFAULT_TARGET = CertificateTarget(0.05, 0.95)
_STEPS = (Purpose.START, Purpose.LEARN, Purpose.AUDIT, Purpose.REVIEW)
_BLIND = (Purpose.START, Purpose.AUDIT)


@dataclass(frozen=True, slots=True)
class SampleDetail:
    """What a sample's `detail` keeps, so that the campaign can go on in another process.

    Args:
        max_error, confidence: the target.
        items: in the batch.
        last_key: row number of the batch's last item.
        rate: chance of an offered item to be audited; None before that is settled.
        offered: items this audit round offered: the first of its fit's scores; None for other purposes.
        seal: of the nonce it was drawn with, see `Nonce.seal`; None for draws from before there were nonces.
        policy: id and version of the policy people had then.
    """

    max_error: float
    confidence: float
    items: int
    last_key: int
    rate: float | None = None
    offered: int | None = None
    seal: str | None = None
    policy: str | None = None

    @classmethod
    def of(cls, sample: Sample) -> SampleDetail:
        """As it was stored."""
        return cls(**{name: sample.detail.get(name) for name in cls.__slots__})  # type: ignore[arg-type] # own JSON

    def as_json(self) -> dict[str, object]:
        """As it is stored."""
        return asdict(self)

    @property
    def target(self) -> CertificateTarget:
        """What is to be certified."""
        return CertificateTarget(self.max_error, self.confidence)


@dataclass(frozen=True)
class History:
    """The samples of one run's campaign, oldest first, and the ids of their items by sample."""

    run: Run
    samples: tuple[Sample, ...]
    drawn: Mapping[int, tuple[str, ...]]

    @property
    def audits(self) -> tuple[Sample, ...]:
        """The samples of the audit rounds."""
        return tuple(sample for sample in self.samples if sample.purpose is Purpose.AUDIT)

    @cached_property
    def last(self) -> SampleDetail | None:
        """The newest design, None before the first sample."""
        return SampleDetail.of(self.samples[-1]) if self.samples else None

    @property
    def last_key(self) -> int | None:
        """Row number of the last item: fixed once items were offered; before that, and where it continues, it grows."""
        return self.last.last_key if self.audits and self.last else None

    @property
    def continued(self) -> bool:
        """Whether further items have come into the campaign since it first offered some."""
        return bool(self.audits) and self.last is not None and self.last.items > SampleDetail.of(self.audits[0]).items

    @property
    def blind(self) -> frozenset[str]:
        """Ids of items whose labels count only if they were not given in sight of the machine's."""
        return frozenset(name for one in self.samples if one.purpose in _BLIND for name in self.drawn[one.id])

    @property
    def audited(self) -> frozenset[str]:
        """Ids of the items whose labels certify."""
        return frozenset(self.ids(Purpose.AUDIT))

    @property
    def policies(self) -> list[str]:
        """Id and version of the policies people labelled by, oldest first."""
        return list(dict.fromkeys(one for one in (SampleDetail.of(sample).policy for sample in self.samples) if one))

    def ids(self, purpose: Purpose) -> list[str]:
        """Ids of all items drawn for a purpose."""
        return [name for one in self.samples if one.purpose is purpose for name in self.drawn[one.id]]

    def seed(self, wished: int | None, otherwise: int) -> int:
        """The seed of folds and solvers: that of the first sample, before that the one wished for. Draws have a nonce.

        Raises:
            InputError: another one is wished for while a campaign is under way.
        """
        if not self.samples:
            return otherwise if wished is None else wished
        seed = self.samples[0].seed
        if wished not in {None, seed}:
            raise ConflictError(
                "campaign_seed_fixed", field="seed", run=self.run.name, seed=str(seed), wished=str(wished)
            )
        return seed

    def target(self, max_error: float | None, confidence: float | None) -> CertificateTarget:
        """What is to be certified: as wished for, else as the campaign has it, else 5 % with 95 % confidence.

        It may change until items are offered. From then on it is fixed: whoever may choose the target after looking at
        the audit chooses the one that luck favours, and the chance to be wrong is no longer the one stated.

        Raises:
            InputError: shares out of range, or a change after items were offered.
        """
        now = self.last.target if self.last else DEFAULT_TARGET
        wished = read_target(
            now.max_error if max_error is None else max_error, now.confidence if confidence is None else confidence
        )
        if self.audits and wished != now:
            stated = {"max_error": percent(now.max_error), "confidence": percent(now.confidence)}
            raise ConflictError("campaign_target_fixed", run=self.run.name, **stated)
        return wished

    def resume(
        self,
        workspace: Workspace,
        batch: RunPopulation,
        classifier: CalibratedClassifier,
        target: CertificateTarget,
        nonce: Nonce,
    ) -> Campaign:
        """The campaign where it stopped."""
        campaign = Campaign(batch.page.ids, classifier, target, key=nonce.value)
        if (chosen := _chosen(workspace.fits.latest(self.run.id))) is not None:
            classifier.resume(chosen)
        same_target = self.last is not None and self.last.target == target
        rate = self.last.rate if self.last and same_target else None
        learned = [one.purpose for one in self.samples if one.purpose in {Purpose.LEARN, Purpose.AUDIT}]
        campaign.resume(rate, self.rounds(workspace, batch), taught=learned[-1:] == [Purpose.LEARN])
        return campaign

    def rounds(self, workspace: Workspace, batch: RunPopulation) -> list[AuditRound]:
        """The audit rounds as they were: order, labels and confidence are those of the fit each was made by."""
        return [read_round(workspace, batch, one, self.drawn[one.id]) for one in self.audits]


def _chosen(fit: Fit | None) -> Chosen | None:
    """What the newest fit's classifier looked at, so that the next one, in another process, looks at the same."""
    if fit is None or "penalty" not in fit.report:
        return None
    report: Mapping[str, Any] = fit.report
    return Chosen(report["recipe"], float(report["penalty"]), int(report["chosen_with"]))


def read_history(workspace: Workspace, run: Run) -> History:
    """What was drawn from a run so far.

    Raises:
        CertificateError: items have left the batch, or come into it, since they were first offered.
    """
    store = workspace.samples
    samples = tuple(one for one in store.of_run(run.id) if one.purpose in _STEPS)
    drawn = {one.id: tuple(item.item_id for item in store.items(one.id)) for one in samples}
    return History(run, samples, drawn)


def check_batch(design: SampleDetail, batch: RunPopulation) -> None:
    """Raises CertificateError where the batch is not the one that the audit was designed for."""
    if design.items != len(batch):
        raise CertificateError("batch_changed", items=design.items, now=len(batch), run=batch.run.name)


def read_round(workspace: Workspace, batch: RunPopulation, audit: Sample, drawn: tuple[str, ...]) -> AuditRound:
    """One audit round from the fit and the sample that are kept of it.

    A fit keeps the scores of just those items that were left when it was made; so the first of them, surest first and
    in order of arrival where equally sure, are the candidates. A score of confidence 0 stands for no answer.
    """
    scores = [score for page in workspace.fits.scores(audit.fit_id or 0) for score in page]
    offered = sorted(scores, key=lambda score: -score.confidence)[: SampleDetail.of(audit).offered or 0]
    order = batch.positions(score.item_id for score in offered)
    audited = np.zeros(len(batch), dtype=bool)
    audited[batch.positions(drawn)] = True
    return AuditRound(
        order=order,
        codes=batch.codes(score.labels if score.confidence > 0 else None for score in offered),
        confidence=np.array([score.confidence for score in offered]),
        audited=audited[order],
    )


def unlabelled(history: History, batch: RunPopulation, labels: LabelColumns) -> tuple[Sample, tuple[str, ...]] | None:
    """The first sample that can't be done without and lacks labels, with the ids of the items; None for none.

    These are all audits, whose items people may come to disagree on later, and the newest sample.
    """
    for sample in history.samples:
        codes = labels.first if sample.purpose is Purpose.AUDIT else labels.codes
        if sample.purpose is not Purpose.AUDIT and sample is not history.samples[-1]:
            continue
        missing = tuple(name for name in history.drawn[sample.id] if codes[batch.position[name]] == NONE)
        if missing:
            return sample, missing
    return None


def read_target(max_error: float, confidence: float) -> CertificateTarget:
    """A target as it is wanted. Raises InvalidValueError for shares that can't be."""
    for field, value in (("max_error", max_error), ("confidence", confidence)):
        if not 0 < value < 1:
            raise InvalidValueError("target_out_of_range", field=field, value=value)
    return replace(DEFAULT_TARGET, max_error=max_error, confidence=confidence)


def choose_run(workspace: Workspace, name: str | None) -> Run:
    """The run of that name, else the newest.

    Raises:
        InputError: no such run; or none is named, and a campaign is under way in another than the newest of the same
            population.
    """
    run = workspace.runs.find(name)
    if name is not None:
        return run
    store = workspace.samples
    if store.of_run(run.id):
        return run
    alike = (other for other in workspace.runs.all() if other.population == run.population)
    if busy := [other for other in alike if store.of_run(other.id)]:
        newest, other = in_words(run), in_words(busy[-1])
        raise ConflictError("campaign_of_another_run", newest=newest, other=other, run=run.name, busy=busy[-1].name)
    return run


def policy_name(workspace: Workspace) -> str:
    """Id and version of the policy that people label by now."""
    return f"{workspace.policy.id}@{workspace.policy.version}"


def in_words(run: Run) -> str:
    """A run in words."""
    return f"{run.name} ({run.prompt or 'imported'}, {run.model})"
