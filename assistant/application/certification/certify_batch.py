"""`assistant certify`: a promise that was proved, or what is missing for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from assistant.application.certification.audit_cost import probable_audit
from assistant.application.certification.batch import Batch, read_batch
from assistant.application.certification.campaign_state import Design, History, check_batch, percent, read_history, told
from assistant.application.certification.statement import Proof
from assistant.application.certification.verify_draws import check_draws
from assistant.application.certification.votes import Votes
from assistant.domain.certificates import IssuedCertificate, Purpose, Standing
from assistant.domain.runs import Run
from assistant.errors import CertificateError
from assistant.trust.certificates.certify import tolerated_errors
from assistant.trust.pool import NONE
from assistant.wiring.trust.counting import count_groups
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class CertifyChoice:
    """What `assistant certify` was asked for.

    Args:
        run: its name, None for the newest.
        max_error, confidence: the target, None for the campaign's, else 0.05 and 0.95.
        by: `label` or `language` for a promise about each, None for one about the whole.
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
    votes = batch.votes(history.blind, history.audited)
    _refuse_missing(history, batch, votes)
    waves = history.waves(workspace, batch)
    rate = history.last.rate if history.last and history.last.rate else 1.0
    nonce = check_draws(workspace, history, batch, waves)
    groups = np.full(len(batch), "", dtype=object) if choice.by is None else batch.groups(choice.by)
    proof = Proof(
        workspace=workspace,
        batch=batch,
        votes=votes,
        target=target,
        design="campaign",
        by=choice.by,
        counts=count_groups(waves, votes.certifying, groups, target, partial(_tolerated, rate=rate)),
        waves=waves,
        places=[(audit.id, audit.fit_id or 0) for audit in history.audits],
        rate=rate,
        drawn=_drawn(history, batch),
        seed=history.samples[0].seed,
        nonce=nonce,
        policies=history.policies,
    )
    return issue(proof)


def issue(proof: Proof) -> IssuedCertificate:
    """Keep what was proved; the same proof again gives the same certificate.

    Raises:
        CertificateError: nothing was proved, or fresh labels have broken an earlier certificate of this run.
    """
    workspace, run = proof.workspace, proof.batch.run
    if not proof.accepted:
        raise CertificateError(_nothing_passed(proof), hint=probable_audit(workspace, run, proof.target))
    sample, fit = proof.places[-1]
    return issue_statement(workspace, run, fit, sample, proof.as_json())


def issue_statement(
    workspace: Workspace, run: Run, fit_id: int, sample_id: int, statement: Mapping[str, object]
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
            hint="people label the rest, or the machine labels anew in another run that is audited anew",
        )
    if newest is not None and newest.statement == statement:
        return newest
    return store.issue(run.id, fit_id, sample_id, statement)


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
        raise CertificateError(f"nothing of {told(run)} was audited yet; drawn so far: {drawn}", hint=goes_on)
    store = workspace.samples
    if busy := [other for other in workspace.runs.all() if store.of_run(other.id)]:
        raise CertificateError(
            f"nothing was drawn from {told(run)}; people were asked about {told(busy[-1])}, and an audit of those"
            " answers proves nothing about these",
            hint=f"assistant certify --run {busy[-1].name}, or {goes_on}  starts with the labels there are",
        )
    if workspace.reviews.count()["labels"]:
        raise CertificateError(
            f"the labels there are were not drawn as an audit of {told(run)}: who chose them may have chosen easy ones",
            hint=f"{goes_on}  draws one; or --declared-random, if the labelled items are a simple random sample",
        )
    raise CertificateError(
        f"people have labelled nothing of {told(run)}", hint=f"{goes_on}  draws what they label first"
    )


def _refuse_missing(history: History, batch: Batch, votes: Votes) -> None:
    for audit in history.audits:
        names = history.drawn[audit.id]
        missing = [name for name in names if votes.first[batch.position[name]] == NONE]
        if missing:
            tied = len(votes.tied.intersection(missing))
            why = f"; on {tied:,} of these people are evenly split, and one more has to decide" if tied else ""
            in_part = len(votes.in_part.intersection(missing))
            why += f"; {in_part:,} of these leave categories unknown, and a complete label is needed" if in_part else ""
            raise CertificateError(
                f"{len(missing):,} of {len(names):,} labels of audit sample {audit.id} are missing{why}",
                hint="assistant sample  writes the file to label them in",
            )


def _nothing_passed(proof: Proof) -> str:
    most = percent(proof.target.max_error)
    if proof.by is not None:
        told_each = "; ".join(f"{count.group}: {count.reason}" for count in proof.counts)
        return f"for no {proof.by} at most {most} errors can be promised ({told_each})"
    return f"at most {most} errors can't be promised: {proof.counts[0].reason}"
