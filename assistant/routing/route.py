"""What happens to an item next, with its reason and the probability that a person will see it.

`decide` is the first routing, of one answer as it arrives. Once there are calibrated scores, `route_scored` routes all
items of a run by the `rules`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assistant.routing.doubts import Evidence, RoutingPolicy, find_doubts, label_probability
from assistant.routing.sampling import draw

LOW_PROBABILITY, HIGH_PROBABILITY = "low_probability", "high_probability"


class Route(StrEnum):
    """Where an item goes."""

    ACCEPT = "accept"
    ACCEPT_AUDIT = "accept_audit"  # accepted, and labelled blind by a person to measure how good accepting is
    REVIEW = "review"  # one reviewer
    DOUBLE = "double"  # two reviewers, blind to the machine's answer and to each other's
    EXPERT = "expert"  # adjudicates what reviewers cannot
    SETTLED = "settled"  # nowhere: people's answer stands
    DEFERRED = "deferred"  # to people, who have no time for it: it waits, without a label


@dataclass(frozen=True, slots=True)
class Decision:
    """A route as it is stored.

    Args:
        route: where the item goes.
        reason: the rule that decided: a doubt's name, `low_probability` or `high_probability`; one of `REASONS` in
            `route_scored` once items are scored.
        doubts: names of all doubts, weightiest first.
        inclusion_probability: chance, when the route was decided, that a person labels this item: never zero, so that
            every estimate can be weighted back to all items (Horvitz and Thompson 1952).
        seed: the seed the chance was drawn with, together with the nonce of the run.
    """

    route: Route
    reason: str
    doubts: tuple[str, ...]
    inclusion_probability: float
    seed: int


def decide(item_id: str, evidence: Evidence, policy: RoutingPolicy) -> Decision:
    """The first route, until there are human labels to calibrate on: doubts first, then the label's probability.

    The probability is the model's own and not calibrated; the audit measures what it is worth.
    """
    doubts = find_doubts(evidence, policy)
    if doubts:
        return Decision(Route.REVIEW, doubts[0], doubts, 1.0, policy.seed)
    probability = label_probability(evidence.signals)
    if probability is None or probability < policy.accept_probability:
        return Decision(Route.REVIEW, LOW_PROBABILITY, (), 1.0, policy.seed)
    audited = draw(policy.key, item_id, "audit") < policy.audit_share
    route = Route.ACCEPT_AUDIT if audited else Route.ACCEPT
    return Decision(route, HIGH_PROBABILITY, (), policy.audit_share, policy.seed)
