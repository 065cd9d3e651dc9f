"""People among themselves: what two reviewers of an item reach, and each reviewer beside the others."""

from __future__ import annotations

from functools import partial

from assistant.reports.blocks import Block, Chart, Fold, Paragraph, Section, Table
from assistant.reports.cells import described, ends, figure_table, share_row, share_with_interval, value
from assistant.reports.charts.forest import ForestRow, forest
from assistant.reports.words import Words
from evals.agreement.panel import PeoplePanel, ReviewerRow
from evals.report.sections.agreement import metric_rows
from evals.report.sentences import people_sentence

_SHOWN = 20  # reviewers in the chart: those who agree least


def people_section(people: PeoplePanel, words: Words) -> Section:
    """Agreement of people with each other, and every reviewer beside the others."""
    blocks: list[Block] = [Paragraph(people_sentence(people, words.language), "lead"), _coefficients(people, words)]
    rows = [
        ForestRow(one.name, share_with_interval(one.with_others, words), one.with_others) for one in people.reviewers
    ]
    shown = rows[:_SHOWN]
    caption = (
        words.say("Each reviewer beside the others of the same items")
        if len(shown) == len(rows)
        else words.say("Reviewers who agree least with the others")
    )
    draw = partial(forest, shown, words.say("Chance of agreeing with another reviewer of the item"), shares=True)
    blocks.append(Chart(draw, caption, described(shown, words)))
    title = words.say("All {count} reviewers", count=f"{len(rows):,}")
    return Section(
        "people", words.say("Reviewers among themselves"), [*blocks, Fold(title, [_reviewers(people.reviewers, words)])]
    )


def _coefficients(people: PeoplePanel, words: Words) -> Table:
    others = {name: one for name, one in people.coefficients.items() if name != "raw"}
    rows = [share_row(words.say("Two reviewers of an item agree"), people.coefficients["raw"], words)]
    rows += metric_rows(others, words)
    return figure_table(
        words.say("On the {items} items that two or more reviewers answered", items=f"{people.items:,}"), rows, words
    )


def _reviewers(reviewers: tuple[ReviewerRow, ...], words: Words) -> Table:
    columns = [words.say("Reviewer"), words.figures("Agreement"), words.figures("Interval"), words.figures("n")]
    rows = [
        (one.name, value(one.with_others, words), ends(one.with_others, words), f"{one.with_others.n:,}")
        for one in reviewers
    ]
    return Table(words.say("Agreement with another reviewer of the item, drawn at random"), columns, rows)
