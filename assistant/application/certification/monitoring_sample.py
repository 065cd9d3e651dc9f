"""What a certificate permits among the labels accepted under it, and how many of these are drawn to keep testing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from assistant.domain.certificates import IssuedCertificate
from assistant.settings import RoutingSettings
from assistant.trust.certificates.monitoring_plan import MonitoringPlan

_BELOW_ONE = 1 - 1e-9
_ABOUT = 2.0  # times: a share that would change by less stays, so that nothing is drawn once more for it


def permitted(certificate: IssuedCertificate, accepted: int) -> float:
    """The certified share of wrong ones among the items that leave: all wrong labels allowed may be among them."""
    allowed = certificate.statement["allowed"]
    share = float(str(certificate.statement["max_error"])) if allowed is None else float(str(allowed)) / accepted
    return min(max(share, 1 - _BELOW_ONE), _BELOW_ONE)


def plan_monitoring(
    certificate: IssuedCertificate, accepted: int, settings: RoutingSettings, earlier: float | None = None
) -> MonitoringPlan | None:
    """How many of the accepted labels are drawn; None where there are none.

    Args:
        certificate: under which they are accepted.
        accepted: how many.
        settings: the share, or the power it follows from.
        earlier: share that was drawn so far under the same certificate and settings; it stays while it is about right.
    """
    if not accepted:
        return None

    def plan(share: float | None) -> MonitoringPlan:
        return MonitoringPlan.of(
            accepted,
            permitted(certificate, accepted),
            1 - float(str(certificate.statement["confidence"])),
            finite=certificate.statement["allowed"] is not None,
            factor=settings.monitor_factor,
            power=settings.monitor_power,
            share=share,
        )

    made = plan(settings.monitor_share)
    if earlier is None or made.chosen or not 1 / _ABOUT < made.share / earlier < _ABOUT:
        return made
    return replace(made, share=earlier)


def asked_for(settings: RoutingSettings) -> Mapping[str, object]:
    """What the share drawn follows from: a round of routing remembers it."""
    if settings.monitor_share is not None:
        return {"share": settings.monitor_share}
    return {"power": settings.monitor_power, "factor": settings.monitor_factor}
