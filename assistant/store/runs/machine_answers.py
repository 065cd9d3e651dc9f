"""The machine's answer to one item as reviewers meet it: the newest fit's where there is one, else the model's own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from assistant.domain.labels import LabelAnswer
from assistant.store.tables.certification import Answer, fits, scores
from assistant.store.tables.content import prelabels, runs


@dataclass(frozen=True, slots=True)
class MachineAnswer:
    """What the machine says about an item.

    Args:
        labels: its answer.
        confidence: calibrated probability that a reviewer agrees; None before anything was calibrated.
        clauses: ids of the clauses the model cites.
        rationale: the model's reasons, where it gives any.
        own: whether the model itself gave this answer: clauses and rationale don't speak for a student's.
        prompt: `name@version`, empty for imported answers.
    """

    labels: LabelAnswer
    confidence: float | None
    clauses: tuple[str, ...]
    rationale: str | None
    own: bool
    prompt: str


def machine_answer(connection: sa.Connection, run_id: int | None, item_key: int) -> MachineAnswer | None:
    """The answer of a run to an item; None where there is no usable one."""
    if run_id is None:
        return None
    which = {"run": run_id, "item": item_key}
    told, scored = connection.execute(_told(), which).first(), connection.execute(_scored(), which).first()
    if scored is None and (told is None or told.status != "labelled"):
        return None
    said: LabelAnswer = () if told is None or told.status != "labelled" else told.labels
    labels = said if scored is None else scored.labels
    return MachineAnswer(
        labels=labels,
        confidence=None if scored is None else scored.confidence,
        clauses=() if told is None else tuple(told.clauses or ()),
        rationale=None if told is None else told.rationale,
        own=labels == said,
        prompt="" if told is None else prompt_name(told.prompt_name, told.prompt_version),
    )


@cache
def _told() -> sa.Select[Any]:
    return (
        sa.select(
            prelabels.c.status,
            sa.type_coerce(prelabels.c.labels, Answer).label("labels"),
            prelabels.c.clauses,
            prelabels.c.rationale,
            runs.c.prompt_name,
            runs.c.prompt_version,
        )
        .join(runs, runs.c.id == prelabels.c.run_id)
        .where(prelabels.c.run_id == sa.bindparam("run"), prelabels.c.item_id == sa.bindparam("item"))
        .order_by(prelabels.c.revision.desc())
        .limit(1)
    )


@cache
def _scored() -> sa.Select[Any]:
    newest = sa.select(sa.func.max(fits.c.id)).where(fits.c.run_id == sa.bindparam("run")).scalar_subquery()
    return sa.select(scores.c.labels, scores.c.confidence).where(
        scores.c.fit_id == newest, scores.c.item_id == sa.bindparam("item")
    )


def newest_fit(run_id: int) -> sa.ScalarSelect[int]:
    """Row number of a run's newest fit, as a subquery."""
    return sa.select(sa.func.max(fits.c.id)).where(fits.c.run_id == run_id).scalar_subquery()


def prompt_name(name: str | None, version: str | None) -> str:
    """`name@version`, empty where a run has no prompt."""
    return f"{name}@{version}" if name else ""
