"""What people say of each category of a multi-label set, and a variant beside them, on the cells that people know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from assistant.domain.consensus import Consensus, consensus
from assistant.domain.labels import NO_LABEL
from evals.data.eval_data import NONE, Bools, Categories, Codes, Scale, Sight


class CategoryAnswer(NamedTuple):
    """One answer of one reviewer; `unknown` lists categories it neither gives nor denies."""

    labels: tuple[str, ...]
    unknown: tuple[str, ...]
    sight: Sight


def settled_in_part(given: Iterable[CategoryAnswer]) -> Consensus | None:
    """What people settle on where answers leave categories unknown; those given in sight of the machine's don't count
    where there are others. None where they are evenly split.
    """
    answers = list(given)
    blind = [one for one in answers if one.sight is not Sight.ASSISTED]
    return consensus(blind or answers)


def category_cells(
    names: Sequence[str], classes: Sequence[str], reference: Codes, in_part: Mapping[int, Consensus]
) -> Categories:
    """What is known of each category.

    Args:
        names: of the c categories.
        classes: the answers that occur, sets of labels joined by `|`.
        reference: the class people settled on as a whole, `NONE` where they didn't, shape (n,).
        in_part: by position, what is known of items that are known in part only.
    """
    held = memberships(classes, Scale.MULTI)
    nowhere = np.zeros(len(classes), dtype=np.bool_)
    settled = reference != NONE
    people = np.full((len(reference), len(names)), NONE, dtype=np.int64)
    for at, name in enumerate(names):
        people[settled, at] = held.get(name, nowhere)[reference[settled]]
        for place, known in in_part.items():
            people[place, at] = NONE if name in known.unknown else int(name in known.labels)
    places = np.zeros(len(reference), dtype=np.bool_)
    places[list(in_part)] = True
    return Categories(tuple(names), people, places)


def memberships(classes: Sequence[str], scale: Scale) -> Mapping[str, Bools]:
    """For each label, which classes hold it, shape (k,): itself, or the sets it is in.

    Args:
        classes: k of them.
        scale: `multi` where they are sets of labels joined by `|`.
    """
    parts = [set(name.split("|")) if scale is Scale.MULTI and name != NO_LABEL else {name} for name in classes]
    labels = dict.fromkeys(
        label for name in classes for label in (name.split("|") if scale is Scale.MULTI else (name,))
    )
    return {label: np.array([label in part for part in parts]) for label in labels}
