"""Issuing the certificate that was asked for, and what other audit sizes would probably bring."""

from __future__ import annotations

from assistant.application.certification.audit_cost import price_curve
from assistant.application.certification.campaign_state import DEFAULT_TARGET, Design, choose_run, read_target
from assistant.application.certification.certify_batch import CertifyChoice, certify_campaign
from assistant.application.certification.certify_declared import certify_declared
from assistant.application.certification.certify_stream import certify_threshold
from assistant.domain.certificates import IssuedCertificate
from assistant.trust.certificates.audit_cost import Price
from assistant.wiring.workspace import Workspace


def certify_run(workspace: Workspace, choice: CertifyChoice) -> IssuedCertificate:
    """The certificate that was asked for, issued now or before.

    Raises:
        InputError: no such run, shares that can't be, or a target other than the one that is audited.
        CertificateError: it can't be had; says what is missing.
    """
    run = choose_run(workspace, choice.run)
    if choice.method == "ltt":
        return certify_threshold(workspace, run, choice)
    return (certify_declared if choice.declared else certify_campaign)(workspace, run, choice)


def certify_curve(workspace: Workspace, choice: CertifyChoice) -> list[Price]:
    """What audits of some sizes would probably bring by the run's newest fit; empty before there is one."""
    run = choose_run(workspace, choice.run)
    samples = workspace.samples.of_run(run.id)
    target = Design.of(samples[-1]).target if samples else DEFAULT_TARGET
    return price_curve(
        workspace, run, read_target(choice.max_error or target.max_error, choice.confidence or target.confidence)
    )
