"""Designs: replayable item by item, with inclusion probabilities that are what they say."""

from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain.certificates import SampledItem
from assistant.routing.sampling import Drawn, draw, draws, simple_random, smallest, stratified
from assistant.stats.certificates.betting import weighted_upper_bound
from tests.routing.made_up import weighted_mean

IDS = ["ant", "bee", "cat", "dog", "eel", "fox", "gnu", "hen"]
WRONG = np.array([1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0])
STRATA = np.array([0, 1, 0, 1, 1, 1, 2, 1])

Design = Callable[[int, list[int]], Drawn]  # (seed, order in which the items come) -> sample
AS_LISTED = list(range(len(IDS)))
SEEDS = 3_000


def names(order: list[int]) -> list[str]:
    return [IDS[at] for at in order]


DESIGNS: dict[str, Design] = {
    "simple_random": lambda seed, order: simple_random(names(order), 3, key=seed, purpose="audit"),
    "stratified": lambda seed, order: stratified(names(order), STRATA[order], [1, 3, 1], key=seed, purpose="audit"),
}
every_design = pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)


@lru_cache
def many_samples(design: Design) -> list[Drawn]:
    return [design(seed, AS_LISTED) for seed in range(SEEDS)]


@given(st.integers(), st.lists(st.text()), st.text())
def test_many_draws_are_the_single_draws_to_the_last_bit(seed: int, ids: list[str], purpose: str) -> None:
    assert draws(seed, ids, purpose).tolist() == [draw(seed, item_id, purpose) for item_id in ids]


@every_design
def test_items_are_drawn_as_often_as_their_inclusion_probability_says(design: Design) -> None:
    times = sum(np.bincount(drawn.index, minlength=len(IDS)) for drawn in many_samples(design))
    pi = many_samples(design)[0].inclusion_probability
    # Binomial(SEEDS, pi) for each item; of 32 items one lies beyond four standard errors in 1 of 500 test files.
    assert (np.abs(times / SEEDS - pi) <= 4 * np.sqrt(pi * (1 - pi) / SEEDS)).all()


@every_design
def test_the_weighted_mean_is_unbiased(design: Design) -> None:
    estimates = [
        weighted_mean(WRONG[drawn.index], drawn.inclusion_probability[drawn.index], len(IDS))
        for drawn in many_samples(design)
    ]
    error = np.std(estimates) / np.sqrt(SEEDS)
    assert abs(np.mean(estimates) - WRONG.mean()) < 4 * error  # the truth is 0.5, the standard error about 0.005


def test_every_simple_random_sample_is_equally_probable() -> None:
    samples = Counter(
        frozenset(simple_random(IDS[:5], 2, key=seed, purpose="x").index.tolist()) for seed in range(6_000)
    )
    assert set(samples) == {frozenset(pair) for pair in combinations(range(5), 2)}
    # chi-square with 9 degrees of freedom: 27.88 is exceeded with probability 0.001
    assert sum((count - 600) ** 2 / 600 for count in samples.values()) < 27.88


def test_strata_are_drawn_independently_of_each_other() -> None:
    # ant is one of two in its stratum, dog one of three drawn from five: together with probability 1/2 * 3/5.
    both = sum(0 in drawn.index and 3 in drawn.index for drawn in many_samples(DESIGNS["stratified"]))
    assert abs(both / SEEDS - 0.3) < 4 * np.sqrt(0.3 * 0.7 / SEEDS)


@every_design
@given(st.permutations(AS_LISTED), st.integers())
def test_the_order_of_the_items_makes_no_difference(design: Design, order: list[int], seed: int) -> None:
    before, after = design(seed, AS_LISTED), design(seed, order)
    assert [order[at] for at in after.index] == before.index.tolist()
    assert after.inclusion_probability.tolist() == before.inclusion_probability[order].tolist()


@every_design
@pytest.mark.parametrize("seed", range(20))
def test_one_item_can_be_drawn_again_alone(design: Design, seed: int) -> None:
    drawn = design(seed, AS_LISTED)
    alone = [draw(drawn.key, item_id, drawn.purpose) < limit for item_id, limit in zip(IDS, drawn.limit, strict=True)]
    assert np.flatnonzero(alone).tolist() == sorted(drawn.index.tolist())


@every_design
def test_the_same_seed_draws_the_same_and_another_seed_doesnt(design: Design) -> None:
    assert design(3, AS_LISTED).index.tolist() == design(3, AS_LISTED).index.tolist()
    assert len({tuple(drawn.index.tolist()) for drawn in many_samples(design)[:10]}) > 5


