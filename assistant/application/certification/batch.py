"""A run as a batch: the columns that learning, sampling and certifying work on, read from the stores."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.domain.labels import LabelAnswer
from assistant.domain.runs import Run
from assistant.domain.statements import StatedRun
from assistant.errors import CertificateError, InvalidValueError
from assistant.routing.doubts import label_probability
from assistant.settings import SETTINGS_FILE
from assistant.steps import step
from assistant.store.certification.pool import PoolPage
from assistant.trust.answer_codes import Classes
from assistant.trust.certificates.batch_statement import CertifiedBatch
from assistant.trust.certificates.group_certificates import group_by_label
from assistant.trust.human_labels import HumanLabels, LabelColumns
from assistant.trust.pool import NONE, Pool, PoolAnswers
from assistant.trust.signals.raw_signals import Columns, compared_signals, number, replicates, stored_signals
from assistant.wiring.workspace import Workspace

_PAGE = 20_000  # items whose vectors are fetched at once


@dataclass(frozen=True, slots=True, eq=False)
class RunPopulation:
    """The n items of a run, in order of arrival.

    Args:
        run: the run.
        page: its columns.
        others: answers of other runs to the same items, by the run's name.
        same: names of the runs among them that are replicates of this one.
        people: what reviewers answered.
        classes: every answer that occurs.
        position: of each external id.
    """

    run: Run
    page: PoolPage
    others: Mapping[str, Sequence[LabelAnswer | None]]
    same: Sequence[str]
    people: HumanLabels
    classes: Classes
    position: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.page)

    @property
    def last_key(self) -> int:
        """Row number of the last item: those that come later are no part of the batch."""
        return self.page.keys[-1]

    @property
    def has_telling_signals(self) -> bool:
        """Whether a signal differs between items; answers of other runs count as one."""
        return bool(self.others) or any(
            len(set(column[np.isfinite(column)])) > 1 for column in stored_signals(self.page.signals).values()
        )

    def codes(self, answers: Iterable[LabelAnswer | None]) -> np.ndarray:
        """(k,) the answers' numbers, -1 for None."""
        return np.array([NONE if one is None else self.classes.code(one) for one in answers], dtype=np.int64)

    def signals(self) -> Columns:
        """(n,) raw numbers by name: stored with the answers, and of answers side by side."""
        others = {name: self.codes(answers) for name, answers in self.others.items()}
        return stored_signals(self.page.signals) | compared_signals(
            self.page.texts, self.codes(usable_answers(self.page)), others, self.same
        )

    def positions(self, names: Iterable[str]) -> np.ndarray:
        """(k,) where the items of these ids stand."""
        return np.array([self.position[name] for name in names], dtype=np.int64)

    def among(self, names: Iterable[str]) -> np.ndarray:
        """(n,) whether each item is among these."""
        found = np.zeros(len(self), dtype=bool)
        found[[self.position[name] for name in names if name in self.position]] = True
        return found

    def groups(self, by: str | None) -> np.ndarray:
        """(n,) name of each item's group, by `label` or `language`; one group for None."""
        if by is None:
            return np.full(len(self), "", dtype=object)
        return np.array(list(groups_of(self.page, by)), dtype=object)

    def labels(self, blind: Iterable[str] = (), audited: Collection[str] = ()) -> LabelColumns:
        """The human labels of the items.

        Args:
            blind: items of which only blind answers count, see `HumanLabels.consensus`.
            audited: items whose answers certify, see `HumanLabels.certifying`.
        """
        found, final = self.people.consensus(frozenset(blind)), self.people.consensus()
        counted = self.people.certifying(audited)
        return LabelColumns(
            codes=self._coded(found.labels),
            final=self._coded(final.labels),
            first=self._coded(counted.answers),
            tied=found.tied,
            assisted=found.assisted,
            unknown_blindness=found.unknown_blindness,
            in_part=frozenset(found.in_part),
            changed=self.positions(counted.changed),
            wanted=counted.wanted,
        )

    def certified(self, labels: LabelColumns, drawn: Mapping[str, np.ndarray]) -> CertifiedBatch:
        """The batch as a statement needs it; `drawn` are the positions of the items drawn for each purpose."""
        answers = np.array([len(self.people.by_item.get(name, ())) for name in self.page.ids], dtype=np.int64)
        return CertifiedBatch(stated_run(self.run), self.page.ids, self.classes, labels, answers, drawn)

    def _coded(self, answers: Mapping[str, LabelAnswer]) -> np.ndarray:
        codes = np.full(len(self), NONE, dtype=np.int64)
        codes[self.positions(answers)] = self.codes(answers.values())
        return codes


