"""A certificate on request: issued, with what is auto-accepted under it, how it is checked, and the signed log head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.application.certification.certify import certify_curve, certify_run
from assistant.application.certification.certify_campaign import CertifyChoice
from assistant.application.certification.check_certificate import plan_checks
from assistant.application.routing.settlement import AutoAccepted, auto_accepted
from assistant.application.workspace.audit_anchors import RELEASE, anchor_head
from assistant.domain.certificates import IssuedCertificate
from assistant.trust.certificates.audit_cost import AuditCost
from assistant.trust.certificates.monitoring_plan import MonitoringPlan
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Certified:
    """A certificate and what follows from it.

    Args:
        issued: the certificate.
        accepted: what is auto-accepted under it, and what goes to people all the same.
        prices: what audits of other sizes would bring; empty where it wasn't asked for.
        plan: how fresh labels will check it; None where nothing is accepted.
    """

    issued: IssuedCertificate
    accepted: AutoAccepted
    prices: Sequence[AuditCost]
    plan: MonitoringPlan | None


def issue_certificate(workspace: Workspace, choice: CertifyChoice, *, curve: bool = False) -> Certified:
    """Certify a run and sign the head of the log of changes, so that the certificate can't be backdated.

    Args:
        workspace: the opened workspace.
        choice: run, target and method.
        curve: whether audits of other sizes are priced, too.

    Raises:
        CertificateError: the labels don't prove it; says what is missing.
        InputError: there is no such run.
        WorkspaceError: the head of the log can't be signed.
    """
    issued = certify_run(workspace, choice)
    prices = certify_curve(workspace, choice) if curve else []
    accepted = auto_accepted(workspace, issued)
    plan = plan_checks(workspace, issued, accepted.machine)
    anchor_head(workspace, RELEASE)
    return Certified(issued, accepted, prices, plan)
