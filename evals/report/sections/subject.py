"""What was evaluated."""

from __future__ import annotations

from assistant.messages.language import marked
from assistant.reports.blocks import Block, Facts, Fold, Section, Table
from assistant.reports.cells import counted, noted
from assistant.reports.words import Words
from evals.data.eval_data import Scale
from evals.evaluation import Subject

_SCALES = {
    Scale.NOMINAL: marked("unordered"),
    Scale.ORDINAL: marked("ordered grades"),
    Scale.MULTI: marked("several may apply"),
}
_OPEN = 6  # variants whose make-up stands open


def subject_section(subject: Subject, words: Words) -> Section:
    """Items, labels, reviewers, hash, what variants are made of, what was left out and why."""
    blocks: list[Block] = [Facts(_facts(subject, words)), *_identities(subject, words)]
    blocks += counted(words.say("Items that are not counted, and why"), subject.left_out, words)
    return Section("subject", words.say("What was evaluated"), [*blocks, *noted(subject.notes, words)])


def _facts(subject: Subject, words: Words) -> list[tuple[str, str]]:
    settled = words.say(
        "{items}, of which {settled} have a human label", items=f"{subject.items:,}", settled=f"{subject.settled:,}"
    )
    names = words.punctuation.list.join(words.label(name) for name in subject.classes)
    scale = words.say(_SCALES[subject.scale])
    return [
        (words.say("Items"), settled),
        (
            words.say("Labels"),
            words.say("{count} ({scale}): {names}", count=len(subject.classes), scale=scale, names=names),
        ),
        (words.say("Reviewers"), f"{subject.raters:,}"),
        (words.say("Hash of the data"), subject.digest),
    ]


def _identities(subject: Subject, words: Words) -> list[Block]:
    rows = [
        (name, one.prompt or "–", one.policy or "–", one.model or "–", one.parameters or "–")
        for name, one in subject.identities.items()
    ]
    columns = [
        words.say("Variant"),
        words.say("Prompt"),
        words.say("Policy"),
        words.say("Model"),
        words.say("Parameters"),
    ]
    told = [at for at in range(5) if at == 0 or any(row[at] != "–" for row in rows)]
    if len(told) == 1:
        return []
    caption = words.say("What the variants are made of")
    table = Table(caption, [columns[at] for at in told], [[row[at] for at in told] for row in rows], names=len(told))
    return [table] if len(rows) <= _OPEN else [Fold(caption, [table])]
