"""How common each label is among all items of a run: people's labels alone, and with the machine's answers to all."""

from __future__ import annotations

from assistant.reports.blocks import Block, Paragraph, Table
from assistant.reports.cells import both
from assistant.reports.figures import percent
from assistant.reports.words import Words
from evals.agreement.run_shares import Powered, WholeRun


def whole_run_blocks(found: WholeRun | None, words: Words) -> list[Block]:
    """A table of shares; nothing where people settled every item, or too few."""
    if found is None:
        return []
    caption = words.say(
        "All {items} items of the run, by {labelled} labels", items=f"{found.items:,}", labelled=f"{found.labelled:,}"
    )
    columns = [words.say("Share of"), words.figures("By model")]
    if not found.stands_for_all:
        corrected = [
            (words.label(one.label), percent(one.machine, words), both(one.corrected, words))
            for one in found.shares
            if one.corrected is not None
        ]
        assumed = words.say(
            "The labeled items are not a random sample of the run: the correction holds if the model errs on the other "
            "items as often as on labeled ones of the same label."
        )
        columns.append(words.figures("Corrected for the model's errors"))
        return [Table(caption, columns, corrected), Paragraph(assumed, "note")]
    rows = [
        (words.label(one.label), percent(one.machine, words), *_cells(one.share, words))
        for one in found.shares
        if one.share is not None
    ]
    if found.agreement is not None:
        rows.append((words.say("Agreement"), "", *_cells(found.agreement, words)))
    columns += [
        words.figures("By labels alone"),
        words.figures("By labels and the model's answers to all"),
        words.figures("Equivalent extra labels"),
    ]
    return [Table(caption, columns, rows)]


def _cells(one: Powered, words: Words) -> tuple[str, str, str]:
    return both(one.alone, words), both(one.powered, words), f"{one.more_labels:,}"
