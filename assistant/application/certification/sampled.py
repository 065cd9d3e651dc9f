"""Which labels of a campaign speak for its batch, and for how many items each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.application.certification.batch import Batch, read_batch
from assistant.application.certification.campaign_state import Design, History, read_history
from assistant.application.certification.inclusion import (
    CENSUS,
    LABELLED,
    RANDOM,
    Chances,
    Sampled,
    chances_of,
    weighted,
)
from assistant.application.certification.votes import Votes
from assistant.domain.certificates import Purpose
from assistant.domain.runs import Run
from assistant.routing.route import Route
from assistant.stats.certificates.finite import errors_allowed
from assistant.store.review.queue.routed_items import reviews_by_sight
from assistant.trust.certificates.campaign import Wave
from assistant.trust.certificates.certify import Passed, pass_items, tolerated_errors
from assistant.trust.pool import NONE
from assistant.wiring.workspace import Workspace

ENOUGH = 30
"""Labels of items drawn at random, for figures that rest on these alone."""


def speaking_labels(workspace: Workspace, run: Run) -> tuple[dict[str, float], Sampled] | None:
    """Items of a campaign whose labels speak for others, with the chance each had to be labelled, and for whom.

    Returns:
        None where no campaign has drawn from the run.
    """
    history = read_history(workspace, run)
    if not history.samples:
        return None
    batch = read_batch(workspace, run, last_key=history.last_key)
    sampled = sampled_labels(workspace, history, batch, batch.votes(blind=batch.page.ids))
    places = zip(sampled.index.tolist(), sampled.inclusion.tolist(), strict=True)
    unsettled = dict.fromkeys(sampled.unsettled.tolist(), 1.0)  # they have answers, and no part in any agreement
    return {batch.page.ids[at]: chance for at, chance in (unsettled | dict(places)).items()}, sampled


def sampled_labels(workspace: Workspace, history: History, batch: Batch, votes: Votes) -> Sampled:
    """The labels that speak for the batch: those of all phases, while too many are to come those drawn at the start.

    Args:
        workspace: the opened workspace.
        history: what was drawn from the run.
        batch: its items.
        votes: what people answered without the machine's answer in sight.
    """
    people = votes.codes
    if ((people != NONE) | _places(batch, votes.tied)).all():  # whatever the coins said
        found = weighted(Chances(people, np.ones(len(people)), np.ones(len(people), dtype=bool)), CENSUS)
        if found is not None:
            return found
    if history.samples:
        waves = history.waves(workspace, batch)
        passed, rate = _passed(history, waves, people)
        chances = _monitored(workspace, history, batch, chances_of(waves, rate, people, passed))
        found = weighted(_blind_reviews(workspace, history, batch, votes, chances))
        if found is not None:
            return found
    return _first_sample(workspace, history, batch, people)


def _passed(history: History, waves: Sequence[Wave], people: np.ndarray) -> tuple[list[Passed], float]:
    """How far each wave came that is wholly audited, and the audit's rate."""
    if not waves:
        return [], 1.0
    design = Design.of(history.audits[-1])
    rate = design.rate or 1.0
    allowed = errors_allowed(design.max_error, design.items)
    tolerated = tolerated_errors(allowed, rate, design.target.level)
    passed: list[Passed] = []
    for wave in waves:
        said = people[wave.order]
        if (said[wave.audited] == NONE).any():
            break
        before = passed[-1].errors if passed else 0
        passed.append(pass_items(wave.audited & (said != wave.codes), before, -1 if tolerated is None else tolerated))
    return passed, rate


def _monitored(workspace: Workspace, history: History, batch: Batch, chances: Chances) -> Chances:
    """With what was drawn, of all that was accepted, to test the certificate: one chance for each item.

    Accepted are the items offered and not audited; where some of these went to people by another rule, or labels are
    missing, the audited ones alone stand for them.
    """
    accepted = ~chances.drawn
    if not accepted.any():
        return chances
    drawn = _places(batch, _drawn_to_monitor(workspace, history)) & accepted
    left = _places(batch, workspace.routes.ever(history.run.id, Route.ACCEPT, "")) | drawn
    if not drawn.any() or (accepted & ~left).any() or (chances.people[drawn] == NONE).any():
        return chances
    share = float(drawn.sum() / accepted.sum())
    inclusion, offered = chances.inclusion.copy(), chances.inclusion < 1
    inclusion[offered] += (1 - inclusion[offered]) * share
    return Chances(chances.people, inclusion, chances.drawn | drawn)


