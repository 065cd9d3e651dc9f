"""Certificates from labels declared to be a simple random sample by their owner; see `trust.certificates.declared`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from assistant.application.certification.batch import RunPopulation, make_pool, read_batch
from assistant.application.certification.campaign_state import (
    DEFAULT_TARGET,
    SampleDetail,
    check_batch,
    in_words,
    policy_name,
    read_history,
    read_round,
    read_target,
)
from assistant.application.certification.campaign_store import drawing, fit_report, sampled, scores
from assistant.application.certification.certify_campaign import CertifyChoice, issue, stated_nonce
from assistant.application.certification.classifier_store import ClassifierReading, freeze
from assistant.domain.certificates import IssuedCertificate, Purpose, Sample
from assistant.domain.runs import Run
from assistant.errors import CertificateError, ConflictError
from assistant.routing.sampling import simple_random
from assistant.store.certification.fits import KeptClassifier
from assistant.store.certification.nonces import Nonce, declared_scope
from assistant.trust.certificates.batch_statement import CertifiedBatch, Proof, percent
from assistant.trust.certificates.campaign import AuditRound, CertificateTarget
from assistant.trust.certificates.declared import LEAST_LABELS, tolerated_in_sample
from assistant.trust.certificates.group_certificates import count_groups
from assistant.trust.classifier.calibrated import CalibratedClassifier, Predictions, one_thread
from assistant.trust.classifier.serialization import FrozenError
from assistant.trust.human_labels import LabelColumns
from assistant.trust.pool import NONE
from assistant.wiring.actor import actor
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True, eq=False)
class DeclaredAudit:
    """The half that audits, and the items it was drawn from.

    Args:
        batch, labels: the run's items, and their human labels.
        target: what is to be certified.
        sample: the audit as it is kept.
        audit_round: all items that did not teach, surest first.
        nonce: of the split; None for one from before there were nonces.
    """

    batch: RunPopulation
    labels: LabelColumns
    target: CertificateTarget
    sample: Sample
    audit_round: AuditRound
    nonce: Nonce | None

    @property
    def place(self) -> tuple[int, int]:
        """Numbers of the sample and of its fit."""
        return self.sample.id, self.sample.fit_id or 0

    @property
    def policies(self) -> list[str]:
        """Id and version of the policy people had when the labels were split."""
        policy = SampleDetail.of(self.sample).policy
        return [policy] if policy else []

    @property
    def certified(self) -> CertifiedBatch:
        """The batch as a statement needs it."""
        teaching = np.setdiff1d(np.arange(len(self.batch)), self.audit_round.order)
        return self.batch.certified(
            self.labels, {"teach": teaching, "audit": self.audit_round.order[self.audit_round.audited]}
        )


def certify_declared(workspace: Workspace, run: Run, choice: CertifyChoice) -> IssuedCertificate:
    """The certificate of a finite batch.

    Raises:
        InputError: a target or seed other than the first time, or that can't be.
        CertificateError: something is missing; says what.
    """
    audit = declared_audit(workspace, run, choice)
    batch, sample = audit.batch, audit.sample
    tolerance = partial(_tolerated, sampled=sample.size, population=sample.population)
    groups = batch.groups(choice.by)
    return issue(
        workspace,
        run,
        Proof(
            batch=audit.certified,
            label_set=workspace.policy.label_set,
            target=audit.target,
            design="declared",
            by=choice.by,
            counts=count_groups([audit.audit_round], audit.labels.certifying, groups, audit.target, tolerance),
            rounds=[audit.audit_round],
            places=[audit.place],
            rate=sample.size / sample.population,
            seed=sample.seed,
            nonce=stated_nonce(audit.nonce),
            policies=audit.policies,
        ),
    )


def _tolerated(allowed: int, level: float, *, sampled: int, population: int) -> int | None:
    return tolerated_in_sample(allowed, sampled, population, level)


def declared_audit(workspace: Workspace, run: Run, choice: CertifyChoice) -> DeclaredAudit:
    """The audit as it was split off the first time, or split off now.

    Raises:
        InputError, CertificateError: as for `certify_declared`.
        StorageError: another process is drawing.
    """
    with drawing(workspace):
        return _audit(workspace, run, choice)


def _audit(workspace: Workspace, run: Run, choice: CertifyChoice) -> DeclaredAudit:
    known = workspace.samples.of_run(run.id, Purpose.DECLARED)
    if not known:
        return _split(workspace, run, choice)
    sample, design = known[0], SampleDetail.of(known[0])
    target = read_target(choice.max_error or design.max_error, choice.confidence or design.confidence)
    if target != design.target or choice.seed not in {None, sample.seed}:
        stated = {"max_error": percent(design.max_error), "confidence": percent(design.confidence)}
        raise ConflictError("declared_split_fixed", run=run.name, seed=str(sample.seed), **stated)
    batch = read_batch(workspace, run, last_key=design.last_key)
    check_batch(design, batch)
    drawn = tuple(one.item_id for one in workspace.samples.items(sample.id))
    audit_round = read_round(workspace, batch, sample, drawn)
    nonce = workspace.nonces.find(declared_scope(run.id))
    return DeclaredAudit(batch, batch.labels(drawn, drawn), target, sample, audit_round, nonce)


def _split(workspace: Workspace, run: Run, choice: CertifyChoice) -> DeclaredAudit:
    if read_history(workspace, run).samples:
        raise CertificateError("drawn_by_campaign", run=run.name)
    target = read_target(
        DEFAULT_TARGET.max_error if choice.max_error is None else choice.max_error,
        DEFAULT_TARGET.confidence if choice.confidence is None else choice.confidence,
    )
    seed = workspace.seed if choice.seed is None else choice.seed
    batch = read_batch(workspace, run)
    labels = batch.labels(batch.page.ids, batch.page.ids)
    labelled = _labelled(batch, labels)
    names = [batch.page.ids[at] for at in labelled.tolist()]
    _refuse_second_split(workspace, run, names)
    nonce = workspace.nonces.get(declared_scope(run.id), actor())
    drawn = simple_random(names, len(names) // 2, key=nonce.value, purpose="declared: teaches")
    teaching = labelled[np.sort(drawn.index)]
    known = teaching[labels.codes[teaching] != NONE]
    if len(np.unique(labels.codes[known])) < 2:
        raise CertificateError("labels_all_the_same")
    pool = make_pool(workspace, batch)
    with one_thread():
        predictions = CalibratedClassifier(pool, seed=seed, fitted_on=teaching).fit(known, labels.codes[known])
    reading = ClassifierReading.of(workspace, batch, pool, teaching)
    predictions = _without_strange(predictions, list(reading.strange(workspace, batch, pool)))
    auditing = np.setdiff1d(labelled, teaching)
    return _kept(workspace, _Split(batch, labels, target, seed, nonce, predictions, reading, teaching, auditing))


def _refuse_second_split(workspace: Workspace, run: Run, labelled: Sequence[str]) -> None:
    """Labels that audited one run prove nothing about another: of several tried on the same one passes by luck."""
    store, known = workspace.samples, set(labelled)
    for other in workspace.runs.all():
        earlier = store.of_run(other.id, Purpose.DECLARED) if other.id != run.id else []
        if any(item.item_id in known for sample in earlier for item in store.items(sample.id)):
            raise CertificateError("labels_audited_a_run", audited=in_words(other), other=other.name, run=run.name)


def _without_strange(predictions: Predictions, strange: list[int]) -> Predictions:
    """Without a label and confidence for the items that later ones like them would not get any for."""
    codes, confidence = predictions.codes.copy(), predictions.confidence.copy()
    codes[strange], confidence[strange] = NONE, 0.0
    return replace(predictions, codes=codes, confidence=confidence)


@dataclass(frozen=True, slots=True, eq=False)
class _Split:
    """Labelled items in two halves: positions of those that teach and of those that audit, and what was learned how."""

    batch: RunPopulation
    labels: LabelColumns
    target: CertificateTarget
    seed: int
    nonce: Nonce
    predictions: Predictions
    reading: ClassifierReading
    teaching: np.ndarray
    auditing: np.ndarray


def _labelled(batch: RunPopulation, labels: LabelColumns) -> np.ndarray:
    """(m,) positions of the items people labelled.

    Those they are evenly split on, and those known in part only, are among them, as wrong ones: left out, the others
    would be a random sample no more.
    """
    if labels.assisted:
        raise CertificateError("labels_not_blind", labels=len(labels.assisted))
    labelled = np.union1d(np.flatnonzero(labels.codes != NONE), batch.positions(labels.tied | labels.in_part))
    if len(labelled) < 2 * LEAST_LABELS:
        least, run = 2 * LEAST_LABELS, batch.run.name
        raise CertificateError("too_few_declared_labels", run=run, each=LEAST_LABELS, least=least, labels=len(labelled))
    if len(labelled) == len(batch):
        raise CertificateError("every_item_labelled")
    return labelled


def _kept(workspace: Workspace, split: _Split) -> DeclaredAudit:
    """The split as it is kept: the scores of all items that did not teach, and the audit drawn from these.

    The classifier is kept as well: the features were measured on the items that taught alone, so that to it those that
    audit are as new as those that will come.
    """
    batch, predictions, auditing = split.batch, split.predictions, split.auditing
    others = np.setdiff1d(np.arange(len(batch)), split.teaching)
    classifier, unkept = _classifier(split)
    fit = workspace.fits.add(
        batch.run.id,
        seed=split.seed,
        labels_used=len(predictions.labelled),
        report=fit_report(predictions, split.teaching) | unkept,
        scores=scores(batch, predictions, others),
        classifier=classifier,
    )
    design = SampleDetail(
        max_error=split.target.max_error,
        confidence=split.target.confidence,
        items=len(batch),
        last_key=batch.last_key,
        offered=len(others),
        seal=split.nonce.seal,
        policy=policy_name(workspace),
    )
    sample = workspace.samples.add(
        batch.run.id,
        fit_id=fit.id,
        purpose=Purpose.DECLARED,
        population=len(others),
        seed=split.seed,
        detail=design.as_json() | {"taught": [batch.page.keys[at] for at in split.teaching.tolist()]},
        items=sampled(batch, auditing, np.full(len(auditing), len(auditing) / len(others))),
    )
    drawn = tuple(batch.page.ids[at] for at in auditing.tolist())
    audit_round = read_round(workspace, batch, sample, drawn)
    return DeclaredAudit(batch, batch.labels(drawn, drawn), split.target, sample, audit_round, split.nonce)


def _classifier(split: _Split) -> tuple[KeptClassifier | None, dict[str, object]]:
    """What made the scores, as it is kept; or why it is not, for the fit's report."""
    made = split.predictions.classifier
    try:
        return (None if made is None else freeze(made, split.reading)), {}
    except FrozenError as error:
        return None, {"classifier": str(error)}
