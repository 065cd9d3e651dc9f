"""Routing a run: every item by its certificate, its newest scores and the time reviewers have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from hashlib import blake2b
from typing import NamedTuple

import numpy as np

from assistant.application.certification.check_certificate import monitoring_design, plan_checks
from assistant.application.certification.new_items import Later, keep_later, score_later
from assistant.application.routing.machine_answers import MachineAnswers, Trusted, read_machine_answers, read_trusted
from assistant.application.routing.route_plan import RoutePlan
from assistant.domain.certificates import CertificateStatus
from assistant.domain.runs import Run
from assistant.errors import NotFoundError
from assistant.routing.allocation import Floats, Integers
from assistant.routing.capacity import fit_to_capacity, workload
from assistant.routing.doubts import DOUBTS, doubt_bits, media_not_seen, reply_failed
from assistant.routing.route import Route
from assistant.routing.route_scored import REASONS, route_scored
from assistant.routing.rules import RouteRules
from assistant.routing.sampling import draws
from assistant.routing.scored import Scored, Unscored, answer_traits
from assistant.settings import RoutingSettings
from assistant.store.certification.nonces import routing_scope
from assistant.store.runs.rounds import RoutingRound, RunColumns
from assistant.trust.certificates.monitoring_plan import MonitoringPlan
from assistant.trust.human_labels import ConsensusLabels, HumanLabels
from assistant.wiring.actor import actor
from assistant.wiring.workspace import Workspace

_DOUBT_NAMES = frozenset(doubt.__name__ for doubt in DOUBTS)


@dataclass(frozen=True, slots=True)
class RouteOptions:
    """What the user chose.

    Args:
        capacity: reviews that people have time for, at least `LEAST_REVIEWS`; None for all that are needed.
        seed: another one draws a new round, with the run's nonce; None for the setting's.
    """

    capacity: int | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RoutingInputs:
    """All that is known about a run when it is routed: its items as columns, the machine's answers, and people's.

    `position` is where the items stand that people have answered; `later` what a certified classifier makes of those
    that came after it.
    """

    trusted: Trusted
    read: RunColumns
    machine: MachineAnswers
    people: ConsensusLabels
    position: Mapping[str, int]
    later: Later

    def at(self, ids: Iterable[str]) -> Integers:
        """Positions of items that people have answered."""
        return np.array([self.position[name] for name in ids], dtype=np.int64)


class RoundContext(NamedTuple):
    """The round it is, the seed of its numbers, and whether it is the run's newest round told again."""

    round: RoutingRound
    seed: int
    repeated: bool


def plan_routes(workspace: Workspace, run: Run, choice: RouteOptions) -> RoutePlan:
    """Decide the route of every item with an answer in a run.

    Rounds: whatever a route rests on (fit, certificate and how it stands, policy, numbers of the rules, seed, capacity
    and, under a capacity, people's labels) makes a round; the same again is the same round, repeated. A new round
    draws new numbers and takes every label there is as known. A repeated one keeps its numbers, and what was labelled
    since it began keeps the probability it had in it: see `Scored`.

    Raises:
        InputError: the run has no answers, or nothing says how far they can be trusted.
    """
    known, settings = _read(workspace, run), workspace.settings.routing
    latest, unrouted = workspace.routing_rounds.latest(run.id), _scored(workspace, known)
    monitoring = _monitoring(workspace, known, unrouted, latest)
    rules = _route_rules(settings, monitoring.share if monitoring else settings.monitor_share or 1.0)
    turn = _turn(workspace, known, choice, rules, latest)
    nonce = workspace.nonces.get(routing_scope(run.id), actor()).value
    items = replace(
        unrouted,
        labelled_probability=_labelled_probability(known, turn.repeated),
        number=draws(f"{nonce} {turn.seed}", unrouted.ids, f"route round {turn.round.number}"),
        seed=turn.seed,
    )
    routed = route_scored(items, rules)
    work = workload(items, routed)
    if choice.capacity is not None:
        routed, work = fit_to_capacity(items, routed, choice.capacity, random_share=settings.random_share)
    return RoutePlan(
        trusted=known.trusted,
        round=turn.round,
        repeated=turn.repeated,
        rules=rules,
        items=items,
        machine=known.machine,
        people=known.people,
        routed=routed,
        work=work,
        read=known.read,
        later=known.later,
        monitoring=monitoring,
        labelled_before=_labelled_before(workspace, known) if monitoring else 0,
    )


def keep_routes(workspace: Workspace, plan: RoutePlan) -> int:
    """Write a plan's routes, and the scores of items that came later; returns how many routes differ from before.

    Raises:
        StorageError: the run was routed by somebody else since the plan was made.
    """
    keep_later(workspace, plan.later)
    decisions, codes = plan.routed.coded(plan.items)
    store = workspace.routing_rounds
    return store.write(plan.trusted.run.id, plan.read, plan.round, decisions, codes)


def _read(workspace: Workspace, run: Run) -> RoutingInputs:
    trusted = read_trusted(workspace, run)
    kept_for_people = [label.name for label in workspace.policy.label_set.labels if label.always_human]
    read = workspace.routing_rounds.read(run.id, kept_for_people)
    if not len(read):
        raise NotFoundError("nothing_to_route", run=run.name)
    scores_of = cache(workspace.fits.columns)
    later = score_later(workspace, run, trusted.certificate, read.keys, scores_of)
    machine = read_machine_answers(workspace, trusted, read.keys, later, scores_of)
    store = workspace.pool
    people = HumanLabels.of(store.human_answers(), store.adjudicated(), set(read.ids))
    position = {name: at for at, name in enumerate(read.ids) if name in people.by_item}
    return RoutingInputs(trusted, read, machine, people.consensus(), position, later)


