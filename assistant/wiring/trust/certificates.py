"""`assistant certify`: the way to a certificate that fits what was asked, and what other audits would have brought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.domain.certificates import IssuedCertificate
from assistant.routing.route import Route
from assistant.store.samples import SampleStore
from assistant.trust.price import Price
from assistant.wiring.trust.certifying import CertifyChoice, certify_campaign
from assistant.wiring.trust.declaring import certify_declared
from assistant.wiring.trust.history import DEFAULT_TARGET, Design, choose_run, read_target
from assistant.wiring.trust.pricing import price_curve
from assistant.wiring.trust.routing import Choice, plan_routes
from assistant.wiring.trust.threshold import certify_threshold
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


@dataclass(frozen=True, slots=True)
class Leaving:
    """What becomes of the items a certificate lets leave, as `assistant settle` does it now.

    Args:
        machine: those that get the machine's label and no person looks at.
        people: those that people have labelled since.
        routes: those that go to people all the same, by route: people are split on them, or a rule wants it.
    """

    machine: int
    people: int
    routes: Mapping[str, int]


def leaving(workspace: Workspace, issued: IssuedCertificate) -> Leaving:
    """What really leaves under the run's newest certificate."""
    run = workspace.runs.find(f"r{issued.run_id}")
    plan = plan_routes(workspace, run, Choice())
    certified = plan.items.certified
    routes = {route: int((plan.routed.on(route) & certified).sum()) for route in Route}
    machine = routes.pop(Route.ACCEPT) + routes.pop(Route.ACCEPT_AUDIT)
    people = routes.pop(Route.SETTLED)
    return Leaving(machine, people, {route.value: count for route, count in routes.items() if count})


def certify_curve(workspace: Workspace, choice: CertifyChoice) -> list[Price]:
    """What audits of some sizes would probably bring by the run's newest fit; empty before there is one."""
    run = choose_run(workspace, choice.run)
    samples = SampleStore(workspace.database).of_run(run.id)
    target = Design.of(samples[-1]).target if samples else DEFAULT_TARGET
    return price_curve(
        workspace, run, read_target(choice.max_error or target.max_error, choice.confidence or target.confidence)
    )
