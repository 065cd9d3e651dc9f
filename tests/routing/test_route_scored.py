"""Routing a run: chances that estimates can be weighted by, the same draw again, decisions as they are stored."""

import numpy as np
from hypothesis import given

from assistant.routing.doubts import doubt_bits
from assistant.routing.route import Decision, Route
from assistant.routing.route_scored import REASONS, ROUTES, route_scored
from assistant.routing.rules import RouteRules
from assistant.routing.sampling import draws
from assistant.routing.scored import Scored
from tests.routing.made_up import any_items, scored, weighted_mean

NUMBERS = RouteRules(monitor_share=0.25)


def test_stored_values_are_stable() -> None:
    assert [route.value for route in Route] == [
        "accept",
        "accept_audit",
        "review",
        "double",
        "expert",
        "settled",
        "deferred",
    ]


@given(any_items())
def test_every_item_has_a_chance_to_be_seen_and_those_who_will_be_seen_have_probability_one(items: Scored) -> None:
    routed = route_scored(items, NUMBERS)
    pi = routed.inclusion_probability
    assert (pi > 0).all()
    assert (pi[routed.on(Route.REVIEW, Route.DOUBLE, Route.EXPERT)] == 1).all()
    assert (pi[routed.on(Route.ACCEPT, Route.ACCEPT_AUDIT)] == 0.25).all()
    settled = routed.on(Route.SETTLED)
    assert (pi[settled] == items.labelled_probability[settled]).all()


def test_monitoring_is_the_bernoulli_sample_of_the_accepted_whatever_their_order() -> None:
    items = scored(400, certified=[at % 3 > 0 for at in range(400)])
    routed = route_scored(items, NUMBERS)
    accepted = [name for name, on in zip(items.ids, routed.on(Route.ACCEPT, Route.ACCEPT_AUDIT), strict=True) if on]
    backwards = accepted[::-1]
    drawn = np.flatnonzero(draws(7, backwards, "monitor") < 0.25)
    monitored = {name for name, on in zip(items.ids, routed.on(Route.ACCEPT_AUDIT), strict=True) if on}
    assert monitored == {backwards[at] for at in drawn}
    # Binomial(266, 0.25): 66.5 expected, standard deviation 7.1
    assert abs(len(monitored) - 66.5) < 29


def test_labels_weighted_by_their_routes_tell_how_much_is_wrong_of_all() -> None:
    # 100 accepted items, 10 wrong; 40 reviewed, 20 wrong; 20 labelled before, 5 wrong: 35 of 160, 21.9 %.
    wrong = np.repeat([1, 0, 1, 0, 1, 0], [10, 90, 20, 20, 5, 15]).astype(float)
    certified, labelled = np.repeat([True, False, False], [100, 40, 20]), np.repeat([np.nan, 1.0], [140, 20])
    estimates, plain = [], []
    for seed in range(600):
        routed = route_scored(scored(160, certified=certified, labelled_probability=labelled, seed=seed), NUMBERS)
        seen = ~routed.on(Route.ACCEPT)
        estimates.append(weighted_mean(wrong[seen], routed.inclusion_probability[seen], 160))
        plain.append(wrong[seen].mean())
    error = np.std(estimates) / np.sqrt(600)  # about 0.0014
    assert abs(np.mean(estimates) - 35 / 160) < 4 * error
    assert np.mean(plain) > 0.31  # of 85 items that people see 27.5 are wrong, 32 %: the hard ones


def test_a_round_with_numbers_of_another_name_draws_anew() -> None:
    first, second = (
        route_scored(scored(400, number=draws(7, [f"i{at}" for at in range(400)], name)), NUMBERS).on(
            Route.ACCEPT_AUDIT
        )
        for name in ("monitor 1", "monitor 2")
    )
    # Of about 100 items drawn first a quarter is drawn again by chance: Binomial(400, 1/16), standard deviation 4.8.
    assert (first & second).sum() < 50


def test_decisions_come_as_they_are_stored_with_all_doubts() -> None:
    bits = doubt_bits(["signals_disagree", "content_truncated"])
    items = scored(3, doubts=[0, bits, 0], labelled_probability=[np.nan, np.nan, 0.5], number=0.9)
    assert list(route_scored(items, NUMBERS).decisions(items)) == [
        ("i0", Decision(Route.ACCEPT, "accepted_by_certificate", (), 0.25, 7)),
        ("i1", Decision(Route.REVIEW, "content_truncated", ("content_truncated", "signals_disagree"), 1.0, 7)),
        ("i2", Decision(Route.SETTLED, "already_labelled", (), 0.5, 7)),
    ]


@given(any_items())
def test_a_decision_says_what_the_columns_say(items: Scored) -> None:
    routed = route_scored(items, NUMBERS)
    for at, (item_id, decision) in enumerate(routed.decisions(items)):
        assert item_id == items.ids[at]
        assert (decision.route, decision.reason) == (ROUTES[routed.routes[at]], REASONS[routed.reasons[at]])
        assert decision.inclusion_probability == routed.inclusion_probability[at]
        assert doubt_bits(decision.doubts) == items.doubts[at]


def test_items_are_counted_by_route_and_reason() -> None:
    items = scored(5, severity=[0, 3, 3, 0, 0], confidence=[0.99, 0.5, 0.8, 0.9, np.nan], number=0.9)
    assert route_scored(items, NUMBERS).counts() == {
        (Route.ACCEPT, "accepted_by_certificate"): 2,
        (Route.REVIEW, "no_confidence"): 1,
        (Route.DOUBLE, "severe"): 1,
        (Route.EXPERT, "severe_and_unsure"): 1,
    }


def test_a_run_without_items_has_no_routes() -> None:
    items = scored(0)
    routed = route_scored(items, NUMBERS)
    assert (len(routed), list(routed.decisions(items)), routed.counts()) == (0, [], {})
