"""Where a variant and people disagree, what such items have in common, and who is probably wrong."""

from __future__ import annotations

import numpy as np

from evals.data.eval_data import EvalData
from evals.disagreements import pairs
from evals.disagreements.analysis import Conclusion, DisagreementAnalysis
from evals.disagreements.clusters import cluster as clusters
from evals.disagreements.compared import compared
from evals.disagreements.groups import group_rows
from evals.disagreements.notes import notes
from evals.disagreements.people import read_people
from evals.disagreements.sides.conclude import conclude
from evals.disagreements.sides.known import KnownAnswers
from evals.disagreements.slices import search
from evals.disagreements.target import AnalysisTarget
from evals.disagreements.terms import read_terms


def analyse_disagreements(
    data: EvalData, variant: str, *, confidence: float = 0.95, examples: int = 5, seed: int = 0
) -> DisagreementAnalysis:
    """Confusion pairs, groups, slices that are surprisingly bad and clusters, each with its probable side.

    Only items that people settled on and the variant was asked count, weighted by 1 / inclusion probability.

    Args:
        data: items, people's answers and the variants'.
        variant: name of the variant that is looked at.
        confidence: two-sided level of intervals; slices are called surprising at an error of 1 - confidence.
        examples: how many items to show of each finding.
        seed: of permutations, samples and starting points: the same data and seed give the same findings.
    """
    items, people = compared(data, variant), read_people(data)
    known = KnownAnswers.of(items, people)
    terms = read_terms(items.texts(np.arange(len(items)))) if data.texts is not None else None
    confused = pairs.confusion_pairs(items)
    searched = search.search(items, terms, 1 - confidence, seed)
    alike = clusters.find_clusters(items, terms, seed)

    def side_of_items(one: pairs.ConfusedPair | clusters.Grouped) -> Conclusion:
        return conclude(known, AnalysisTarget.of_items(items, one.items))

    def side_of_slice(one: search.WeakSlice) -> Conclusion:
        return conclude(known, AnalysisTarget.of_slice(items, one.where, one.items))

    return DisagreementAnalysis(
        variant=variant,
        n=len(items),
        disagreed=len(items.misjudged),
        pairs=pairs.described(items, confused, side_of_items, examples),
        groups=group_rows(items, people, confidence),
        findings=search.described(items, searched, side_of_slice, confidence, examples),
        searched=searched.searched,
        clusters=clusters.described(items, alike, side_of_items, examples),
        notes=notes(known, confused, searched, alike),
    )
