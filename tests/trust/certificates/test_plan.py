"""What the planner thinks offering would bring."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom

from assistant.trust.certificates.certify import least_rate
from assistant.trust.certificates.plan import chance_to_pass, plan_audit


def test_the_chance_to_pass_is_that_of_a_negative_binomial_count() -> None:
    # Mean 3 errors met, standard error of the mean 40 %: shape 6.25.
    expected, rate, shape = np.array([10.0, 20.0, 40.0]), 0.15, 6.25
    wanted = nbinom.cdf(4, shape, shape / (shape + rate * expected))
    assert chance_to_pass(expected, rate, 4) == pytest.approx(wanted, rel=1e-9)


def test_nothing_passes_without_room() -> None:
    assert (chance_to_pass(np.array([0.1, 5.0]), 0.1, -1) == 0).all()


def test_a_machine_that_is_nearly_always_right_is_audited_little() -> None:
    plan = plan_audit(np.full(2000, 0.001), 100, 0.05)
    assert plan.rate is not None
    assert plan.rate < 2 * least_rate(100, 0.05)
    assert plan.saved > 0.93 * 2000


def test_many_expected_errors_ask_for_a_higher_rate() -> None:
    few, many = (plan_audit(np.full(2000, share), 100, 0.05) for share in (0.005, 0.03))
    assert few.rate is not None
    assert many.rate is not None
    assert many.rate > few.rate
    assert many.saved < few.saved


def test_a_batch_too_small_for_its_target_gets_no_audit() -> None:
    plan = plan_audit(np.full(10, 0.01), 0, 0.05)  # not one error allowed: 95 % of all items would have to be audited
    assert plan.rate is None or plan.saved < 1
    assert plan_audit(np.zeros(0), 5, 0.05).rate is None


def test_an_item_later_in_the_order_is_never_likelier_to_pass() -> None:
    errors = np.sort(np.random.default_rng(0).beta(1, 12, 500))
    assert (np.diff(plan_audit(errors, 25, 0.05).passing) <= 1e-12).all()
