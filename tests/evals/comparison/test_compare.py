import numpy as np
import pytest

from assistant.domain.reasons import Reason
from assistant.errors import InputError
from assistant.reports.reasons.in_files import written_counts
from evals.comparison.compare import compare, compare_all
from evals.comparison.comparison import Verdict
from evals.comparison.scores import ComparisonTerms
from evals.data.collect import Collector
from evals.data.columns import VariantAnswer
from evals.data.eval_data import Sight, VariantIdentity
from tests.evals.judged import judged

PLAIN = ComparisonTerms()


def pair(both: int, only_new: int, only_old: int, neither: int) -> tuple[str, str]:
    """Answers of an old and a new variant where every person says x."""
    old = "x" * both + "y" * only_new + "x" * only_old + "y" * neither
    new = "x" * both + "x" * only_new + "y" * only_old + "y" * neither
    return old, new


def test_the_airway_table_as_published() -> None:
    # Fagerland, Lydersen & Laake 2013: 1 both, 1 and 7 discordant, 12 neither; Tango 95 % -0.517 to -0.026, mid-p 0.039
    old, new = pair(1, 1, 7, 12)
    found = compare(judged({"a": "x" * 21}, {"old": old, "new": new}), "old", "new", PLAIN)
    assert found.difference.value == pytest.approx(-6 / 21)
    assert found.difference.low == pytest.approx(-0.5172, abs=1e-4)
    assert found.difference.high == pytest.approx(-0.0260, abs=1e-4)
    assert found.p_value == pytest.approx(0.0390625)
    assert (found.fixed, found.broken, found.n_pairs) == (1, 7, 21)
    assert found.verdict is Verdict.WORSE


def test_swapping_the_two_turns_the_difference_round() -> None:
    old, new = pair(100, 30, 10, 20)
    data = judged({"a": "x" * 160}, {"old": old, "new": new})
    forth, back = compare(data, "old", "new", PLAIN), compare(data, "new", "old", PLAIN)
    assert forth.verdict is Verdict.BETTER
    assert back.verdict is Verdict.WORSE
    assert forth.difference.low == pytest.approx(-back.difference.high)  # type: ignore[operator]
    assert forth.p_value == back.p_value


def test_no_difference_found_is_never_called_equal() -> None:
    old, new = pair(40, 6, 5, 9)
    found = compare(judged({"a": "x" * 60}, {"old": old, "new": new}), "old", "new", PLAIN)
    assert found.verdict is Verdict.CANNOT_TELL
    assert found.more_items is not None
    assert found.more_items > 60


def test_more_items_are_those_that_tell_a_difference_as_large_as_was_seen() -> None:
    # 60 of 1,000 discordant, 40 against 20: d = 0.02, sd² = 0.06 - 0.0004; (1.96 + 0.8416)² 0.0596 / 0.0004 = 1,170
    old, new = pair(900, 36, 24, 40)
    found = compare(judged({"a": "x" * 1000}, {"old": old, "new": new}), "old", "new", PLAIN)
    assert found.verdict is Verdict.CANNOT_TELL
    needed = (1.959964 + 0.841621) ** 2 * (0.06 - 0.012**2) / 0.012**2
    assert found.more_items == pytest.approx(needed - 1000, rel=0.05)


def test_a_loss_within_the_margin_is_no_worse_than_the_margin() -> None:
    old, new = pair(1900, 10, 12, 78)
    data = judged({"a": "x" * 2000}, {"old": old, "new": new})
    assert compare(data, "old", "new", PLAIN).verdict is Verdict.CANNOT_TELL
    found = compare(data, "old", "new", ComparisonTerms(margin=0.02))
    assert found.verdict is Verdict.NO_WORSE
    assert found.more_items is None


def test_two_that_never_differ_are_no_worse_only_when_enough_items_show_it() -> None:
    few, many = (judged({"a": "x" * n}, {"old": "x" * n, "new": "x" * n}) for n in (20, 400))
    assert compare(few, "old", "new", ComparisonTerms(margin=0.02)).verdict is Verdict.CANNOT_TELL
    assert compare(many, "old", "new", ComparisonTerms(margin=0.02)).verdict is Verdict.NO_WORSE


def test_only_items_that_both_answered_count_and_the_others_are_listed() -> None:
    data = judged({"a": "xxxx-"}, {"old": "xx--x", "new": "xy-xx"})
    found = compare(data, "old", "new", PLAIN)
    assert found.n_pairs == 2
    assert written_counts(found.missing) == {"only_candidate_answered": 1, "neither_answered": 1, "unlabelled": 1}
    assert (found.baseline.missing, found.candidate.missing) == (2, 1)


def test_an_unusable_answer_is_a_wrong_one_so_failing_never_helps() -> None:
    data = judged({"a": "xxxx"}, {"old": "xxxy", "new": ["x", "x", None, None]})
    found = compare(data, "old", "new", PLAIN)
    assert found.candidate.failed == 2
    assert (found.fixed, found.broken) == (0, 1)


