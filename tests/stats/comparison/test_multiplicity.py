"""Adjusted p-values against the published example and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from assistant.stats.comparison.multiplicity import benjamini_yekutieli, holm

# Benjamini & Hochberg (1995), JRSS B 57:289, section 3.2
PUBLISHED = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324]
PUBLISHED += [0.4262, 0.5719, 0.6528, 0.759, 1.0]
METHODS = {"holm": holm, "fdr_by": benjamini_yekutieli}
P_VALUES = st.lists(st.floats(0, 1), max_size=30)


@pytest.mark.parametrize(("name", "rejected"), [("holm", 3), ("fdr_by", 3)])
def test_rejects_as_many_as_benjamini_and_hochberg_print(name: str, rejected: int) -> None:
    assert sum(p <= 0.05 for p in METHODS[name](PUBLISHED)) == rejected


def test_adjusted_values_of_the_published_example() -> None:
    assert holm(PUBLISHED)[:5] == pytest.approx([0.0015, 0.0056, 0.0247, 0.114, 0.2211], abs=1e-9)
    # Hochberg's 0.0015, 0.003, 0.0095, 0.035625, 0.0603 times 1 + 1/2 + ... + 1/15
    harmonic = sum(1 / place for place in range(1, 16))
    expected = [harmonic * p for p in (0.0015, 0.003, 0.0095, 0.035625, 0.0603)]
    assert benjamini_yekutieli(PUBLISHED)[:5] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "lists"),
    [
        ("holm", 5),
        ("fdr_by", 1_000),
    ],  # a Holm takes statsmodels 0.1 s or more
)
def test_agrees_with_statsmodels_on_lists_with_ties_and_zeros(name: str, lists: int) -> None:
    chance = np.random.default_rng(2)
    for size in chance.integers(1, 40, lists).tolist():
        p = np.round(chance.random(size) ** 3, 3)
        assert METHODS[name](p) == pytest.approx(multipletests(p, method=name)[1], abs=1e-12)


def test_holm_is_its_definition_on_a_thousand_lists() -> None:
    chance = np.random.default_rng(3)
    for size in chance.integers(1, 40, 1_000).tolist():
        rising = np.sort(np.round(chance.random(size) ** 3, 3))
        expected = [min(1.0, max((size - j) * rising[j] for j in range(i + 1))) for i in range(size)]
        assert holm(rising) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("method", METHODS.values())
def test_a_test_that_was_not_made_stays_so_and_does_not_count(method) -> None:
    first, second = method([0.01, 0.02])
    assert method([None, 0.01, float("nan"), 0.02]) == [None, first, None, second]
    assert method([None]) == [None]
    assert method([]) == []


@pytest.mark.parametrize("method", METHODS.values())
@given(p_values=P_VALUES, seed=st.integers(0, 9))
def test_the_order_does_not_matter_and_nothing_gets_smaller(method, p_values: list[float], seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(p_values))
    adjusted = method(p_values)
    assert method([p_values[i] for i in order]) == [adjusted[i] for i in order]
    assert all(p <= a <= 1 for p, a in zip(p_values, adjusted, strict=True))


@given(P_VALUES)
def test_holm_is_never_behind_bonferroni(p_values: list[float]) -> None:
    bonferroni = [min(1.0, p * len(p_values)) for p in p_values]
    assert all(h <= b + 1e-15 for h, b in zip(holm(p_values), bonferroni, strict=True))


def test_what_is_no_p_value_is_refused() -> None:
    with pytest.raises(ValueError, match=r"got 1\.5 at position 2"):
        holm([0.1, None, 1.5])
    with pytest.raises(ValueError, match="flat list"):
        benjamini_yekutieli(np.ones((2, 2)))
