"""Final labels: human labels where there are some, else the machine's where a certificate accepts it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.application.certification.new_items import keep_later
from assistant.application.labeling.run_states import progress_of_run
from assistant.application.routing.machine_answers import Trusted, read_trusted
from assistant.application.routing.route_plan import RoutePlan
from assistant.application.routing.route_run import RouteOptions, plan_routes
from assistant.domain.certificates import CertificateEventKind, IssuedCertificate, Origin, Settlement
from assistant.domain.consensus import Consensus, differ
from assistant.domain.reviews import HumanAnswer
from assistant.domain.runs import Run
from assistant.routing.route import Route
from assistant.routing.route_scored import ROUTES
from assistant.store.runs.rounds import RunColumns
from assistant.trust.human_labels import HumanLabels
from assistant.wiring.actor import actor
from assistant.wiring.workspace import Workspace

NO_ROUTE = "not routed"


@dataclass(frozen=True, slots=True)
class SettlementResult:
    """What was settled and what was not.

    Args:
        trusted: the certificate it was settled by.
        people: items with a person's final label, complete.
        in_part: items with a person's final label that leaves categories of a multi-label set unknown.
        model: items with the model's.
        classifier: items with the classifier's.
        tied: items people are evenly split on: they are not settled.
        written: final labels that are new or differ from those before.
        withdrawn: machine labels that were final and may not stand any more.
        reopened: ids of items with a person's final label that stands no more: people are evenly split by now, or took
            their answers back.
        waiting: items of the run without a final label, by route.
        outside: items the run has no answer to and no person labelled.
    """

    trusted: Trusted
    people: int
    in_part: int
    model: int
    classifier: int
    tied: tuple[str, ...]
    written: int
    withdrawn: int
    reopened: tuple[str, ...]
    waiting: Mapping[str, int]
    outside: int


def settle_run(workspace: Workspace, run: Run) -> SettlementResult:
    """Write the final labels there are; the same again writes nothing.

    A person's answer (the one most people gave) goes before the machine's, on every item the run is about, whether the
    run has answered it or not. The machine's is final where the run's newest certificate stands and accepts it and no
    rule sends the item to people first; what is drawn to monitor the certificate is final until a person answers it.
    Where people are evenly split nothing is settled; categories that no reviewer answered stay unknown. A label that
    was final, and may not stand any more, is withdrawn: as everything here by a new row; where it was a person's, the
    certificate's history says so, too.
    """
    trusted = read_trusted(workspace, run)
    store, answers = workspace.pool, workspace.settlements
    inside = workspace.populations.ids(run)
    people = HumanLabels.of(store.human_answers(), store.adjudicated(), inside)
    found = people.consensus()
    labels = {name: Consensus(answer) for name, answer in found.labels.items()} | dict(found.in_part)
    under = _LabelsUnder(workspace, run, store.adjudicated_under())
    settled = {name: _of_person(people, name, labels[name], under) for name in labels}
    certificate = trusted.standing_certificate
    plan = plan_routes(workspace, run, RouteOptions()) if certificate else None
    if plan is not None and certificate is not None:
        keep_later(workspace, plan.later)
        settled = {one.item_id: one for one in _of_machine(plan, certificate.id, under)} | settled
    stale = [one for one in answers.newest(run.id) if one.origin is not Origin.WITHDRAWN and one.item_id not in settled]
    given = [*settled.values(), *(Settlement(one.item_id, (), Origin.WITHDRAWN, None, None, 0) for one in stale)]
    counts = answers.add(run.id, certificate.id if certificate else None, actor(), given)
    reopened = tuple(sorted(one.item_id for one in stale if one.origin is Origin.PERSON))
    if reopened and trusted.certificate is not None:
        workspace.certificates.record(trusted.certificate.id, CertificateEventKind.REOPENED, {"items": list(reopened)})
    read = plan.read if plan else workspace.routing_rounds.read(run.id)
    origins = Counter(one.origin for one in settled.values())
    return SettlementResult(
        trusted=trusted,
        people=origins[Origin.PERSON] - len(found.in_part),
        in_part=len(found.in_part),
        model=origins[Origin.MODEL],
        classifier=origins[Origin.CLASSIFIER],
        tied=tuple(sorted(found.tied)),
        written=counts["written"] - len(stale),
        withdrawn=len(stale) - len(reopened),
        reopened=reopened,
        waiting=_waiting(read, plan, settled),
        outside=progress_of_run(workspace, run).items - len(settled.keys() | set(read.ids)),
    )


@dataclass(frozen=True, slots=True)
class AutoAccepted:
    """What becomes of the items a certificate covers when they are settled now.

    Args:
        machine: those that get the model's label without a reviewer.
        people: those that reviewers have labelled since.
        routes: those that go to reviewers all the same, by route: their labels conflict, or a rule wants it.
    """

    machine: int
    people: int
    routes: Mapping[str, int]


def auto_accepted(workspace: Workspace, issued: IssuedCertificate) -> AutoAccepted:
    """What is really auto-accepted under the run's newest certificate."""
    run = workspace.runs.find(f"r{issued.run_id}")
    plan = plan_routes(workspace, run, RouteOptions())
    certified = plan.items.certified
    routes = {route: int((plan.routed.on(route) & certified).sum()) for route in Route}
    machine = routes.pop(Route.ACCEPT) + routes.pop(Route.ACCEPT_AUDIT)
    people = routes.pop(Route.SETTLED)
    return AutoAccepted(machine, people, {route.value: count for route, count in routes.items() if count})


