"""The sentences that are repeated aloud, word for word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.domain.reasons import Reason
from assistant.errors import InputError
from assistant.stats.agreement.coefficient import Coefficient, undefined
from evals.agreement.people_panel import people_panel
from evals.agreement.replacement import EpsilonTest, Replacement
from evals.comparison.comparison import Verdict
from evals.comparison.ranking import Ranking
from evals.report.sentences import (
    panel_sentence,
    people_sentence,
    ranking_sentence,
    replacement_sentence,
    spent_sentence,
    verdict_sentence,
)
from tests.evals.judged import judged
from tests.evals.report import made_up
from tests.evals.report.made_up import NEW, OLD, comparison, figure, panel

SIDES = (
    f"{NEW} agrees with people on 83.1 % of items, {OLD} on 79.9 %: +3.2 percentage points "
    "(95 % interval +1.1 to +5.3; n = 1,308; p = 0.003). "
)
SIDES_ZH = (
    f"{NEW} 与人工标签的一致率为 83.1%，{OLD} 为 79.9%："
    "相差 +3.2 个百分点（95% 置信区间 +1.1 至 +5.3；n = 1,308；p = 0.003）。"
)


@pytest.mark.parametrize(
    ("verdict", "more", "english", "chinese"),
    [
        (Verdict.BETTER, None, f"{NEW} is better than {OLD}.", f"结论：{NEW} 优于 {OLD}。"),
        (Verdict.WORSE, None, f"{NEW} is worse than {OLD}.", f"结论：{NEW} 差于 {OLD}。"),
        (
            Verdict.NO_WORSE,
            None,
            f"{NEW} is no worse than {OLD} within the margin of 2.0 percentage points.",
            f"结论：以 2.0 个百分点为容许差距，{NEW} 不差于 {OLD}。",
        ),
        (
            Verdict.CANNOT_TELL,
            2_400,
            f"Inconclusive whether {NEW} is better or worse than {OLD}, nor whether it is no worse than the margin of "
            "2.0 percentage points: that needs about 2,400 more items.",
            f"结论：目前无法判断 {NEW} 优于还是差于 {OLD}，也无法判断是否在 2.0 个百分点的容许差距之内："
            "大约还需要 2,400 条数据。",
        ),
    ],
)
def test_a_verdict_names_both_and_ends_in_what_can_be_said(
    verdict: Verdict, more: int | None, english: str, chinese: str
) -> None:
    made = comparison(verdict, more_items=more)
    assert verdict_sentence(made) == SIDES + english
    assert verdict_sentence(made, "zh") == SIDES_ZH + chinese


def test_different_policy_versions_come_first() -> None:
    made = comparison(policies=("community@1", "community@2"))
    assert verdict_sentence(made) == (
        f"Different policy versions: {OLD} was asked under community@1, {NEW} under community@2, so what follows is "
        f"not the prompt's or the model's doing alone. {SIDES}{NEW} is better than {OLD}."
    )
    assert verdict_sentence(made, "zh") == (
        f"标注规范版本不同：{OLD} 依据 community@1，{NEW} 依据 community@2，因此以下差异不能只归因于提示词或模型。"
        f"{SIDES_ZH}结论：{NEW} 优于 {OLD}。"
    )
    assert "under unknown" in verdict_sentence(comparison(policies=("", "community@2")))


def test_of_several_comparisons_the_corrected_chance_is_told() -> None:
    assert "p = 0.009 after Holm's correction for 3 comparisons" in verdict_sentence(comparison(comparisons=3))
    assert "对 3 次比较作 Holm 校正后 p = 0.009" in verdict_sentence(comparison(comparisons=3), "zh")


def test_not_significant_never_reads_as_equal() -> None:
    for language in ("en", "zh"):
        for margin in (None, 0.02):
            said = verdict_sentence(comparison(Verdict.CANNOT_TELL, margin=margin), language)
            assert not [word for word in ("equal", "same", "no difference", "相同", "相等", "无差异") if word in said]
    assert verdict_sentence(comparison(Verdict.CANNOT_TELL, margin=None)).endswith(
        ": how many more items that needs can't be said from these."
    )


def test_a_loss_within_the_margin_is_still_called_worse() -> None:
    made = replace(comparison(Verdict.NO_WORSE), difference=figure(-0.01, 0.005))
    assert verdict_sentence(made).endswith(
        f"{NEW} is worse than {OLD}, but no worse than the margin of 2.0 percentage points."
    )


def test_an_undefined_difference_is_told_with_its_reason() -> None:
    made = replace(comparison(Verdict.CANNOT_TELL), difference=undefined(Reason("no_items"), 0))
    assert verdict_sentence(made).startswith(f"The difference between {NEW} and {OLD} is not defined: no items.")
    assert "无定义：没有数据。" in verdict_sentence(made, "zh")


def test_a_panel_is_told_beside_what_people_reach() -> None:
    assert panel_sentence(panel("gpt-4")) == (
        "gpt-4 agrees with reviewers on 79.9 % of items (77.7 to 82.1 %, n = 1,308); two reviewers agree on 96.5 %; so "
        "the model is 16.6 points (14.4 to 18.7) below the human baseline."
    )
    assert panel_sentence(panel("gpt-4"), "zh") == (
        "gpt-4 与标注员的一致率为 79.9%（77.7% 至 82.1%，n = 1,308）；两名标注员之间的一致率为 96.5%；"
        "因此模型比人工一致率基线低 16.6 个百分点（14.4 至 18.7）。"
    )


def test_a_weighted_panel_tells_what_it_is_worth_and_what_naive_would_have_said() -> None:
    said = panel_sentence(panel("gpt-4", 0.933, weighted=True))
    assert "93.3 % of items (91.1 to 95.5 %, n = 1,308, worth 512 independent items)" in said
    assert said.endswith(
        "A plain average over the reviewed items would have said 71.5 %: it doesn't speak for all items."
    )


def test_a_gap_that_may_be_none_is_not_called_below() -> None:
    made = panel("gpt-4", 0.96)
    assert made.ceiling is not None
    unsure = replace(made, ceiling=replace(made.ceiling, gap=figure(-0.005, 0.02)))
    assert (
        "inconclusive whether the model is below or above the human baseline (gap −0.5 pp, −2.5 to +1.5)"
    ) in panel_sentence(unsure)


def test_undefined_agreement_is_told_with_its_reason_and_no_figure() -> None:
    made = replace(panel("gpt-4"), coefficients={"raw": undefined(Reason("no_items"), 0)}, ceiling=None)
    assert panel_sentence(made) == (
        "How far gpt-4 agrees with reviewers is not defined: no items; how far two reviewers agree is not known: no "
        "item has two answers."
    )


def test_standing_in_for_a_reviewer_is_told_at_the_smallest_allowance() -> None:
    tested = (EpsilonTest(0.0, 0.2, False), EpsilonTest(0.1, 0.6, True), EpsilonTest(0.2, 1.0, True))
    assert replacement_sentence(Replacement("gpt-4", 0.4, tested, 5, None)) == (
        "gpt-4 may stand in for a reviewer if it may be up to 10 points worse, since it costs less: there it holds its "
        "own against 60 % of 5 reviewers, and half is enough."
    )
    assert replacement_sentence(Replacement("gpt-4", 0.4, tested[:1], 5, None), "zh") == (
        "gpt-4 不能代替标注员：即使允许它最多差 0 个百分点，它也只不逊于 5 名标注员中的 20%（需要达到一半）。"
    )
    assert replacement_sentence(Replacement("gpt-4", None, (), 1, Reason("no_items")), "zh") == (
        "无法判断 gpt-4 能否代替标注员：没有数据。"
    )


def test_a_ranking_names_those_that_may_be_as_good() -> None:
    made = made_up.ranked(33).ranking
    assert made is not None
    assert ranking_sentence(made) == (
        "Of 33 variants on the same 800 items, model-00 · moderation@1 agrees most with people: 86.0 % (83.0 to 89.0 "
        "%). These items are inconclusive on whether it is better than "
        "model-01 · moderation@2, model-02 · moderation@3, model-03 · moderation@4 and 2 "
        "more."
    )
    assert ranking_sentence(Ranking((), (), 0, ("late",)), "zh") == "因作答数据过少而未参与排名：late。"


def test_what_was_spent_is_told_as_far_as_it_is_known() -> None:
    side = comparison().baseline
    assert spent_sentence(side) == (
        f"{OLD} took US$ 1.31 for these items, US$ 0.00125 for each label that agrees, 840 ms for the median call, 512 "
        "tokens for the mean item. 3 items have no usable answer and count as not agreeing."
    )
    nothing = replace(side, cost_usd=None, cost_per_agreed_usd=None, latency_ms=None, tokens=None, failed=0)
    assert spent_sentence(nothing) == f"What {OLD} took is not known."


def test_an_interval_that_is_missing_is_told_with_its_reason() -> None:
    made = replace(comparison(), difference=Coefficient(0.03, None, None, 9, 9, reason=Reason("no_items")))
    assert "(no interval: no items; n = 9; p = 0.003)" in verdict_sentence(made)


def test_another_language_is_refused() -> None:
    with pytest.raises(InputError, match="report_language_unknown"):
        verdict_sentence(comparison(), "fr")


def test_people_alone_are_told_with_what_chance_would_give() -> None:
    people = people_panel(judged({"a": "xyxyxyxyxx", "b": "xyxyxyxyxy"}, {}))
    assert people is not None
    assert people_sentence(people).startswith("Two reviewers of an item agree on 90.0 % (60.2 to 99.3 %; n = 10).")
    assert people_sentence(people, "zh").startswith("同一数据的两名标注员的一致率为 90.0%")
