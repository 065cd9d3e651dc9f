"""What was evaluated."""

from __future__ import annotations

from assistant.reports.blocks import Block, Facts, Fold, Section, Table
from assistant.reports.words import Words
from evals.evaluation import Subject
from evals.report.sections.cells import counted, noted

_OPEN = 6  # variants whose make-up stands open


def subject_section(subject: Subject, words: Words) -> Section:
    """Items, labels, reviewers, hash, what variants are made of, what was left out and why."""
    blocks: list[Block] = [Facts(_facts(subject, words)), *_identities(subject, words)]
    blocks += counted(words["left_out"], subject.left_out, words)
    return Section("subject", words["subject"], [*blocks, *noted(subject.notes)])


def _facts(subject: Subject, words: Words) -> list[tuple[str, str]]:
    settled = words.say("items_settled", items=f"{subject.items:,}", settled=f"{subject.settled:,}")
    names = words["list"].join(words.label(name) for name in subject.classes)
    scale = words[subject.scale.value]
    return [
        (words["items"], settled),
        (words["labels"], words.say("label_list", count=len(subject.classes), scale=scale, names=names)),
        (words["reviewers"], f"{subject.raters:,}"),
        (words["digest"], subject.digest),
    ]


def _identities(subject: Subject, words: Words) -> list[Block]:
    rows = [
        (name, one.prompt or "–", one.policy or "–", one.model or "–", one.parameters or "–")
        for name, one in subject.identities.items()
    ]
    columns = [words[key] for key in ("variant", "prompt", "policy", "model", "parameters")]
    told = [at for at in range(5) if at == 0 or any(row[at] != "–" for row in rows)]
    if len(told) == 1:
        return []
    caption = words["identities"]
    table = Table(caption, [columns[at] for at in told], [[row[at] for at in told] for row in rows], names=len(told))
    return [table] if len(rows) <= _OPEN else [Fold(caption, [table])]
