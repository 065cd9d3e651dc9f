"""The chance each item of a campaign had to be labelled, and what its labels then speak for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from assistant.domain.runs import Run
from assistant.trust.certificates.campaign import Wave
from assistant.trust.certificates.certify import Passed
from assistant.trust.pool import NONE

WEIGHTED = "the whole batch: each label weighted by the chance it had to be asked for"
CENSUS = "the whole batch: people labelled every item"
RANDOM = "the whole batch: a random sample of it"
LABELLED = "the labelled items alone: they were not drawn at random"

_MAY_WAIT = 0.05  # share of the batch without a label up to which all phases speak for the others


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """Labelled items, and whom figures computed on them speak for.

    Args:
        index: (k,) the items.
        inclusion: (k,) chance of each to be labelled, given what came before its own draw.
        speaks_for: in words.
        finite: whether that is a known set of items, of which these were drawn.
        unsettled: (m,) items drawn that people have no one answer to.
    """

    index: np.ndarray
    inclusion: np.ndarray
    speaks_for: str
    finite: bool = True
    unsettled: np.ndarray = field(default_factory=partial(np.zeros, 0, dtype=np.int64))

    def note(self, run: Run) -> str:
        """What a reader of figures that rest on the labels of a run must know."""
        return f"labels of {run.name} speak for {self.speaks_for}"


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """How each of n items came to be labelled or not.

    Args:
        people: (n,) what they answered, -1 where they didn't.
        inclusion: (n,) chance of each to be labelled, given all that came before its own draw: 1 for what people label
            whatever a draw says; below 1 only where `drawn`.
        drawn: (n,) whether it is to be labelled at all; the others are stood for by those drawn.
    """

    people: np.ndarray
    inclusion: np.ndarray
    drawn: np.ndarray


def chances_of(waves: Sequence[Wave], rate: float, people: np.ndarray, passed: Sequence[Passed] = ()) -> Chances:
    """The chance of each item to be labelled, as its campaign gave it; `weighted` by it the labels speak for the batch.

    Whatever was offered was labelled with the audit's chance, by a coin of its own; everything else was labelled for
    certain. What was offered, and how, depends on labels that came before, never on the coins still to be thrown, so
    each step's weighted sum is right on average, given those before it, and so is their total. An offered item that
    people labelled for another reason is left out: the audited ones stand for it.

    Args:
        waves: what was offered.
        rate: of the audit.
        people: (n,) what they answered, -1 where they didn't.
        passed: how far each wave came; what lies beyond is people's, whatever its coin said.

    The coins of a wave can be thrown one by one, surest first. Where they have met the last error the audit tolerates,
    the items after it go to people for certain; before that each has the audit's chance. Which of the two holds for an
    item depends on the coins before its own alone, so weighting by it is right on average. Until people have labelled
    what lies beyond, the coins thrown for it serve as well.
    """
    inclusion, drawn = np.ones(len(people)), np.ones(len(people), dtype=bool)
    for number, wave in enumerate(waves):
        inclusion[wave.order], drawn[wave.order] = rate, wave.audited
        if number < len(passed) and passed[number].ended:
            beyond = wave.order[passed[number].count + 1 :]
            if (people[beyond] == NONE).sum() <= _MAY_WAIT * len(beyond):
                inclusion[beyond], drawn[beyond] = 1.0, True
    return Chances(people, inclusion, drawn)


def weighted(chances: Chances, speaks_for: str = WEIGHTED) -> Sampled | None:
    """The labelled ones among the items drawn; None where those without a label stand for too many.

    These few (people are evenly split on them, or they were handed back) are left out, and it is said.

    Args:
        chances: of every item.
        speaks_for: whom they speak for when none is left out.
    """
    n, labelled = len(chances.people), chances.people != NONE
    waiting = chances.drawn & ~labelled
    stand_for = float((1 / chances.inclusion[waiting]).sum())
    if stand_for > _MAY_WAIT * n:
        return None
    index = np.flatnonzero(chances.drawn & labelled)
    if waiting.any():
        speaks_for = f"{speaks_for}, but for {int(waiting.sum()):,} of its items that people have not settled"
    return Sampled(index, chances.inclusion[index], speaks_for, unsettled=np.flatnonzero(waiting))
