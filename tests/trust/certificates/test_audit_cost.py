"""The price of certainty: audits of some sizes, and what each would bring."""

import numpy as np

from assistant.trust.certificates.audit_cost import price_of_certainty
from assistant.trust.certificates.certify import tolerated_errors


def test_audits_double_in_size_up_to_half_of_the_items() -> None:
    assert [one.audit_labels for one in price_of_certainty(np.full(450, 0.01), 20, 0.05)] == [50, 100, 200]


def test_too_few_items_have_no_curve() -> None:
    assert price_of_certainty(np.full(99, 0.01), 5, 0.05) == []


def test_without_errors_everything_passes_and_the_audited_share_is_the_price() -> None:
    (first, *_) = price_of_certainty(np.zeros(1000), 50, 0.05)
    assert first.tolerated is None  # 50 of 1000 coins can't tell 51 errors from none: 0.95 ** 51 = 0.07
    assert (first.passing, first.leaving) == (0, 0)
    second = price_of_certainty(np.zeros(1000), 50, 0.05)[1]
    assert second.tolerated == tolerated_errors(50, 0.1, 0.05)
    assert (second.passing, second.leaving) == (1000, 900)
