"""What a change of the policy may have made stale, and what it takes to label that again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np

from assistant.domain.label_versions import LeftOutLabels
from assistant.domain.policies import Policy
from assistant.domain.policy_changes import StaleReason
from assistant.policy.documents.difference import PolicyDifference
from assistant.policy.neighbourhood import (
    EXPECTED_FOUND,
    LEAST_CITED,
    NEAR_MARGINS,
    ChanceModel,
    Neighbourhood,
    changed_clauses,
    take_likely,
)
from assistant.policy.retrieve import NEAR_DISTANCES
from assistant.steps import step
from assistant.store.review.labels import stale_items as store
from assistant.store.review.labels.left_out import left_out_labels
from assistant.store.review.labels.stale_items import LabeledContent, StaleItem
from assistant.wiring.workspace import Workspace

ASSUMED_SECONDS = 30.0
"""What a human label is taken to cost in time where none was measured yet; said beside each figure that uses it."""


_LEARNED = 10_000  # items of each kind that the model learns from at most
_CITED = frozenset({StaleReason.CITED_BY_PEOPLE, StaleReason.CITED_BY_MACHINE})


@dataclass(frozen=True, slots=True)
class StaleAssessment:
    """The stale items of a change, and what they come to.

    Args:
        items: each with why it is stale, in order of arrival.
        labeled: items that have a label of a person or a model.
        expected_found: share of what falls under the changed clauses that is among the stale items; see `Near`.
        people: labels of people that are stale, and those that are not, beside adjudications, gold and precedents.
        runs: stale answers of models, by run.
        cost_usd: of asking the model of the newest run about the stale items again; None where its price isn't known.
        model: that model, None without a run.
        hours: of people to give the stale labels again.
        seconds: what one label takes; measured on `timed` labels, an assumption where that is 0.
        timed: labels whose time was measured.
    """

    items: Sequence[StaleItem]
    labeled: int
    expected_found: float | None
    people: Mapping[str, int]
    runs: Mapping[str, int]
    cost_usd: float | None
    model: str | None
    hours: float
    seconds: float
    timed: int

    def as_json(self) -> dict[str, object]:
        """As it is stored with the change; items by reason, an item may have several."""
        reasons = Counter(reason for one in self.items for reason in one.reasons.split())
        return {
            "stale_items": len(self.items),
            "labeled_items": self.labeled,
            "expected_found": None if self.expected_found is None else round(self.expected_found, 3),
            "reasons": {reason.value: reasons[reason.value] for reason in StaleReason},
            "people": dict(self.people),
            "runs": dict(self.runs),
            "cost_usd": self.cost_usd,
            "model": self.model,
            "hours": round(self.hours, 3),
            "seconds_a_label": round(self.seconds, 1),
            "timed_labels": self.timed,
        }


def assess_change(workspace: Workspace, old: Policy, new: Policy, difference: PolicyDifference) -> StaleAssessment:
    """Find what a change makes stale, over all runs: what cites a changed clause, is near it, or lost its label.

    Args:
        workspace: the opened workspace.
        old, new: the two versions.
        difference: between them.
    """
    database = workspace.database
    clauses = changed_clauses(difference)
    labels = (*difference.labels_removed, *(one.name for one in difference.labels_changed if one.definition))
    reasons: dict[int, list[StaleReason]] = {}
    for reason, keys in (
        (StaleReason.CITED_BY_PEOPLE, store.cited_by_people(database, clauses)),
        (StaleReason.CITED_BY_MACHINE, store.cited_by_machine(database, clauses)),
        (StaleReason.LABEL, store.labeled_as(database, labels)),
    ):
        for key in keys:
            reasons.setdefault(key, []).append(reason)
    citing = {key for key, given in reasons.items() if _CITED.intersection(given)}
    where = Neighbourhood.of(difference, old, new, workspace.item_embedder.text_vectors)
    near = _find_near(workspace, where, citing)
    for key in near.margins:
        if key not in citing:
            reasons.setdefault(key, []).append(StaleReason.NEAR)
    items = [StaleItem(key, " ".join(given), near.margins.get(key)) for key, given in sorted(reasons.items())]
    return _costed(workspace, items, near)


def find_left_out(workspace: Workspace) -> list[LeftOutLabels]:
    """Labels, adjudications, gold and precedents that don't count under the version in use, and why."""
    return left_out_labels(workspace.database)