def _drawn_to_monitor(workspace: Workspace, history: History) -> set[str]:
    store = workspace.samples
    samples = store.of_run(history.run.id, Purpose.MONITOR)
    return workspace.routes.ever(history.run.id, Route.ACCEPT_AUDIT, "") | {
        item.item_id for one in samples for item in store.items(one.id)
    }


def _blind_reviews(workspace: Workspace, history: History, batch: Batch, votes: Votes, chances: Chances) -> Chances:
    """Where reviewers saw the machine's answer, the reviews drawn to be blind stand for those.

    Ordinary reviews alone: all other tasks are blind, so that their items stand for themselves.
    """
    shown, blind = reviews_by_sight(workspace.database, history.run.id)
    hidden = _places(batch, blind) & (chances.people != NONE) & ~_places(batch, votes.unknown_blindness)
    seen = _places(batch, shown) & (chances.people == NONE) & _places(batch, votes.assisted)
    certain = chances.drawn & (chances.inclusion == 1)
    hidden, seen = hidden & certain, seen & certain
    if not (hidden.any() and seen.any()):
        return chances
    inclusion, drawn = chances.inclusion.copy(), chances.drawn & ~seen
    inclusion[hidden] = hidden.sum() / (hidden | seen).sum()
    return Chances(chances.people, inclusion, drawn)


def _first_sample(workspace: Workspace, history: History, batch: Batch, people: np.ndarray) -> Sampled:
    """The items drawn first, or declared to be drawn so; beside them those that people had labelled before."""
    first = _drawn_at_random(workspace, history, batch)
    random = first.index[people[first.index] != NONE]
    if len(random) < ENOUGH:
        labelled = np.flatnonzero(people != NONE)
        return Sampled(labelled, np.ones(len(labelled)), LABELLED, finite=False)
    chance = min(1.0, len(random) / first.population)
    known = first.known[people[first.known] != NONE]
    index = np.concatenate([random, known])
    speaks_for = (
        RANDOM if first.items == len(batch) else f"the first {first.items:,} items of the batch: a random sample"
    )
    return Sampled(index, np.where(np.arange(len(index)) < len(random), chance, 1.0), speaks_for)


@dataclass(frozen=True, slots=True, eq=False)
class _First:
    """What was drawn at random before anything was known.

    Args:
        index: (k,) the items.
        population: items they were drawn from.
        items: in the batch as it was then.
        known: (m,) items that people had labelled by then, where it is known which; they were not drawn from.
    """

    index: np.ndarray
    population: int
    items: int
    known: np.ndarray


def _drawn_at_random(workspace: Workspace, history: History, batch: Batch) -> _First:
    store, nothing = workspace.samples, np.zeros(0, dtype=np.int64)
    declared = store.of_run(history.run.id, Purpose.DECLARED)[-1:]
    if declared:
        names = [item.item_id for item in store.items(declared[0].id) if item.item_id in batch.position]
        return _First(batch.positions(names), declared[0].population, len(batch), nothing)
    starts = [one for one in history.samples if one.purpose is Purpose.START]
    index = batch.positions(history.ids(Purpose.START))
    if not starts:
        return _First(index, len(batch), len(batch), nothing)
    population, items = starts[0].population, Design.of(starts[0]).items
    asked = {name for names in history.drawn.values() for name in names}
    others = [at for name, at in batch.position.items() if name in batch.people.by_item and name not in asked]
    known = np.array(sorted(others), dtype=np.int64) if len(others) == items - population else nothing
    return _First(index, population, items if population + len(known) == items else population, known)


def _places(batch: Batch, names: frozenset[str] | set[str]) -> np.ndarray:
    """(n,) whether each item is among these."""
    found = np.zeros(len(batch), dtype=bool)
    found[[batch.position[name] for name in names if name in batch.position]] = True
    return found
