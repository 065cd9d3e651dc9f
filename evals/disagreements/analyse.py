"""Where a variant and people disagree, what such items have in common, and who is probably wrong."""

from __future__ import annotations

from evals.data import EvalData
from evals.disagreements.analysis import Conclusion, Disagreements, ProbableSide
from evals.disagreements.compared import compared
from evals.disagreements.examples import how_chosen
from evals.disagreements.groups import group_rows
from evals.disagreements.pairs import confusion_pairs, described
from evals.disagreements.people import read_people


def analyse_disagreements(
    data: EvalData, variant: str, *, confidence: float = 0.95, examples: int = 5, seed: int = 0
) -> Disagreements:
    """Confusion pairs, groups, slices that are surprisingly bad and clusters, each with its probable side.

    Only items that people settled on and the variant was asked count, weighted by 1 / inclusion probability.

    Args:
        data: items, people's answers and the variants'.
        variant: name of the variant that is looked at.
        confidence: two-sided level of intervals; slices are called surprising at an error of 1 - confidence.
        examples: how many items to show of each finding.
        seed: of the permutations, so that the same data give the same findings.
    """
    items = compared(data, variant)
    people = read_people(data)
    unclear = Conclusion(ProbableSide.UNCLEAR, "not looked into")
    return Disagreements(
        variant=variant,
        n=len(items),
        disagreed=len(items.misjudged),
        pairs=described(items, confusion_pairs(items), lambda _: unclear, examples),
        groups=group_rows(items, people, confidence),
        findings=(),
        searched=0,
        clusters=(),
        notes=(how_chosen(items),),
    )
