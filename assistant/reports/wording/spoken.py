"""Sentences that can be repeated aloud, as (English, Simplified Chinese); words in braces are filled in."""

from __future__ import annotations

from collections.abc import Mapping

FIGURES: Mapping[str, tuple[str, str]] = {
    "percent": ("{number} %", "{number}%"),
    "range": ("{low} to {high}", "{low} 至 {high}"),
    "undefined": ("not defined: {reason}", "无定义：{reason}"),
    "no_interval": ("no interval: {reason}", "无区间：{reason}"),
    "without_interval": ("no interval", "无区间"),
    "no_reason": ("no reason was given", "未说明原因"),
    "points": ("{number} percentage points", "{number} 个百分点"),
    "worth": ("worth {effective} independent items", "相当于 {effective} 个独立条目"),
    "join": ("; ", "；"),
    "brackets": (" ({inside})", "（{inside}）"),
    "space": (" ", ""),
    "list": (", ", "、"),
    "comma": (", ", "，"),
    "and_more": ("{names} and {count} more", "{names} 等 {total} 个方案"),
    "full_stop": (".", "。"),
    "not_known": ("not known", "未知"),
}

VERDICTS: Mapping[str, tuple[str, str]] = {
    "policies_differ": (
        "Different policy versions: {baseline} was asked under {baseline_policy}, {candidate} under "
        "{candidate_policy}, so what follows is not the prompt's or the model's doing alone.",
        "政策版本不同：{baseline} 依据 {baseline_policy}，{candidate} 依据 {candidate_policy}，"
        "因此以下差异不能只归因于提示词或模型。",
    ),
    "sides": (
        "{candidate} agrees with people on {candidate_share} of items, {baseline} on {baseline_share}: "
        "{difference} ({inside}).",
        "{candidate} 与人工标签的一致率为 {candidate_share}，{baseline} 为 {baseline_share}："
        "相差 {difference}（{inside}）。",
    ),
    "difference_undefined": (
        "The difference between {candidate} and {baseline} is not defined: {reason}.",
        "{candidate} 与 {baseline} 的差异无定义：{reason}。",
    ),
    "interval_at": ("{level} interval {low} to {high}", "{level} 置信区间 {low} 至 {high}"),
    "corrected": ("{p} after Holm's correction for {count} comparisons", "对 {count} 次比较作 Holm 校正后 {p}"),
    "better": ("{candidate} is better than {baseline}.", "结论：{candidate} 优于 {baseline}。"),
    "worse": ("{candidate} is worse than {baseline}.", "结论：{candidate} 差于 {baseline}。"),
    "no_worse": (
        "{candidate} is no worse than {baseline} within the margin of {margin}.",
        "结论：以 {margin}为容许差距，{candidate} 不差于 {baseline}。",
    ),
    "little_worse": (
        "{candidate} is worse than {baseline}, but no worse than the margin of {margin}.",
        "结论：{candidate} 差于 {baseline}，但未超出 {margin}的容许差距。",
    ),
    "cannot_tell": (
        "Whether {candidate} is better or worse than {baseline} can't be told{margin}: {need}.",
        "结论：目前无法判断 {candidate} 优于还是差于 {baseline}{margin}：{need}。",
    ),
    "nor_margin": (
        ", nor whether it is no worse than the margin of {margin}",
        "，也无法判断是否在 {margin}的容许差距之内",
    ),
    "need_more": ("that needs about {count} more items", "大约还需要 {count} 个条目"),
    "need_unknown": (
        "how many more items that needs can't be said from these",
        "现有条目不足以估计还需要多少个条目",
    ),
}

