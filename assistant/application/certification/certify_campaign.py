"""The certificate of a campaign's audits, or what is missing for it; and how any certificate is issued."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from assistant.application.certification.batch import Batch, read_batch
from assistant.application.certification.campaign_state import Design, History, check_batch, in_words, read_history
from assistant.domain.certificates import IssuedCertificate, Purpose, Standing
from assistant.domain.runs import Run
from assistant.domain.statements import StatedNonce, Statement
from assistant.errors import CertificateError
from assistant.stats.certificates.finite import errors_allowed
from assistant.store.certification.nonces import Nonce, campaign_scope
from assistant.trust.certificates.batch_statement import Proof, percent
from assistant.trust.certificates.campaign import AuditRound, Target
from assistant.trust.certificates.certify import tolerated_errors
from assistant.trust.certificates.draws import AuditDraw, DrawFault, find_draw_fault
from assistant.trust.certificates.group_certificates import count_groups
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
    check_batch(Design.of(history.audits[0]), batch)
    labels = batch.labels(history.blind, history.audited)
    _refuse_missing(history, batch, labels)
    rounds = history.rounds(workspace, batch)
    rate = history.last.rate if history.last and history.last.rate else 1.0
    nonce = workspace.nonces.find(campaign_scope(run.id))
    _check_draws(workspace, history, batch, rounds, nonce)
    tolerance = partial(_tolerated, rate=rate)
    proof = Proof(
        batch=batch.certified(labels, _drawn(history, batch)),
        label_set=workspace.policy.label_set,
        target=target,
        design="campaign",
        by=choice.by,
        counts=count_groups(rounds, labels.certifying, batch.groups(choice.by), target, tolerance),
        rounds=rounds,
        places=[(audit.id, audit.fit_id or 0) for audit in history.audits],
        rate=rate,
        seed=history.samples[0].seed,
        nonce=stated_nonce(nonce),
        policies=history.policies,
    )
    return issue(workspace, run, proof)


def issue(workspace: Workspace, run: Run, proof: Proof) -> IssuedCertificate:
    """Keep what was proved; the same proof again gives the same certificate.

    Raises:
        CertificateError: nothing was proved, or fresh labels have broken an earlier certificate of this run.
    """
    if not proof.accepted:
        raise CertificateError(_nothing_passed(proof), hint=_probable_audit(workspace, run, proof.target))
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
    if newest is not None and store.standing(newest.id) is Standing.BROKEN:
        raise CertificateError(
            f"fresh labels have broken certificate {newest.id} of {run.name}: the audit behind it proves nothing more",
            hint="people label the rest, or a model labels again in another run with an audit of its own",
        )
    if newest is not None and newest.statement == statement:
        return newest
    return store.issue(run.id, fit_id, sample_id, statement)


def expected_errors(workspace: Workspace, run: Run, target: Target) -> tuple[np.ndarray, int]:
    """Chance of each item left at the newest fit to be wrong, surest first, and the wrong labels the batch may hold.

    No items before anything was learned.
    """
    fits, samples = workspace.fits, workspace.samples.of_run(run.id)
    fit = fits.latest(run.id)
    if fit is None or not samples:
        return np.zeros(0), 0
    errors = [1 - score.confidence for page in fits.scores(fit.id) for score in page]
    return np.sort(np.array(errors)), errors_allowed(target.max_error, Design.of(samples[-1]).items)


def stated_nonce(nonce: Nonce | None) -> StatedNonce | None:
    """A nonce as a statement names it."""
    return None if nonce is None else StatedNonce(seal=nonce.seal, drawn_at=nonce.created_at)


def _tolerated(allowed: int, level: float, *, rate: float) -> int | None:
    return tolerated_errors(allowed, rate, level)


def _drawn(history: History, batch: Batch) -> dict[str, np.ndarray]:
    return {one.value: batch.positions(history.ids(one)) for one in (Purpose.START, Purpose.LEARN, Purpose.AUDIT)}


def _refuse_without_audit(workspace: Workspace, history: History) -> None:
    if history.audits:
        return
    run, goes_on = history.run, f"assistant sample --run {history.run.name}"
    if history.samples:
        drawn = ", ".join(
            f"{len(history.ids(one)):,} to {one.value}" for one in {s.purpose: 0 for s in history.samples}
        )
        raise CertificateError(f"nothing of {in_words(run)} was audited yet; drawn so far: {drawn}", hint=goes_on)
    store = workspace.samples
    if busy := [other for other in workspace.runs.all() if store.of_run(other.id)]:
        raise CertificateError(
            f"nothing was drawn from {in_words(run)}; people were asked about {in_words(busy[-1])}, and an audit of"
            " those answers proves nothing about these",
            hint=f"assistant certify --run {busy[-1].name}, or {goes_on}  starts with the labels there are",
        )
    if workspace.reviews.count()["labels"]:
        raise CertificateError(
            f"the labels there are were not drawn as an audit of {in_words(run)}: who chose them may have chosen easy"
            " ones",
            hint=f"{goes_on}  draws one; or --declared-random, if the labeled items are a simple random sample",
        )
    raise CertificateError(
        f"people have labeled nothing of {in_words(run)}", hint=f"{goes_on}  draws what they label first"
    )


def _refuse_missing(history: History, batch: Batch, labels: LabelColumns) -> None:
    for audit in history.audits:
        names = history.drawn[audit.id]
        missing = [name for name in names if labels.first[batch.position[name]] == NONE]
        if missing:
            tied = len(labels.tied.intersection(missing))
            why = f"; on {tied:,} of these people are evenly split, and one more has to decide" if tied else ""
            in_part = len(labels.in_part.intersection(missing))
            why += f"; {in_part:,} of these leave categories unknown, and a complete label is needed" if in_part else ""
            raise CertificateError(
                f"{len(missing):,} of {len(names):,} labels of audit sample {audit.id} are missing{why}",
                hint="assistant sample  writes the file to label them in",
            )


def _check_draws(
    workspace: Workspace, history: History, batch: Batch, rounds: Sequence[AuditRound], nonce: Nonce | None
) -> None:
    """Raises CertificateError where draws were used by an earlier audit, or are not those of the nonce."""
    audits = []
    for audit, audit_round in zip(history.audits, rounds, strict=True):
        design = Design.of(audit)
        used = design.seal is None and workspace.samples.audited_before(audit)
        audits.append(AuditDraw(audit.id, design.rate or 1.0, design.seal, used, audit_round))
    value, seal = (None, None) if nonce is None else (nonce.value, nonce.seal)
    found = find_draw_fault(audits, batch.page.ids, value, seal)
    if found is None:
        return
    hint = "people label the rest, or a model labels again in another run with an audit of its own"
    if found[1] is DrawFault.USED_BEFORE:
        raise CertificateError(
            f"audit sample {found[0]} was drawn from the same seed as an earlier run's audit of the same items:"
            " it looked at fewer items than it states, and proves nothing",
            hint=hint,
        )
    raise CertificateError(f"audit sample {found[0]} is not what its nonce draws: it was changed", hint=hint)


def _probable_audit(workspace: Workspace, run: Run, target: Target) -> str:
    """How many audit labels would probably do, in a sentence."""
    errors, allowed = expected_errors(workspace, run, target)
    plan = plan_audit(errors, allowed, target.level)
    if plan.rate is None or plan.saved < 1:
        return "by what was learned so far no audit would do: better model labels are needed, or people label the rest"
    labels, saved = round(plan.rate * plan.passing.sum()), round(plan.saved)
    return f"by what was learned so far an audit of {labels:,} labels would probably let about {saved:,} items leave"


def _nothing_passed(proof: Proof) -> str:
    most = percent(proof.target.max_error)
    if proof.by is not None:
        reasons = "; ".join(f"{count.group}: {count.reason}" for count in proof.counts)
        return f"for no {proof.by} at most {most} errors can be guaranteed ({reasons})"
    return f"at most {most} errors can't be guaranteed: {proof.counts[0].reason}"
