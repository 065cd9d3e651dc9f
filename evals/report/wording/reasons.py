"""Why a figure is undefined, in Chinese; a reason that is not here is shown in English, as it comes."""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "one class only": "只有一个类别",
    "no items": "没有条目",
    "no item has two ratings": "没有条目有两份标注",
    "no item has two answers": "没有条目有两份答案",
    "all ratings are one and the same label, so agreement beyond chance can't be told": (
        "所有标注都是同一个标签，无法判断超出偶然的一致程度"
    ),
    "a standard error needs two items": "计算标准误至少需要两条条目",
    "a rater gave the same label to every item": "有标注者对所有条目给出同一个标签",
    "there is only one cluster: nothing tells how far another would lie from it": (
        "只有一个聚类，无从得知另一个聚类会相差多少"
    ),
    "the clusters don't differ at all: nothing tells how far the mean could be off": (
        "各聚类完全相同，无从得知均值可能偏差多少"
    ),
}
