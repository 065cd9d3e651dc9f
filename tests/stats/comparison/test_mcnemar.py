"""McNemar's tests against published values, statsmodels and their own symmetry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.contingency_tables import mcnemar as of_statsmodels

from assistant.stats.comparison.mcnemar import mcnemar

COUNT = st.integers(0, 400)


def test_gives_the_four_p_values_of_the_airway_data() -> None:
    # Fagerland, Lydersen & Laake (2013), BMC Med Res Methodol 13:91: 1 against 7 of 21; printed 0.034 0.077 0.070 0.039
    test = mcnemar(1, 7)
    assert (test.chi_squared, test.chi_squared_corrected) == pytest.approx((4.5, 3.125), abs=1e-9)
    assert test.asymptotic == pytest.approx(0.033894853524689295, abs=1e-9)
    assert test.asymptotic_corrected == pytest.approx(0.07709987174354202, abs=1e-9)
    assert test.exact == pytest.approx(0.0703125, abs=1e-9)
    assert test.mid_p == pytest.approx(0.039062500000000014, abs=1e-9)


def test_gives_the_values_of_the_approval_of_the_prime_minister() -> None:
    # Agresti, Categorical Data Analysis: 150 against 86 of 1,600; printed chi-squared 17.36
    test = mcnemar(150, 86)
    assert test.chi_squared == pytest.approx(17.35593220338983, abs=1e-9)
    assert test.chi_squared_corrected == pytest.approx(16.81779661016949, abs=1e-9)
    assert test.asymptotic == pytest.approx(3.099293441045215e-05, abs=1e-9)
    assert test.asymptotic_corrected == pytest.approx(4.114562281345944e-05, abs=1e-9)
    assert test.exact == pytest.approx(3.7159361395713866e-05, abs=1e-9)
    assert test.mid_p == pytest.approx(2.893389517615428e-05, abs=1e-9)


def test_agrees_with_statsmodels_on_a_thousand_tables() -> None:
    chance = np.random.default_rng(1)
    for only_a, only_b in chance.integers(1, 60, size=(1_000, 2)).tolist():
        table, test = [[5, only_a], [only_b, 5]], mcnemar(only_a, only_b)
        assert test.exact == pytest.approx(of_statsmodels(table, exact=True).pvalue, abs=1e-12)
        plain = of_statsmodels(table, exact=False, correction=False)
        assert (test.chi_squared, test.asymptotic) == pytest.approx((plain.statistic, plain.pvalue), abs=1e-12)
        if only_a != only_b:  # statsmodels corrects a difference of 0 to 1
            corrected = of_statsmodels(table, exact=False, correction=True)
            assert test.asymptotic_corrected == pytest.approx(corrected.pvalue, abs=1e-12)


@given(COUNT, COUNT)
def test_the_order_of_the_variants_does_not_matter_and_mid_p_is_a_little_below_exact(one: int, other: int) -> None:
    test, turned = mcnemar(one, other), mcnemar(other, one)
    assert (test.exact, test.mid_p, test.asymptotic) == (turned.exact, turned.mid_p, turned.asymptotic)
    assert 0 <= test.mid_p <= test.exact <= 1
    if one != other:
        assert test.exact - test.mid_p == pytest.approx(binom.pmf(one, one + other, 0.5), abs=1e-9)
    else:
        assert test.mid_p == pytest.approx(1)


def test_without_discordant_items_nothing_speaks_against_equality_and_no_chi_squared_exists() -> None:
    test = mcnemar(0, 0)
    assert (test.exact, test.mid_p) == (1.0, 1.0)
    assert test.chi_squared is test.asymptotic is test.chi_squared_corrected is test.asymptotic_corrected is None


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="0 or more, got 3 and -1"):
        mcnemar(3, -1)