def read_batch(workspace: Workspace, run: Run, *, last_key: int | None = None) -> RunPopulation:
    """Everything known about a run's items, but their vectors.

    Args:
        workspace: the opened workspace.
        run: whose items and answers.
        last_key: row number of the last item that belongs to the batch; None for all there are.

    Raises:
        CertificateError: the run has no items, or no usable answer.
    """
    store = workspace.pool
    beside = [other for other in workspace.runs.all() if other.id != run.id]
    pages, others = [], {other.name: list[LabelAnswer | None]() for other in beside}
    with step(f"reading the answers of {run.name}") as reading:
        for read in store.pages(run.id):
            page = _until(read, last_key)
            pages.append(page)
            found = store.other_answers([other.id for other in beside], page)
            for other in beside:
                others[other.name] += found[other.id]
            reading.done += len(page)
    page = _joined(pages)
    if "labelled" not in page.statuses:
        raise CertificateError("run_without_labels", run=run.name)
    position = {name: at for at, name in enumerate(page.ids)}
    people = HumanLabels.of(store.human_answers(), store.adjudicated(), position)
    answered = {name: answers for name, answers in others.items() if any(one is not None for one in answers)}
    classes = Classes.of(_known(workspace), _occurring(page, answered, people))
    return RunPopulation(run, page, answered, replicates(run, beside), people, classes, position)


def make_pool(workspace: Workspace, batch: RunPopulation, categories: Mapping[str, np.ndarray] | None = None) -> Pool:
    """The batch as learning takes it. Vectors that the embedder has not made yet are computed and kept.

    Args:
        workspace, batch: whose items.
        categories: (n,) names by name; None for the languages, where there are several, and the settings' metadata.

    Raises:
        InputError: metadata named in the settings that no item has.
    """
    page = batch.page
    scores = np.array([number(label_probability(given)) for given in page.signals])
    return Pool(
        ids=page.ids,
        texts=page.texts,
        vectors=_vectors(workspace, page),
        classes=batch.classes.names,
        machine=PoolAnswers(batch.codes(usable_answers(page)), scores if np.isfinite(scores).any() else None),
        others={name: PoolAnswers(batch.codes(answers)) for name, answers in batch.others.items()},
        signals=batch.signals(),
        categories=_categories(page, workspace.settings.trust.metadata) if categories is None else categories,
    )


def groups_of(page: PoolPage, by: str) -> Iterator[str]:
    """Each item's group, by `label` or `language`; fixed by the run itself, before anything is learned."""
    return iter(page.languages) if by == "language" else group_by_label(usable_answers(page))


def stated_run(run: Run) -> StatedRun:
    """A run as a statement names it."""
    return StatedRun(
        name=run.name,
        origin=run.origin,
        model=run.model,
        prompt=run.prompt,
        prompt_hash=run.prompt_digest,
        policy=run.policy,
        policy_hash=run.policy_digest,
        parameters=dict(run.parameters),
        replicate=run.replicate,
        population=None if run.population is None else run.population.name,
    )


def metadata_column(page: PoolPage, name: str) -> np.ndarray:
    """(n,) what the items of a page have for one name, empty where they have nothing."""
    return np.array([_text(value) for value in _metadata(page, name)], dtype=object)


def _until(page: PoolPage, last_key: int | None) -> PoolPage:
    if last_key is None or not page.keys or page.keys[-1] <= last_key:
        return page
    kept = sum(key <= last_key for key in page.keys)
    return PoolPage(*(getattr(page, name)[:kept] for name in PoolPage.__slots__))


def _joined(pages: Sequence[PoolPage]) -> PoolPage:
    return PoolPage(*([cell for page in pages for cell in getattr(page, name)] for name in PoolPage.__slots__))


def _known(workspace: Workspace) -> list[LabelAnswer]:
    return [(name,) for name in workspace.policy.label_set.names]


def usable_answers(page: PoolPage) -> Iterator[LabelAnswer | None]:
    """The run's answer to each item of a page; None where it failed."""
    for status, labels in zip(page.statuses, page.labels, strict=True):
        yield labels if status == "labelled" else None


def _occurring(
    page: PoolPage, others: Mapping[str, Sequence[LabelAnswer | None]], people: HumanLabels
) -> set[LabelAnswer]:
    machine = {answer for column in (usable_answers(page), *others.values()) for answer in column if answer is not None}
    return machine | people.occurring()


def _vectors(workspace: Workspace, page: PoolPage) -> np.ndarray:
    wanted = list(zip(page.digests, page.texts, strict=True))
    embedder = workspace.item_embedder
    return np.concatenate([embedder.vectors_of(wanted[at : at + _PAGE]) for at in range(0, len(wanted), _PAGE)])


def _categories(page: PoolPage, metadata: Sequence[str]) -> dict[str, np.ndarray]:
    """Languages where there are several, and the metadata the user names."""
    columns = {"language": np.array(page.languages, dtype=object)} if len(set(page.languages)) > 1 else {}
    for name in metadata:
        columns[name] = metadata_column(page, name)
        if not any(columns[name]):
            there = sorted({key for meta in page.metas for key in meta} | ({"source"} if any(page.sources) else set()))
            where = f"{SETTINGS_FILE}: [trust] metadata"
            raise InvalidValueError("metadata_not_found", where=where, name=name, known=", ".join(there) or "none")
    return columns


def _metadata(page: PoolPage, name: str) -> Iterator[object]:
    for source, meta in zip(page.sources, page.metas, strict=True):
        yield source if name == "source" and name not in meta else meta.get(name)


def _text(value: object) -> str:
    return "" if value is None else str(value)