def _monitoring(
    workspace: Workspace, known: RoutingInputs, unrouted: Scored, latest: RoutingRound | None
) -> MonitoringPlan | None:
    """What is drawn of all that the rules accept, whether people have labelled it since or not: so the share stays."""
    certificate, settings = known.trusted.certificate, workspace.settings.routing
    if certificate is None:
        return None
    rules = _route_rules(settings, settings.monitor_share or 1.0)
    accepted = int(route_scored(unrouted, rules).on(Route.ACCEPT, Route.ACCEPT_AUDIT).sum())
    earlier = None
    if latest is not None and (latest.basis.get("certificate"), latest.basis.get("monitor")) == (
        certificate.id,
        monitoring_design(settings).as_json(),
    ):
        earlier = float(latest.basis["rules"]["monitor_share"])  # type: ignore[index] # own JSON
    return plan_checks(workspace, certificate, accepted, earlier)


def _labelled_before(workspace: Workspace, known: RoutingInputs) -> int:
    """Items drawn to monitor the certificate that people have labelled since."""
    certificate = known.trusted.certificate
    if certificate is None:
        return 0
    drawn = workspace.routes.ever(certificate.run_id, Route.ACCEPT_AUDIT, certificate.created_at)
    return len(drawn & known.people.labels.keys())


def _turn(
    workspace: Workspace, known: RoutingInputs, choice: RouteOptions, rules: RouteRules, latest: RoutingRound | None
) -> RoundContext:
    """The run's newest round, if all that matters is as it was, else the next one."""
    trusted, settings = known.trusted, workspace.settings.routing
    seed = workspace.seed if choice.seed is None else choice.seed
    basis: dict[str, object] = {
        "certificate": trusted.certificate.id if trusted.certificate else None,
        "standing": trusted.standing.value if trusted.standing else None,
        "fit": trusted.fit.id if trusted.fit else None,
        "policy": workspace.policy.digest,
        "rules": asdict(rules),
        "monitor": dict(monitoring_design(settings).as_json()),
        "seed": seed,
        "capacity": choice.capacity,
    }
    if choice.capacity is not None:
        labelled = blake2b("\0".join(sorted(known.people.labels)).encode(), digest_size=16)
        basis |= {"random_share": settings.random_share, "labels": labelled.hexdigest()}
    if latest is not None and latest.basis == basis:
        return RoundContext(latest, seed, repeated=True)
    return RoundContext(RoutingRound(latest.number + 1 if latest else 1, basis), seed, repeated=False)


def _scored(workspace: Workspace, known: RoutingInputs) -> Scored:
    """The run's items as columns, before a round: no number is drawn, and what people labelled is left open.

    What people are evenly split on, or know in part only, is theirs: no certificate accepts it. One for items to come
    accepts nothing once the policy is another than the one it speaks about.
    """
    read, machine = known.read, known.machine
    severity, human = answer_traits([*machine.answers, ()], workspace.policy.label_set)  # the last one is code -1's
    certified = machine.certified.copy()
    certified[known.at(known.people.tied)] = False
    certified[known.at(known.people.in_part)] = False
    unscored = known.later.unscored(read.keys)
    if not known.trusted.speaks_about(workspace.policy.digest):
        unscored[certified] = Unscored.POLICY_CHANGED
        certified[:] = False
    return Scored(
        ids=read.ids,
        confidence=machine.confidence,
        certified=certified,
        broken=certified & (known.trusted.standing is CertificateStatus.BROKEN),
        severity=severity[machine.codes],
        always_human=human[machine.codes] | read.flagged,  # the model's own answer counts beside the classifier's
        doubts=_doubts(read),
        labelled_probability=np.full(len(read), np.nan),
        number=np.zeros(len(read)),
        seed=workspace.seed,
        unscored=unscored,
    )


def _doubts(read: RunColumns) -> Integers:
    """Doubts of the newest answers: they were stored with their first routes and are carried along.

    Whether an item has media is looked at here: imported answers have no first route, and nobody knows what their
    machine was shown.
    """
    failed = doubt_bits([reply_failed.__name__])
    known = [doubt_bits(_DOUBT_NAMES.intersection(one.doubts)) & ~failed for one in read.routes.decisions]
    bits = np.array([*known, 0], dtype=np.int64)[read.routes.codes]
    bits = np.where(read.media, bits | doubt_bits([media_not_seen.__name__]), bits)
    return np.where(read.failed, bits | failed, bits)


def _labelled_probability(known: RoutingInputs, repeated: bool) -> Floats:
    """NaN without a label; 1 with one that was known when the item came into the round, else what it had there."""
    read, labelled = known.read, known.at(known.people.labels)
    probability = np.full(len(read), np.nan)
    probability[labelled] = 1.0
    if repeated:
        stored = [one.inclusion_probability if one.reason in REASONS else 1.0 for one in read.routes.decisions]
        probability[labelled] = np.array([*stored, 1.0])[read.routes.codes[labelled]]
    return probability


def _route_rules(settings: RoutingSettings, monitor_share: float) -> RouteRules:
    """The numbers in the rules that route scored items; the share follows from what is accepted, or is set."""
    return RouteRules(
        severe_from=settings.severe_from,
        expert_below=settings.expert_below,
        double_below=settings.double_below,
        monitor_share=monitor_share,
    )
