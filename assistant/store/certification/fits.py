"""Fits: what student and calibration learned from a run's human labels, and the score they give each item."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import orjson
import sqlalchemy as sa

from assistant.domain.certificates import Fit, Score
from assistant.domain.labels import LabelAnswer
from assistant.routing.allocation import Floats, Integers
from assistant.routing.scored import Bools
from assistant.store.columns import aggregated, floats
from assistant.store.database import Database, now
from assistant.store.project_scope import runs_of
from assistant.store.staging import staged, take_over
from assistant.store.tables.certification import classifiers, fits
from assistant.store.tables.certification import scores as scored
from assistant.store.tables.content import items

_PAGE = 20_000  # scores read at a time
_CARRIED = (scored.c.labels, scored.c.confidence, scored.c.origin)


class ScoreColumns(NamedTuple):
    """n scores of a fit: `answers` and `origins` hold each pair of them that occurs once, arrays have shape (n,).

    Attributes:
        fit_id: number of the fit.
        keys: row numbers of the items.
        answers: the machine's answers.
        origins: whose each of these is, `model` or `classifier`.
        codes: which of them is the item's.
        confidence: calibrated probability that a reviewer agrees, in [0, 1].
        later: whether the item came after the fit was made.
    """

    fit_id: int
    keys: Integers
    answers: tuple[LabelAnswer, ...]
    origins: tuple[str, ...]
    codes: Integers
    confidence: Floats
    later: Bools

    def at(self, positions: Integers) -> ScoreColumns:
        """The scores at these positions alone, in their order."""
        columns = {name: getattr(self, name)[positions] for name in ("keys", "codes", "confidence", "later")}
        return self._replace(**columns)


class KeptClassifier(NamedTuple):
    """A classifier as bytes, with the version of their format and their digest (BLAKE2b-128, hex)."""

    version: int
    digest: str
    body: bytes


class FitStore:
    """Reads and writes fits and their scores."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        run_id: int,
        *,
        seed: int,
        labels_used: int,
        report: Mapping[str, object],
        scores: Iterable[Score],
        classifier: KeptClassifier | None = None,
    ) -> Fit:
        """Keep a fit with all its scores, or nothing of it.

        Args:
            run_id: the run whose items are scored.
            seed: of folds and solvers.
            labels_used: items whose human labels it learned from.
            report: how good it is; JSON values only.
            scores: at most one for each item; read once, page by page, so a generator is fine.
            classifier: what gave them, where items that come later are to be scored by it too.

        Raises:
            InputError: a score for an item that is not in this workspace.
            ValueError: an item scored twice.
        """
        row = {
            "run_id": run_id,
            "seed": seed,
            "labels_used": labels_used,
            "report": dict(report),
            "created_at": now(),
        }
        with self._database.write() as connection:
            fit = _fit(connection.execute(sa.insert(fits).values(row).returning(fits)).one())
            if classifier is not None:
                kept = {"fit_id": fit.id, **classifier._asdict(), "created_at": fit.created_at}
                connection.execute(sa.insert(classifiers), [kept])
            _write(connection, fit.id, scores, later=False)
        return fit

    def add_later(self, fit_id: int, scores: Iterable[Score]) -> int:
        """Keep the scores a fit's classifier gives to items that came after it; returns how many were new.

        An item that has a score keeps it: what was decided by it can be followed. Args and errors as for `add`.
        """
        with self._database.write(alone=True) as connection:
            return _write(connection, fit_id, scores, later=True)

    def classifier(self, fit_id: int) -> KeptClassifier | None:
        """What gave a fit's scores; None where it was not kept."""
        query = sa.select(classifiers.c.version, classifiers.c.digest, classifiers.c.body)
        with self._database.read() as connection:
            row = connection.execute(query.where(classifiers.c.fit_id == fit_id)).one_or_none()
        return None if row is None else KeptClassifier(row.version, row.digest, bytes(row.body))

    def latest(self, run_id: int) -> Fit | None:
        """The newest fit of a run, or None."""
        query = sa.select(fits).where(fits.c.run_id == run_id).order_by(fits.c.id.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _fit(row)

    def get(self, fit_id: int) -> Fit | None:
        """The fit of that number, or None."""
        with self._database.read() as connection:
            own = fits.c.run_id.in_(runs_of(self._database.project_id))
            row = connection.execute(sa.select(fits).where(fits.c.id == fit_id, own)).one_or_none()
        return None if row is None else _fit(row)

    def scores(self, fit_id: int, *, page: int = _PAGE) -> Iterator[list[Score]]:
        """The scores a fit was made with in pages, in order of arrival of their items; those of later ones not."""
        after, made_with = 0, _with_names(fit_id).where(~scored.c.later)
        while True:
            query = made_with.where(scored.c.item_id > after).order_by(scored.c.item_id).limit(page)
            with self._database.read() as connection:
                rows = connection.execute(query).all()
            if not rows:
                return
            yield [Score(*row[1:]) for row in rows]
            after = rows[-1].item_id

    def columns(self, fit_id: int) -> ScoreColumns:
        """All scores of a fit as columns, later ones too, in order of arrival of their items; a million in 2 s."""
        said = scored.c.origin.concat(sa.type_coerce(scored.c.labels, sa.Text))
        of_fit = scored.c.fit_id == fit_id
        with self._database.read() as connection:
            keys, spelled = aggregated(connection, sa.select(scored.c.item_id, said).where(of_fit))
            confidence = floats(connection, sa.select(scored.c.confidence).where(of_fit).order_by(scored.c.item_id))
            [later] = aggregated(connection, sa.select(scored.c.item_id).where(of_fit, scored.c.later))
        code = {text: at for at, text in enumerate(dict.fromkeys(spelled))}
        origins, answers = zip(*(text.split("[", 1) for text in code), strict=True) if code else ((), ())
        codes = np.fromiter(map(code.__getitem__, spelled), dtype=np.int64, count=len(spelled))
        item_keys = np.array(keys, dtype=np.int64)
        order = np.argsort(item_keys, kind="stable")
        return ScoreColumns(
            fit_id=fit_id,
            keys=item_keys[order],
            answers=tuple(tuple(orjson.loads(f"[{text}")) for text in answers),
            origins=origins,
            codes=codes[order],
            confidence=confidence,
            later=np.isin(item_keys[order], np.array(later, dtype=np.int64)),
        )


def _write(connection: sa.Connection, fit_id: int, scores: Iterable[Score], *, later: bool) -> int:
    """The scores of items that have none of this fit; returns how many."""
    given = ((one.item_id, one.labels, float(one.confidence), one.origin) for one in scores)
    written = 0
    for page in staged(connection, _CARRIED, given):
        carried = (page.c[column.name] for column in _CARRIED)
        there = sa.exists().where(scored.c.fit_id == fit_id, scored.c.item_id == page.c.item_id)
        fixed = sa.literal(fit_id).label("fit_id"), sa.literal(later, sa.Boolean).label("later")
        query = sa.select(*fixed, page.c.item_id, *carried)
        written += take_over(connection, scored, (query.where(~there) if later else query).order_by(page.c.item_id))
    return written


def _with_names(fit_id: int) -> sa.Select[Any]:
    return (
        sa.select(scored.c.item_id, items.c.external_id, *_CARRIED)
        .join(items, items.c.id == scored.c.item_id)
        .where(scored.c.fit_id == fit_id)
    )


def _fit(row: sa.Row[Any]) -> Fit:
    return Fit(row.id, row.run_id, row.seed, row.labels_used, row.report, row.created_at)