def test_items_fixed_and_broken_come_with_what_everybody_said() -> None:
    found = compare(judged({"a": "xy"}, {"old": "yy", "new": "xx"}), "old", "new", PLAIN)
    (fixed,), (broken,) = found.fixed_items, found.broken_items
    assert (fixed.id, fixed.people, fixed.baseline, fixed.candidate) == ("i0", "x", "y", "x")
    assert (broken.id, broken.people, broken.baseline, broken.candidate) == ("i1", "y", "y", "x")


def test_slices_are_corrected_for_how_many_there_are() -> None:
    old, new = pair(50, 30, 5, 15)
    languages = ["en", "zh"] * 50
    data = judged({"a": "x" * 100}, {"old": old, "new": new}, properties={"language": languages})
    slices = {(one.column, one.name): one for one in compare(data, "old", "new", PLAIN).slices}
    assert set(slices) == {("language", "en"), ("language", "zh")}  # all items have one label: no slice of its own
    smallest = min((one.p_value, one.adjusted_p) for one in slices.values())
    assert smallest[1] == pytest.approx(2 * smallest[0])


def test_groups_are_counted_not_items() -> None:
    old, new = pair(100, 30, 10, 20)
    groups = [str(at // 10) for at in range(160)]
    found = compare(judged({"a": "x" * 160}, {"old": old, "new": new}, groups=groups), "old", "new", PLAIN)
    assert found.test == Reason("cluster_robust")
    assert found.verdict is Verdict.CANNOT_TELL  # 16 groups, all of one kind: the 30 fixed are three of them
    assert Reason.of("interval_counts_groups", items=160, groups=16) in found.notes


def test_two_policy_versions_are_not_the_same_policy() -> None:
    data = judged({"a": "xy"}, {"old": "xy", "new": "xx"}, policies={"old": "p 1", "new": "p 2"})
    assert not compare(data, "old", "new", PLAIN).same_policy


def test_no_common_item_is_said() -> None:
    with pytest.raises(InputError, match=r"no_item_in_common \(baseline='old', candidate='new'\)"):
        compare(judged({"a": "xx"}, {"old": "x-", "new": "-x"}), "old", "new", PLAIN)


def test_a_variant_is_not_compared_with_itself() -> None:
    with pytest.raises(InputError, match="variant_with_itself"):
        compare(judged({"a": "xx"}, {"old": "xx"}), "old", "old", PLAIN)


def test_several_candidates_are_corrected_by_holm() -> None:
    old, new = pair(60, 14, 4, 22)
    data = judged({"a": "x" * 100}, {"old": old, "new": new, "same": old, "other": new})
    alone = compare(data, "old", "new", PLAIN)
    assert alone.verdict is Verdict.BETTER
    found = {one.candidate.name: one for one in compare_all(data, "old", ["new", "same", "other"], PLAIN)}
    assert found["new"].p_value == alone.p_value
    assert found["new"].adjusted_p == pytest.approx(3 * alone.p_value)  # type: ignore[operator]
    assert found["new"].comparisons == 3


def test_repeats_count_as_the_share_of_them_that_agree() -> None:
    collector = Collector()
    for name in ("old", "new"):
        collector.variant(name, VariantIdentity(model=name))
    for at in range(40):
        collector.human(f"i{at}", "a", ("x",), Sight.BLIND)
        for repeat in range(2):
            collector.machine("old", f"i{at}", VariantAnswer(("x" if repeat else "y",)), repeat)
            collector.machine("new", f"i{at}", VariantAnswer(("x" if repeat or at % 2 else "y",)), repeat)
    found = compare(collector.data(), "old", "new", PLAIN)
    assert found.baseline.agreement.value == 0.5
    assert found.candidate.agreement.value == 0.75
    assert found.fixed_items[0].baseline == "y / x"


def test_cost_is_of_all_calls_and_of_each_label_that_agrees() -> None:
    collector = Collector()
    for name in ("old", "new"):
        collector.variant(name, VariantIdentity(model=name))
    for at in range(4):
        collector.human(f"i{at}", "a", ("x",), Sight.BLIND)
        collector.machine("old", f"i{at}", VariantAnswer(("x" if at else "y",), cost_usd=0.3, latency_ms=100.0 * at))
        collector.machine("new", f"i{at}", VariantAnswer(("x",)))
    found = compare(collector.data(), "old", "new", PLAIN)
    old, new = found.baseline, found.candidate
    assert old.cost_usd == pytest.approx(1.2)
    assert old.cost_per_agreed_usd == pytest.approx(0.4)
    assert old.latency_ms == 150.0
    assert (new.cost_usd, new.cost_per_agreed_usd, new.latency_ms) == (None, None, None)


def test_verdicts_are_wrong_as_seldom_as_promised() -> None:
    chance = np.random.default_rng(11)
    told = []
    for _ in range(400):  # two variants that are equally good, 15 % discordant
        kinds = chance.multinomial(300, [0.7, 0.075, 0.075, 0.15])
        old, new = pair(*kinds)
        told.append(compare(judged({"a": "x" * 300}, {"old": old, "new": new}), "old", "new", PLAIN).verdict)
    wrong = sum(one in {Verdict.BETTER, Verdict.WORSE} for one in told) / 400
    assert wrong <= 0.075  # 5 %, and what 400 trials may differ by (2.3 standard errors)
