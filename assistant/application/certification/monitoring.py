"""`assistant check`: fresh blind labels of accepted items keep testing the newest certificate; see `trust.monitor`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.application.certification.accepted_items import accepted_scores
from assistant.application.certification.campaign_state import choose_run
from assistant.application.certification.human_labels import PeoplesAnswers
from assistant.application.certification.monitoring_sample import plan_monitoring
from assistant.domain.certificates import (
    CertificateEvent,
    CertificateEventKind,
    IssuedCertificate,
    Purpose,
    Score,
    Standing,
)
from assistant.domain.labels import LabelAnswer
from assistant.errors import CertificateError
from assistant.routing.route import Route
from assistant.routing.sampling import draw
from assistant.store.certification.certificates import CertificateStore
from assistant.store.certification.nonces import routing_scope
from assistant.trust.certificates.monitor import Monitoring, monitor
from assistant.trust.certificates.monitoring_plan import MonitoringPlan
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Checked:
    """What the fresh labels say.

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
    """What leaves under a certificate since it was issued.

    Args:
        accepted: by external id, items that were sent away with the machine's label, or drawn to be looked at.
        drawn: ids of the items drawn: of what was accepted in a round each with the same chance.
    """

    accepted: Mapping[str, Score]
    drawn: frozenset[str]


def check_certificate(workspace: Workspace, run_name: str | None) -> Checked:
    """Test the newest certificate of a run on all fresh labels, and keep what came of it.

    All items accepted in a round of routing are drawn with one probability, so each label weighs the same. They are
    taken in the order of the checks that counted them first, and by lot within one: a later check only adds to it.

    Raises:
        InputError: no such run.
        CertificateError: there is no certificate, it was withdrawn, or nothing was drawn to test it.
    """
    run = choose_run(workspace, run_name)
    store = workspace.certificates
    certificate = store.latest(run.id)
    if certificate is None:
        raise CertificateError(f"there is no certificate of {run.name} to check", hint="assistant certify")
    standing = store.standing(certificate.id)
    if not standing.certified:
        became = "was withdrawn" if standing is Standing.WITHDRAWN else "is not proved"
        raise CertificateError(f"certificate {certificate.id} of {run.name} {became}", hint="assistant certify")
    watched = _watch(workspace, certificate)
    people = PeoplesAnswers.read(workspace.pool, watched.drawn).votes(watched.drawn).settled
    counted = [name for name in _counted(store.events(certificate.id)) if name in people]
    nonce = workspace.nonces.get(routing_scope(run.id)).value
    new = _in_random_order(people.keys() - set(counted), certificate, nonce)
    losses = [_differ(people[name], watched.accepted[name].labels) for name in [*counted, *new]]
    plan = plan_monitoring(certificate, len(watched.accepted), workspace.settings.routing)
    assert plan is not None  # noqa: S101 - something was drawn, so something is accepted
    tested = monitor(
        losses, np.ones(len(losses)), max_error=plan.permitted, level=plan.level, population=plan.population
    )
    if new:
        _record(store, certificate, tested, new)
    broken = store.standing(certificate.id) is Standing.BROKEN
    waiting = len(watched.drawn) - len(losses)
    return Checked(certificate, run.name, broken, tested, len(new), len(watched.drawn), waiting, plan)


def _watch(workspace: Workspace, certificate: IssuedCertificate) -> _Watched:
    routes, since = workspace.routes, certificate.created_at
    leaves = {score.item_id: score for score in accepted_scores(workspace, certificate)}
    sent = routes.ever(certificate.run_id, Route.ACCEPT, since)
    drawn = routes.ever(certificate.run_id, Route.ACCEPT_AUDIT, since) | _monitored(workspace, certificate)
    drawn &= leaves.keys()
    if not drawn:
        raise CertificateError(
            f"nothing that leaves under certificate {certificate.id} was drawn to be labelled all the same",
            hint="assistant route  draws some of what it accepts: [routing] monitor_share",
        )
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


def _in_random_order(names: set[str], certificate: IssuedCertificate, nonce: str) -> list[str]:
    purpose = f"order of checking certificate {certificate.id}"
    return sorted(names, key=lambda name: (draw(nonce, name, purpose), name))


def _differ(person: LabelAnswer, machine: LabelAnswer) -> bool:
    return set(person) != set(machine)


def _record(store: CertificateStore, certificate: IssuedCertificate, tested: Monitoring, new: Sequence[str]) -> None:
    low, high = tested.interval or (None, None)
    detail = {
        "items": list(new),
        "labels": tested.labels,
        "permitted": tested.max_error,
        "error_share": tested.error_share,
        "low": low,
        "high": high,
    }
    broken = tested.standing is Standing.BROKEN
    store.record(certificate.id, CertificateEventKind.BROKEN if broken else CertificateEventKind.CHECKED, detail)
