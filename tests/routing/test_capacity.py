"""Capacity: the best use of few reviews, and nothing forgotten among what has to wait."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.routing.capacity import LEAST_REVIEWS, Workload, best_use, fit_to_capacity, most_worth
from assistant.routing.doubts import doubt_bits
from assistant.routing.route import Route
from assistant.routing.route_scored import REASONS, Routed, route_scored
from assistant.routing.rules import RULES, RouteRules
from assistant.routing.scored import Scored
from tests.routing.made_up import DEFAULTS, any_items, scored, weighted_mean

NUMBERS = RouteRules(monitor_share=0.25)
TO_PEOPLE = (Route.REVIEW, Route.DOUBLE, Route.EXPERT)


def routed_items(items: Scored) -> Routed:
    return route_scored(items, NUMBERS)


def every_choice(worth: np.ndarray, costs: np.ndarray, reviews: int) -> list[float]:
    """What each set of items that fits is worth."""
    sets = [np.array(chosen, dtype=bool) for chosen in product((False, True), repeat=len(worth))]
    return [float(worth[chosen].sum()) for chosen in sets if costs[chosen].sum() <= reviews]


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=8), st.integers(0, 14))
def test_no_other_choice_of_items_is_worth_more(items: list[tuple[int, bool]], reviews: int) -> None:
    worth = np.array([float(value) for value, _ in items])
    double = np.array([needs_two for _, needs_two in items], dtype=bool)
    costs = 1 + double
    chosen = best_use(worth, double, reviews, [f"i{at}" for at in range(len(items))])
    assert len(set(chosen.tolist())) == len(chosen)
    assert costs[chosen].sum() <= reviews
    assert worth[chosen].sum() == max(every_choice(worth, costs, reviews))


def test_a_double_review_must_be_worth_two_single_ones() -> None:
    # Three reviews: 5 + 3 is more than 3 + 2 + 1. Two reviews: 4 is less than 3 + 2.
    assert best_use(np.array([5, 3, 2, 1.0]), np.array([True, False, False, False]), 3, list("abcd")).tolist() == [0, 1]
    assert best_use(np.array([4, 3, 2, 2.0]), np.array([True, False, False, False]), 2, list("abcd")).tolist() == [1, 2]


def test_of_equal_items_the_first_by_id_is_chosen_whatever_the_order() -> None:
    for ids in (["c", "a", "b"], ["b", "c", "a"]):
        chosen = best_use(np.ones(3), np.zeros(3, dtype=bool), 2, ids)
        assert {ids[at] for at in chosen} == {"a", "b"}


@given(any_items(), st.integers(0, 12))
def test_urgent_items_come_first_and_both_groups_are_used_best(items: Scored, reviews: int) -> None:
    routed = routed_items(items)
    chosen = most_worth(items, routed, reviews)
    assert not chosen[~routed.on(*TO_PEOPLE)].any()
    worth = (1 - np.nan_to_num(items.confidence, nan=0.0)) * (1 + items.severity)
    costs = 1 + routed.on(Route.DOUBLE, Route.EXPERT)
    urgent = np.array([RULES[code].urgent for code in routed.reasons])
    for group in (urgent, ~urgent):
        among = np.flatnonzero(group & routed.on(*TO_PEOPLE))
        best = max(every_choice(worth[among], costs[among], reviews))
        assert worth[group & chosen].sum() == pytest.approx(best)
        reviews -= int(costs[group & chosen].sum())
    assert reviews >= 0


def test_an_error_is_worth_more_the_worse_the_label() -> None:
    # (1 - confidence) * (1 + severity): 0.5, 0.2 * 3 = 0.6, 0.4, and 1 where nothing is known.
    items = scored(4, certified=False, confidence=[0.5, 0.8, 0.6, np.nan], severity=[0, 2, 0, 0])
    routed = routed_items(items)
    assert [most_worth(items, routed, k).tolist() for k in (1, 2, 3)] == [
        [False, False, False, True],
        [False, True, False, True],
        [True, True, False, True],
    ]


def test_a_doubt_comes_before_whatever_is_worth_more() -> None:
    items = scored(2, certified=False, confidence=[0.1, 0.99], doubts=[0, doubt_bits(["no_clause_near"])])
    assert most_worth(items, routed_items(items), 1).tolist() == [False, True]


def test_where_everything_fits_nothing_waits() -> None:
    items = scored(40, certified=[True] * 20 + [False] * 20)
    routed, load = fit_to_capacity(items, routed_items(items), 100)
    # 0.25 of 20 accepted are monitored: exactly 5, though each on its own would have been drawn or not.
    assert load == Workload(
        reviews=25, monitored=5, chosen=20, drawn=0, waiting=0, expected_errors=0.0, without_confidence=0
    )
    assert load.expected_error_share is None
    assert routed.inclusion_probability.tolist() == [0.25] * 20 + [1.0] * 20


def test_where_not_everything_fits_the_rest_waits_with_a_chance_and_an_expectation() -> None:
    # 20 reviews: 5 for monitoring would be more than the tenth they may take, so 2; 3 for a look at what waits (a
    # tenth, but at least 3); 15 for the least sure of 40 items. 25 are left over: 3 drawn, 22 deferred.
    confidence = [0.99] * 20 + [0.5] * 15 + [0.9] * 25
    items = scored(60, certified=[True] * 20 + [False] * 40, confidence=confidence)
    routed, load = fit_to_capacity(items, routed_items(items), 20)
    assert (load.reviews, load.monitored, load.chosen, load.drawn, load.waiting) == (20, 2, 15, 3, 22)
    assert load.expected_errors == pytest.approx(2.2)
    assert load.expected_error_share == pytest.approx(0.1)
    assert routed.inclusion_probability == pytest.approx([0.1] * 20 + [1] * 15 + [3 / 25] * 25)
    assert routed.counts() == {
        (Route.ACCEPT, "accepted_by_certificate"): 18,
        (Route.ACCEPT_AUDIT, "drawn_for_monitoring"): 2,
        (Route.REVIEW, "not_certified"): 15,
        (Route.REVIEW, "drawn_from_waiting"): 3,
        (Route.DEFERRED, "not_certified"): 22,
    }


def test_of_what_waits_items_that_take_one_review_and_two_are_drawn_at_about_one_rate() -> None:
    # 20 reviews, half of them for the best: 5 severe items at two each. 25 of these and 30 others wait, which would
    # take 80; with 10 reviews an eighth of each is drawn: 3 at two reviews, and 4 at one.
    items = scored(60, certified=False, severity=[3] * 30 + [0] * 30, confidence=0.7)
    routed, load = fit_to_capacity(items, routed_items(items), 20, random_share=0.5)
    assert (load.reviews, load.chosen, load.drawn, load.waiting) == (20, 5, 7, 48)
    assert sorted(set(routed.inclusion_probability)) == pytest.approx([3 / 25, 4 / 30, 1])


def test_the_smallest_plan_still_gives_each_kind_of_item_a_chance() -> None:
    # Four reviews: one accepted item, one severe item at two, one other; nothing is left to choose.
    items = scored(26, certified=[True] * 20 + [False] * 6, severity=[0] * 20 + [3] * 3 + [0] * 3, confidence=0.7)
    routed, load = fit_to_capacity(items, routed_items(items), 4, random_share=0.5)
    assert (load.reviews, load.monitored, load.chosen, load.drawn) == (4, 1, 0, 2)
    assert routed.inclusion_probability == pytest.approx([1 / 20] * 20 + [1 / 3] * 6)


def test_an_item_nothing_is_known_of_counts_as_wrong_while_it_waits() -> None:
    items = scored(30, confidence=[np.nan] * 30)
    _, load = fit_to_capacity(items, routed_items(items), 10)
    assert (load.waiting, load.without_confidence, load.expected_errors, load.expected_error_share) == (20, 20, 20, 1)


@given(any_items(most=30), st.integers(LEAST_REVIEWS, 40), st.sampled_from([0.01, 0.1, 0.5]))
def test_a_plan_keeps_to_the_reviews_and_loses_nobody(items: Scored, reviews: int, share: float) -> None:
    before = routed_items(items)
    kept = before.routes.copy()
    after, load = fit_to_capacity(items, before, reviews, random_share=share)
    asked = before.on(*TO_PEOPLE)
    assert load.reviews <= reviews
    assert load.reviews == load.monitored + after.on(*TO_PEOPLE).sum() + after.on(Route.DOUBLE, Route.EXPERT).sum()
    assert load.chosen + load.drawn + load.waiting == asked.sum()
    assert ((after.inclusion_probability > 0) & (after.inclusion_probability <= 1)).all()
    assert (after.on(*TO_PEOPLE, Route.DEFERRED) == asked).all()  # what waits is not accepted, and nobody is added
    assert (after.on(Route.ACCEPT, Route.ACCEPT_AUDIT) == before.on(Route.ACCEPT, Route.ACCEPT_AUDIT)).all()
    assert load.monitored > 0 or not before.on(Route.ACCEPT, Route.ACCEPT_AUDIT).any()
    deferred = after.on(Route.DEFERRED)
    assert (after.reasons == before.reasons)[deferred].all()
    assert (kept == before.routes).all()  # the routes given are left as they were


@given(any_items(most=12), st.integers(LEAST_REVIEWS, 12), st.randoms())
def test_a_plan_does_not_depend_on_the_order_of_the_items(items: Scored, reviews: int, chance: object) -> None:
    order = list(range(len(items)))
    chance.shuffle(order)  # type: ignore[attr-defined]  # a random.Random
    columns = {name: getattr(items, name)[order] for name in [*DEFAULTS, "number"]}
    other = scored(ids=[items.ids[at] for at in order], **columns)
    (one, _), (two, _) = (fit_to_capacity(given, routed_items(given), reviews) for given in (items, other))
    assert one.routes[order].tolist() == two.routes.tolist()
    assert one.reasons[order].tolist() == two.reasons.tolist()
    assert one.inclusion_probability[order].tolist() == two.inclusion_probability.tolist()


def test_labels_weighted_by_a_plan_tell_how_much_is_wrong_of_all() -> None:
    # 40 accepted (4 wrong), 20 severe at two reviews (10 wrong), 40 uncertified (16 wrong): 30 of 100.
    wrong = np.array([1.0, 0, 0, 0, 0, 0, 0, 0, 0, 0] * 4 + [1.0, 0] * 10 + [1.0, 0, 0, 1, 0] * 8)
    items = {
        "certified": [True] * 40 + [False] * 60,
        "severity": [0] * 40 + [3] * 20 + [0] * 40,
        "confidence": [0.99] * 40 + [0.7] * 20 + [0.6] * 40,
    }
    estimates = []
    for seed in range(800):
        population = scored(100, seed=seed, **items)
        routed, load = fit_to_capacity(population, routed_items(population), 30, random_share=0.4)
        seen = ~routed.on(Route.ACCEPT, Route.DEFERRED)
        estimates.append(weighted_mean(wrong[seen], routed.inclusion_probability[seen], 100))
        assert load.reviews <= 30
    error = np.std(estimates) / np.sqrt(800)
    assert abs(np.mean(estimates) - 0.3) < 4 * error  # about 0.004


@pytest.mark.parametrize(
    ("reviews", "share", "said"),
    [(3, 0.1, "at least 4 reviews, got 3"), (10, 0.0, "above 0 up to 0.5"), (10, 0.6, "above 0 up to 0.5")],
)
def test_a_plan_that_leaves_somebody_without_a_chance_is_refused(reviews: int, share: float, said: str) -> None:
    items = scored(2)
    with pytest.raises(ValueError, match=said):
        fit_to_capacity(items, routed_items(items), reviews, random_share=share)


def test_the_reason_for_being_drawn_is_one_of_the_reasons_there_are() -> None:
    assert REASONS[-1] == "drawn_from_waiting"
