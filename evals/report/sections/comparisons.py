"""Comparisons: the verdict, the two sides, the slices, and the items that changed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from assistant.reports.blocks import (
    Beside,
    Block,
    Chart,
    Facts,
    Fold,
    ItemBlock,
    ItemsBlock,
    Paragraph,
    ReportPart,
    Section,
    Table,
)
from assistant.reports.cells import chance, counted, described, ends, noted, points, points_ends, value
from assistant.reports.charts.forest import ForestRow, forest
from assistant.reports.figures import dollars, duration, number, percent
from assistant.reports.visible import differing, plain
from assistant.reports.words import Words
from evals.comparison.comparison import ChangedItem, Comparison, Side, SliceEffect
from evals.report.sentences import verdict_sentence

_OPEN = 3  # comparisons that stand open
_SPENT = slice(2, 6)  # rows of cost, time and tokens
_OPEN_ITEMS = 12  # items that changed, fixed and broken


def comparisons_section(comparisons: Sequence[Comparison], words: Words) -> Section:
    """A part for each comparison."""
    folded = len(comparisons) > _OPEN
    return Section("comparison", words.say("Comparisons"), (), [_part(one, words, folded) for one in comparisons])


def _part(comparison: Comparison, words: Words, folded: bool) -> ReportPart:
    names = {"baseline": comparison.baseline.name, "candidate": comparison.candidate.name}
    blocks: list[Block] = [Paragraph(verdict_sentence(comparison, words.language), "lead"), _sides(comparison, words)]
    blocks.append(Facts(_facts(comparison, words)))
    blocks += counted(words.say("Items left out of the comparison, and why"), comparison.missing, words)
    blocks += _slices(comparison.slices, words)
    if comparison.fixed_items or comparison.broken_items:
        flips = Beside(_flips(comparison, words))
        long = len(comparison.fixed_items) + len(comparison.broken_items) > _OPEN_ITEMS
        blocks.append(
            Fold(words.say("Fixed and broken items side by side; words that differ are marked"), [flips])
            if long
            else flips
        )
    return ReportPart(
        words.say("{candidate} against {baseline}", **names), [*blocks, *noted(comparison.notes, words)], folded
    )


def _sides(comparison: Comparison, words: Words) -> Table:
    columns = (
        words.say("Figure"),
        words.figures("Baseline: {name}", name=comparison.baseline.name),
        words.figures("Candidate: {name}", name=comparison.candidate.name),
    )
    names = (
        words.say("Agreement with people"),
        words.say("Its interval"),
        words.say("Cost of all calls (US$)"),
        words.say("Cost of a label that agrees (US$)"),
        words.say("Median time of a call"),
        words.say("Mean tokens of an item"),
        words.say("Items without a usable answer"),
        words.say("Items it was not asked"),
    )
    rows = list(zip(names, _side(comparison.baseline, words), _side(comparison.candidate, words), strict=True))
    unknown = words.say("unknown")
    if all(cells[1:] == (unknown, unknown) for cells in rows[_SPENT]):
        rows[_SPENT] = [(words.say("Cost, time and tokens"), unknown, unknown)]
    return Table(words.say("The two on the same {n} items", n=f"{comparison.n_pairs:,}"), columns, rows, names=0)


def _side(side: Side, words: Words) -> tuple[str, ...]:
    unknown = words.say("unknown")
    return (
        value(side.agreement, words),
        ends(side.agreement, words),
        unknown if side.cost_usd is None else dollars(side.cost_usd),
        unknown if side.cost_per_agreed_usd is None else dollars(side.cost_per_agreed_usd),
        unknown if side.latency_ms is None else duration(side.latency_ms),
        unknown if side.tokens is None else f"{side.tokens:,.0f}",
        f"{side.failed:,}",
        f"{side.missing:,}",
    )


def _facts(comparison: Comparison, words: Words) -> list[tuple[str, str]]:
    margin, detectable = comparison.margin, comparison.minimum_detectable_difference
    changed = words.say(
        "{fixed} fixed, {broken} broken", fixed=f"{comparison.fixed:,}", broken=f"{comparison.broken:,}"
    )
    return [
        (words.say("Items that changed"), changed),
        (words.say("Interval and test"), words.reason(comparison.test)),
        (
            words.say("Loss that is acceptable"),
            words.say("none was stated")
            if margin is None
            else words.say("{number} percentage points", number=number(100 * margin)),
        ),
        (
            words.say("Smallest difference that would show in 4 of 5 such comparisons"),
            words.say("not defined")
            if detectable is None
            else words.say("{number} percentage points", number=number(100 * detectable)),
        ),
    ]


def _slices(slices: Sequence[SliceEffect], words: Words) -> list[Block]:
    if not slices:
        return []
    names = [words.slice(one.column, one.name) for one in slices]
    rows = [ForestRow(name, _told(one, words), one.difference) for name, one in zip(names, slices, strict=True)]
    draw = partial(
        forest, rows, words.say("Candidate less baseline, in agreement"), mark=0, mark_name=words.say("no difference")
    )
    columns = [
        words.say("Slice"),
        words.figures("n"),
        words.figures("Baseline"),
        words.figures("Candidate"),
        words.figures("Difference (points)"),
        words.figures("Interval"),
        words.figures("p"),
        words.figures("p (Holm)"),
    ]
    cells = [(name, *_slice(one, words)) for name, one in zip(names, slices, strict=True)]
    return [
        Chart(draw, words.say("Difference on each slice"), described(rows, words)),
        Table(words.say("The comparison on each slice, Holm-corrected over all slices"), columns, cells),
    ]


def _told(one: SliceEffect, words: Words) -> str:
    shown = points(one.difference, words)
    if one.difference.value is None:
        return shown
    if one.difference.low is None:
        return shown + words.say(" ({inside})", inside=words.say("no interval"))
    return shown + words.say(" ({inside})", inside=points_ends(one.difference, words))


def _slice(one: SliceEffect, words: Words) -> tuple[str, ...]:
    shares = (percent(one.baseline, words), percent(one.candidate, words))
    difference = (points(one.difference, words), points_ends(one.difference, words))
    return (f"{one.n:,}", *shares, *difference, chance(one.p_value, words), chance(one.adjusted_p, words))


def _flips(comparison: Comparison, words: Words) -> list[ItemsBlock]:
    fixed = words.say(
        "Fixed: {shown} of {count} items on which only {candidate} agrees with people",
        shown=f"{len(comparison.fixed_items):,}",
        count=f"{comparison.fixed:,}",
        candidate=comparison.candidate.name,
    )
    broken = words.say(
        "Broken: {shown} of {count} items on which only {baseline} agrees with people",
        shown=f"{len(comparison.broken_items):,}",
        count=f"{comparison.broken:,}",
        baseline=comparison.baseline.name,
    )
    return [
        ItemsBlock(caption, [_flip(one, comparison, words) for one in shown])
        for caption, shown in ((fixed, comparison.fixed_items), (broken, comparison.broken_items))
    ]


def _flip(one: ChangedItem, comparison: Comparison, words: Words) -> ItemBlock:
    before, after = differing(words.label(one.baseline), words.label(one.candidate))
    people = (words.say("Human label"), plain(words.label(one.people)))
    return ItemBlock(one.id, one.text, (people, (comparison.baseline.name, before), (comparison.candidate.name, after)))
