"""Planning the exact test: the published sizes, and chances that simulation confirms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from assistant.trust.certificates.power import chance_to_reject, trials_for_power


def test_without_errors_the_rule_of_zero_failures() -> None:
    # Wilks's 95/95 sizes: 59 trials with no failure (Clopper-Pearson, scipy beta.ppf)
    assert trials_for_power(0.0, 0.05, 0.05) == 59


def test_with_few_errors_the_published_size_that_tolerates_enough() -> None:
    # 95/95 sizes 59, 93, 124, 153, 181 for 0 to 4 failures. At 1 % wrong: P(0 of 59) = 0.55 and P(<= 1 of 93) = 0.76
    # are below 0.8, P(<= 2 of 124) = 0.87 is enough.
    assert trials_for_power(0.01, 0.05, 0.05) == 124
    assert trials_for_power(0.01, 0.05, 0.05, power=0.76) == 93
    assert binom.cdf(1, 93, 0.01) == pytest.approx(0.762, abs=5e-4)
    assert binom.cdf(2, 124, 0.01) == pytest.approx(0.872, abs=5e-4)


def test_the_nearer_the_bound_the_more_and_at_the_bound_none_will_do() -> None:
    sizes = [trials_for_power(share, 0.05, 0.05) for share in (0.0, 0.01, 0.02, 0.03, 0.04, 0.049)]
    assert sizes == sorted(sizes)
    assert trials_for_power(0.05, 0.05, 0.05) is None
    assert trials_for_power(0.2, 0.05, 0.05) is None
    assert trials_for_power(0.05 - 1e-9, 0.05, 0.05) is None


def test_the_chance_to_reject_is_what_simulation_finds() -> None:
    chance = np.random.default_rng(1)
    counted = chance.binomial(300, 0.5, 20_000)
    errors = chance.binomial(counted, 0.02)
    rejected = np.mean(binom.cdf(errors, counted, 0.05) <= 0.05)
    assert chance_to_reject([0.5], [0.02], 300, 0.05, 0.05)[0] == pytest.approx(rejected, abs=0.03)


def test_too_few_trials_have_no_chance() -> None:
    assert chance_to_reject([0.1, 1.0], [0.0, 0.0], 58, 0.05, 0.05).tolist() == [0.0, 0.0]
    assert chance_to_reject([1.0], [0.0], 59, 0.05, 0.05).tolist() == [1.0]


@pytest.mark.parametrize(
    "call",
    [
        lambda: trials_for_power(-0.1, 0.05, 0.05),
        lambda: trials_for_power(0.01, 0.0, 0.05),
        lambda: trials_for_power(0.01, 0.05, 0.05, power=1.0),
        lambda: chance_to_reject([0.5], [0.1], 10, 1.0, 0.05),
    ],
)
def test_arguments_out_of_range_are_refused(call) -> None:
    with pytest.raises(ValueError, match=r"must|between"):
        call()
