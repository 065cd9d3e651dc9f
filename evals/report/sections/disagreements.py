"""Where a variant and people disagree, with examples, and who is probably at the root."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.reports.blocks import Block, Fold, Part, Said, Section, Table
from assistant.reports.figures import percent
from assistant.reports.words import Words
from evals.disagreements.analysis import (
    Cluster,
    Conclusion,
    ConfusionPair,
    Disagreements,
    Example,
    GroupRow,
    SliceFinding,
)
from evals.report.sections.cells import chance, ends, examples, noted, value

_OPEN = 2  # variants that stand open


def disagreements_section(disagreements: Mapping[str, Disagreements], words: Words) -> Section:
    """A part for each variant."""
    folded = len(disagreements) > _OPEN
    parts = [_part(one, words, folded) for one in disagreements.values()]
    return Section("disagreements", words["disagreements"], (), parts)


def _part(one: Disagreements, words: Words, folded: bool) -> Part:
    said = words.say("disagreed", variant=one.variant, disagreed=f"{one.disagreed:,}", n=f"{one.n:,}")
    blocks: list[Block] = [Said(said, "lead")]
    blocks += (
        _pairs(one.pairs, words) + _findings(one, words) + _clusters(one.clusters, words) + _groups(one.groups, words)
    )
    return Part(one.variant, [*blocks, *noted(one.notes)], folded)


def _side(conclusion: Conclusion, words: Words) -> tuple[str, str]:
    return words[f"side_{conclusion.side.value}"], conclusion.because


def _folded(named: Sequence[tuple[str, Sequence[Example], int]], words: Words) -> list[Block]:
    """Examples of several things, each with its name and how many there are."""
    lists = [
        examples(words.say("example_list", name=name, shown=f"{len(shown):,}", count=f"{count:,}"), shown, words)
        for name, shown, count in named
        if shown
    ]
    return [Fold(words["examples"], lists)] if lists else []


def _pair_name(people: str, machine: str, words: Words) -> str:
    return f"{words.label(people)} → {words.label(machine)}"


def _pairs(pairs: Sequence[ConfusionPair], words: Words) -> list[Block]:
    if not pairs:
        return []
    columns = [words[key] for key in ("people", "machine", "items_column", "share_column", "side", "because")]
    rows = [
        (
            *(words.label(one.people), words.label(one.machine), f"{one.n:,}", percent(one.share, words)),
            *_side(one.side, words),
        )
        for one in pairs
    ]
    named = [(_pair_name(one.people, one.machine, words), one.examples, one.n) for one in pairs]
    return [Table(words["pairs_table"], columns, rows, names=2), *_folded(named, words)]


def _where(one: SliceFinding, words: Words) -> str:
    return words["and"].join(words.slice(column, name) for column, name in one.where)


def _findings(one: Disagreements, words: Words) -> list[Block]:
    if not one.findings:
        return []
    keys = ("slice", "n_column", "disagreement_column", "interval_column", "elsewhere", "adjusted_column", "stands")
    columns = [words[key] for key in (*keys, "side", "because")]
    rows = [_finding(found, words) for found in one.findings]
    named = [(_where(found, words), found.examples, found.n) for found in one.findings]
    caption = words.say("findings_table", searched=f"{one.searched:,}")
    return [Table(caption, columns, rows), *_folded(named, words)]


def _finding(one: SliceFinding, words: Words) -> tuple[str, ...]:
    figures = (value(one.disagreement, words), ends(one.disagreement, words), percent(one.elsewhere, words))
    stands = words["stands_yes" if one.surprising else "stands_no"]
    return (_where(one, words), f"{one.n:,}", *figures, chance(one.adjusted_p, words), stands, *_side(one.side, words))


def _clusters(clusters: Sequence[Cluster], words: Words) -> list[Block]:
    if not clusters:
        return []
    columns = [
        words[key] for key in ("terms", "items_column", "most_frequent", "alike", "elsewhere", "side", "because")
    ]
    rows = [
        (
            *(words["list"].join(one.terms), f"{one.n:,}", _pair_name(*one.pair, words)),
            *(_rate(one.disagreement, words), _rate(one.elsewhere, words), *_side(one.side, words)),
        )
        for one in clusters
    ]
    named = [(words["list"].join(one.terms), one.examples, one.n) for one in clusters]
    return [Table(words["clusters_table"], columns, rows), *_folded(named, words)]


def _rate(share: float | None, words: Words) -> str:
    return words["not_known"] if share is None else percent(share, words)


def _groups(groups: Sequence[GroupRow], words: Words) -> list[Block]:
    if not groups:
        return []
    columns = [words[key] for key in ("property", "value", "n_column", "disagreement_column", "interval_column")]
    rows = [
        (
            words.known(one.column),
            words.group(one.column, one.name),
            f"{one.n:,}",
            value(one.disagreement, words),
            ends(one.disagreement, words),
        )
        for one in groups
    ]
    return [Fold(words["groups"], [Table(words["groups"], columns, rows, names=2)])]
