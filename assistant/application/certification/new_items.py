"""Items that came after a threshold was certified: the classifier that was certified gives them their confidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from assistant.application.certification.classifier_store import ClassifierReading, thaw
from assistant.domain.certificates import IssuedCertificate, Purpose, Score
from assistant.domain.runs import Run
from assistant.routing.allocation import Integers
from assistant.routing.scored import Unscored
from assistant.store.certification.fits import ScoreColumns
from assistant.store.certification.pool import PoolPage
from assistant.trust.classifier.calibrated import FittedClassifier
from assistant.trust.classifier.novelty import Strange
from assistant.trust.classifier.serialization import FrozenError
from assistant.trust.pool import NONE
from assistant.wiring.workspace import Workspace

_NAMED = 5  # different reasons that are told one by one


@dataclass(frozen=True, slots=True)
class Later:
    """What a certified classifier makes of items that came after it.

    Args:
        fit: its number, None where none was certified for items to come.
        scores: those it gave now, to be kept.
        keys: row numbers of their items, in that order.
        strange: by row number, the items it gives no confidence, and why.
    """

    fit: int | None = None
    scores: tuple[Score, ...] = ()
    keys: tuple[int, ...] = ()
    strange: Mapping[int, Strange] = field(default_factory=dict)

    def columns(self) -> ScoreColumns:
        """The scores as columns, as the store gives them once they are kept."""
        pairs = list(dict.fromkeys((one.labels, one.origin) for one in self.scores))
        code = {pair: number for number, pair in enumerate(pairs)}
        return ScoreColumns(
            fit_id=self.fit or 0,
            keys=np.array(self.keys, dtype=np.int64),
            answers=tuple(labels for labels, _ in pairs),
            origins=tuple(origin for _, origin in pairs),
            codes=np.array([code[one.labels, one.origin] for one in self.scores], dtype=np.int64),
            confidence=np.array([one.confidence for one in self.scores], dtype=np.float64),
            later=np.ones(len(self.scores), dtype=np.bool_),
        )

    def unscored(self, keys: Integers) -> Integers:
        """`Unscored` of the items of these row numbers, (n,)."""
        return np.array([self._reason(key) for key in keys.tolist()] if self.strange else np.zeros(len(keys)), np.int64)

    @property
    def notes(self) -> list[str]:
        """In words, which items get no confidence and why."""
        if not self.strange:
            return []
        counts = Counter(one.detail for one in self.strange.values()).most_common()
        named = [f"{detail} ({count:,})" for detail, count in counts[:_NAMED]]
        if others := sum(count for _, count in counts[_NAMED:]):
            named.append(f"other reasons ({others:,})")
        return [
            f"{len(self.strange):,} items are not of the kind that was certified, and go to people: {', '.join(named)}"
        ]

    def _reason(self, key: int) -> int:
        strange = self.strange.get(key)
        return int(Unscored.NO_REASON if strange is None else strange.reason)


def score_later(
    workspace: Workspace,
    run: Run,
    certificate: IssuedCertificate | None,
    keys: Integers,
    scores_of: Callable[[int], ScoreColumns],
) -> Later:
    """Score the items of a run that came after its certificate and have no score yet; nothing is written.

    An item that taught is none of them, and neither is one that was there and got no confidence: of that the reason
    alone is found again.

    Args:
        workspace, run: whose items.
        certificate: the run's newest; other than a threshold for items to come it scores nothing.
        keys: row numbers of the run's items, rising.
        scores_of: how to read the scores of a fit.
    """
    if certificate is None or not certificate.statement.about_source or certificate.fit_id is None:
        return Later()
    known = scores_of(certificate.fit_id)
    new = np.setdiff1d(np.setdiff1d(keys, known.keys), _taught(workspace, run))
    refused = np.intersect1d(keys, known.keys[known.confidence == 0])
    wanted = np.union1d(new, refused)
    if not len(wanted):
        return Later(certificate.fit_id)
    kept = workspace.fits.classifier(certificate.fit_id)
    if kept is None:
        return _unusable(certificate.fit_id, new, "no classifier was kept with that certificate")
    try:
        classifier, reading = thaw(kept)
    except FrozenError as error:
        return _unusable(certificate.fit_id, new, str(error))
    if reading.embedder != workspace.embedder_name:
        why = f"its vectors are those of {reading.embedder}, and the workspace makes those of {workspace.embedder_name}"
        return _unusable(certificate.fit_id, new, why)
    parts = [_scored(workspace, run, page, classifier, reading) for page in _pages(workspace, run, wanted)]
    fresh = set(new.tolist())
    scores = {key: score for part, _ in parts for key, score in part.items() if key in fresh}
    strange = {key: why for _, part in parts for key, why in part.items()}
    return Later(certificate.fit_id, tuple(scores.values()), tuple(scores), strange)


def keep_later(workspace: Workspace, later: Later) -> int:
    """Keep the scores; returns how many were new."""
    if later.fit is None or not later.scores:
        return 0
    return workspace.fits.add_later(later.fit, later.scores)


def _taught(workspace: Workspace, run: Run) -> list[int]:
    """Row numbers of the items that taught: the classifier knows their labels, and is surer of them than of others."""
    samples = workspace.samples.of_run(run.id, Purpose.DECLARED)
    taught = samples[0].detail.get("taught") if samples else None
    return [int(key) for key in taught] if isinstance(taught, list) else []


def _unusable(fit: int, keys: Integers, why: str) -> Later:
    return Later(fit, strange={key: Strange(Unscored.CLASSIFIER_MISSING, why) for key in keys.tolist()})


def _pages(workspace: Workspace, run: Run, wanted: Integers) -> Iterator[PoolPage]:
    """The items of these row numbers, rising."""
    last = int(wanted[-1])
    for page in workspace.pool.pages(run.id, after=int(wanted[0]) - 1):
        at = np.flatnonzero(np.isin(page.keys, wanted)).tolist()
        if at:
            yield PoolPage(*([getattr(page, name)[place] for place in at] for name in PoolPage.__slots__))
        if page.keys[-1] >= last:
            return


def _scored(
    workspace: Workspace, run: Run, page: PoolPage, classifier: FittedClassifier, reading: ClassifierReading
) -> tuple[dict[int, Score], dict[int, Strange]]:
    """Scores of a page's items by row number, and of those that get none the reason."""
    batch, pool = reading.pool(workspace, run, page)
    codes, confidence = classifier.predict(pool)
    strange = reading.strange(workspace, batch, pool)
    origin, answers = classifier.head.author.value, batch.classes.answers
    scores = {
        page.keys[at]: Score(page.ids[at], () if code == NONE else answers[code], sure, origin)
        for at, (code, sure) in enumerate(zip(codes.tolist(), confidence.tolist(), strict=True))
        if at not in strange
    }
    return scores, {page.keys[at]: why for at, why in strange.items()}
