"""How common each label is among all items of a run: people's labels alone, and with the machine's answers to all."""

from __future__ import annotations

from assistant.reports.blocks import Block, Said, Table
from assistant.reports.figures import percent
from assistant.reports.words import Words
from assistant.stats.sampling.misclassification import (
    ERRORS_DIFFER,
    NO_BETTER_THAN_CHANCE,
    NO_ITEM_OF_LABEL,
    TOO_FEW_LABELLED,
    CorrectedShare,
)
from evals.agreement.run_shares import Powered, RunShare, WholeRun
from evals.report.sections.cells import both

_TEXTS = {
    "en": {
        "caption": "All {items} items of the run, by {labelled} labels",
        "share": "Share of",
        "machine": "#Machine's answers",
        "alone": "#Labels alone",
        "powered": "#Labels and the machine's answers to all",
        "more": "#As narrow as so many more labels would make it",
        "agreement": "(agreement)",
        "corrected": "#Corrected for the machine's errors",
        "assumed": "The labelled items are no random sample of the run. The correction holds if the machine errs on the"
        " other items as often as on labelled ones of the same label.",
        NO_ITEM_OF_LABEL: "some label has no labelled item",
        NO_BETTER_THAN_CHANCE: "the machine's answers do not tell the labels apart",
        ERRORS_DIFFER: "the machine errs differently on the other items",
        TOO_FEW_LABELLED: "too few labelled items",
        "range": "{value} ({low} to {high})",
        "without": "{value} (no interval: {reason})",
    },
    "zh": {
        "caption": "本次运行的全部 {items} 个条目（依据 {labelled} 个人工标签）",
        "share": "占比",
        "machine": "#机器答案",
        "alone": "#仅用人工标签",
        "powered": "#人工标签加机器对全部条目的答案",
        "more": "#区间收窄相当于再多标注的条目数",
        "agreement": "（一致率）",
        "corrected": "#按机器误差校正",
        "assumed": "已标注条目不是本次运行的随机样本。"
        "只有当机器在其余条目上的出错率与同标签的已标注条目相同时，校正才成立。",
        NO_ITEM_OF_LABEL: "有标签没有任何已标注条目",
        NO_BETTER_THAN_CHANCE: "机器答案无法区分各标签",
        ERRORS_DIFFER: "机器在其余条目上的出错率不同",
        TOO_FEW_LABELLED: "已标注条目太少",
        "range": "{value}（{low} 至 {high}）",
        "without": "{value}（无区间：{reason}）",
    },
}


def whole_run_blocks(found: WholeRun | None, words: Words) -> list[Block]:
    """A table of shares; nothing where people settled every item, or too few."""
    if found is None:
        return []
    texts = _TEXTS[words.language]
    caption = texts["caption"].format(items=f"{found.items:,}", labelled=f"{found.labelled:,}")
    if not found.stands_for_all:
        columns = [texts[key] for key in ("share", "machine", "corrected")]
        corrected = [_corrected_row(one, words) for one in found.shares]
        return [Table(caption, columns, corrected), Said(texts["assumed"], "note")]
    columns = [texts[key] for key in ("share", "machine", "alone", "powered", "more")]
    rows = [
        (words.label(one.label), percent(one.machine, words), *_powered_cells(one.share, words))
        for one in found.shares
        if one.share is not None
    ]
    if found.agreement is not None:
        rows.append((texts["agreement"], "", *_powered_cells(found.agreement, words)))
    return [Table(caption, columns, rows)]


def _powered_cells(one: Powered, words: Words) -> tuple[str, str, str]:
    return both(one.alone, words), both(one.powered, words), f"{one.more_labels:,}"


def _corrected_row(one: RunShare, words: Words) -> tuple[str, str, str]:
    cell = "" if one.corrected is None else _corrected(one.corrected, words)
    return words.label(one.label), percent(one.machine, words), cell


def _corrected(one: CorrectedShare, words: Words) -> str:
    texts = _TEXTS[words.language]
    if one.value is None:
        return texts[one.reason]
    value = percent(one.value, words)
    if one.low is None or one.high is None:
        return texts["without"].format(value=value, reason=texts[one.reason])
    return texts["range"].format(value=value, low=percent(one.low, words), high=percent(one.high, words))
