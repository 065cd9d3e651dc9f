"""Figures of the quality page, by the eval harness; what is heavy is loaded when it is first asked for."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import Request

from assistant.messages.language import Language, marked
from assistant.store.review.labels.weekly import blind_days
from assistant.web.cache import Known, remembered
from assistant.web.context import site
from assistant.web.problems import Problem
from assistant.wiring.workspace import Workspace

if TYPE_CHECKING:
    from assistant.reports.words import Words
    from evals.agreement.panel import AgreementPanel
    from evals.data.eval_data import EvalData

_CONFUSIONS = 10
_SEEN = 4096  # bytes of a file in which the mark of a report stands
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Source:
    """What is measured: a run of production, or a suite."""

    kind: str  # run or suite
    name: str


@dataclass(frozen=True, slots=True)
class Confusion:
    """What people said and the machine did, and the share of all that is."""

    people: str
    machine: str
    share: float


@dataclass(frozen=True, slots=True)
class Measured:
    """A source's figures, laid out.

    Args:
        parts: of each variant: its name, blocks of a report (charts as (`svg`, caption, description, SVG)).
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


@dataclass(frozen=True, slots=True)
class Week:
    """A week by its Monday: `alike` of `answers`, as a share with Wilson's interval."""

    monday: date
    answers: int
    alike: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share."""
        return self.alike / self.answers


def suite_named(workspace: Workspace, name: str) -> Source:
    """A suite by its name. Raises Problem 404 for any other, above all for a path: the harness would read that file."""
    from assistant.application.evaluation.suites import suite_files  # noqa: PLC0415 - as below

    if name not in {path.stem for path in suite_files(workspace)}:
        raise Problem(404, marked("There is no suite of that name."), code="no_suite")
    return Source("suite", name)


def measured(request: Request, source: Source, language: Language) -> Known[Measured]:
    """The agreement panel of a source's variants.

    Raises:
        InputError: people labelled nothing of it, or it isn't there or not frozen.
    """
    workspace = site(request).workspace

    def find() -> Measured:
        # The harness loads scipy and pandas, which the server starts without.
        from assistant.application.evaluation.data import production_data, suite_data  # noqa: PLC0415

        if source.kind == "run":
            return _measure(production_data(workspace, source.name), language.code)
        return _measure(suite_data(workspace, source.name)[0], language.code)

    return remembered(request).get(("quality", source, language.code), find, seconds=30)


def weeks(request: Request, run_id: int) -> list[Week]:
    """Blind answers by week, oldest first."""
    from assistant.stats.intervals import wilson  # noqa: PLC0415 - loads scipy

    counted: dict[date, list[int]] = {}
    for one in remembered(request).get(("days", run_id), lambda: blind_days(site(request).database, run_id)).value:
        day = date.fromisoformat(one.day)
        into = counted.setdefault(day - timedelta(days=day.weekday()), [0, 0])
        into[0] += one.answers
        into[1] += one.alike
    return [Week(monday, n, k, *wilson(k, n)) for monday, (n, k) in counted.items()]


def reports(folder: Path) -> dict[str, Path]:
    """Reports of evaluations in a workspace: their folder's name in it, and the page's file."""
    from assistant.reports.page import MARK  # noqa: PLC0415 - as above

    found = {}
    for pattern in ("*/report.html", "*/*/report.html"):
        for path in sorted(folder.glob(pattern)):
            with path.open("rb") as file:
                marked = MARK.encode() in file.read(_SEEN)
            if marked and path.resolve().is_relative_to(folder.resolve()):
                found[path.parent.relative_to(folder).as_posix()] = path
    return found


def shown_report(path: Path) -> tuple[str, str]:
    """A report's page, and the Content-Security-Policy under which it shows its own style and nothing else."""
    page = path.read_text(encoding="utf-8", errors="replace")
    style = _STYLE.search(page)
    digest = base64.b64encode(hashlib.sha256((style[1] if style else "").encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; sandbox; base-uri 'none'; form-action 'none'"
    return page, f"{policy}; frame-ancestors 'none'"


def _measure(data: EvalData, language: str) -> Measured:
    from assistant.reports.words import Words  # noqa: PLC0415
    from evals.agreement.panel_of_variant import agreement_panel  # noqa: PLC0415 - as above
    from evals.report.sections.agreement import agreement_section  # noqa: PLC0415

    panels = {name: agreement_panel(data, name) for name in data.variants if len(data.answered(name))}
    words = Words(language)
    section = agreement_section(panels, words)
    parts = [(part.title, list(_drawn(part.blocks, words))) for part in section.parts]
    first = next(iter(panels.values()), None)
    notes = [words.known(note) for note in data.notes]
    return Measured(parts, _confusions(first) if first else (), notes, len(data))


def _drawn(blocks: Sequence[Any], words: Words) -> Iterator[Any]:
    for block in blocks:
        if block.kind == "chart":
            yield Svg(block.caption, block.description, block.draw())
        elif block.kind == "said" and block.manner == "note":
            yield replace(block, text=words.known(block.text))
        else:
            yield block


def _confusions(panel: AgreementPanel) -> list[Confusion]:
    total = float(panel.table.sum()) or 1.0
    apart = [
        Confusion(people, machine, float(panel.table[row, column]) / total)
        for row, people in enumerate(panel.classes)
        for column, machine in enumerate(panel.classes)
        if row != column and panel.table[row, column] > 0
    ]
    return sorted(apart, key=lambda one: -one.share)[:_CONFUSIONS]
