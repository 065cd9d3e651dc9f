"""The weighted sample: the chance each item of a campaign had to be labelled, and whom its labels speak for.

Every function takes columns over the n items of a batch and gives columns; what was drawn, and how, comes from outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from assistant.stats.certificates.finite import errors_allowed
from assistant.trust.certificates.campaign import AuditRound, CertificateTarget
from assistant.trust.certificates.certify import CertifiedPrefix, pass_items, tolerated_errors
from assistant.trust.pool import NONE

WEIGHTED = "the whole batch: each label weighted by the chance it had to be asked for"
CENSUS = "the whole batch: people labeled every item"
RANDOM = "the whole batch: a random sample of it"
LABELLED = "the labeled items alone: they were not drawn at random"

ENOUGH = 30
"""Labels of items drawn at random, for figures that rest on these alone."""

_MAY_WAIT = 0.05  # share of the batch without a label up to which all phases speak for the others


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """Labelled items, and whom figures computed on them speak for.

    Args:
        index: (k,) the items.
        inclusion: (k,) chance of each to be labelled, given what came before its own draw.
        speaks_for: in words.
        finite: whether that is a known set of items, of which these were drawn.
        unsettled: (m,) items drawn that have no consensus.
    """

    index: np.ndarray
    inclusion: np.ndarray
    speaks_for: str
    finite: bool = True
    unsettled: np.ndarray = field(default_factory=partial(np.zeros, 0, dtype=np.int64))

    def note(self, run: str) -> str:
        """What a reader of figures that rest on the labels of a run, given by its name, must know."""
        return f"labels of {run} speak for {self.speaks_for}"


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """How each of n items came to be labelled or not.

    Args:
        people: (n,) class of the human label, -1 where there is none.
        inclusion: (n,) chance of each to be labelled, given all that came before its own draw: 1 for what is labelled
            whatever a draw says; below 1 only where `drawn`.
        drawn: (n,) whether it is to be labelled at all; the others are represented by those drawn.
    """

    people: np.ndarray
    inclusion: np.ndarray
    drawn: np.ndarray


def census(people: np.ndarray, tied: np.ndarray) -> Sampled | None:
    """The labels of a batch that was labelled completely, whatever was drawn; None where it was not.

    Args:
        people: (n,) class of the human label, -1 where there is none.
        tied: (n,) whether reviewers are evenly split on it.
    """
    if not ((people != NONE) | tied).all():
        return None
    return weighted(Chances(people, np.ones(len(people)), np.ones(len(people), dtype=bool)), CENSUS)


def passed_so_far(
    rounds: Sequence[AuditRound], rate: float, people: np.ndarray, target: CertificateTarget, items: int
) -> list[CertifiedPrefix]:
    """How far each audit round came, up to the first that is not completely labelled.

    Args:
        rounds: the audit rounds in order.
        rate: of the audit.
        people: (n,) class of the human label, -1 where there is none.
        target: what the campaign audits for.
        items: in the batch when it was designed.
    """
    tolerated = tolerated_errors(errors_allowed(target.max_error, items), rate, target.level)
    passed: list[CertifiedPrefix] = []
    for audit_round in rounds:
        labels = people[audit_round.order]
        if (labels[audit_round.audited] == NONE).any():
            break
        before = passed[-1].errors if passed else 0
        passed.append(
            pass_items(
                audit_round.audited & (labels != audit_round.codes), before, -1 if tolerated is None else tolerated
            )
        )
    return passed


def chances_of(
    rounds: Sequence[AuditRound], rate: float, people: np.ndarray, passed: Sequence[CertifiedPrefix] = ()
) -> Chances:
    """The chance of each item to be labelled, as its campaign gave it; `weighted` by it the labels speak for the batch.

    Every candidate was labelled with the audit's chance, by a Bernoulli draw of its own; everything else was labelled
    for certain. What became a candidate, and how, depends on labels that came before, never on draws still to come, so
    each step's weighted sum is right on average, given those before it, and so is their total. A candidate that was
    labelled for another reason is left out: the audited ones represent it.

    Args:
        rounds: the audit rounds.
        rate: of the audit.
        people: (n,) class of the human label, -1 where there is none.
        passed: how far each round came; what lies beyond goes to reviewers, whatever its draw said.

    The draws of a round can be taken one by one, surest first. Where they have met the last error the audit tolerates,
    the items after it go to reviewers for certain; before that each has the audit's chance. Which of the two holds for
    an item depends on the draws before its own alone, so weighting by it is right on average. Until reviewers have
    labelled what lies beyond, the draws for it serve as well.
    """
    inclusion, drawn = np.ones(len(people)), np.ones(len(people), dtype=bool)
    for number, audit_round in enumerate(rounds):
        inclusion[audit_round.order], drawn[audit_round.order] = rate, audit_round.audited
        if number < len(passed) and passed[number].ended:
            beyond = audit_round.order[passed[number].count + 1 :]
            if (people[beyond] == NONE).sum() <= _MAY_WAIT * len(beyond):
                inclusion[beyond], drawn[beyond] = 1.0, True
    return Chances(people, inclusion, drawn)


def with_monitoring(chances: Chances, monitored: np.ndarray, accepted: np.ndarray) -> Chances:
    """With what was drawn, of all that was accepted, to test the certificate: one chance for each item.

    Auto-accepted are the candidates that were not audited; where some of these went to reviewers by another rule, or
    labels are missing, the audited ones alone represent them.

    Args:
        chances: of the campaign.
        monitored: (n,) whether the item was drawn to monitor the certificate.
        accepted: (n,) whether it ever had the route `accept`.
    """
    unseen = ~chances.drawn
    drawn = monitored & unseen
    if not drawn.any() or (unseen & ~(accepted | drawn)).any() or (chances.people[drawn] == NONE).any():
        return chances
    share = float(drawn.sum() / unseen.sum())
    inclusion, candidates = chances.inclusion.copy(), chances.inclusion < 1
    inclusion[candidates] += (1 - inclusion[candidates]) * share
    return Chances(chances.people, inclusion, chances.drawn | drawn)


def with_blind_reviews(chances: Chances, blind: np.ndarray, assisted: np.ndarray) -> Chances:
    """Where reviewers saw the machine's answer, the reviews drawn to be blind represent those.

    Ordinary reviews alone: all other tasks are blind, so that their items represent themselves.

    Args:
        chances: so far.
        blind: (n,) whether the item was reviewed by a task without the machine's answer, and known to be blind.
        assisted: (n,) whether by one with the machine's answer, so that its label does not count.
    """
    certain = chances.drawn & (chances.inclusion == 1)
    hidden = blind & (chances.people != NONE) & certain
    seen = assisted & (chances.people == NONE) & certain
    if not (hidden.any() and seen.any()):
        return chances
    inclusion, drawn = chances.inclusion.copy(), chances.drawn & ~seen
    inclusion[hidden] = hidden.sum() / (hidden | seen).sum()
    return Chances(chances.people, inclusion, drawn)


def weighted(chances: Chances, speaks_for: str = WEIGHTED) -> Sampled | None:
    """The labelled ones among the items drawn; None where those without a label represent too many.

    These few (reviewers are evenly split on them, or they were handed back) are left out, and `speaks_for` says so.

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
        speaks_for = f"{speaks_for}, but for {int(waiting.sum()):,} of its items without a final human label"
    return Sampled(index, chances.inclusion[index], speaks_for, unsettled=np.flatnonzero(waiting))


@dataclass(frozen=True, slots=True, eq=False)
class FirstSample:
    """What was drawn at random before anything was known.

    Args:
        index: (k,) the items.
        population: items they were drawn from.
        items: in the batch as it was then.
        known: (m,) items that had human labels by then, where it is known which; they were not drawn from.
    """

    index: np.ndarray
    population: int
    items: int
    known: np.ndarray

    def speaking(self, people: np.ndarray) -> Sampled:
        """Its labelled items, beside those labelled before; all labelled items where it has too few labels.

        Args:
            people: (n,) class of the human label, -1 where there is none.
        """
        random = self.index[people[self.index] != NONE]
        if len(random) < ENOUGH:
            labelled = np.flatnonzero(people != NONE)
            return Sampled(labelled, np.ones(len(labelled)), LABELLED, finite=False)
        chance = min(1.0, len(random) / self.population)
        index = np.concatenate([random, self.known[people[self.known] != NONE]])
        whole = self.items == len(people)
        speaks_for = RANDOM if whole else f"the first {self.items:,} items of the batch: a random sample"
        return Sampled(index, np.where(np.arange(len(index)) < len(random), chance, 1.0), speaks_for)
