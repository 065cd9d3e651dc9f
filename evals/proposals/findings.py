"""The strongest findings of an analysis of disagreements, as they are given to a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from assistant.domain.tokens import estimate_tokens
from evals.disagreements.analysis import Conclusion, DisagreementAnalysis, DisagreementExample, ProbableSide
from evals.proposals.draft import DraftKind
from evals.proposals.fences import fenced

MOST_FINDINGS = 10
MOST_CHARACTERS = 600
"""Of one example; the middle of longer ones is left out."""

_NOT_TO_FIT = frozenset({ProbableSide.REVIEWER, ProbableSide.ITEM})
_SIDE_OF = {DraftKind.PROMPT: ProbableSide.MACHINE, DraftKind.POLICY: ProbableSide.POLICY}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    Args:
        said: in a sentence; values that come from the data are JSON strings in it.
        weight: how many items it is about.
        labels: that take part in it.
        side: who is probably wrong.
        examples: a few of its items.
    """

    said: str
    weight: float
    labels: tuple[str, ...]
    side: Conclusion
    examples: tuple[DisagreementExample, ...]

    def render(self, number: int) -> str:
        """As a numbered paragraph with its examples, fenced."""
        lines = [f"{number}. {self.said}"]
        if self.side.side is not ProbableSide.UNCLEAR:
            lines.append(f"Probably at the root: the {self.side.side}.")
        for one in self.examples:
            lines.append(f"The reviewers said {quoted(one.people)}, the model said {quoted(one.machine)}:")
            lines.append(fenced("content", one.text or one.id, most=MOST_CHARACTERS))
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class ModelContext:
    """What a model is given.

    Args:
        text: the findings, numbered.
        findings: those in the text.
        left_out: how many were too many or too long.
        not_to_fit: how many are left out because reviewers or the items themselves are probably at their root.
    """

    text: str
    findings: tuple[Finding, ...]
    left_out: int
    not_to_fit: int


def likely_kind(found: DisagreementAnalysis) -> DraftKind:
    """What to change: the policy where it is at the root of more disagreements than the machine, else the prompt."""
    shares = {
        side: sum(pair.share for pair in found.pairs if pair.side.side is side)
        for side in (ProbableSide.POLICY, ProbableSide.MACHINE)
    }
    return DraftKind.POLICY if shares[ProbableSide.POLICY] > shares[ProbableSide.MACHINE] else DraftKind.PROMPT


def tell(found: DisagreementAnalysis, kind: DraftKind, most_tokens: int) -> ModelContext:
    """The findings that matter to this kind of change, as many as fit.

    What is probably the reviewers' mistake, or the items', is not told: a text that fits mistakes gets worse.

    Args:
        found: of the part of the items that may be shown.
        kind: findings of its side come first.
        most_tokens: of the text, estimated; the first finding is given whatever its length.
    """
    all_of_them = _findings(found)
    usable = [one for one in all_of_them if one.side.side not in _NOT_TO_FIT]
    ranked = sorted(usable, key=lambda one: (one.side.side is not _SIDE_OF[kind], -one.weight))
    told: list[Finding] = []
    parts: list[str] = []
    room = most_tokens
    for one in ranked[:MOST_FINDINGS]:
        text = one.render(len(told) + 1)
        room -= estimate_tokens(text)
        if told and room < 0:
            break
        told.append(one)
        parts.append(text)
    return ModelContext("\n\n".join(parts), tuple(told), len(usable) - len(told), len(all_of_them) - len(usable))


def quoted(text: str) -> str:
    """A name or a word from the data on one line, as a JSON string."""
    return orjson.dumps(" ".join(text.split())[:120]).decode()


def _findings(found: DisagreementAnalysis) -> Sequence[Finding]:
    findings = [
        Finding(
            f"The reviewers say {quoted(pair.people)}, the model says {quoted(pair.machine)}: {_items(pair.n)}, "
            f"{pair.share:.0%} of all disagreements.",
            pair.share * found.disagreed,
            (pair.people, pair.machine),
            pair.side,
            pair.examples,
        )
        for pair in found.pairs
    ]
    for cluster in found.clusters:
        people, machine = cluster.pair
        said = (
            f"{_items(cluster.n)} with disagreements are alike; words that mark them: "
            f"{', '.join(map(quoted, cluster.terms))}. "
            f"Most often the reviewers say {quoted(people)} and the model {quoted(machine)}."
        )
        findings.append(Finding(said, float(cluster.n), cluster.pair, cluster.side, cluster.examples))
    for one in found.findings:
        share = one.disagreement.value
        if not one.surprising or share is None:
            continue
        where = " and ".join(f"{name} is {quoted(value)}" for name, value in one.where)
        said = (
            f"Where {where} ({_items(one.n)}), the model differs from the reviewers on {share:.0%}; "
            f"elsewhere on {one.elsewhere:.0%}."
        )
        labels = tuple(dict.fromkeys(name for it in one.examples for name in (it.people, it.machine)))
        findings.append(Finding(said, share * one.n, labels, one.side, one.examples))
    return findings


def _items(count: int) -> str:
    return f"{count:,} item{'' if count == 1 else 's'}"
