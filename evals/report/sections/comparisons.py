"""Comparisons: the verdict, the two sides, the slices, and the items that changed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from assistant.reports.blocks import Beside, Block, Chart, Facts, Fold, Item, Items, Part, Said, Section, Table
from assistant.reports.charts.forest import Row, forest
from assistant.reports.figures import dollars, duration, number, percent
from assistant.reports.visible import differing, plain
from assistant.reports.words import Words
from evals.comparison.comparison import ChangedItem, Comparison, Side, SliceEffect
from evals.report.sections.cells import chance, counted, ends, noted, points, points_ends, value
from evals.report.sections.result import described
from evals.report.sentences import verdict_sentence

_OPEN = 3  # comparisons that stand open
_SPENT = slice(2, 6)  # rows of cost, time and tokens
_OPEN_ITEMS = 12  # items that changed, fixed and broken


def comparisons_section(comparisons: Sequence[Comparison], words: Words) -> Section:
    """A part for each comparison."""
    folded = len(comparisons) > _OPEN
    return Section("comparison", words["comparison"], (), [_part(one, words, folded) for one in comparisons])


def _part(comparison: Comparison, words: Words, folded: bool) -> Part:
    names = {"baseline": comparison.baseline.name, "candidate": comparison.candidate.name}
    blocks: list[Block] = [Said(verdict_sentence(comparison, words.language), "lead"), _sides(comparison, words)]
    blocks.append(Facts(_facts(comparison, words)))
    blocks += counted(words["missing_items"], comparison.missing, words)
    blocks += _slices(comparison.slices, words)
    if comparison.fixed_items or comparison.broken_items:
        flips = Beside(_flips(comparison, words))
        long = len(comparison.fixed_items) + len(comparison.broken_items) > _OPEN_ITEMS
        blocks.append(Fold(words["flips"], [flips]) if long else flips)
    return Part(words.say("against", **names), [*blocks, *noted(comparison.notes)], folded)


def _sides(comparison: Comparison, words: Words) -> Table:
    sides = (comparison.baseline, comparison.candidate)
    columns = (
        words["figure"],
        *(
            words.say(f"{key}_column", name=side.name)
            for key, side in zip(("baseline", "candidate"), sides, strict=True)
        ),
    )
    keys = ("agreement", "interval_row", "cost", "cost_per_agreed", "latency", "tokens", "failed", "missing")
    told = [_side(side, words) for side in sides]
    rows = [(words[key], told[0][at], told[1][at]) for at, key in enumerate(keys)]
    unknown = words["not_known"]
    if all(cells[1:] == (unknown, unknown) for cells in rows[_SPENT]):
        rows[_SPENT] = [(words["spent_row"], unknown, unknown)]
    return Table(words.say("sides_table", n=f"{comparison.n_pairs:,}"), columns, rows, names=0)


def _side(side: Side, words: Words) -> tuple[str, ...]:
    unknown = words["not_known"]
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
    changed = words.say("changed_count", fixed=f"{comparison.fixed:,}", broken=f"{comparison.broken:,}")
    return [
        (words["changed"], changed),
        (words["test"], words.known(comparison.test)),
        (words["margin"], words["no_margin"] if margin is None else words.say("points", number=number(100 * margin))),
        (
            words["detectable"],
            words["p_undefined"] if detectable is None else words.say("points", number=number(100 * detectable)),
        ),
    ]


def _slices(slices: Sequence[SliceEffect], words: Words) -> list[Block]:
    if not slices:
        return []
    names = [words.slice(one.column, one.name) for one in slices]
    rows = [Row(name, _told(one, words), one.difference) for name, one in zip(names, slices, strict=True)]
    draw = partial(forest, rows, words["slice_axis"], mark=0, mark_name=words["no_difference"])
    keys = ("slice", "n_column", "baseline_share", "candidate_share", "difference_column", "interval_column")
    columns = [words[key] for key in (*keys, "p_column", "holm_column")]
    cells = [(name, *_slice(one, words)) for name, one in zip(names, slices, strict=True)]
    return [Chart(draw, words["slice_forest"], described(rows, words)), Table(words["slice_table"], columns, cells)]


def _told(one: SliceEffect, words: Words) -> str:
    shown = points(one.difference, words)
    if one.difference.value is None:
        return shown
    if one.difference.low is None:
        return shown + words.say("brackets", inside=words["without_interval"])
    return shown + words.say("brackets", inside=points_ends(one.difference, words))


def _slice(one: SliceEffect, words: Words) -> tuple[str, ...]:
    shares = (percent(one.baseline, words), percent(one.candidate, words))
    difference = (points(one.difference, words), points_ends(one.difference, words))
    return (f"{one.n:,}", *shares, *difference, chance(one.p_value, words), chance(one.adjusted_p, words))


def _flips(comparison: Comparison, words: Words) -> list[Items]:
    names = {"baseline": comparison.baseline.name, "candidate": comparison.candidate.name}
    lists = (
        ("fixed_list", comparison.fixed_items, comparison.fixed),
        ("broken_list", comparison.broken_items, comparison.broken),
    )
    return [
        Items(
            words.say(key, shown=f"{len(shown):,}", count=f"{count:,}", **names),
            [_flip(one, comparison, words) for one in shown],
        )
        for key, shown, count in lists
    ]


def _flip(one: ChangedItem, comparison: Comparison, words: Words) -> Item:
    before, after = differing(words.label(one.baseline), words.label(one.candidate))
    people = (words["people"], plain(words.label(one.people)))
    return Item(one.id, one.text, (people, (comparison.baseline.name, before), (comparison.candidate.name, after)))
