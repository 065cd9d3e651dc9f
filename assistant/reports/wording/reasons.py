"""What figures bring along in English - why one is undefined, how an interval was made, names of slices - in Chinese.

A number stands as {}. What is not here is shown as it comes.
"""

from __future__ import annotations

from collections.abc import Mapping

CODES: Mapping[str, tuple[str, str]] = {
    "unlabelled": ("labelled by nobody", "没有人标注"),
    "open": ("known in part only: people left categories unknown", "只知道一部分：人工未标注其余类别"),
    "tied": ("people don't settle on one label", "人工意见未能统一"),
    "only_baseline_answered": ("only the baseline was asked", "只问过基线方案"),
    "only_candidate_answered": ("only the candidate was asked", "只问过候选方案"),
    "neither_answered": ("neither was asked", "两个方案都没有问过"),
    "paired_t": ("paired t interval and test", "配对 t 区间与检验"),
    "tango": ("Tango's interval, McNemar's mid-p test", "Tango 区间，McNemar mid-p 检验"),
    "cluster_robust": ("cluster-robust paired t interval and test", "聚类稳健的配对 t 区间与检验"),
}
"""Short names that stand for a reason or a method, as (English, Simplified Chinese)."""

WHY: Mapping[str, str] = {
    "one class only": "只有一个类别",
    "no items": "没有条目",
    "there are no items": "没有条目",
    "no such answers": "没有这类答案",
    "one of the two arms has no answers": "两组中有一组没有答案",
    "no items with both answers": "没有双方都作答的条目",
    "both raters gave one and the same label to every item, so agreement beyond chance is undefined": (
        "双方对所有条目都给出同一个标签，无法判断超出偶然的一致程度"
    ),
    "the label set has one label only": "标签集只有一个标签",
    "all items are of one cluster, so the variation between clusters is unknown": (
        "所有条目属于同一组，无从得知另一组会相差多少"
    ),
    "no item has two ratings": "没有条目有两份标注",
    "no item has two answers": "没有条目有两份答案",
    "no item was answered by two reviewers": "没有条目由两名审核员作答",
    "all ratings are one and the same label, so agreement beyond chance is undefined": (
        "所有标注都是同一个标签，无法判断超出偶然的一致程度"
    ),
    "a standard error needs two items": "计算标准误至少需要两个条目",
    "a rater gave the same label to every item": "有标注者对所有条目给出同一个标签",
    "there is only one cluster: the variation between clusters is unknown": ("只有一组条目，无从得知另一组会相差多少"),
    "the clusters don't differ at all: the error of the mean is unknown": ("各组完全相同，无从得知均值可能偏差多少"),
    "the machine never gave this label": "机器从未给出该标签",
    "people never gave this label": "人工从未给出该标签",
    "the label was never given": "从未给出该标签",
    "no item truly has the label": "没有条目属于该标签",
    "the label was never given and no item truly has it": "从未给出该标签，也没有条目属于它",
    "every resample gives the same value, so its error is unknown": "每次重抽样结果都相同，无从得知偏差大小",
    "the statistic is undefined on these items": "该统计量在这些条目上无定义",
    "people or the machine gave every item one and the same grade": "人工或机器对所有条目给出同一个等级",
    "no query has a relevant result": "没有查询有相关结果",
    "{} raters have {} items or more that the model and {} or more others labeled too; the test takes {}": (
        "只有 {} 名审核员各有至少 {} 个条目同时由机器和另外至少 {} 人标注过，该检验需要 {} 名"
    ),
}

LEFT_OUT: Mapping[str, str] = {
    "left out by the filter": "被筛选条件排除",
    "answered only in sight of the machine's answer": "仅在看到机器答案的情况下作答",
    "labels outside the label set": "标签不在标签集内",
    "more than max_items": "超出 max_items 上限",
    "fewer than {} reviewers": "审核员少于 {} 名",
    "precedents": "已用作先例",
    "near-duplicates of precedents, or of their group": "与先例或其同组条目近似重复",
    "examples of a policy, or near-duplicates of them": "政策中的示例或其近似重复",
    "quoted in a prompt": "已在提示词中引用",
    "labelled for a reason that speaks for no other item": "标注原因不代表其他条目",
    "labelled, and not asked in the run": "已标注，但本次运行未提问",
}

