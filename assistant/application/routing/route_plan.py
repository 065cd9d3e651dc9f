"""A run's routes as they were decided: counted, and explained for one item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from assistant.application.certification.new_items import Later
from assistant.application.routing.machine_answers import MachineAnswers, Trusted
from assistant.errors import NotFoundError
from assistant.routing.capacity import Workload, expected_errors
from assistant.routing.route import Route
from assistant.routing.route_scored import REASONS, Explanation, Routed, explain
from assistant.routing.rules import RouteRules
from assistant.routing.scored import Scored
from assistant.store.runs.rounds import RoutingRound, RunColumns
from assistant.trust.certificates.monitoring_plan import MonitoringPlan
from assistant.trust.human_labels import ConsensusLabels


@dataclass(frozen=True, slots=True, eq=False)
class RoutePlan:
    """Where the items of a run go, decided and not yet written.

    Args:
        trusted: the certificate and fit it rests on.
        round: its number and what it rests on, in JSON values.
        repeated: whether the run's newest round rests on just the same: then it is that round, repeated.
        rules: the numbers in the rules.
        items: the n items as columns.
        machine: the machine's final answers to them.
        people: their human labels.
        routed: their routes.
        work: what these ask of people and leave waiting.
        read: the columns they were decided on.
        later: what a certified classifier makes of items that came after it; kept with the routes.
        monitoring: what is drawn of the accepted, and what that notices; None where nothing is accepted.
        labelled_before: items drawn for that in this round or an earlier one that people have labelled.
    """

    trusted: Trusted
    round: RoutingRound
    repeated: bool
    rules: RouteRules
    items: Scored
    machine: MachineAnswers
    people: ConsensusLabels
    routed: Routed
    work: Workload
    read: RunColumns
    later: Later
    monitoring: MonitoringPlan | None
    labelled_before: int

    @property
    def accepted(self) -> tuple[int, float]:
        """How many machine labels may stand, and how many of them are expected to be wrong."""
        at = self.routed.on(Route.ACCEPT, Route.ACCEPT_AUDIT)
        return int(at.sum()), expected_errors(self.items.confidence[at])

    @property
    def drawn(self) -> int:
        """How many labels monitoring will rest on: those there are, and those of the items drawn now."""
        return self.labelled_before + self.work.monitored

    def rows(self) -> list[RouteRow]:
        """The routes in numbers."""
        found = []
        for (route, reason), count in self.routed.counts().items():
            at = self.routed.on(route) & (self.routed.reasons == REASONS.index(reason))
            wrong = None if route is Route.SETTLED else expected_errors(self.items.confidence[at])
            found.append(RouteRow(route.value, reason, count, count / len(self.items), wrong))
        return found

    def explain(self, item_id: str) -> tuple[int, list[Explanation]]:
        """Where one item stands among the n, and each rule about it.

        Raises:
            InputError: the run has no answer to it.
        """
        if item_id not in self.items.ids:
            raise NotFoundError("item_without_answer", run=self.trusted.run.name, item=item_id)
        at = self.items.ids.index(item_id)
        return at, explain(self.items, at, self.rules)


class RouteRow(NamedTuple):
    """Items of one route and reason: how many, their share of all, machine labels among them expected to be wrong.

    `expected_errors` is None where people have settled it: nobody needs to expect any more.
    """

    route: str
    reason: str
    items: int
    share: float
    expected_errors: float | None
