"""People have time for so many reviews: which items are worth most, and what is known about those that wait."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np

from assistant.routing.allocation import Floats, Integers
from assistant.routing.route import Route
from assistant.routing.route_scored import DRAWN_FROM_WAITING, REASONS, ROUTES, Routed
from assistant.routing.rules import RULES, accepted_by_certificate, drawn_for_monitoring
from assistant.routing.sampling import smallest
from assistant.routing.scored import Bools, Scored

_LEAST_DRAWN = 3  # of those that wait: one item of each kind, those that take one review and those that take two
LEAST_REVIEWS = _LEAST_DRAWN + 1  # ... and one of the accepted

_URGENT = np.array([rule.urgent for rule in RULES])
_REASON = {name: code for code, name in enumerate(REASONS)}


@dataclass(frozen=True, slots=True)
class Workload:
    """What a plan asks of people and what it leaves.

    Args:
        reviews: labels people will give; an item for two reviewers or for an expert counts as two.
        monitored: accepted items among these.
        chosen: items that were worth most.
        drawn: items drawn at random from those there was no time for.
        waiting: items that should go to people and don't.
        expected_errors: machine labels among the waiting that are expected to be wrong, by calibrated confidence; an
            item without confidence counts as wrong.
        without_confidence: how many of the waiting have none.
    """

    reviews: int
    monitored: int
    chosen: int
    drawn: int
    waiting: int
    expected_errors: float
    without_confidence: int

    @property
    def expected_error_share(self) -> float | None:
        """Share of the waiting that would be wrong if they were left as they are, [0, 1]; None if none waits."""
        return self.expected_errors / self.waiting if self.waiting else None


def fit_to_capacity(
    items: Scored, routed: Routed, reviews: int, *, random_share: float = 0.1
) -> tuple[Routed, Workload]:
    """Fit routes into so many reviews; what there is no time for is deferred, not accepted.

    - Monitoring of the accepted becomes a simple random sample of fixed size: what was expected to be drawn, cut to
      `random_share` of the reviews where the others need the rest.
    - If not all others fit, `random_share` of the reviews is kept for a random sample of those that wait, stratified by
      how many reviews they take. So none has inclusion probability zero, and how wrong the waiting are can be measured,
      not only expected.
    - The remaining reviews go where they prevent most: see `most_worth`.

    Each plan is a round of its own and needs numbers under a new name: see `Scored`.

    Args:
        items: the items.
        routed: their routes, from `route_scored`.
        reviews: labels people can give, at least 4; a double review and an expert take two.
        random_share: in (0, 0.5].

    Returns:
        The routes that fit. Deferred items keep the reason why people should see them; those of them that were drawn
        keep the route, with reason `drawn_from_waiting`. Both have the chance of being drawn as inclusion probability.

    Raises:
        ValueError: reviews or share out of range.
    """
    if reviews < LEAST_REVIEWS:
        raise ValueError(f"a plan needs at least {LEAST_REVIEWS} reviews, got {reviews}: every item needs a chance")
    if not 0 < random_share <= 0.5:
        raise ValueError(f"random_share must lie above 0 up to 0.5, got {random_share}")
    share = int(random_share * reviews)
    routed = deepcopy(routed)
    costs = _costs(routed)
    spare = reviews - int(costs.sum())
    left = reviews - _monitor(items, routed, max(spare, min(share, reviews - _LEAST_DRAWN)))
    if costs.sum() <= left:
        chosen = costs > 0
    else:
        chosen = most_worth(items, routed, max(0, left - max(_LEAST_DRAWN, share)))
        _defer(items, routed, (costs > 0) & ~chosen, left - int(costs[chosen].sum()))
    return routed, workload(items, routed, int(chosen.sum()))


def workload(items: Scored, routed: Routed, chosen: int | None = None) -> Workload:
    """What routes ask of people; `chosen` items were picked for that, by default all that go to people."""
    monitored = int(routed.on(Route.ACCEPT_AUDIT).sum())
    costs = _costs(routed)
    confidence = items.confidence[routed.on(Route.DEFERRED)]
    return Workload(
        reviews=monitored + int(costs.sum()),
        monitored=monitored,
        chosen=int((costs > 0).sum()) if chosen is None else chosen,
        drawn=int((routed.reasons == _REASON[DRAWN_FROM_WAITING]).sum()),
        waiting=len(confidence),
        expected_errors=expected_errors(confidence),
        without_confidence=int(np.isnan(confidence).sum()),
    )


def expected_errors(confidence: Floats) -> float:
    """How many of these machine labels are expected to be wrong; one without confidence counts as wrong."""
    return float((1 - np.nan_to_num(confidence, nan=0.0)).sum())


def most_worth(items: Scored, routed: Routed, reviews: int) -> Bools:
    """The items that people should see if they can give so many labels, of those that should go to people, shape (n,).

    An item is worth the error it is expected to prevent, weighed by what the label can do: (1 - confidence) *
    (1 + severity), with confidence 0 where there is none. What urgent rules sent to people (severe labels, labels kept
    for people, doubts) comes first, whatever the others are worth. Within each of the two groups no other choice is
    worth more; ties are broken by id.
    """
    worth = (1 - np.nan_to_num(items.confidence, nan=0.0)) * (1 + items.severity)
    costs = _costs(routed)
    urgent = _URGENT[routed.reasons]
    chosen = np.zeros(len(items), dtype=np.bool_)
    for group in (np.flatnonzero((costs > 0) & urgent), np.flatnonzero((costs > 0) & ~urgent)):
        ids = [items.ids[at] for at in group.tolist()]
        best = group[best_use(worth[group], costs[group] == 2, reviews, ids)]
        chosen[best] = True
        reviews -= int(costs[best].sum())
    return chosen


def best_use(worth: Floats, double: Bools, reviews: int, item_ids: Sequence[str]) -> Integers:
    """Positions of the items that are worth most together, at one or two reviews each.

    A knapsack, solved exactly: the best use holds some number of the best doubles, and the best singles for what is
    left, so each number is tried.

    Args:
        worth: 0 or more, shape (n,).
        double: whether an item takes two reviews, shape (n,).
        reviews: 0 or more.
        item_ids: n different ids, for ties.
    """
    singles, doubles = np.flatnonzero(~double), np.flatnonzero(double)
    pairs = np.arange(min(len(doubles), reviews // 2) + 1)
    rest = np.minimum(len(singles), reviews - 2 * pairs)
    taken = int(np.argmax(_sums(worth[doubles])[pairs] + _sums(worth[singles])[rest]))
    return np.concatenate(
        [
            group[smallest(-worth[group], [item_ids[at] for at in group.tolist()], size)]
            for group, size in ((doubles, taken), (singles, int(rest[taken])))
        ]
    )


def _sums(worth: Floats) -> Floats:
    """What the best 0, 1, ... n are worth together."""
    return np.append(0.0, np.cumsum(-np.sort(-worth)))


def _costs(routed: Routed) -> Integers:
    """Reviews each item takes, not counting the accepted."""
    double = routed.on(Route.DOUBLE, Route.EXPERT)
    return routed.on(Route.REVIEW).astype(np.int64) + 2 * double


def _monitor(items: Scored, routed: Routed, most: int) -> int:
    """Draw as many of the accepted as were expected to be drawn, but at least one and at most `most`; how many."""
    accepted = np.flatnonzero(routed.on(Route.ACCEPT, Route.ACCEPT_AUDIT))
    if not len(accepted):
        return 0
    size = max(1, min(round(float(routed.inclusion_probability[accepted].sum())), most))
    drawn = _draw(items, accepted, size)
    routed.inclusion_probability[accepted] = size / len(accepted)
    routed.routes[accepted], routed.reasons[accepted] = _codes(Route.ACCEPT, accepted_by_certificate.__name__)
    routed.routes[drawn], routed.reasons[drawn] = _codes(Route.ACCEPT_AUDIT, drawn_for_monitoring.__name__)
    return size


def _defer(items: Scored, routed: Routed, waits: Bools, reviews: int) -> None:
    """Defer what waits, except for what is drawn from it with these reviews, at one rate as nearly as they allow."""
    double = routed.on(Route.DOUBLE, Route.EXPERT)
    singles, doubles = np.flatnonzero(waits & ~double), np.flatnonzero(waits & double)
    evenly = reviews * len(doubles) // (len(singles) + 2 * len(doubles))
    pairs = max(evenly, min(1, len(doubles)))
    for group, size in ((doubles, pairs), (singles, min(len(singles), reviews - 2 * pairs))):
        drawn = _draw(items, group, size)
        routed.inclusion_probability[group] = size / max(1, len(group))
        routed.reasons[drawn] = _REASON[DRAWN_FROM_WAITING]
        routed.routes[np.setdiff1d(group, drawn, assume_unique=True)] = ROUTES.index(Route.DEFERRED)


def _draw(items: Scored, among: Integers, size: int) -> Integers:
    """A simple random sample by the round's numbers, as `sampling.simple_random` draws it."""
    return among[smallest(items.number[among], [items.ids[at] for at in among.tolist()], size)]


def _codes(route: Route, reason: str) -> tuple[int, int]:
    return ROUTES.index(route), _REASON[reason]
