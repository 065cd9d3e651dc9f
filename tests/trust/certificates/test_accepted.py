"""Which candidates of an audit round a certificate accepts."""

from __future__ import annotations

import numpy as np

from assistant.domain.statements import StatedRound
from assistant.trust.certificates.accepted import accepted_positions

KEYS = np.array([11, 12, 13, 14, 15])
CONFIDENCE = np.array([0.7, 0.9, 0.0, 0.9, 0.8])  # surest first: 12, 14, 15, 11, 13
NOBODY = np.zeros(0, dtype=np.int64)


def round_of(offered: int, passed: int, passed_by: dict[str, int] | None = None) -> StatedRound:
    return StatedRound(sample=1, fit=1, offered=offered, passed=passed, passed_by=passed_by)


def keys(positions: np.ndarray) -> list[int]:
    return [int(KEYS[at]) for at in positions]


def test_the_surest_that_passed_are_accepted_and_equally_sure_ones_in_order_of_arrival() -> None:
    found = accepted_positions(round_of(4, 3), KEYS, CONFIDENCE, audited=NOBODY, groups={})
    assert keys(found) == [12, 14, 15]


def test_audited_items_are_not_among_them() -> None:
    found = accepted_positions(round_of(4, 3), KEYS, CONFIDENCE, audited=np.array([14]), groups={})
    assert keys(found) == [12, 15]


def test_an_item_without_a_label_or_below_the_threshold_is_not_accepted() -> None:
    assert keys(accepted_positions(round_of(5, 5), KEYS, CONFIDENCE, audited=NOBODY, groups={})) == [12, 14, 15, 11]
    above = accepted_positions(round_of(5, 5), KEYS, CONFIDENCE, audited=NOBODY, groups={}, least=0.8)
    assert keys(above) == [12, 14, 15]


def test_of_each_group_its_own_first_ones_pass_and_of_one_that_is_not_named_none() -> None:
    groups = {11: "de", 12: "de", 13: "en", 14: "en", 15: "de"}
    found = accepted_positions(round_of(5, 2, {"de": 2}), KEYS, CONFIDENCE, audited=NOBODY, groups=groups)
    assert keys(found) == [12, 15]
    both = accepted_positions(round_of(3, 2, {"de": 1, "en": 1}), KEYS, CONFIDENCE, audited=NOBODY, groups=groups)
    assert keys(both) == [12, 14]
