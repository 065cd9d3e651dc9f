"""Allocation: whole items over strata, probabilities over items, always above zero and summing to what was asked."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.routing.allocation import capped, error_probabilities, proportional_sizes


@pytest.mark.parametrize(
    ("counts", "size", "sizes"),
    [
        ([100, 300], 40, [10, 30]),
        ([900, 100], 10, [9, 1]),
        ([50, 30, 20], 5, [3, 1, 1]),  # quotas 2.5, 1.5, 1.0: equal remainders, the first gets the item
        ([997, 1, 0, 2], 10, [8, 1, 0, 1]),  # quotas 9.97, 0.01, 0, 0.02: two would go without
        ([9_000, 1, 1, 1], 4, [1, 1, 1, 1]),
        ([2, 3], 5, [2, 3]),
    ],
)
def test_sizes_are_proportional_but_no_stratum_goes_without(counts: list[int], size: int, sizes: list[int]) -> None:
    assert proportional_sizes(counts, size).tolist() == sizes


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=30), st.floats(0, 1))
def test_sizes_sum_up_and_stay_within_each_stratum(counts: list[int], share: float) -> None:
    held = np.array(counts)
    assume(held.any())
    least = int((held > 0).sum())
    size = least + int(share * (held.sum() - least))
    sizes = proportional_sizes(counts, size)
    assert sizes.sum() == size
    assert (sizes <= held).all()
    assert (sizes >= (held > 0)).all()
    quotas = size * held / held.sum()
    if (quotas[held > 0] >= 1).all():
        assert (np.abs(sizes - quotas) < 1).all()


@pytest.mark.parametrize(("counts", "size"), [([], 1), ([0, 0], 1), ([-1, 5], 2), ([5, 5], 1), ([5, 5], 11)])
def test_impossible_sizes_are_refused(counts: list[int], size: int) -> None:
    with pytest.raises(ValueError, match=r"counts must be|size must lie between"):
        proportional_sizes(counts, size)


def test_a_weight_too_large_is_capped_at_one_and_the_others_share_the_rest() -> None:
    # 2 * (0.1, 0.2, 0.7) = (0.2, 0.4, 1.4): the last is sure, the others share 1 as 1 : 2.
    assert capped([1, 2, 7], 2) == pytest.approx([1 / 3, 2 / 3, 1])
    # 3 * (1, 1, 3, 5) / 10 = (0.3, 0.3, 0.9, 1.5): with the last one capped the third is 2 * 3 / 5 = 1.2, so sure too.
    assert capped([1, 1, 3, 5], 3) == pytest.approx([0.5, 0.5, 1, 1])


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=40), st.floats(0.001, 1))
def test_probabilities_sum_to_the_size_and_keep_their_proportions_below_one(weights: list[float], share: float) -> None:
    weight = np.array(weights)
    pi = capped(weight, share * len(weight))
    assert pi.sum() == pytest.approx(share * len(weight))
    assert ((pi > 0) & (pi <= 1)).all()
    ratios = (pi / weight)[pi < 1]
    assert ratios == pytest.approx(np.full(len(ratios), ratios.max(initial=0)))
    assert (pi[weight >= weight[pi < 1].max(initial=0)] >= pi[pi < 1].max(initial=0)).all()


def test_half_even_half_by_error_is_the_mean_of_both() -> None:
    # 1 label evenly is 0.25 each, 1 label by error is (0.1, 0.2, 0.3, 0.4).
    pi = error_probabilities([0.1, 0.2, 0.3, 0.4], 2, uniform_share=0.5)
    assert pi == pytest.approx([0.35, 0.45, 0.55, 0.65])


def test_where_no_error_is_expected_anywhere_the_sample_is_even() -> None:
    assert error_probabilities([0, 0, 0, 0], 1, uniform_share=0.1) == pytest.approx([0.25] * 4)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.floats(0.01, 1), st.floats(0.01, 1))
def test_no_item_is_less_probable_than_the_even_share_alone_would_make_it(
    errors: list[float], size_share: float, uniform_share: float
) -> None:
    size = size_share * len(errors)
    pi = error_probabilities(errors, size, uniform_share=uniform_share)
    assert pi.sum() == pytest.approx(size)
    assert pi.min() >= uniform_share * size_share * (1 - 1e-9)
    assert (np.diff(pi[np.argsort(errors, kind="stable")]) >= -1e-12).all()  # the likelier wrong, the likelier drawn


@pytest.mark.parametrize(
    ("errors", "size", "share", "said"),
    [
        ([], 1, 0.5, "expected_error"),
        ([0.1, 1.1], 1, 0.5, "expected_error"),
        ([0.1, np.nan], 1, 0.5, "expected_error"),
        ([0.1, 0.2], 0, 0.5, "size must lie above 0 up to the 2 items, got 0"),
        ([0.1, 0.2], 3, 0.5, "size must lie above 0 up to the 2 items, got 3"),
        ([0.1, 0.2], 1, 0.0, "uniform_share must lie above 0"),
    ],
)
def test_impossible_probabilities_are_refused(errors: list[float], size: float, share: float, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        error_probabilities(errors, size, uniform_share=share)


@pytest.mark.parametrize("weights", [[], [1, 0], [1, np.inf], [-1, 1]])
def test_weights_that_give_no_probability_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weights must be"):
        capped(weights, 1)
