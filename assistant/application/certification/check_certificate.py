"""Checking a certificate: fresh blind labels of accepted items test it; see `trust.certificates.monitor`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.application.certification.accepted_items import accepted_scores
from assistant.application.certification.campaign_state import choose_run
from assistant.domain.certificates import (
    CertificateEvent,
    CertificateEventKind,
    CertificateStatus,
    IssuedCertificate,
    Purpose,
    Score,
)
from assistant.errors import CertificateError
from assistant.routing.route import Route
from assistant.settings import RoutingSettings
from assistant.store.certification.nonces import routing_scope
from assistant.trust.certificates.fresh_labels import FreshLabels
from assistant.trust.certificates.monitor import Monitoring
from assistant.trust.certificates.monitoring_plan import MonitoringDesign, MonitoringPlan, plan_monitoring
from assistant.trust.human_labels import HumanLabels
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class MonitoringResult:
    """What the fresh labels show.

    Args:
        certificate: the newest one of the run.
        run: the run's name.
        broken: whether it may no longer be relied on; what was broken once stays so.
        monitoring: the test on all fresh labels so far.
        new: labels that came since the last check.
        drawn: items that were drawn to test the certificate.
        waiting: of these, items without a label that counts.
        plan: what so many labels notice.
    """

    certificate: IssuedCertificate
    run: str
    broken: bool
    monitoring: Monitoring
    new: int
    drawn: int
    waiting: int
    plan: MonitoringPlan


@dataclass(frozen=True, slots=True)
class _Watched:
    """What was accepted under a certificate since it was issued.

    Args:
        accepted: by external id, items that were auto-accepted, or drawn to be labelled all the same.
        drawn: ids of the items drawn: of what was accepted in a round each with the same chance.
    """

    accepted: Mapping[str, Score]
    drawn: frozenset[str]


_UNFIT = {
    CertificateStatus.WITHDRAWN: "certificate_withdrawn",
    CertificateStatus.OUTDATED: "certificate_outdated",
}


def check_certificate(workspace: Workspace, run_name: str | None) -> MonitoringResult:
    """Test the newest certificate of a run on all fresh labels, and record the result.

    All items accepted in a round of routing are drawn with one probability, so each label weighs the same. They are
    taken in the order of the checks that counted them first, in random order within one: a later check only adds to it.

    Raises:
        InputError: no such run.
        CertificateError: there is no certificate, it was withdrawn, or nothing was drawn to test it.
    """
    run = choose_run(workspace, run_name)
    store = workspace.certificates
    certificate = store.latest(run.id)
    if certificate is None:
        raise CertificateError("no_certificate_to_check", run=run.name)
    standing = store.standing(certificate.id)
    if not standing.certified:
        code = _UNFIT.get(standing, "certificate_not_proved")
        raise CertificateError(code, certificate=certificate.id, run=run.name)
    watched = _watch(workspace, certificate)
    fresh = _fresh_labels(workspace, watched, store.events(certificate.id))
    new = fresh.new(certificate.id, workspace.nonces.get(routing_scope(run.id)).value)
    plan = plan_checks(workspace, certificate, len(watched.accepted))
    assert plan is not None  # noqa: S101 - something was drawn, so something is accepted
    tested = fresh.test(new, plan)
    if new:
        _record(workspace, certificate, tested, new)
    broken = store.standing(certificate.id) is CertificateStatus.BROKEN
    waiting = len(watched.drawn) - tested.labels
    return MonitoringResult(certificate, run.name, broken, tested, len(new), len(watched.drawn), waiting, plan)


def plan_checks(
    workspace: Workspace, certificate: IssuedCertificate, accepted: int, earlier: float | None = None
) -> MonitoringPlan | None:
    """How many of the labels accepted under a certificate are drawn to monitor it; None where there are none.

    Args:
        workspace: whose settings say how much is wanted.
        certificate: under which they are accepted.
        accepted: how many.
        earlier: share that was drawn so far under the same certificate and settings.
    """
    return plan_monitoring(certificate.statement, accepted, monitoring_design(workspace.settings.routing), earlier)


def monitoring_design(settings: RoutingSettings) -> MonitoringDesign:
    """How much monitoring the settings want."""
    return MonitoringDesign(settings.monitor_share, settings.monitor_power, settings.monitor_factor)


def _fresh_labels(workspace: Workspace, watched: _Watched, events: Sequence[CertificateEvent]) -> FreshLabels:
    store = workspace.pool
    people = HumanLabels.of(store.human_answers(), store.adjudicated(), watched.drawn)
    machine = {name: score.labels for name, score in watched.accepted.items()}
    return FreshLabels(people.consensus(watched.drawn).labels, machine, tuple(_counted(events)))


def _watch(workspace: Workspace, certificate: IssuedCertificate) -> _Watched:
    routes, since = workspace.routes, certificate.created_at
    leaves = {score.item_id: score for score in accepted_scores(workspace, certificate)}
    sent = routes.ever(certificate.run_id, Route.ACCEPT, since)
    drawn = routes.ever(certificate.run_id, Route.ACCEPT_AUDIT, since) | _monitored(workspace, certificate)
    drawn &= leaves.keys()
    if not drawn:
        raise CertificateError("nothing_drawn_to_check", certificate=certificate.id)
    return _Watched({name: leaves[name] for name in (sent & leaves.keys()) | drawn}, frozenset(drawn))


def _monitored(workspace: Workspace, certificate: IssuedCertificate) -> set[str]:
    store = workspace.samples
    samples = store.of_run(certificate.run_id, Purpose.MONITOR)
    return {item.item_id for one in samples if one.created_at >= certificate.created_at for item in store.items(one.id)}


def _counted(events: Sequence[CertificateEvent]) -> Iterator[str]:
    """Items whose labels were counted so far, in the order they were."""
    for event in events:
        items = event.detail.get("items")
        yield from map(str, items) if isinstance(items, list) else ()


def _record(workspace: Workspace, certificate: IssuedCertificate, tested: Monitoring, new: Sequence[str]) -> None:
    low, high = tested.interval or (None, None)
    detail = {
        "items": list(new),
        "labels": tested.labels,
        "permitted": tested.max_error,
        "error_share": tested.error_share,
        "low": low,
        "high": high,
    }
    broken = tested.standing is CertificateStatus.BROKEN
    workspace.certificates.record(
        certificate.id, CertificateEventKind.BROKEN if broken else CertificateEventKind.CHECKED, detail
    )
