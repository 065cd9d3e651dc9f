"""`assistant route`: every item of a run routed by its certificate, its newest scores and people's time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import NamedTuple

import numpy as np

from assistant.domain.certificates import Standing
from assistant.errors import InputError
from assistant.routing.allocation import Floats, Integers
from assistant.routing.capacity import fit_to_capacity, workload
from assistant.routing.doubts import DOUBTS, doubt_bits, reply_failed
from assistant.routing.route_scored import REASONS, route_scored
from assistant.routing.rules import RouteRules
from assistant.routing.sampling import draws
from assistant.routing.scored import Scored, answer_traits
from assistant.store.pool import PoolStore
from assistant.store.rounds import Round, RoundStore, RunColumns
from assistant.store.runs import Run
from assistant.wiring.parameters import route_rules
from assistant.wiring.trust.machine import MachineAnswers, Trusted, read_machine_answers, read_trusted
from assistant.wiring.trust.people import PeoplesAnswers, Settled
from assistant.wiring.trust.route_plan import RoutePlan
from assistant.wiring.workspace import Workspace

_DOUBT_NAMES = frozenset(doubt.__name__ for doubt in DOUBTS)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the user chose.

    Args:
        capacity: reviews that people have time for, at least `LEAST_REVIEWS`; None for all that are needed.
        seed: of every draw; None for the setting's.
    """

    capacity: int | None = None
    seed: int | None = None


class Turn(NamedTuple):
    """Which round it is, what its numbers are drawn with, and whether it is told again."""

    number: int
    seed: int
    repeated: bool


def plan_routes(workspace: Workspace, run: Run, choice: Choice) -> RoutePlan:
    """Decide the route of every item with an answer in a run.

    Rounds: whatever a route rests on (fit, certificate and how it stands, policy, numbers of the rules, seed, capacity
    and, under a capacity, people's labels) makes a round; the same again is the same round, repeated. A new round
    draws new numbers and takes every label there is as known. A repeated one keeps its numbers, and what was labelled
    since it began keeps the probability it had in it: see `Scored`.

    Raises:
        InputError: the run has no answers, or nothing says how far they can be trusted.
    """
    trusted, settings = read_trusted(workspace, run), workspace.settings.routing
    store = RoundStore(workspace.database)
    read = store.read(run.id)
    if not len(read):
        raise InputError(f"run {run.name} has no answers to route", hint="assistant prelabel  makes them")
    machine = read_machine_answers(workspace, trusted, read.keys)
    people = PeoplesAnswers.read(PoolStore(workspace.database), set(read.ids)).votes(frozenset())
    rules, seed = route_rules(settings), settings.seed if choice.seed is None else choice.seed
    basis = _basis(workspace, trusted, rules, choice.capacity, seed)
    if choice.capacity is not None:
        basis |= {"random_share": settings.random_share, "labels": _digest(people.settled)}
    latest = store.latest(run.id)
    repeated = latest is not None and latest.basis == basis
    number = (latest.number if latest else 0) + (not repeated)
    items = _scored(workspace, trusted, read, machine, people, turn=Turn(number, seed, repeated))
    routed = route_scored(items, rules)
    work = workload(items, routed)
    if choice.capacity is not None:
        routed, work = fit_to_capacity(items, routed, choice.capacity, random_share=settings.random_share)
    return RoutePlan(trusted, Round(number, basis), repeated, rules, items, machine, people, routed, work, read)


def keep_routes(workspace: Workspace, plan: RoutePlan) -> int:
    """Write a plan's routes; returns how many differ from what was there.

    Raises:
        StorageError: the run was routed by somebody else since the plan was made.
    """
    decisions, codes = plan.routed.coded(plan.items)
    store = RoundStore(workspace.database)
    return store.write(plan.trusted.run.id, plan.read, plan.round, decisions, codes)


def _basis(
    workspace: Workspace, trusted: Trusted, rules: RouteRules, capacity: int | None, seed: int
) -> dict[str, object]:
    return {
        "certificate": trusted.certificate.id if trusted.certificate else None,
        "standing": trusted.standing.value if trusted.standing else None,
        "fit": trusted.fit.id if trusted.fit else None,
        "policy": workspace.policy.digest,
        "rules": asdict(rules),
        "seed": seed,
        "capacity": capacity,
    }


def _digest(ids: Iterable[str]) -> str:
    return blake2b("\0".join(sorted(ids)).encode(), digest_size=16).hexdigest()


def _scored(
    workspace: Workspace, trusted: Trusted, read: RunColumns, machine: MachineAnswers, people: Settled, *, turn: Turn
) -> Scored:
    severity, human = answer_traits([*machine.answers, ()], workspace.policy.label_set)  # the last one is code -1's
    tied = np.fromiter((name in people.tied for name in read.ids), dtype=np.bool_) if people.tied else False
    certified = machine.certified & ~np.asarray(tied)
    return Scored(
        ids=read.ids,
        confidence=machine.confidence,
        certified=certified,
        broken=certified & (trusted.standing is Standing.BROKEN),
        severity=severity[machine.codes],
        always_human=human[machine.codes] | _said_always_human(workspace, trusted.run, read.keys),
        doubts=_doubts(read),
        labelled_probability=_labelled_probability(read, people, turn.repeated),
        number=draws(turn.seed, read.ids, f"route round {turn.number}"),
        seed=turn.seed,
    )


def _said_always_human(workspace: Workspace, run: Run, keys: Integers) -> np.ndarray:
    """Items to which the model itself gave a label that is kept for people, whatever the student made of it."""
    names = [label.name for label in workspace.policy.label_set.labels if label.always_human]
    if not names:
        return np.zeros(len(keys), dtype=np.bool_)
    return np.isin(keys, RoundStore(workspace.database).answered_with(run.id, names))


def _doubts(read: RunColumns) -> Integers:
    """Doubts of the newest answers: they were stored with their first routes and are carried along."""
    failed = doubt_bits([reply_failed.__name__])
    known = [doubt_bits(_DOUBT_NAMES.intersection(one.doubts)) & ~failed for one in read.routes.decisions]
    bits = np.array([*known, 0], dtype=np.int64)[read.routes.codes]
    return np.where(read.failed, bits | failed, bits)


def _labelled_probability(read: RunColumns, people: Settled, repeated: bool) -> Floats:
    """NaN without a label; 1 with one that was known when the item came into the round, else what it had there."""
    labelled = np.fromiter((name in people.settled for name in read.ids), dtype=np.bool_, count=len(read))
    had = np.ones(len(read))
    if repeated:
        known = [one.inclusion_probability if one.reason in REASONS else 1.0 for one in read.routes.decisions]
        had = np.array([*known, 1.0])[read.routes.codes]
    return np.where(labelled, had, np.nan)
