"""What the reader of an analysis must know."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from assistant.domain.reasons import Reason
from evals.data.eval_data import Scale
from evals.disagreements.clusters.cluster import LEAST_ITEMS as LEAST_CLUSTERED
from evals.disagreements.clusters.cluster import MOST_ITEMS, Clusters
from evals.disagreements.compared import Compared
from evals.disagreements.examples import how_chosen
from evals.disagreements.pairs import MOST_PAIRS, ConfusedPair
from evals.disagreements.sides.known import KnownAnswers, percent
from evals.disagreements.slices.search import LEAST_ITEMS, Search


def notes(known: KnownAnswers, pairs: list[ConfusedPair], found: Search, alike: Clusters) -> tuple[Reason, ...]:
    """All that applies.

    Args:
        known: the evidence there was.
        pairs: all of them.
        found: the search.
        alike: the clusters.
    """
    compared = known.compared
    if not len(compared):
        return (Reason("nothing_compared"),)
    if not len(compared.misjudged):
        return (Reason.of("no_disagreement", items=len(compared)),)
    return (
        *_of_comparison(compared, pairs),
        *_of_search(compared, found),
        *_of_clusters(compared, alike),
        *_of_sides(known),
    )


def _of_comparison(compared: Compared, pairs: list[ConfusedPair]) -> Iterator[Reason]:
    yield how_chosen(compared)
    yield from _never_given(compared)
    if compared.variant.repeats > 1:
        yield Reason.of("asked_several_times", repeats=compared.variant.repeats)
    if compared.data.scale is Scale.ORDINAL:
        near = sum(pair.share for pair in pairs if abs(pair.people - pair.machine) == 1)
        yield Reason.of("between_neighbouring_grades", share=percent(near))
    if len(pairs) > MOST_PAIRS:
        yield Reason.of("rarer_pairs_not_shown", pairs=len(pairs) - MOST_PAIRS)


def _never_given(compared: Compared) -> Iterator[Reason]:
    given = np.unique(compared.variant.codes[compared.at])
    for code, n in enumerate(np.bincount(compared.reference, minlength=len(compared.data.classes))):
        if n and code not in given:
            yield Reason.of("label_never_answered", label=compared.data.classes[code], items=int(n))


def _of_search(compared: Compared, found: Search) -> Iterator[Reason]:
    if not found.searched:
        yield Reason.of("no_slices_searched", items=LEAST_ITEMS)
        return
    standing = [one for one in found.found if one.surprising]
    how = Reason("exchanging_misjudged" if compared.independent else "flipping_signs")
    yield Reason.of("slices_searched", slices=found.searched, how=how, level=percent(found.level))
    if standing:
        yield Reason("slices_picked_for_being_bad")
    if any(name == "label" for one in standing for name, _ in one.where):
        yield Reason("slices_by_label")
    if found.repeated:
        yield Reason.of("slices_repeated", slices=found.repeated)
    if found.too_small:
        yield Reason.of("slices_too_small", slices=found.too_small)


def _of_clusters(compared: Compared, alike: Clusters) -> Iterator[Reason]:
    wrong = len(compared.misjudged)
    if compared.data.texts is None:
        yield Reason("no_texts_to_cluster")
    elif not alike.clustered:
        yield Reason.of("too_few_to_cluster", items=wrong, least=LEAST_CLUSTERED)
    if wrong > alike.clustered > 0:
        yield Reason.of("sample_clustered", items=wrong, drawn=MOST_ITEMS)
    if alike.found:
        worse = sum(one.worse for one in alike.found)
        yield Reason.of("subjects_of_clusters", subjects=len(alike.found), worse=worse)
    if alike.alone:
        yield Reason.of("items_in_no_cluster", items=alike.alone)


def _of_sides(known: KnownAnswers) -> Iterator[Reason]:
    data = known.compared.data
    single = int((known.people.raters[known.compared.at] == 1).sum())
    if single > len(known.compared) / 2:
        yield Reason.of("items_with_one_reviewer", single=single, items=len(known.compared))
    if any(not data.variants[peer.name].identity.prompt for peer in known.peers):
        yield Reason("imported_variants")
    tied = int(np.sum(known.people.split & (data.reference < 0)))
    if tied:
        yield Reason.of("tied_items_not_compared", items=tied)
