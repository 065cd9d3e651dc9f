"""A certificate on request: issued, with what is auto-accepted under it, how it is checked, and the signed log head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.application.certification.certify import certify_curve, certify_run
from assistant.application.certification.certify_campaign import CertifyChoice
from assistant.application.certification.check_certificate import plan_checks
from assistant.application.labeling.batches import note_certified
from assistant.application.routing.settlement import AutoAccepted, auto_accepted
from assistant.application.workspace.audit_anchors import RELEASE, anchor_head
from assistant.application.workspace.stale_labels import find_left_out
from assistant.domain.certificates import IssuedCertificate
from assistant.domain.label_versions import LeftOutKind
from assistant.errors import CertificateError
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
        CertificateError: the labels don't prove it; says what is missing, and where no label counts under the policy
            version in use, how many were given under others.
        InputError: there is no such run.
        WorkspaceError: the head of the log can't be signed.
    """
    try:
        issued = certify_run(workspace, choice)
    except CertificateError:
        _refuse_other_versions(workspace)
        raise
    note_certified(workspace, issued)
    prices = certify_curve(workspace, choice) if curve else []
    accepted = auto_accepted(workspace, issued)
    plan = plan_checks(workspace, issued, accepted.machine)
    anchor_head(workspace, RELEASE)
    return Certified(issued, accepted, prices, plan)


def _refuse_other_versions(workspace: Workspace) -> None:
    left_out = [one for one in find_left_out(workspace) if one.kind is LeftOutKind.LABELS]
    if not left_out or workspace.reviews.count()["labels"]:
        return
    policy = workspace.policy
    raise CertificateError(
        "labels_of_other_versions",
        policy=policy.id,
        version=policy.version,
        count=sum(one.labels for one in left_out),
        items=sum(one.items for one in left_out),
        versions=sorted({one.version or "not kept" for one in left_out}),
    )
