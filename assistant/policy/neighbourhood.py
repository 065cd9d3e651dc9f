"""The neighbourhood of a changed wording: content that is likely to fall under a changed clause.

Two things show where a clause applies: its own texts, old and new, and the contents whose labels cite it. From both a
logistic regression on the vectors learns how likely each content falls under it, each estimated by a model that has not
seen it (5 folds). Then the likeliest are taken until those taken are expected to hold `EXPECTED_FOUND` of all that do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple, Self

import numpy as np

from assistant.domain.policies import Policy
from assistant.policy.documents.difference import PolicyDifference
from assistant.policy.index.entries import EntryKind, IndexEntry, clause_entries

EXPECTED_FOUND = 0.97
"""Share of the contents under a changed clause that those taken should hold, by the model's own probabilities.

Measured by `make bench` (section `policy_change`): at 0.97 more than 90 % of the labels that truly change are found
when a model cites the right clause four times in five.
"""

MOST_TAKEN = 0.30
"""Share of the labeled items that are taken at most, unless more of them cite a changed clause."""

LEAST_CITED = 5
"""Contents that must cite the changed clauses before anything is learned from them; below, nearness alone decides."""

NEAR_MARGINS: Mapping[str, float] = MappingProxyType({"embedded": 0.05})
"""By how much of cosine similarity another clause may be nearer where nothing could be learned, by embedder."""

_FOLDS = 5
_SCALE = 3.0  # of unit vectors, so that the regression's penalty leaves them room

Embed = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class Neighbourhood:
    """Where a change of wording may reach.

    Args:
        changed: (c, dims) unit vectors of the changed wordings and examples, old and new.
        others: (o, dims) of all that stayed.
    """

    changed: np.ndarray
    others: np.ndarray

    @classmethod
    def of(cls, difference: PolicyDifference, old: Policy, new: Policy, embed: Embed) -> Self:
        """Of the difference between two versions; `embed` gives unit vectors, float32 (n, dims)."""
        changed, others = changed_texts(difference, old, new)
        return cls(_vectors(embed, changed), _vectors(embed, others if changed else []))

    def features(self, vectors: np.ndarray) -> np.ndarray:
        """(n, dims + 2) what is learned from: the vectors, the margin, and the similarity to the changed texts."""
        more = np.column_stack([self.margins(vectors), self.similarities(vectors)])
        found: np.ndarray = _SCALE * np.column_stack([vectors, np.nan_to_num(more, posinf=2.0, neginf=-2.0)])
        return found

    def similarities(self, vectors: np.ndarray) -> np.ndarray:
        """(n,) cosine similarity of each content, (n, dims), to the nearest changed text."""
        return _best(vectors, self.changed)

    def margins(self, vectors: np.ndarray) -> np.ndarray:
        """(n,) by how much the nearest text that stayed is nearer than the nearest changed one; below 0 where none is.

        Infinite where nothing changed in words; minus infinite where nothing stayed.

        Args:
            vectors: (n, dims) unit vectors of contents.
        """
        found: np.ndarray = _best(vectors, self.others) - _best(vectors, self.changed)
        return found


class ChanceModel:
    """How likely contents fall under the changed clauses, learned from those that cite them.

    Args:
        features: (n, d) of the contents learned from.
        cited: (n,) whether each cites a changed clause; both kinds occur, see `LEAST_CITED`.
        weights: (n,) how many contents each stands for.
    """

    def __init__(self, features: np.ndarray, cited: np.ndarray, weights: np.ndarray) -> None:
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - takes a second to import
        from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415

        self.held_out = np.zeros(len(cited))
        """(n,) probability of each content learned from, by the model that has not seen it."""
        self._models: list[Any] = []
        folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
        for learned, held_out in folds.split(features, cited):
            model = LogisticRegression(C=10.0, max_iter=500)
            model.fit(features[learned], cited[learned], sample_weight=weights[learned])
            self.held_out[held_out] = model.predict_proba(features[held_out])[:, 1]
            self._models.append(model)

    def chances(self, features: np.ndarray) -> np.ndarray:
        """(n,) probability of contents that nothing was learned from."""
        found: np.ndarray = np.mean([model.predict_proba(features)[:, 1] for model in self._models], axis=0)
        return found


class Taken(NamedTuple):
    """Which contents are taken, (n,) each; and the share of those under a changed clause that they should hold."""

    which: np.ndarray
    expected_found: float


def take_likely(
    chances: np.ndarray, cited: np.ndarray, *, found: float = EXPECTED_FOUND, most: float = MOST_TAKEN
) -> Taken:
    """Take what cites a changed clause, and the likeliest of the rest until enough of what falls under it is found.

    Args:
        chances: (n,) probability that each content falls under a changed clause.
        cited: (n,) whether its label cites one.
        found: share of the expected contents to find, in (0, 1].
        most: share of all contents to take at most.
    """
    order = np.argsort(-np.where(cited, 1.0 + chances, chances), kind="stable")
    held = np.cumsum(chances[order]) / max(float(chances.sum()), 1e-12)
    wanted = int(np.searchsorted(held, found - 1e-12)) + 1
    count = max(int(cited.sum()), min(wanted, int(most * len(chances))))
    which = np.zeros(len(chances), dtype=bool)
    which[order[:count]] = True
    return Taken(which, float(held[count - 1]) if count else 0.0)


def changed_texts(difference: PolicyDifference, old: Policy, new: Policy) -> tuple[list[str], list[str]]:
    """Texts of the policy that changed, in both versions, and those that stayed; each once, in document order.

    Of a clause that was added, removed, reworded, retitled or given other labels, all texts changed: its examples show
    where it applies. Of one with other examples only, these alone.
    """
    whole = changed_clauses(difference, examples=False)
    entries = {entry.id: entry for policy in (old, new) for entry in clause_entries(policy)}
    kept = {entry.id for entry in clause_entries(old)} & {entry.id for entry in clause_entries(new)}

    def is_changed(entry: IndexEntry) -> bool:
        return entry.clause_id in whole or (entry.id not in kept and entry.kind is not EntryKind.WORDING)

    changed = [entry.text for entry in entries.values() if is_changed(entry)]
    others = [entry.text for entry in entries.values() if not is_changed(entry)]
    return list(dict.fromkeys(changed)), list(dict.fromkeys(others))


def changed_clauses(difference: PolicyDifference, *, examples: bool = True) -> frozenset[str]:
    """Ids of the clauses that were added, removed or changed; `examples` counts those with other examples only."""
    changed = {
        change.id
        for change in difference.clauses_changed
        if examples or change.wordings or change.title_words or change.labels_added or change.labels_removed
    }
    return frozenset(changed | {one.id for one in (*difference.clauses_added, *difference.clauses_removed)})


def _vectors(embed: Embed, texts: Sequence[str]) -> np.ndarray:
    return embed(texts) if texts else np.empty((0, 0), np.float32)


def _best(vectors: np.ndarray, texts: np.ndarray) -> np.ndarray:
    if not len(texts):
        return np.full(len(vectors), -np.inf)
    best: np.ndarray = (vectors @ texts.T).max(axis=1)
    return best