METHODS: Mapping[str, str] = {
    "binomial, mid-p": "二项 mid-p",
    "binomial, mid-p, unweighted": "二项 mid-p（不加权）",
    "Korn and Graubard, effective n, mid-p": "Korn–Graubard（有效 n，mid-p）",
    "every item is known": "所有条目均已知",
    "cluster-robust t": "聚类稳健 t",
    "the share's interval carried through the coefficient": "经系数换算的比例区间",
    "hull of Wilson's carried interval and the normal one with two items added": (
        "换算的 Wilson 区间与补两个条目的正态区间的并"
    ),
    "goodness of fit (Donner and Eliasziw)": "拟合优度（Donner 与 Eliasziw）",
    "linearised (jackknife)": "线性化（刀切法）",
    "percentile bootstrap": "自助法（百分位）",
    "bca bootstrap": "自助法（BCa）",
    "Tango's interval, McNemar's mid-p test": "Tango 区间，McNemar mid-p 检验",
    "paired t interval and test": "配对 t 区间与检验",
    "cluster-robust paired t interval and test": "聚类稳健的配对 t 区间与检验",
}

SLICES: Mapping[str, str] = {
    "label": "标签",
    "language": "语言",
    "media": "媒体内容",
    "length": "长度（字符）",
    "source": "来源",
    "clause": "条款",
    "reviewer": "审核员",
    "term": "词语",
    "under {}": "少于 {}",
    "{} to {}": "{} 至 {}",
    "{} and more": "{} 及以上",
    "(others)": "（其他）",
    "(none cited)": "（未引用）",
}

NOTES: Mapping[str, str] = {
    "{} items are known in part only, people left categories unknown: whole answers are compared on the {} others, "
    "each category on the items where it is known.": (
        "{} 个条目只知道一部分类别（其余类别人工未标注）：完整答案在其余 {} 个条目上比较，"
        "各类别在已知该类别的条目上比较。"
    ),
    "{} items got no usable answer; they count as not agreeing.": "{} 个条目没有可用答案，按不一致计算。",
    "The {} items form {} groups; intervals count groups, not items.": (
        "{} 个条目组成 {} 组；区间按组计算，而非按条目。"
    ),
    "The {} items form {} groups; the interval counts groups, not items.": (
        "{} 个条目组成 {} 组；区间按组计算，而非按条目。"
    ),
    "The {} groups are few or unequal: they tell as much as {} of one size, and intervals may be too short.": (
        "这 {} 组过少或大小悬殊：其信息量只相当于 {} 个等大的组，区间可能偏短。"
    ),
    "Only {} of the {} groups hold the rarer outcome: intervals may be too short.": (
        "只有 {} 组（共 {} 组）包含较少见的结果：区间可能偏短。"
    ),
    "labels of r{} speak for the whole batch: each label weighted by the chance it had to be asked for": (
        "r{} 的标签代表整个批次：每个标签按其被要求标注的概率加权"
    ),
    "labels of r{} speak for the whole batch: people labeled every item": (
        "r{} 的标签代表整个批次：每个条目都有人工标签"
    ),
    "labels of r{} speak for the whole batch: a random sample of it": "r{} 的标签代表整个批次：其中的一个随机样本",
    "labels of r{} speak for the labeled items alone: they were not drawn at random": (
        "r{} 的标签只代表已标注的条目：它们不是随机抽取的"
    ),
    "Figures speak for this batch alone: what was labelled for certain adds nothing to the intervals.": (
        "各项数值只针对这一批次：必定标注的条目不会增加区间宽度。"
    ),
    "Every figure is weighted by {} / inclusion probability; the naive one is not.": (
        "各项数值均按 {} / 抽中概率加权；朴素值除外。"
    ),
    "Of the repeats the first is judged.": "重复作答中只评判第一次。",
    "labels are weighted by the chance that the routes of r{} gave them": "标签按 r{} 的去向给出的抽中概率加权",
    "{} items were labeled before r{} routed them: they stand for themselves alone": (
        "{} 个条目在 r{} 分配去向之前已标注：它们只代表自身"
    ),
}

REASONS: Mapping[str, str] = {**WHY, **LEFT_OUT, **METHODS, **SLICES, **NOTES}
