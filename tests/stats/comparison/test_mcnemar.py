"""McNemar's mid-p against published values, the exact test of statsmodels and its own symmetry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.contingency_tables import mcnemar as of_statsmodels

from assistant.stats.comparison.mcnemar import mcnemar_mid_p

COUNT = st.integers(0, 400)


@pytest.mark.parametrize(
    ("only_a", "only_b", "mid_p"),
    [
        (1, 7, 0.039062500000000014),  # airway data, Fagerland, Lydersen & Laake (2013): printed 0.039
        (150, 86, 2.893389517615428e-05),  # approval of the prime minister, Agresti, Categorical Data Analysis
        (0, 0, 1.0),
    ],
)
def test_gives_the_published_values(only_a: int, only_b: int, mid_p: float) -> None:
    assert mcnemar_mid_p(only_a, only_b) == pytest.approx(mid_p, abs=1e-9)


def test_it_is_the_exact_test_of_statsmodels_less_the_probability_of_what_was_seen() -> None:
    for only_a, only_b in np.random.default_rng(1).integers(1, 60, size=(300, 2)).tolist():
        exact = of_statsmodels([[5, only_a], [only_b, 5]], exact=True).pvalue
        seen = binom.pmf(only_a, only_a + only_b, 0.5)
        assert mcnemar_mid_p(only_a, only_b) == pytest.approx(1.0 if only_a == only_b else exact - seen, abs=1e-12)


@given(COUNT, COUNT)
def test_the_order_of_the_variants_does_not_matter(one: int, other: int) -> None:
    assert mcnemar_mid_p(one, other) == mcnemar_mid_p(other, one)
    assert 0 <= mcnemar_mid_p(one, other) <= 1


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="0 or more, got 3 and -1"):
        mcnemar_mid_p(3, -1)
