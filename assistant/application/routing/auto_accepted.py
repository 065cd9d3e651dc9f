"""How many items of a certificate are auto-accepted, and where the others go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.application.routing.route_run import Choice, plan_routes
from assistant.domain.certificates import IssuedCertificate
from assistant.routing.route import Route
from assistant.wiring.workspace import Workspace


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
    plan = plan_routes(workspace, run, Choice())
    certified = plan.items.certified
    routes = {route: int((plan.routed.on(route) & certified).sum()) for route in Route}
    machine = routes.pop(Route.ACCEPT) + routes.pop(Route.ACCEPT_AUDIT)
    people = routes.pop(Route.SETTLED)
    return AutoAccepted(machine, people, {route.value: count for route, count in routes.items() if count})
