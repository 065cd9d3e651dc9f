"""Where a variant and people disagree, with examples, and who is probably at the root."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.messages.language import marked
from assistant.reports.blocks import Block, Fold, ItemBlock, ItemsBlock, Paragraph, ReportPart, Section, Table
from assistant.reports.cells import chance, ends, noted, value
from assistant.reports.figures import percent
from assistant.reports.visible import plain
from assistant.reports.words import Words
from evals.disagreements.analysis import (
    Cluster,
    Conclusion,
    ConfusionPair,
    DisagreementAnalysis,
    DisagreementExample,
    GroupRow,
    ProbableSide,
    SliceFinding,
)

_OPEN = 2  # variants that stand open
_SIDES = {
    ProbableSide.MACHINE: marked("model"),
    ProbableSide.POLICY: marked("the policy"),
    ProbableSide.REVIEWER: marked("a reviewer"),
    ProbableSide.ITEM: marked("the item"),
    ProbableSide.UNCLEAR: marked("unclear"),
}


def disagreements_section(disagreements: Mapping[str, DisagreementAnalysis], words: Words) -> Section:
    """A part for each variant."""
    folded = len(disagreements) > _OPEN
    parts = [_part(one, words, folded) for one in disagreements.values()]
    return Section("disagreements", words.say("Where they disagree"), (), parts)


def _part(one: DisagreementAnalysis, words: Words, folded: bool) -> ReportPart:
    said = words.say(
        "{variant} and people differ on {disagreed} of {n} items.",
        variant=one.variant,
        disagreed=f"{one.disagreed:,}",
        n=f"{one.n:,}",
    )
    blocks: list[Block] = [Paragraph(said, "lead")]
    blocks += (
        _pairs(one.pairs, words) + _findings(one, words) + _clusters(one.clusters, words) + _groups(one.groups, words)
    )
    return ReportPart(one.variant, [*blocks, *noted(one.notes, words)], folded)


def _side(conclusion: Conclusion, words: Words) -> tuple[str, str]:
    return words.say(_SIDES[conclusion.side]), words.punctuation.space.join(map(words.reason, conclusion.because))


def _folded(named: Sequence[tuple[str, Sequence[DisagreementExample], int]], words: Words) -> list[Block]:
    """Examples of several things, each with its name and how many there are."""
    lists = [
        _examples(
            words.say("{name}: {shown} of {count} items", name=name, shown=f"{len(shown):,}", count=f"{count:,}"),
            shown,
            words,
        )
        for name, shown, count in named
        if shown
    ]
    return [Fold(words.say("Examples of each"), lists)] if lists else []


def _pair_name(people: str, machine: str, words: Words) -> str:
    return f"{words.label(people)} → {words.label(machine)}"


def _pairs(pairs: Sequence[ConfusionPair], words: Words) -> list[Block]:
    if not pairs:
        return []
    columns = [
        words.say("Human label"),
        words.say("Model label"),
        words.figures("Items"),
        words.figures("Share of disagreements"),
        words.say("Probably at the root"),
        words.say("Evidence"),
    ]
    rows = [
        (
            *(words.label(one.people), words.label(one.machine), f"{one.n:,}", percent(one.share, words)),
            *_side(one.side, words),
        )
        for one in pairs
    ]
    named = [(_pair_name(one.people, one.machine, words), one.examples, one.n) for one in pairs]
    return [
        Table(words.say("Confusions of human and model labels"), columns, rows, names=2),
        *_folded(named, words),
    ]


def _where(one: SliceFinding, words: Words) -> str:
    return words.say(" and ").join(words.slice(column, name) for column, name in one.where)


def _findings(one: DisagreementAnalysis, words: Words) -> list[Block]:
    if not one.findings:
        return []
    columns = [
        words.say("Slice"),
        words.figures("n"),
        words.figures("Disagreement"),
        words.figures("Interval"),
        words.figures("Elsewhere"),
        words.figures("p (corrected)"),
        words.say("Stands"),
        words.say("Probably at the root"),
        words.say("Evidence"),
    ]
    rows = [_finding(found, words) for found in one.findings]
    named = [(_where(found, words), found.examples, found.n) for found in one.findings]
    caption = words.say(
        "Slices that are worse than elsewhere, corrected for the {searched} that were looked at",
        searched=f"{one.searched:,}",
    )
    return [Table(caption, columns, rows), *_folded(named, words)]


def _finding(one: SliceFinding, words: Words) -> tuple[str, ...]:
    figures = (value(one.disagreement, words), ends(one.disagreement, words), percent(one.elsewhere, words))
    stands = words.say("yes") if one.surprising else words.say("may be chance")
    return (_where(one, words), f"{one.n:,}", *figures, chance(one.adjusted_p, words), stands, *_side(one.side, words))


def _clusters(clusters: Sequence[Cluster], words: Words) -> list[Block]:
    if not clusters:
        return []
    columns = [
        words.say("Words that mark it"),
        words.figures("Items"),
        words.say("Mostly (human → model)"),
        words.figures("Of all like these, misjudged"),
        words.figures("Elsewhere"),
        words.say("Probably at the root"),
        words.say("Evidence"),
    ]
    rows = [
        (
            *(words.punctuation.list.join(one.terms), f"{one.n:,}", _pair_name(*one.pair, words)),
            *(_rate(one.disagreement, words), _rate(one.elsewhere, words), *_side(one.side, words)),
        )
        for one in clusters
    ]
    named = [(words.punctuation.list.join(one.terms), one.examples, one.n) for one in clusters]
    return [Table(words.say("Clusters of similar errors"), columns, rows), *_folded(named, words)]


def _rate(share: float | None, words: Words) -> str:
    return words.say("unknown") if share is None else percent(share, words)


def _groups(groups: Sequence[GroupRow], words: Words) -> list[Block]:
    if not groups:
        return []
    columns = [
        words.say("Property"),
        words.say("Property value"),
        words.figures("n"),
        words.figures("Disagreement"),
        words.figures("Interval"),
    ]
    rows = [
        (
            words.column(one.column),
            words.group(one.column, one.name),
            f"{one.n:,}",
            value(one.disagreement, words),
            ends(one.disagreement, words),
        )
        for one in groups
    ]
    return [
        Fold(
            words.say("Disagreement by property"),
            [Table(words.say("Disagreement by property"), columns, rows, names=2)],
        )
    ]


def _examples(caption: str, shown: Sequence[DisagreementExample], words: Words) -> ItemsBlock:
    """Items on which a variant and people differ."""
    people, machine = words.say("Human label"), words.say("Model label")
    return ItemsBlock(caption, [_example(one, people, machine, words) for one in shown])


def _example(one: DisagreementExample, people: str, machine: str, words: Words) -> ItemBlock:
    answers = ((people, plain(words.label(one.people))), (machine, plain(words.label(one.machine))))
    return ItemBlock(one.id, one.text, answers)
