"""Issuing a certificate, by whichever method, and what other audit sizes would probably bring."""

from __future__ import annotations

from assistant.application.certification.campaign_state import DEFAULT_TARGET, SampleDetail, choose_run, read_target
from assistant.application.certification.certify_campaign import CertifyChoice, certify_campaign, expected_errors
from assistant.application.certification.certify_declared import certify_declared
from assistant.application.certification.certify_threshold import certify_threshold
from assistant.domain.certificates import IssuedCertificate
from assistant.trust.certificates.audit_cost import AuditCost, price_of_certainty
from assistant.wiring.workspace import Workspace


def certify_run(workspace: Workspace, choice: CertifyChoice) -> IssuedCertificate:
    """The certificate that is wanted, issued now or before.

    Raises:
        InputError: no such run, shares that can't be, or a target other than the one that is audited.
        CertificateError: it can't be had; says what is missing.
    """
    run = choose_run(workspace, choice.run)
    if choice.method == "ltt":
        return certify_threshold(workspace, run, choice)
    return (certify_declared if choice.declared else certify_campaign)(workspace, run, choice)


def certify_curve(workspace: Workspace, choice: CertifyChoice) -> list[AuditCost]:
    """What audits of some sizes would probably bring by the run's newest fit; empty before there is one."""
    run = choose_run(workspace, choice.run)
    samples = workspace.samples.of_run(run.id)
    known = SampleDetail.of(samples[-1]).target if samples else DEFAULT_TARGET
    target = read_target(choice.max_error or known.max_error, choice.confidence or known.confidence)
    errors, allowed = expected_errors(workspace, run, target)
    return price_of_certainty(errors, allowed, target.level)
