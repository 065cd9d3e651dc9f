"""The certificate of a campaign's audits, or what is missing for it; and how any certificate is issued."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from assistant.application.certification.batch import RunPopulation, read_batch
from assistant.application.certification.campaign_state import (
    History,
    SampleDetail,
    check_batch,
    in_words,
    read_history,
)
from assistant.domain.certificates import CertificateStatus, IssuedCertificate, Purpose
from assistant.domain.runs import Run
from assistant.domain.statements import StatedNonce, Statement
from assistant.errors import CertificateError
from assistant.stats.certificates.finite import errors_allowed
from assistant.store.certification.nonces import Nonce, campaign_scope
from assistant.trust.certificates.batch_guarantees import AuditedCampaign, BatchGuarantee, guarantee_batches
from assistant.trust.certificates.batch_statement import Proof, percent
from assistant.trust.certificates.campaign import AuditRound, CertificateTarget
from assistant.trust.certificates.certify import tolerated_errors
from assistant.trust.certificates.draws import AuditDraw, DrawFault, find_draw_fault
from assistant.trust.certificates.group_certificates import GroupCount, count_groups
from assistant.trust.certificates.plan import plan_audit
from assistant.trust.human_labels import LabelColumns
from assistant.trust.pool import NONE
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class CertifyChoice:
    """Which certificate is wanted.

    Args:
        run: its name, None for the newest.
        max_error, confidence: the target, None for the campaign's, else 0.05 and 0.95.
        by: `label` or `language` for a guarantee about each, None for one about the whole.
        method: `pac` for this batch, `ltt` for what comes later.
        declared: whether the owner of the labels says that they are a simple random sample.
        seed: None for the settings'.
    """

    run: str | None = None
    max_error: float | None = None
    confidence: float | None = None
    by: str | None = None
    method: str = "pac"
    declared: bool = False
    seed: int | None = None


def certify_campaign(workspace: Workspace, run: Run, choice: CertifyChoice) -> IssuedCertificate:
    """The certificate of a campaign's audits.

    Raises:
        InputError: a target that is not the campaign's, or shares that can't be.
        CertificateError: something is missing; says what.
    """
    history = read_history(workspace, run)
    target = history.target(choice.max_error, choice.confidence)
    _refuse_without_audit(workspace, history)
    batch = read_batch(workspace, run, last_key=history.last_key)
    check_batch(SampleDetail.of(history.samples[-1]), batch)
    labels = batch.labels(history.blind, history.audited)
    _refuse_missing(history, batch, labels)
    rounds = history.rounds(workspace, batch)
    rate = history.last.rate if history.last and history.last.rate else 1.0
    nonce = workspace.nonces.find(campaign_scope(run.id))
    _check_draws(workspace, history, batch, rounds, nonce)
    tolerance = partial(_tolerated, rate=rate)
    counts = count_groups(rounds, labels.certifying, batch.groups(choice.by), target, tolerance)
    if history.continued:  # what passes by now may have been labeled by people when less was tolerated
        counts = [replace(one, kept=one.kept[labels.final[one.kept] == NONE]) for one in counts]
    audit = AuditedCampaign(rounds, counts[0].rounds, labels.certifying, rate)
    proof = Proof(
        batch=batch.certified(labels, _drawn(history, batch)),
        label_set=workspace.policy.label_set,
        target=target,
        design="campaign",
        by=choice.by,
        counts=counts,
        rounds=rounds,
        places=[(audit.id, audit.fit_id or 0) for audit in history.audits],
        rate=rate,
        seed=history.samples[0].seed,
        nonce=stated_nonce(nonce),
        policies=history.policies,
        batches=[] if choice.by else _of_batches(workspace, batch, audit, target),
    )
    return issue(workspace, run, proof)


def issue(workspace: Workspace, run: Run, proof: Proof) -> IssuedCertificate:
    """Keep what was proved; the same proof again gives the same certificate.

    Raises:
        CertificateError: nothing was proved, or fresh labels have broken an earlier certificate of this run.
    """
    if not proof.accepted:
        raise _nothing_passed(proof, _probable_audit(workspace, run, proof.target))
    sample, fit = proof.places[-1]
    return issue_statement(workspace, run, fit, sample, proof.statement())


def issue_statement(
    workspace: Workspace, run: Run, fit_id: int, sample_id: int, statement: Statement
) -> IssuedCertificate:
    """Keep a statement, unless it is the newest already.

    Raises:
        CertificateError: fresh labels have broken an earlier certificate of this run.
    """
    store = workspace.certificates
    newest = store.latest(run.id)
    if newest is not None and store.standing(newest.id) is CertificateStatus.BROKEN:
        raise CertificateError("certificate_broken", certificate=newest.id, run=run.name)
    if newest is not None and newest.statement == statement:
        return newest
    return store.issue(run.id, fit_id, sample_id, statement)


def expected_errors(workspace: Workspace, run: Run, target: CertificateTarget) -> tuple[np.ndarray, int]:
    """Chance of each item left at the newest fit to be wrong, surest first, and the wrong labels the batch may hold.

    No items before anything was learned.
    """
    fits, samples = workspace.fits, workspace.samples.of_run(run.id)
    fit = fits.latest(run.id)
    if fit is None or not samples:
        return np.zeros(0), 0
    errors = [1 - score.confidence for page in fits.scores(fit.id) for score in page]
    return np.sort(np.array(errors)), errors_allowed(target.max_error, SampleDetail.of(samples[-1]).items)


def stated_nonce(nonce: Nonce | None) -> StatedNonce | None:
    """A nonce as a statement names it."""
    return None if nonce is None else StatedNonce(seal=nonce.seal, drawn_at=nonce.created_at)


def _tolerated(allowed: int, level: float, *, rate: float) -> int | None:
    return tolerated_errors(allowed, rate, level)


def _of_batches(
    workspace: Workspace, batch: RunPopulation, audit: AuditedCampaign, target: CertificateTarget
) -> list[BatchGuarantee]:
    """What is guaranteed of each batch that the items came in."""
    keys, members = np.array(batch.page.keys), {}
    for name, inside in workspace.batches.members(batch.page.keys[0], batch.page.keys[-1]):
        member = np.isin(keys, inside)
        if member.any():
            members[name] = member
    return guarantee_batches(audit, members, target)


def _drawn(history: History, batch: RunPopulation) -> dict[str, np.ndarray]:
    return {one.value: batch.positions(history.ids(one)) for one in (Purpose.START, Purpose.LEARN, Purpose.AUDIT)}


def _refuse_without_audit(workspace: Workspace, history: History) -> None:
    if history.audits:
        return
    run = history.run
    named = {"run": in_words(run), "name": run.name}
    if history.samples:
        drawn = [f"{len(history.ids(one)):,} to {one.value}" for one in {s.purpose: 0 for s in history.samples}]
        raise CertificateError("nothing_audited_yet", drawn=drawn, **named)
    store = workspace.samples
    if busy := [other for other in workspace.runs.all() if store.of_run(other.id)]:
        raise CertificateError("audit_of_another_run", other=in_words(busy[-1]), busy=busy[-1].name, **named)
    if workspace.reviews.count()["labels"]:
        raise CertificateError("labels_not_drawn", **named)
    raise CertificateError("nothing_labelled_yet", **named)


def _refuse_missing(history: History, batch: RunPopulation, labels: LabelColumns) -> None:
    for audit in history.audits:
        names = history.drawn[audit.id]
        missing = [name for name in names if labels.first[batch.position[name]] == NONE]
        if missing:
            tied, in_part = len(labels.tied.intersection(missing)), len(labels.in_part.intersection(missing))
            counts: dict[str, Any] = {"missing": len(missing), "drawn": len(names), "sample": audit.id}
            if tied or in_part:
                raise CertificateError("audit_labels_unsettled", tied=tied, in_part=in_part, **counts)
            raise CertificateError("audit_labels_missing", **counts)


def _check_draws(
    workspace: Workspace, history: History, batch: RunPopulation, rounds: Sequence[AuditRound], nonce: Nonce | None
) -> None:
    """Raises CertificateError where draws were used by an earlier audit, or are not those of the nonce."""
    audits = []
    for audit, audit_round in zip(history.audits, rounds, strict=True):
        design = SampleDetail.of(audit)
        used = design.seal is None and workspace.samples.audited_before(audit)
        audits.append(AuditDraw(audit.id, design.rate or 1.0, design.seal, used, audit_round))
    value, seal = (None, None) if nonce is None else (nonce.value, nonce.seal)
    found = find_draw_fault(audits, batch.page.ids, value, seal)
    if found is None:
        return
    if found[1] is DrawFault.USED_BEFORE:
        raise CertificateError("draws_used_before", sample=found[0])
    raise CertificateError("draws_changed", sample=found[0])


def _probable_audit(workspace: Workspace, run: Run, target: CertificateTarget) -> CertificateError:
    """How many audit labels would probably do."""
    errors, allowed = expected_errors(workspace, run, target)
    plan = plan_audit(errors, allowed, target.level)
    if plan.rate is None or plan.saved < 1:
        return CertificateError("no_audit_would_do")
    return CertificateError("audit_would_do", labels=round(plan.rate * plan.passing.sum()), saved=round(plan.saved))


def _nothing_passed(proof: Proof, outlook: CertificateError) -> CertificateError:
    most, reasons = percent(proof.target.max_error), [_reason(count) for count in proof.counts]
    if proof.by is None:
        return CertificateError("nothing_guaranteed", max_error=most, reason=reasons[0], outlook=outlook)
    groups = [
        CertificateError("reason_of_group", group=count.group, reason=reason)
        for count, reason in zip(proof.counts, reasons, strict=True)
    ]
    return CertificateError("no_group_guaranteed", by=proof.by, max_error=most, reasons=groups, outlook=outlook)


def _reason(count: GroupCount) -> CertificateError:
    """Why nothing of a group is accepted."""
    if count.tolerated is None:
        return CertificateError("group_too_small", items=count.population)
    return CertificateError("audit_met_its_errors" if count.errors else "nothing_offered")
