"""Certificates for items that come later: the least confidence that is sure enough; see `trust.stream`."""

from __future__ import annotations

from math import ceil, floor

import numpy as np

from assistant.application.certification.accepted_items import PassedWave
from assistant.application.certification.campaign_state import percent
from assistant.application.certification.certify_batch import CertifyChoice, issue_statement
from assistant.application.certification.certify_declared import DeclaredAudit, declared_audit
from assistant.application.certification.classifier_store import thaw
from assistant.application.certification.statement import identity, nonce_as_json, people_as_json
from assistant.domain.certificates import IssuedCertificate
from assistant.domain.runs import Run
from assistant.errors import CertificateError, InputError
from assistant.trust.certificates.stream import StreamCertificate, certify_stream
from assistant.trust.classifier.serialization import FrozenError
from assistant.trust.pool import NONE
from assistant.wiring.workspace import Workspace


def certify_threshold(workspace: Workspace, run: Run, choice: CertifyChoice) -> IssuedCertificate:
    """The certificate of a threshold for items that come later from the same source; see `trust.stream`.

    A campaign's audit can't do that: it was drawn from the surest items of one batch, and a threshold for a stream
    needs labels of a random sample of everything the source sends, none of which taught the student.

    Raises:
        InputError, CertificateError: as for `certify_declared`; and for --by.
    """
    if choice.by is not None:
        raise InputError("--method ltt makes one threshold for all", hint="--by goes with --method pac")
    if not choice.declared:
        raise CertificateError(
            "a threshold for items that come later needs a labelled random sample of what the source sends; a campaign"
            " audits the surest items of one batch",
            hint="label a random sample and give --declared-random, or certify this batch: --method pac",
        )
    audit = declared_audit(workspace, run, choice)
    later = _valid_for(workspace, audit)
    wave, answers = audit.wave, audit.votes.certifying[audit.wave.order]
    wrong = (answers != wave.codes) | (answers == NONE)
    found = certify_stream(
        wave.confidence[wave.audited],
        wrong[wave.audited],
        wave.confidence[~wave.audited],
        max_error=audit.target.max_error,
        level=audit.target.level,
    )
    if found.threshold is None:
        raise CertificateError(f"no threshold can be certified: {found.reason}", hint="let people label them meanwhile")
    return issue_statement(workspace, run, audit.place[1], audit.place[0], _threshold_statement(audit, found) | later)


def _valid_for(workspace: Workspace, audit: DeclaredAudit) -> dict[str, object]:
    """The classifier that scores what comes later, and of which kind that has to be.

    Raises:
        CertificateError: it was not kept, or can't be read: nothing that comes later would ever be scored.
    """
    store, number = workspace.fits, audit.place[1]
    kept, fit = store.classifier(number), store.get(number)
    if kept is None:
        reason = None if fit is None else fit.report.get("classifier")
        raise _nothing_scores(str(reason or "these labels were split by a version that kept no classifier"))
    try:
        _, reading = thaw(kept)
    except FrozenError as error:
        raise _nothing_scores(str(error)) from None
    policy = workspace.policy
    return {
        "classifier": {"version": kept.version, "digest": kept.digest, "bytes": len(kept.body)},
        "valid_for": {
            "policy": f"{policy.id}@{policy.version}",
            "policy_hash": policy.digest,
            "embedder": reading.embedder,
            **reading.familiar.as_json(),
        },
    }


def _nothing_scores(why: str) -> CertificateError:
    hint = "certify this batch: --method pac; or take the items into a new workspace and certify there"
    return CertificateError(f"nothing can score what comes later: {why}", hint=hint)


def _threshold_statement(audit: DeclaredAudit, found: StreamCertificate) -> dict[str, object]:
    batch, wave, target, step = audit.batch, audit.wave, audit.target, found.certified
    through = wave.confidence >= (step.threshold if step else np.inf)
    passed, accepted = int(through.sum()), int((through & ~wave.audited & (wave.codes != NONE)).sum())
    left = len(batch) - int((audit.votes.final != NONE).sum()) - accepted
    sample, fit = audit.place
    return {
        "sentence": _threshold_sentence(found),
        "method": "ltt",
        "design": "declared",
        "max_error": target.max_error,
        "confidence": target.confidence,
        "by": None,
        "run": identity(batch.run),
        "population": len(batch),
        "allowed": None,
        "accepted": accepted,
        "passed": passed,
        "offered": len(wave.order),
        "audited": audit.sample.size,
        "errors": step.errors if step else None,
        "tolerated": None,
        "rate": audit.sample.size / audit.sample.population,
        "waves": [PassedWave(sample, fit, len(wave.order), passed).as_json()],
        "threshold": found.threshold,
        "coverage": [found.coverage_low, found.coverage_high],
        "left": left,
        "complete": left == 0,
        "groups": [],
        "estimate": {"accepted": step.errors / step.accepted, "accepted_upper": target.max_error} if step else None,
        "losses": None,
        "losses_reason": "a threshold's promise is about the source, not about these items",
        **people_as_json(batch, audit.votes, audit.drawn),
        "policies": audit.policies,
        "nonce": nonce_as_json(audit.nonce),
        "seed": audit.sample.seed,
    }


def _threshold_sentence(found: StreamCertificate) -> str:
    low, high = floor(100 * (found.coverage_low or 0)), ceil(100 * (found.coverage_high or 1))
    return (
        f"Of the labels this source's items get with a confidence of {found.threshold:.6g} or more, at most"
        f" {percent(found.max_error)} differ from what the reviewers would say, and {low} % to {high} % of what comes"
        f" is that sure: both together with {percent(1 - found.level)} confidence, while items come from the same"
        " source and are labelled by the same model, prompt and policy."
    )
