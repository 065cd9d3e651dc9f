"""Certificates for items that come later: the least confidence that is sure enough; see `trust.certificates.stream`."""

from __future__ import annotations

from assistant.application.certification.certify_campaign import CertifyChoice, issue_statement, stated_nonce
from assistant.application.certification.certify_declared import DeclaredAudit, declared_audit
from assistant.application.certification.classifier_store import thaw
from assistant.domain.certificates import IssuedCertificate
from assistant.domain.runs import Run
from assistant.domain.statements import StatedClassifier, ValidFor
from assistant.errors import CertificateError, InvalidValueError
from assistant.trust.certificates.stream import certify_stream
from assistant.trust.certificates.threshold_statement import ThresholdProof
from assistant.trust.classifier.serialization import FrozenError
from assistant.trust.pool import NONE
from assistant.wiring.workspace import Workspace


def certify_threshold(workspace: Workspace, run: Run, choice: CertifyChoice) -> IssuedCertificate:
    """The certificate of a threshold for items that come later from the same source; see `trust.certificates.stream`.

    A campaign's audit can't do that: it was drawn from the surest items of one batch, and a threshold for a stream
    needs labels of a random sample of everything the source sends, none of which taught the classifier.

    Raises:
        InputError, CertificateError: as for `certify_declared`; and for --by.
    """
    if choice.by is not None:
        raise InvalidValueError("threshold_without_groups", field="by")
    if not choice.declared:
        raise CertificateError("threshold_needs_random_sample")
    audit = declared_audit(workspace, run, choice)
    classifier, valid_for = _scores_later(workspace, audit)
    audit_round, answers = audit.audit_round, audit.labels.certifying[audit.audit_round.order]
    wrong = (answers != audit_round.codes) | (answers == NONE)
    found = certify_stream(
        audit_round.confidence[audit_round.audited],
        wrong[audit_round.audited],
        audit_round.confidence[~audit_round.audited],
        max_error=audit.target.max_error,
        level=audit.target.level,
    )
    if found.threshold is None:
        raise CertificateError("no_threshold_certified", reason=found.reason)
    proof = ThresholdProof(
        batch=audit.certified,
        target=audit.target,
        audit_round=audit_round,
        place=audit.place,
        found=found,
        rate=audit.sample.size / audit.sample.population,
        seed=audit.sample.seed,
        nonce=stated_nonce(audit.nonce),
        policies=audit.policies,
        classifier=classifier,
        valid_for=valid_for,
    )
    return issue_statement(workspace, run, audit.place[1], audit.place[0], proof.statement())


def _scores_later(workspace: Workspace, audit: DeclaredAudit) -> tuple[StatedClassifier, ValidFor]:
    """The classifier that scores what comes later, and of which kind that has to be.

    Raises:
        CertificateError: it was not kept, or can't be read: nothing that comes later would ever be scored.
    """
    store, number = workspace.fits, audit.place[1]
    kept, fit = store.classifier(number), store.get(number)
    if kept is None:
        reason = None if fit is None else fit.report.get("classifier")
        raise CertificateError(
            "nothing_scores_later", why=str(reason) if reason else CertificateError("no_classifier_kept")
        )
    try:
        _, reading = thaw(kept)
    except FrozenError as error:
        raise CertificateError("nothing_scores_later", why=str(error)) from None
    policy, familiar = workspace.policy, reading.familiar
    valid_for = ValidFor(
        policy=f"{policy.id}@{policy.version}",
        policy_hash=policy.digest,
        embedder=reading.embedder,
        values={name: tuple(sorted(values)) for name, values in familiar.values.items()},
        inputs=familiar.inputs,
    )
    return StatedClassifier(version=kept.version, digest=kept.digest, bytes=len(kept.body)), valid_for
