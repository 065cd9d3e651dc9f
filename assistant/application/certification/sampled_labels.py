"""Which human labels of a campaign speak for its batch, and for how many items each."""

from __future__ import annotations

import numpy as np

from assistant.application.certification.batch import RunPopulation, read_batch
from assistant.application.certification.campaign_state import History, SampleDetail, read_history
from assistant.domain.certificates import Purpose
from assistant.domain.runs import Run
from assistant.routing.route import Route
from assistant.store.review.queue.routed_items import reviews_by_sight
from assistant.trust.human_labels import LabelColumns
from assistant.trust.weighted_sample import (
    Chances,
    FirstSample,
    Sampled,
    census,
    chances_of,
    passed_so_far,
    weighted,
    with_blind_reviews,
    with_monitoring,
)
from assistant.wiring.workspace import Workspace


def speaking_labels(workspace: Workspace, run: Run) -> tuple[dict[str, float], Sampled] | None:
    """Items of a campaign whose labels speak for others, with the chance each had to be labelled, and for whom.

    Returns:
        None where no campaign has drawn from the run.
    """
    history = read_history(workspace, run)
    if not history.samples:
        return None
    batch = read_batch(workspace, run, last_key=history.last_key)
    sampled = sampled_labels(workspace, history, batch, batch.labels(blind=batch.page.ids))
    places = zip(sampled.index.tolist(), sampled.inclusion.tolist(), strict=True)
    unsettled = dict.fromkeys(sampled.unsettled.tolist(), 1.0)  # they have answers, and no part in any agreement
    return {batch.page.ids[at]: chance for at, chance in (unsettled | dict(places)).items()}, sampled


def sampled_labels(workspace: Workspace, history: History, batch: RunPopulation, labels: LabelColumns) -> Sampled:
    """The labels that speak for the batch: those of all phases, while too many are to come those drawn at the start.

    Args:
        workspace: the opened workspace.
        history: what was drawn from the run.
        batch: its items.
        labels: the human labels that were given without the machine's answer in sight.
    """
    found = census(labels.codes, batch.among(labels.tied))
    if found is None and history.samples:
        chances = _with_monitoring(workspace, history, batch, _chances(workspace, history, batch, labels.codes))
        found = weighted(_with_blind_reviews(workspace, history, batch, labels, chances))
    return _first_sample(workspace, history, batch).speaking(labels.codes) if found is None else found


def _chances(workspace: Workspace, history: History, batch: RunPopulation, people: np.ndarray) -> Chances:
    rounds = history.rounds(workspace, batch)
    if not rounds:
        return chances_of(rounds, 1.0, people)
    design = SampleDetail.of(history.samples[-1])
    rate = design.rate or 1.0
    return chances_of(rounds, rate, people, passed_so_far(rounds, rate, people, design.target, design.items))


def _with_monitoring(workspace: Workspace, history: History, batch: RunPopulation, chances: Chances) -> Chances:
    if chances.drawn.all():
        return chances
    routes, samples = workspace.routes, workspace.samples
    monitored = routes.ever(history.run.id, Route.ACCEPT_AUDIT, "") | {
        item.item_id for one in samples.of_run(history.run.id, Purpose.MONITOR) for item in samples.items(one.id)
    }
    accepted = routes.ever(history.run.id, Route.ACCEPT, "")
    return with_monitoring(chances, batch.among(monitored), batch.among(accepted))


def _with_blind_reviews(
    workspace: Workspace, history: History, batch: RunPopulation, labels: LabelColumns, chances: Chances
) -> Chances:
    shown, hidden = reviews_by_sight(workspace.database, history.run.id)
    blind = batch.among(hidden) & ~batch.among(labels.unknown_blindness)
    return with_blind_reviews(chances, blind, batch.among(shown) & batch.among(labels.assisted))


def _first_sample(workspace: Workspace, history: History, batch: RunPopulation) -> FirstSample:
    """What was drawn first, or declared to be a random sample."""
    store, nothing = workspace.samples, np.zeros(0, dtype=np.int64)
    declared = store.of_run(history.run.id, Purpose.DECLARED)[-1:]
    if declared:
        names = [item.item_id for item in store.items(declared[0].id) if item.item_id in batch.position]
        return FirstSample(batch.positions(names), declared[0].population, len(batch), nothing)
    starts = [one for one in history.samples if one.purpose is Purpose.START]
    index = batch.positions(history.ids(Purpose.START))
    if not starts:
        return FirstSample(index, len(batch), len(batch), nothing)
    population, items = starts[0].population, SampleDetail.of(starts[0]).items
    drawn = {name for names in history.drawn.values() for name in names}
    others = [at for name, at in batch.position.items() if name in batch.people.by_item and name not in drawn]
    known = np.array(sorted(others), dtype=np.int64) if len(others) == items - population else nothing
    return FirstSample(index, population, items if population + len(known) == items else population, known)
