"""Routing all items of a run by its calibrated scores, and explaining one item's route."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from assistant.routing.allocation import Floats, Integers
from assistant.routing.doubts import (
    DOUBTS,
    INJECTION_FROM,
    INJECTION_SCORE,
    doubt_names,
    label_probability,
    resembles_injection,
)
from assistant.routing.route import HIGH_PROBABILITY, LOW_PROBABILITY, Decision, Route
from assistant.routing.rules import RULES, RouteRules
from assistant.routing.scored import Bools, Scored, Unscored

Codes = npt.NDArray[np.int8]
Fact = bool | int | float | tuple[str, ...]

DRAWN_FROM_WAITING = "drawn_from_waiting"  # by `capacity`: people look at a random few of those they have no time for

ROUTES: tuple[Route, ...] = tuple(Route)
REASONS: tuple[str, ...] = (*(rule.name for rule in RULES), DRAWN_FROM_WAITING)
_ROUTE_OF_RULE = np.array([ROUTES.index(rule.route) for rule in RULES], dtype=np.int8)


@dataclass(frozen=True, slots=True, eq=False)
class Routed:
    """Where n items go, as columns.

    Attributes:
        routes: index into `ROUTES`, shape (n,).
        reasons: index into `REASONS`, shape (n,).
        inclusion_probability: chance, in this round, that people label the item, in (0, 1], shape (n,): 1 where they
            surely will, the share that is drawn where they mostly won't, the probability it had where they have.
    """

    routes: Codes
    reasons: Codes
    inclusion_probability: Floats

    def __len__(self) -> int:
        return len(self.routes)

    def on(self, *routes: Route) -> Bools:
        """Whether each item has one of these routes, shape (n,)."""
        return np.isin(self.routes, [ROUTES.index(route) for route in routes])

    def counts(self) -> dict[tuple[Route, str], int]:
        """Items by route and reason, in the order of `ROUTES`, then `REASONS`."""
        pairs = self.routes.astype(np.int64) * len(REASONS) + self.reasons
        counted = np.bincount(pairs, minlength=len(ROUTES) * len(REASONS)).tolist()
        names = [(route, reason) for route in ROUTES for reason in REASONS]
        return {pair: count for pair, count in zip(names, counted, strict=True) if count}

    def coded(self, items: Scored) -> tuple[list[Decision], Integers]:
        """The different decisions, and which of them is each item's, shape (n,): as the store takes them."""
        key = self.routes.astype(np.int64)
        for column in (self.reasons, items.doubts, self.inclusion_probability):
            values, code = np.unique(column, return_inverse=True)
            key = key * len(values) + code
        _, first, which = np.unique(key, return_index=True, return_inverse=True)
        return [self.decision(items, at) for at in first.tolist()], which

    def decisions(self, items: Scored) -> Iterator[tuple[str, Decision]]:
        """Every item's id and decision; equal decisions are one object."""
        made, which = self.coded(items)
        return zip(items.ids, map(made.__getitem__, which.tolist()), strict=True)

    def decision(self, items: Scored, at: int) -> Decision:
        """The decision about the item at that position."""
        names = doubt_names(int(items.doubts[at]))
        probability = float(self.inclusion_probability[at])
        return Decision(ROUTES[self.routes[at]], REASONS[self.reasons[at]], names, probability, items.seed)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one rule said about one item.

    Args:
        rule: its name.
        why: what the rule says.
        route: where it sends items.
        matched: whether it holds for the item.
        decides: whether it is the first that does.
        facts: what it looked at, by name: the item's, and the numbers in the rule.
    """

    rule: str
    why: str
    route: Route
    matched: bool
    decides: bool
    facts: Mapping[str, Fact]


def route_scored(items: Scored, rules: RouteRules) -> Routed:
    """The route of every item: by the first of `RULES` that matches it.

    Of the accepted, `monitor_share` is drawn for people, each item on its own (a Bernoulli sample); that is their
    inclusion probability. A certificate broken before the round accepts nothing.
    """
    reasons = np.full(len(items), -1, dtype=np.int8)
    for place, rule in enumerate(RULES):
        reasons[(reasons < 0) & rule.matches(items, rules)] = place
    routes = _ROUTE_OF_RULE[reasons]
    probabilities = np.ones(len(items))
    routed = Routed(routes, reasons, probabilities)
    probabilities[routed.on(Route.ACCEPT, Route.ACCEPT_AUDIT)] = rules.monitor_share
    settled = routed.on(Route.SETTLED)
    probabilities[settled] = items.labelled_probability[settled]
    return routed


def explain(items: Scored, at: int, rules: RouteRules) -> list[Explanation]:
    """Every rule in order, applied to the item at position `at` as `route_scored` applies it.

    Where people have no time for all, `capacity` may defer what a rule sends to them; that is not in here.
    """
    item = items.one(at)
    matched = [bool(rule.matches(item, rules)[0]) for rule in RULES]
    first = matched.index(True)
    return [
        Explanation(rule.name, rule.why, rule.route, matched[place], place == first, _facts(item, rules, rule.facts))
        for place, rule in enumerate(RULES)
    ]


def explain_first(
    decision: Decision, signals: Mapping[str, float], *, accept_probability: float, audit_share: float
) -> list[Explanation]:
    """The rules of the first routing and what they came to for one item, in their order; see `route.decide`.

    Args:
        decision: the route as it is stored.
        signals: of the prelabel, by name.
        accept_probability, audit_share: the settings' numbers.
    """
    score = signals.get(INJECTION_SCORE, float("nan"))
    scored: dict[str, Fact] = {INJECTION_SCORE: score, "injection_from": INJECTION_FROM}
    found = [
        Explanation(
            doubt.__name__,
            (doubt.__doc__ or "").strip(),
            Route.REVIEW,
            doubt.__name__ in decision.doubts,
            doubt.__name__ == decision.reason,
            {"doubts": decision.doubts} | (scored if doubt is resembles_injection else {}),
        )
        for doubt in DOUBTS
    ]
    probability = label_probability(signals)
    known = float("nan") if probability is None else probability
    facts: dict[str, Fact] = {"label_probability": known, "accept_probability": accept_probability}
    sure = known >= accept_probability
    leaves = decision.route if decision.reason == HIGH_PROBABILITY else Route.ACCEPT
    return [
        *found,
        Explanation(
            LOW_PROBABILITY,
            _FIRST_WHY[LOW_PROBABILITY],
            Route.REVIEW,
            not sure,
            decision.reason == LOW_PROBABILITY,
            facts,
        ),
        Explanation(
            HIGH_PROBABILITY,
            _FIRST_WHY[HIGH_PROBABILITY],
            leaves,
            sure and not decision.doubts,
            decision.reason == HIGH_PROBABILITY,
            facts | {"audit_share": audit_share},
        ),
    ]


def reason_sentence(reason: str) -> str:
    """What the rule says that a stored reason names; empty for a reason that no rule of today has."""
    return _WHY.get(reason, "")


_FIRST_WHY = {
    LOW_PROBABILITY: "The label's probability is too low to be accepted.",
    HIGH_PROBABILITY: "The label's probability is high enough, and there is no doubt.",
}
_WHY = {doubt.__name__: (doubt.__doc__ or "").strip() for doubt in DOUBTS} | {
    **{rule.name: rule.why for rule in RULES},
    **_FIRST_WHY,
}


def _facts(item: Scored, rules: RouteRules, names: tuple[str, ...]) -> dict[str, Fact]:
    numbers = {field.name: getattr(rules, field.name) for field in fields(rules)}
    found = {name: numbers[name] if name in numbers else getattr(item, name)[0].item() for name in names}
    if "doubts" in found:
        found["doubts"] = doubt_names(found["doubts"])
    if "unscored" in found:
        found["unscored"] = (Unscored(found["unscored"]).name.lower(),) if found["unscored"] else ()
    return found
