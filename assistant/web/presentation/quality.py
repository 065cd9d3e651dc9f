"""A source's agreement as the quality page lays it out: the section of a report, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import Request

from assistant.application.evaluation.quality import (
    Confusion,
    Panels,
    Source,
    WeeklyTrend,
    blind_weeks,
    measure_agreement,
)
from assistant.domain.runs import Run
from assistant.web.cache import CachedFigure
from assistant.web.context import remembered, site
from assistant.web.presentation.rendering import language_of

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class QualityFigures:
    """A source's figures, laid out.

    Args:
        parts: of each variant: its name, blocks of a report (charts as `Svg`).
        confusions: of the first variant, the largest ones.
        notes: what the reader must know.
        items: how many.
    """

    parts: Sequence[tuple[str, Sequence[Any]]]
    confusions: Sequence[Confusion]
    notes: Sequence[str]
    items: int


@dataclass(frozen=True, slots=True)
class Svg:
    """A chart that is drawn."""

    caption: str
    description: str
    drawing: str
    kind: str = "svg"


def measured(request: Request, source: Source) -> CachedFigure[QualityFigures]:
    """The agreement panels of a source's variants, for the reader.

    Raises:
        InputError: there are no human labels on it, or it isn't there or not frozen.
    """
    workspace, code = site(request).workspace, language_of(request).code

    def find() -> QualityFigures:
        return _laid_out(measure_agreement(workspace, source), code)

    return remembered(request).get(("quality", source, code), find, seconds=30)


def trend(request: Request, run: Run) -> WeeklyTrend:
    """Blind human labels by week."""
    workspace = site(request).workspace
    return remembered(request).get(("weeks", run.id), lambda: blind_weeks(workspace, run)).value


def _laid_out(found: Panels, language: str) -> QualityFigures:
    # What draws charts is loaded when it is first needed.
    from assistant.reports.words import Words  # noqa: PLC0415
    from evals.report.sections.agreement import agreement_section  # noqa: PLC0415

    words = Words(language)
    section = agreement_section(dict(found.panels), words)
    parts = [(part.title, list(_drawn(part.blocks))) for part in section.parts]
    return QualityFigures(parts, found.confusions, [words.reason(note) for note in found.notes], found.items)


def _drawn(blocks: Sequence[Any]) -> Iterator[Any]:
    for block in blocks:
        if block.kind == "chart":
            yield Svg(block.caption, block.description, block.draw())
        else:
            yield block
