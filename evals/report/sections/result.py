"""What it comes to: the sentences, the forest plot of variants, and their ranking."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from assistant.reports.blocks import Block, Chart, Fold, Paragraph, Section, Table
from assistant.reports.cells import (
    chance,
    described,
    ends,
    index,
    index_ends,
    points,
    points_ends,
    share_with_interval,
    value,
)
from assistant.reports.charts.forest import ForestRow, forest
from assistant.reports.figures import percent
from assistant.reports.words import Words
from assistant.stats.agreement.coefficient import Coefficient
from evals.comparison.ranking import Ranked, RankedPair, Ranking
from evals.evaluation import Evaluation
from evals.report.sentences import invalid_sentence, panel_sentence, ranking_sentence, verdict_sentence

_PANELS = 3  # variants whose agreement is given in a sentence; of more, only the best one's
_INVALID = 5  # variants whose invalid answers are reported first; of more, their number


def result_section(evaluation: Evaluation, words: Words) -> Section:
    """The sentences a manager can repeat, then every variant with its interval."""
    invalid = [told for one in evaluation.panels.values() if (told := invalid_sentence(one, words.language))]
    said = [verdict_sentence(one, words.language) for one in evaluation.comparisons]
    ranking = evaluation.ranking
    if ranking is not None and ranking.ranked:
        said.append(ranking_sentence(ranking, words.language))
    said += [panel_sentence(evaluation.panels[name], words.language) for name in _told(evaluation)]
    first = [*(Paragraph(one, "note") for one in invalid[:_INVALID])]
    if len(invalid) > _INVALID:
        first.append(
            Paragraph(
                words.say(
                    "{count} more variants gave answers that are not in the reference set; their panels say which.",
                    count=len(invalid) - _INVALID,
                ),
                "note",
            )
        )
    blocks: list[Block] = [*first, *(Paragraph(one, "lead") for one in said), *_forest(evaluation, words)]
    return Section("result", words.say("What it comes to"), blocks)


def ranking_section(ranking: Ranking, words: Words) -> Section:
    """Ranks with their ranges; neighbours open, all pairs folded."""
    blocks: list[Block] = [_ranked(ranking, words)]
    order = [one.variant for one in ranking.ranked]
    next_to = set(pairwise(order))
    close = [pair for pair in ranking.pairs if (pair.better, pair.worse) in next_to]
    if close:
        blocks.append(_pairs(words.say("Each variant against the next one"), close, words))
    if len(ranking.pairs) > len(close):
        everything = _pairs(words.say("Every pair, Holm-corrected over all pairs"), ranking.pairs, words)
        blocks.append(Fold(words.say("All {count} pairs", count=f"{len(ranking.pairs):,}"), [everything]))
    return Section("ranking", words.say("Ranking"), blocks)


def _told(evaluation: Evaluation) -> list[str]:
    names = list(evaluation.panels)
    if len(names) <= _PANELS:
        return names
    ranked = () if evaluation.ranking is None else evaluation.ranking.ranked
    return [one.variant for one in ranked[:1] if one.variant in evaluation.panels]


def _forest(evaluation: Evaluation, words: Words) -> list[Block]:
    figures = _agreements(evaluation)
    if not figures:
        return []
    rows = [ForestRow(name, share_with_interval(one, words), one) for name, one in figures]
    ceiling = _ceiling(evaluation)
    line = None if ceiling is None else ceiling.value
    line_name = "" if line is None else words.say("two reviewers: {share}", share=percent(line, words))
    draw = partial(
        forest,
        rows,
        words.say("Share of items on which the variant agrees with people"),
        mark=line,
        mark_name=line_name,
        shares=True,
    )
    return [Chart(draw, words.say("Agreement with people, by variant"), described(rows, words, line_name))]


def _agreements(evaluation: Evaluation) -> list[tuple[str, Coefficient]]:
    """Of ranked variants on the items all answered, of the others on their own."""
    ranked = {} if evaluation.ranking is None else {one.variant: one.agreement for one in evaluation.ranking.ranked}
    panels = {name: panel.coefficients["raw"] for name, panel in evaluation.panels.items() if name not in ranked}
    return [*ranked.items(), *panels.items()]


def _ceiling(evaluation: Evaluation) -> Coefficient | None:
    """What two reviewers reach, on the most items for which that is known."""
    ceilings = [panel.ceiling.human_human for panel in evaluation.panels.values() if panel.ceiling is not None]
    return max((one for one in ceilings if one.value is not None), key=lambda one: one.n, default=None)


def _ranked(ranking: Ranking, words: Words) -> Table:
    caption = words.say(
        "Variants by agreement with people on the same {n} items; indistinguishable ranks are given as a range",
        n=f"{ranking.n:,}",
    )
    return Table(
        caption,
        [
            words.say("Variant"),
            words.figures("Rank"),
            words.figures("Agreement"),
            words.figures("Interval"),
            words.figures("Kappa"),
            words.figures("Interval"),
        ],
        [_ranked_row(one, words) for one in ranking.ranked],
    )


def _ranked_row(one: Ranked, words: Words) -> tuple[str, ...]:
    rank = str(one.first_rank) if one.first_rank == one.last_rank else f"{one.first_rank}–{one.last_rank}"
    kappa = one.second
    agreement = (value(one.agreement, words), ends(one.agreement, words))
    return (one.variant, rank, *agreement, index(kappa, words), index_ends(kappa, words))


def _pairs(caption: str, pairs: tuple[RankedPair, ...] | list[RankedPair], words: Words) -> Table:
    rows = [
        (
            *(one.better, one.worse, points(one.difference, words), points_ends(one.difference, words)),
            *(chance(one.p_value, words), chance(one.adjusted_p, words)),
        )
        for one in pairs
    ]
    return Table(
        caption,
        [
            words.say("Higher"),
            words.say("Lower"),
            words.figures("Difference (points)"),
            words.figures("Interval"),
            words.figures("p"),
            words.figures("p (Holm)"),
        ],
        rows,
        names=2,
    )