def _find_near(workspace: Workspace, near: Neighbourhood, cited: Set[int]) -> Near:
    """Items likely to fall under a changed clause: learned from those that cite one, else by nearness alone."""
    if not len(near.changed):
        return Near({}, sum(len(page) for page in store.labeled_contents(workspace.database)), None)
    keys, margins, chances = [], [], []
    learned = _learn(workspace, near, cited)
    with step("looking for labels near the changed wording") as under_way:
        for page in store.labeled_contents(workspace.database):
            vectors = _vectors(workspace, page)
            keys += [one.key for one in page]
            margins.append(near.margins(vectors))
            chances.append(
                _near_alone(workspace, near, vectors) if learned is None else learned.chances(near, page, vectors)
            )
            under_way.done += len(page)
    if not keys:
        return Near({}, 0, None)
    margin, chance = np.concatenate(margins), np.concatenate(chances)
    taken = take_likely(
        chance, np.array([key in cited for key in keys]), found=1.0 if learned is None else EXPECTED_FOUND
    )
    which = taken.which if learned is not None else taken.which & (chance > 0)
    found = {keys[at]: float(np.clip(margin[at], -2.0, 2.0)) for at in np.flatnonzero(which).tolist()}
    return Near(found, len(keys), None if learned is None else taken.expected_found)


@dataclass(frozen=True, slots=True)
class Near:
    """Items near a changed wording.

    Args:
        margins: of each, by row number, by how much a clause that stayed is nearer; below 0 where none is.
        labeled: items that were looked at.
        expected_found: share of what falls under the changed clauses that is among them, by the model; None where
            too few labels cite one to learn from.
    """

    margins: Mapping[int, float]
    labeled: int
    expected_found: float | None


class _Learned:
    """Chances by a model, those of the items it learned from by the fold that has not seen them."""

    def __init__(self, model: ChanceModel, keys: Sequence[int]) -> None:
        self._model = model
        self._held_out = dict(zip(keys, model.held_out.tolist(), strict=True))

    def chances(self, near: Neighbourhood, page: Sequence[LabeledContent], vectors: np.ndarray) -> np.ndarray:
        found = self._model.chances(near.features(vectors))
        return np.array([self._held_out.get(one.key, chance) for one, chance in zip(page, found, strict=True)])


def _learn(workspace: Workspace, near: Neighbourhood, cited: Set[int]) -> _Learned | None:
    """Learn from at most `_LEARNED` items of each kind, drawn evenly; None where too few cite a changed clause."""
    pages = list(store.labeled_keys(workspace.database))
    citing = [key for key in pages if key in cited]
    others = [key for key in pages if key not in cited]
    if min(len(citing), len(others)) < LEAST_CITED:
        return None
    chosen = {key: max(len(some) / _LEARNED, 1.0) for some in (citing, others) for key in _evenly(some)}
    keys, features = [], []
    for page in store.labeled_contents(workspace.database, among=chosen):
        keys += [one.key for one in page]
        features.append(near.features(_vectors(workspace, page)))
    model = ChanceModel(
        np.concatenate(features), np.array([key in cited for key in keys]), np.array([chosen[key] for key in keys])
    )
    return _Learned(model, keys)


def _evenly(keys: Sequence[int]) -> Sequence[int]:
    if len(keys) <= _LEARNED:
        return keys
    return [keys[at] for at in np.linspace(0, len(keys) - 1, _LEARNED).astype(int).tolist()]


def _near_alone(workspace: Workspace, near: Neighbourhood, vectors: np.ndarray) -> np.ndarray:
    """(n,) how similar contents are to the changed wording, 0 for those that are not near."""
    name = workspace.settings.embedder.name
    margin, distance = (
        NEAR_MARGINS.get(name, NEAR_MARGINS["embedded"]),
        NEAR_DISTANCES.get(name, NEAR_DISTANCES["embedded"]),
    )
    similar = near.similarities(vectors)
    return np.where((near.margins(vectors) <= margin) & (similar >= 1 - distance), similar, 0.0)


def _vectors(workspace: Workspace, page: Sequence[LabeledContent]) -> np.ndarray:
    return workspace.item_embedder.vectors_of([(one.digest, one.text) for one in page])


def _costed(workspace: Workspace, items: Sequence[StaleItem], near: Near) -> StaleAssessment:
    database = workspace.database
    keys = [one.key for one in items]
    stale = store.stale_of_people(database, keys)
    mean, timed = store.seconds_a_label(database)
    seconds = mean if mean is not None else ASSUMED_SECONDS
    model, each = _price(workspace)
    kept = store.count_human_labels(database) - stale.labels
    return StaleAssessment(
        items=items,
        labeled=near.labeled,
        expected_found=near.expected_found,
        people={**stale._asdict(), "kept": kept},
        runs=store.stale_of_machine(database, keys),
        cost_usd=None if each is None else each * len(items),
        model=model,
        hours=stale.labels * seconds / 3600,
        seconds=seconds,
        timed=timed,
    )


def _price(workspace: Workspace) -> tuple[str | None, float | None]:
    """The model of the newest run, and US$ for one of its answers: as measured, None where it isn't known."""
    run = workspace.runs.newest(workspace.policy.id)
    if run is None:
        return None, None
    totals = workspace.results.totals(run)
    answered = totals.statuses.get("labelled", 0)
    if totals.cost_usd is None or not answered:
        return run.model, 0.0 if run.model == "local" else None
    return run.model, totals.cost_usd / answered