def test_samples_for_different_purposes_are_different() -> None:
    ids = [f"item-{number}" for number in range(1_000)]
    audit, learn = (set(simple_random(ids, 100, key=1, purpose=p).index.tolist()) for p in ("audit", "learn"))
    # hypergeometric: 10 expected in both, standard deviation 2.85
    assert len(audit & learn) < 23


@given(st.integers(1, 8), st.integers(1, 8), st.integers())
def test_a_smaller_sample_is_the_beginning_of_a_larger_one(one: int, other: int, seed: int) -> None:
    small, large = (simple_random(IDS, size, key=seed, purpose="audit").index for size in sorted((one, other)))
    assert large[: len(small)].tolist() == small.tolist()


def test_a_sample_of_fixed_size_has_that_size_and_everyone_the_same_chance() -> None:
    drawn = DESIGNS["simple_random"](1, AS_LISTED)
    assert len(drawn.index) == 3
    assert drawn.inclusion_probability.tolist() == [3 / 8] * 8


def test_strata_have_their_own_sizes_and_chances() -> None:
    drawn = DESIGNS["stratified"](1, AS_LISTED)
    assert np.bincount(STRATA[drawn.index]).tolist() == [1, 3, 1]
    assert drawn.inclusion_probability.tolist() == [1 / 2, 3 / 5, 1 / 2, 3 / 5, 3 / 5, 3 / 5, 1, 3 / 5]
    assert stratified(["a", "b"], [0, 2], [1, 0, 1], key=1, purpose="").index.tolist() == [0, 1]  # none of none


def test_drawn_items_come_as_they_are_stored() -> None:
    drawn = stratified(["ant", "bee"], [0, 1], [1, 1], key=1, purpose="audit")
    assert drawn.sampled(["ant", "bee"]) == [SampledItem("ant", 1.0), SampledItem("bee", 1.0)]


def test_equal_keys_are_ordered_by_id() -> None:
    ids = ["d", "a", "c", "b", "e"]
    keys = np.array([1.0, 1.0, 0.0, 1.0, 2.0])
    assert [[ids[at] for at in smallest(keys, ids, size)] for size in range(6)] == [
        [],
        ["c"],
        ["c", "a"],
        ["c", "a", "b"],
        ["c", "a", "b", "d"],
        ["c", "a", "b", "d", "e"],
    ]


def test_the_bound_on_an_unequal_sample_holds_as_often_as_it_says() -> None:
    # 600 items, 60 wrong, mostly where errors were expected; the bound at 90 % may fail in 10 % of 300 samples: 30,
    # standard deviation 5.2, so at most 46. It is cautious and fails less.
    ids = [f"item-{number}" for number in range(600)]
    wrong = np.zeros(600)
    wrong[:45], wrong[200:215] = 1, 1
    pi = np.where(np.arange(600) < 100, 0.5, 0.1)
    failures = 0
    for seed in range(300):
        index = np.flatnonzero(draws(seed, ids, "audit") < pi)
        failures += weighted_upper_bound(wrong[index], pi[index], 600, 0.9, least_probability=0.1) < 0.1
    assert failures <= 46


@pytest.mark.parametrize(
    ("draw_it", "said"),
    [
        (lambda: simple_random([], 1, key=1, purpose=""), "between 1 and the 0 items, got 1"),
        (lambda: simple_random(IDS, 0, key=1, purpose=""), "between 1 and the 8 items, got 0"),
        (lambda: simple_random(IDS, 9, key=1, purpose=""), "between 1 and the 8 items, got 9"),
        (lambda: simple_random(["a", "a"], 1, key=1, purpose=""), "twice"),
        (lambda: stratified(IDS, STRATA, [1, 0, 1], key=1, purpose=""), "stratum 1: 0 can't be drawn from 5"),
        (lambda: stratified(IDS, STRATA, [3, 1, 1], key=1, purpose=""), "stratum 0: 3 can't be drawn from 2"),
        (lambda: stratified(IDS, STRATA, [1, 1], key=1, purpose=""), "numbers from 0 to 1"),
        (lambda: stratified(IDS, STRATA[:4], [1, 1, 1], key=1, purpose=""), "must be 8 numbers"),
    ],
)
def test_an_impossible_design_is_refused(draw_it: Callable[[], Drawn], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        draw_it()
