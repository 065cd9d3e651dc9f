"""A fit's classifier on its way into the store and back, with what it takes to number an item's columns as it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from assistant.application.certification.batch import RunPopulation, make_pool, metadata_column, usable_answers
from assistant.domain.runs import Run
from assistant.store.certification.fits import KeptClassifier
from assistant.store.certification.pool import PoolPage
from assistant.trust.answer_codes import Classes
from assistant.trust.classifier.calibrated import FittedClassifier
from assistant.trust.classifier.novelty import Familiar, Strange
from assistant.trust.classifier.serialization import Frozen
from assistant.trust.human_labels import HumanLabels
from assistant.trust.pool import NONE, Pool
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True, eq=False)
class ClassifierReading:
    """How a classifier reads items.

    Args:
        classes: the answers, as it numbers them.
        others: names of the other runs whose answers it looks at.
        same: those of them that asked the same once more.
        language: whether it looks at the language.
        metadata: names of the metadata it looks at.
        embedder: identity of the vectors.
        familiar: what the items that taught had.
    """

    classes: Classes
    others: tuple[str, ...]
    same: tuple[str, ...]
    language: bool
    metadata: tuple[str, ...]
    embedder: str
    familiar: Familiar

    @classmethod
    def of(cls, workspace: Workspace, batch: RunPopulation, pool: Pool, taught: np.ndarray) -> Self:
        """As the items of a batch were read; `taught` (m,) are those that taught."""
        metadata = tuple(workspace.settings.trust.metadata)
        kinds = _kinds(workspace, batch, metadata)
        return cls(
            classes=batch.classes,
            others=tuple(batch.others),
            same=tuple(batch.same),
            language="language" in pool.categories and "language" not in metadata,
            metadata=metadata,
            embedder=workspace.embedder_name,
            familiar=Familiar.of(kinds, _given(pool), taught),
        )

    def pool(self, workspace: Workspace, run: Run, page: PoolPage) -> tuple[RunPopulation, Pool]:
        """Items that came later, read the same way."""
        store = workspace.pool
        runs = [one for one in workspace.runs.all() if one.name in self.others]
        found = store.other_answers([one.id for one in runs], page)
        others = {one.name: found[one.id] for one in runs}
        said = {one for column in (usable_answers(page), *others.values()) for one in column if one is not None}
        position = {name: at for at, name in enumerate(page.ids)}
        classes = self.classes.extended(said)
        batch = RunPopulation(run, page, others, self.same, HumanLabels({}), classes, position)
        columns = {"language": np.array(page.languages, dtype=object)} if self.language else {}
        columns |= {name: metadata_column(page, name) for name in self.metadata}
        return batch, make_pool(workspace, batch, columns)

    def strange(self, workspace: Workspace, batch: RunPopulation, pool: Pool) -> dict[int, Strange]:
        """Positions of the items that are of another kind than those that taught, and why."""
        kinds = _kinds(workspace, batch, self.metadata)
        given = {name: np.zeros(len(pool), dtype=bool) for name in self.familiar.inputs} | _given(pool)
        return self.familiar.strange(kinds, given)

    def as_json(self) -> dict[str, object]:
        """As it is kept."""
        return {
            "answers": [list(one) for one in self.classes.answers],
            "known": self.classes.known,
            "others": list(self.others),
            "same": list(self.same),
            "language": self.language,
            "metadata": list(self.metadata),
            "embedder": self.embedder,
            "familiar": self.familiar.as_json(),
        }

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Self:
        """As it was kept."""
        answers = tuple(tuple(one) for one in kept["answers"])
        code = {tuple(sorted(one)): number for number, one in enumerate(answers)}
        return cls(
            classes=Classes(answers, kept["known"], code),
            others=tuple(kept["others"]),
            same=tuple(kept["same"]),
            language=kept["language"],
            metadata=tuple(kept["metadata"]),
            embedder=kept["embedder"],
            familiar=Familiar.of_json(kept["familiar"]),
        )


def freeze(classifier: FittedClassifier, reading: ClassifierReading) -> KeptClassifier:
    """A classifier as it is kept. Raises FrozenError for one that is too large."""
    frozen = Frozen.of(classifier, reading.as_json())
    return KeptClassifier(frozen.version, frozen.digest, frozen.body)


def thaw(kept: KeptClassifier) -> tuple[FittedClassifier, ClassifierReading]:
    """A classifier as it was kept. Raises FrozenError for one of another version, or a damaged one."""
    classifier, context = Frozen(kept.body, kept.version, kept.digest).read()
    return classifier, ClassifierReading.of_json(context)


def _kinds(workspace: Workspace, batch: RunPopulation, metadata: Sequence[str]) -> dict[str, np.ndarray]:
    """(n,) what says of which kind an item is, by name."""
    page = batch.page
    columns = {
        "language": np.array(page.languages, dtype=object),
        "source": np.array([source or "" for source in page.sources], dtype=object),
        "model": np.array(workspace.pool.models(batch.run.id, page), dtype=object),
    }
    return columns | {f"metadata {name}": metadata_column(page, name) for name in metadata}


def _given(pool: Pool) -> dict[str, np.ndarray]:
    """(n,) whether an item has each answer of another run, and each signal."""
    answers = {f"answer of {name}": other.codes != NONE for name, other in pool.others.items()}
    return answers | {f"signal {name}": np.isfinite(column) for name, column in pool.signals.items()}