class _LabelsUnder:
    """Under which policy version final labels were given: a consensus under the oldest of those that make it."""

    def __init__(self, workspace: Workspace, run: Run, adjudicated: Mapping[str, str | None]) -> None:
        self._versions = workspace.policy_in_use.get().labels
        self._adjudicated = adjudicated
        self._model = run.policy.rpartition("@")[2] if run.policy else None

    def of_person(self, name: str, agreeing: Sequence[HumanAnswer]) -> str | None:
        if name in self._adjudicated:
            return self._adjudicated[name]
        return self._versions.oldest([one.version for one in agreeing])

    def of_machine(self, origin: Origin) -> str | None:
        """A classifier learns from the labels that count."""
        return self._versions.version if origin is Origin.CLASSIFIER else self._model


def _of_person(people: HumanLabels, name: str, answer: Consensus, under: _LabelsUnder) -> Settlement:
    agreeing = [one for one in people.by_item[name] if not differ(one, answer)]
    return Settlement(
        name,
        answer.labels,
        Origin.PERSON,
        None,
        None,
        len(agreeing),
        unknown=answer.unknown,
        policy_version=under.of_person(name, agreeing),
    )


def _of_machine(plan: RoutePlan, certificate_id: int, under: _LabelsUnder) -> Iterator[Settlement]:
    machine = plan.machine
    at = np.flatnonzero(plan.routed.on(Route.ACCEPT, Route.ACCEPT_AUDIT))
    columns = (at, machine.codes[at], machine.confidence[at])
    for place, code, confidence in zip(*(column.tolist() for column in columns), strict=True):
        origin, fit_id = Origin(machine.origins[code]), machine.fits[code]
        yield Settlement(
            plan.items.ids[place],
            machine.answers[code],
            origin,
            certificate_id,
            confidence,
            0,
            fit_id,
            policy_version=under.of_machine(origin),
        )


def _waiting(read: RunColumns, plan: RoutePlan | None, settled: Mapping[str, Settlement]) -> dict[str, int]:
    """Items without a final label by route: the stored one where it is deferred or there is no plan."""
    stored = [*(one.route.value for one in read.routes.decisions), NO_ROUTE]
    counts: Counter[str] = Counter()
    for at, name in enumerate(read.ids):
        if name not in settled:
            route = stored[read.routes.codes[at]]
            if plan is not None and route != Route.DEFERRED:
                route = ROUTES[plan.routed.routes[at]].value
            counts[route] += 1
    return dict(counts.most_common())
