"""Group certificates: each group's own count, and one level shared out among them."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from assistant.trust.certificates.campaign import AuditRound, CertificateTarget
from assistant.trust.certificates.certify import tolerated_errors
from assistant.trust.certificates.group_certificates import (
    NO_ANSWER,
    GroupCount,
    Tolerance,
    count_groups,
    group_by_label,
    share_level,
)
from assistant.trust.pool import CONTESTED, NONE

TARGET = CertificateTarget(0.1, 0.9)
WHOLE = np.full(20, "", dtype=object)


def audit_round(order: list[int], audited: list[int], codes: list[int] | None = None) -> AuditRound:
    return AuditRound(
        np.array(order),
        np.array(codes or [0] * len(order)),
        np.full(len(order), 0.9),
        np.isin(order, audited),
    )


def tolerating(errors: int | None) -> Tolerance:
    """An audit that may meet so many errors, whatever is allowed and at whichever level."""
    return lambda *_: errors


def people(**wrong: list[int]) -> np.ndarray:
    codes = np.zeros(20, dtype=np.int64)
    codes[wrong.get("wrong", [])] = 1
    codes[wrong.get("tied", [])] = NONE
    codes[wrong.get("changed", [])] = CONTESTED
    return codes


def test_what_was_not_audited_before_the_first_error_too_many_is_accepted() -> None:
    # Candidates 0 to 9, of which 1, 4 and 7 are audited; 7 is wrong, and no error is tolerated: 0 to 6 pass.
    [count] = count_groups([audit_round(list(range(10)), [1, 4, 7])], people(wrong=[7]), WHOLE, TARGET, tolerating(0))
    assert count.kept.tolist() == [0, 2, 3, 5, 6]
    assert (count.passed, count.audited, count.errors, count.accepted) == (7, 2, 0, 5)
    assert (count.population, count.allowed, count.tolerated) == (20, 2, 0)
    assert count.certified
    assert count.reason is None


def test_errors_of_earlier_rounds_count_in_later_ones_and_what_ended_stays_ended() -> None:
    # One error is tolerated. The first round meets it at 2, the second one more at 5: of it 3 and 4 pass.
    rounds = [audit_round([0, 1, 2], [2]), audit_round([3, 4, 5, 6], [5]), audit_round([7, 8], [])]
    [count] = count_groups(rounds, people(wrong=[2, 5]), WHOLE, TARGET, tolerating(1))
    assert count.rounds == (3, 2, 0)
    assert count.kept.tolist() == [0, 1, 3, 4]
    assert count.errors == 1


@pytest.mark.parametrize("how", ["tied", "changed"])
def test_an_audited_item_without_a_consensus_or_with_a_changed_answer_counts_as_an_error(how: str) -> None:
    [count] = count_groups([audit_round([0, 1, 2], [1])], people(**{how: [1]}), WHOLE, TARGET, tolerating(0))
    assert count.kept.tolist() == [0]


def test_an_item_the_machine_has_no_label_for_is_not_accepted() -> None:
    [count] = count_groups([audit_round([0, 1, 2], [], [0, NONE, 0])], people(), WHOLE, TARGET, tolerating(0))
    assert (count.passed, count.kept.tolist()) == (3, [0, 2])


def test_groups_end_each_at_a_place_of_its_own_in_the_same_rounds() -> None:
    groups = np.array(["even", "odd"] * 10, dtype=object)
    even, odd = count_groups([audit_round(list(range(10)), [2, 5])], people(wrong=[2]), groups, TARGET, tolerating(0))
    assert (even.group, even.rounds, even.kept.tolist()) == ("even", (1,), [0])
    assert (odd.group, odd.rounds, odd.kept.tolist()) == ("odd", (5,), [1, 3, 7, 9])
    assert (even.population, even.allowed) == (10, 1)


def test_a_group_of_which_nothing_is_accepted_says_why() -> None:
    early = count_groups([audit_round([0, 1], [0])], people(wrong=[0]), WHOLE, TARGET, tolerating(1))[0]
    assert early.reason is None  # one error is tolerated
    met = count_groups([audit_round([0, 1], [0, 1])], people(wrong=[0, 1]), WHOLE, TARGET, tolerating(1))[0]
    assert met.reason == "the audit met its errors among the first items already"
    assert count_groups([], people(), WHOLE, TARGET, tolerating(1))[0].reason == "nothing was offered"
    small = count_groups([audit_round([0, 1], [])], people(), WHOLE, TARGET, tolerating(None))[0]
    assert small.reason == "20 items are too few for an audit of this size to prove anything about them"
    assert not small.certified


def test_each_of_three_groups_is_tested_at_a_third_of_the_level() -> None:
    levels: list[float] = []

    def tolerance(allowed: int, level: float) -> int | None:
        levels.append(level)
        return allowed

    assert share_level({"a": 1, "b": 2, "c": 3}, 0.06, tolerance) == {"a": 1, "b": 2, "c": 3}
    assert levels == pytest.approx([0.02, 0.02, 0.02])


def test_a_group_too_small_to_be_proved_gives_its_share_of_the_level_to_the_others() -> None:
    # An audit of half of the items without an error proves "at most B wrong" at level 0.5 ** (B + 1): 0.25 for B = 1,
    # 1/16 for B = 3 and 1/64 for B = 5. At level 0.12 shared by three, 0.04, only "c" can be proved; then by one, 0.12,
    # it may also meet one error: P(Bin(7, 0.5) <= 1) = 8 / 128 = 0.0625, and not two: P(Bin(8, 0.5) <= 2) = 37 / 256.
    tolerance = partial(_by_rate, rate=0.5)
    assert share_level({"a": 1, "b": 3, "c": 5}, 0.12, tolerance) == {"c": 1}
    # Shared by two, 0.07, both can be: 1/16 = 0.0625 and P(Bin(7, 0.5) <= 1) = 0.0625.
    assert share_level({"b": 3, "c": 5}, 0.14, tolerance) == {"b": 0, "c": 1}


def _by_rate(allowed: int, level: float, *, rate: float) -> int | None:
    return tolerated_errors(allowed, rate, level)


def test_where_no_group_can_be_proved_none_gets_a_share() -> None:
    assert share_level({"a": 0, "b": 0}, 0.05, partial(_by_rate, rate=0.5)) == {}
    counts = count_groups(
        [audit_round([0, 1], [])],
        people(),
        np.array(["a", "b"] * 10, dtype=object),
        CertificateTarget(0.01, 0.95),
        partial(_by_rate, rate=0.5),
    )
    assert [(one.group, one.tolerated, one.accepted) for one in counts] == [("a", None, 0), ("b", None, 0)]


def test_the_group_by_label_has_several_labels_in_any_order_and_a_place_for_no_answer() -> None:
    answers = [("hate",), ("spam", "hate"), ("hate", "spam"), (), None]
    assert list(group_by_label(answers)) == ["hate", "hate|spam", "hate|spam", "none", NO_ANSWER]


def test_a_count_adds_up_its_rounds() -> None:
    count = GroupCount("en", 10, 1, 0, (3, 2), 1, 0, np.array([1, 2]))
    assert (count.passed, count.accepted) == (5, 2)
