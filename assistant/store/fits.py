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
from assistant.store.columns import aggregated, floats
from assistant.store.database import Database, now
from assistant.store.staging import staged, take_over
from assistant.store.tables import items
from assistant.store.trust_tables import fits
from assistant.store.trust_tables import scores as scored

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
    """

    fit_id: int
    keys: Integers
    answers: tuple[LabelAnswer, ...]
    origins: tuple[str, ...]
    codes: Integers
    confidence: Floats

    def at(self, positions: Integers) -> ScoreColumns:
        """The scores at these positions alone, in their order."""
        return self._replace(
            keys=self.keys[positions], codes=self.codes[positions], confidence=self.confidence[positions]
        )


class FitStore:
    """Reads and writes fits and their scores."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, run_id: int, *, seed: int, labels_used: int, report: Mapping[str, object], scores: Iterable[Score]
    ) -> Fit:
        """Keep a fit with all its scores, or nothing of it.

        Args:
            run_id: the run whose items are scored.
            seed: of folds and solvers.
            labels_used: items whose human labels it learned from.
            report: how good it is; JSON values only.
            scores: at most one for each item; read once, page by page, so a generator is fine.

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
        given = ((one.item_id, one.labels, float(one.confidence), one.origin) for one in scores)
        with self._database.write() as connection:
            fit = _fit(connection.execute(sa.insert(fits).values(row).returning(fits)).one())
            for page in staged(connection, _CARRIED, given):
                carried = (page.c[column.name] for column in _CARRIED)
                query = sa.select(sa.literal(fit.id).label("fit_id"), page.c.item_id, *carried)
                take_over(connection, scored, query.order_by(page.c.item_id))
        return fit

    def latest(self, run_id: int) -> Fit | None:
        """The newest fit of a run, or None."""
        query = sa.select(fits).where(fits.c.run_id == run_id).order_by(fits.c.id.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _fit(row)

    def get(self, fit_id: int) -> Fit | None:
        """The fit of that number, or None."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(fits).where(fits.c.id == fit_id)).one_or_none()
        return None if row is None else _fit(row)

    def scores(self, fit_id: int, *, page: int = _PAGE) -> Iterator[list[Score]]:
        """All scores of a fit in pages, in order of arrival of their items."""
        after = 0
        while True:
            query = _with_names(fit_id).where(scored.c.item_id > after).order_by(scored.c.item_id).limit(page)
            with self._database.read() as connection:
                rows = connection.execute(query).all()
            if not rows:
                return
            yield [Score(*row[1:]) for row in rows]
            after = rows[-1].item_id

    def columns(self, fit_id: int) -> ScoreColumns:
        """All scores of a fit as columns, in order of arrival of their items; a million in two seconds."""
        said = scored.c.origin.concat(sa.type_coerce(scored.c.labels, sa.Text))
        of_fit = scored.c.fit_id == fit_id
        with self._database.read() as connection:
            keys, spelled = aggregated(connection, sa.select(scored.c.item_id, said).where(of_fit))
            confidence = floats(connection, sa.select(scored.c.confidence).where(of_fit).order_by(scored.c.item_id))
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
        )

    def score_of(self, fit_id: int, item_id: str) -> Score | None:
        """The score of one item, given by its external id, or None."""
        with self._database.read() as connection:
            row = connection.execute(_with_names(fit_id).where(items.c.external_id == item_id)).one_or_none()
        return None if row is None else Score(*row[1:])


def _with_names(fit_id: int) -> sa.Select[Any]:
    return (
        sa.select(scored.c.item_id, items.c.external_id, *_CARRIED)
        .join(items, items.c.id == scored.c.item_id)
        .where(scored.c.fit_id == fit_id)
    )


def _fit(row: sa.Row[Any]) -> Fit:
    return Fit(row.id, row.run_id, row.seed, row.labels_used, row.report, row.created_at)
