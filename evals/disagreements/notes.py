"""What the reader of an analysis must know, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from evals.data.eval_data import Scale
from evals.disagreements.clusters import LEAST_ITEMS as LEAST_CLUSTERED
from evals.disagreements.clusters import MOST_ITEMS, Clusters
from evals.disagreements.compared import Compared
from evals.disagreements.examples import how_chosen
from evals.disagreements.known import Known, percent
from evals.disagreements.pairs import MOST_PAIRS, Pair
from evals.disagreements.search import LEAST_ITEMS, Search


def notes(known: Known, pairs: list[Pair], found: Search, alike: Clusters) -> tuple[str, ...]:
    """All that applies.

    Args:
        known: the evidence there was.
        pairs: all of them.
        found: the search.
        alike: the clusters.
    """
    compared = known.compared
    if not len(compared):
        return ("No item was both settled by people and answered by the variant.",)
    if not len(compared.misjudged):
        return (f"The variant gives people's label to all {len(compared):,} items.",)
    return (
        *_of_comparison(compared, pairs),
        *_of_search(compared, found),
        *_of_clusters(compared, alike),
        *_of_sides(known),
    )


def _of_comparison(compared: Compared, pairs: list[Pair]) -> Iterator[str]:
    yield how_chosen(compared)
    yield from _never_given(compared)
    if compared.variant.repeats > 1:
        yield (
            f"The variant was asked {compared.variant.repeats} times: an item counts as disagreed if one answer "
            "differs, and weighs as much as the share of answers that do."
        )
    if compared.data.scale is Scale.ORDINAL:
        near = sum(pair.share for pair in pairs if abs(pair.people - pair.machine) == 1)
        yield f"{percent(near)} of the disagreements are between neighbouring grades."
    if len(pairs) > MOST_PAIRS:
        yield f"{len(pairs) - MOST_PAIRS:,} rarer confusion pairs are not shown."


def _never_given(compared: Compared) -> Iterator[str]:
    given = np.unique(compared.variant.codes[compared.at])
    for code, n in enumerate(np.bincount(compared.reference, minlength=len(compared.data.classes))):
        if n and code not in given:
            name = compared.data.classes[code]
            yield f"The variant never answers {name}, which people settled on for {n:,} items."


def _of_search(compared: Compared, found: Search) -> Iterator[str]:
    if not found.searched:
        yield f"No slices were searched: it takes {LEAST_ITEMS} items, and slices that hold enough of them."
        return
    standing = [one for one in found.found if one.surprising]
    how = "exchanging who is misjudged" if compared.independent else "flipping the signs of groups or weighted items"
    yield (
        f"{found.searched:,} slices were looked at; p-values are corrected for that by {how} at random, so that "
        f"without any true difference a slice stands in at most {percent(found.level)} of such searches."
    )
    if standing:
        yield "Slices were picked for being bad: on new items expect them somewhat less bad than shown."
    if any(name == "label" for one in standing for name, _ in one.where):
        yield "Slices by `label` tell by what people said: they show what is missed, but can't be told beforehand."
    if found.repeated:
        yield f"{found.repeated:,} more slices stand, but only repeat those shown."
    if found.too_small:
        yield f"{found.too_small:,} slices were not tested: they hold or leave out too few items."


def _of_clusters(compared: Compared, alike: Clusters) -> Iterator[str]:
    wrong = len(compared.misjudged)
    if compared.data.texts is None:
        yield "Texts are not known, so nothing is clustered."
    elif not alike.clustered:
        yield f"Misjudged items are not clustered: there are {wrong}; below {LEAST_CLUSTERED} reading them is quicker."
    if wrong > alike.clustered > 0:
        yield f"Of {wrong:,} misjudged items {MOST_ITEMS:,} drawn at random were clustered."
    if alike.found:
        worse = sum(one.worse for one in alike.found)
        yield (
            f"Clusters tell what misjudged items are about. Of {len(alike.found)} subjects {worse} are misjudged more "
            "often than the rest; the others are only frequent."
        )
    if alike.alone:
        yield f"{alike.alone:,} misjudged items are in no cluster that terms mark."


def _of_sides(known: Known) -> Iterator[str]:
    data = known.compared.data
    single = int((known.people.raters[known.compared.at] == 1).sum())
    if single > len(known.compared) / 2:
        yield (
            f"{single:,} of {len(known.compared):,} items have one reviewer: where they and the machine differ, either "
            "may be wrong."
        )
    if any(not data.variants[peer.name].identity.prompt for peer in known.peers):
        yield (
            "Imported variants are taken for different models; those whose mistakes nearly all coincide count once. "
            "Models of one family share mistakes."
        )
    tied = int(np.sum(known.people.split & (data.reference < 0)))
    if tied:
        yield f"{tied:,} items on which reviewers are tied are not compared, but count where reviewers are looked at."
