"""Which labels count under a policy version, by the changes in effect at a moment."""

from __future__ import annotations

from dataclasses import replace

from assistant.domain.label_versions import CarriedVersion, LabelVersions, LastRows, label_versions
from assistant.domain.policy_changes import CarryDecision, CarryOver, ChangeState, PolicyChange

MAY, JUNE, JULY = (f"2026-0{month}-01T00:00:00.000+00:00" for month in (5, 6, 7))


def change(number: int, old: str, new: str, at: str, mode: CarryOver = CarryOver.ALL_BUT_STALE) -> PolicyChange:
    last = (10 * number,) * 4
    carried = CarryDecision(mode, last, "max", at, {"carried": 1, "left_out": 1})
    return PolicyChange(
        id=number,
        policy_id="community",
        old_version=old,
        new_version=new,
        digest="",
        note="",
        proposed_by="lea",
        created_at=MAY,
        state=ChangeState.ACTIVATED,
        approved_by="max",
        effective_at=at,
        carried=carried,
        assessment={},
    )


def last(number: int) -> LastRows:
    return LastRows(*(10 * number,) * 4)


def test_without_a_change_only_the_version_in_use_and_the_unknown_count() -> None:
    assert label_versions("community", "2", [], JULY) == LabelVersions("community", "2")


def test_a_change_counts_from_its_date_on_and_not_a_moment_earlier() -> None:
    changes = [change(1, "1", "2", JUNE)]
    assert label_versions("community", "1", changes, MAY) == LabelVersions("community", "1")
    after = label_versions("community", "2", changes, JUNE)
    assert after.carried == (CarriedVersion("1", (1,), last(1)),)
    assert after.unknown_as == "1"
    assert (after.became("1", MAY), after.became("1", JUNE), after.became("2", JUNE)) == ("1", "2", "2")


def test_a_label_crosses_two_changes_only_where_both_carry_it() -> None:
    changes = [change(1, "1", "2", MAY), change(2, "2", "3", JUNE)]
    found = label_versions("community", "3", changes, JULY)
    # what came after the first change was assessed under version 1 was never assessed: the lower row counts
    assert found.carried == (CarriedVersion("2", (2,), last(2)), CarriedVersion("1", (2, 1), last(1)))
    broken = [changes[0], change(2, "2", "3", JUNE, CarryOver.NONE)]
    assert label_versions("community", "3", broken, JULY).carried == ()


def test_carrying_all_leaves_out_nothing_that_is_stale_and_breaks_no_certificate() -> None:
    found = label_versions("community", "2", [change(1, "1", "2", JUNE, CarryOver.ALL)], JULY)
    assert found.carried == (CarriedVersion("1", (), last(1)),)
    assert found.since == ""
    assert label_versions("community", "2", [change(1, "1", "2", JUNE)], JULY).since == JUNE


def test_changes_of_another_policy_and_a_circle_carry_nothing_twice() -> None:
    other = replace(change(1, "1", "2", MAY), policy_id="relevance")
    assert label_versions("community", "2", [other], JULY).carried == ()
    circle = [change(1, "1", "2", MAY), change(2, "2", "1", JUNE)]
    assert [one.version for one in label_versions("community", "1", circle, JULY).carried] == ["2"]


def test_a_consensus_is_as_old_as_its_oldest_answer_and_unknown_is_older_still() -> None:
    versions = label_versions("community", "3", [change(1, "1", "2", MAY), change(2, "2", "3", JUNE)], JULY)
    assert versions.oldest(["3", "2"]) == "2"
    assert versions.oldest(["3", "1", "2"]) == "1"
    assert versions.oldest(["3", None]) is None
    assert versions.oldest([]) is None