PANELS: Mapping[str, tuple[str, str]] = {
    "invalid_one": (
        "1 of {answers} answers of {variant} is {labels}, which is no {kind} of the reference set ({names}): counted "
        "as no valid answer.",
        "{variant} 的 {answers} 个答案中有 1 个为 {labels}，不是参考集（{names}）中的{kind}：按没有有效答案计。",
    ),
    "invalid_some": (
        "{count} of {answers} answers of {variant} are {labels}, which are no {kind}s of the reference set ({names}): "
        "counted as no valid answers.",
        "{variant} 的 {answers} 个答案中有 {count} 个为 {labels}，不是参考集（{names}）中的{kind}：按没有有效答案计。",
    ),
    "invalid_label": ("{label} ({count})", "{label}（{count} 次）"),
    "grade_kind": ("grade", "等级"),
    "label_kind": ("label", "标签"),
    "and_others": (", ...", " 等"),
    "more_labels": ("{count} others", "另外 {count} 种"),
    "more_invalid": (
        "{count} more variants gave answers that are not in the reference set; their panels say which.",
        "另有 {count} 个方案给出了参考集之外的答案，见各自的一致性面板。",
    ),
    "agrees": (
        "{variant} agrees with reviewers on {share} of items ({inside})",
        "{variant} 与审核员的一致率为 {share}（{inside}）",
    ),
    "agreement_undefined": (
        "How far {variant} agrees with reviewers is not defined: {reason}",
        "{variant} 与审核员的一致率无定义：{reason}",
    ),
    "people_agree": ("two reviewers agree on {share}", "两名审核员之间的一致率为 {share}"),
    "people_agree_on_shared": (
        "of the {count} items with several reviewers, two agree on {share} and the machine with one of them "
        "on {machine}",
        "在有多名审核员的 {count} 个条目上，两名审核员之间的一致率为 {share}，机器与其中一名的一致率为 {machine}",
    ),
    "people_undefined": (
        "how far two reviewers agree is not defined: {reason}",
        "审核员之间的一致率无定义：{reason}",
    ),
    "people_unknown": (
        "how far two reviewers agree is not known: no item has two answers",
        "审核员之间的一致率未知：没有条目有两份答案",
    ),
    "below_people": (
        "so the machine is {gap} points{inside} below what people reach among themselves",
        "因此机器比人与人之间的水平低 {gap} 个百分点{inside}",
    ),
    "above_people": (
        "so the machine is {gap} points{inside} above what people reach among themselves",
        "因此机器比人与人之间的水平高 {gap} 个百分点{inside}",
    ),
    "like_people": (
        "whether the machine is below or above what people reach among themselves can't be told "
        "(gap {gap} points, {interval})",
        "无法判断机器低于还是高于人与人之间的水平（差距 {gap} 个百分点，区间 {interval}）",
    ),
    "gap_without_interval": (
        "the machine lies {gap} points from what people reach among themselves, but how sure that is can't be told: "
        "{reason}",
        "机器与人与人之间的水平相差 {gap} 个百分点，但无法判断其可靠程度：{reason}",
    ),
    "gap_undefined": (
        "the gap to people is not defined: {reason}",
        "与人的差距无定义：{reason}",
    ),
    "naive": (
        "A plain average over the reviewed items would have said {share}: it doesn't speak for all items.",
        "若只对已审核条目直接取平均，会得到 {share}，但它不代表全部条目。",
    ),
    "interval": ("{low} to {high}", "{low} 至 {high}"),
}

OTHERS: Mapping[str, tuple[str, str]] = {
    "reviewers_agree": ("Two reviewers of an item agree on {share}.", "同一条目的两名审核员的一致率为 {share}。"),
    "reviewers_alpha": (
        "Beyond what chance would give that is a Krippendorff's alpha of {alpha}.",
        "扣除偶然一致后，Krippendorff's alpha 为 {alpha}。",
    ),
    "reviewers_undefined": (
        "How far reviewers agree with each other is not defined: {reason}.",
        "审核员之间的一致程度无定义：{reason}。",
    ),
    "may_replace": (
        "{variant} may stand in for a reviewer if {allowance}: there it holds its own against {rate} of {raters} "
        "reviewers, and half is enough.",
        "{allowance}，{variant} 可以代替一名审核员：此时它不逊于 {raters} 名审核员中的 {rate}（达到一半即可）。",
    ),
    "no_allowance": ("no allowance is made for its lower cost", "即使不因成本较低而放宽要求"),
    "some_allowance": (
        "it may be up to {epsilon} points worse, since it costs less",
        "若因成本较低而允许它最多差 {epsilon} 个百分点",
    ),
    "may_not_replace": (
        "{variant} may not stand in for a reviewer: even if it may be up to {epsilon} points worse, it holds its own "
        "against only {rate} of {raters} reviewers, and half is needed.",
        "{variant} 不能代替审核员：即使允许它最多差 {epsilon} 个百分点，它也只不逊于 {raters} 名审核员中的 {rate}"
        "（需要达到一半）。",
    ),
    "replace_undefined": (
        "Whether {variant} may stand in for a reviewer can't be told: {reason}.",
        "无法判断 {variant} 能否代替审核员：{reason}。",
    ),
    "ranked_first": (
        "Of {count} variants on the same {n} items, {best} agrees most with people: {share} ({interval}).",
        "{count} 个方案在相同的 {n} 个条目上比较，{best} 与人工标签的一致率最高：{share}（{interval}）。",
    ),
    "ranked_undefined": (
        "{count} variants on the same {n} items can't be ranked: {reason}.",
        "{count} 个方案在相同的 {n} 个条目上无法排名：{reason}。",
    ),
    "surely_best": ("It is better than each of the others.", "它优于其余每一个方案。"),
    "better_of_two": ("It is better than {other}.", "它优于 {other}。"),
    "maybe_best": (
        "Whether it is better than {others} can't be told from these items.",
        "但根据这些条目，无法判断它是否优于 {others}。",
    ),
    "not_ranked": (
        "Not ranked, since they answered too few of the items: {names}.",
        "因作答条目过少而未参与排名：{names}。",
    ),
    "spent": ("{variant} took {parts}.", "{variant} 的消耗：{parts}。"),
    "spent_unknown": ("What {variant} took is not known.", "{variant} 的消耗未知。"),
    "cost_of_all": ("US$ {cost} for these items", "这些条目共 {cost} 美元"),
    "cost_of_agreed": ("US$ {cost} for each label that agrees", "每个一致标签 {cost} 美元"),
    "median_time": ("{time} for the median call", "单次调用中位耗时 {time}"),
    "mean_tokens": ("{tokens} tokens for the mean item", "平均每个条目 {tokens} 个 token"),
    "failed_items": (
        "{count} items have no usable answer and count as not agreeing.",
        "{count} 个条目没有可用答案，按不一致计。",
    ),
}

SPOKEN: Mapping[str, tuple[str, str]] = {**FIGURES, **VERDICTS, **PANELS, **OTHERS}
