"""How far machine and people agree, for the quality page and the API: panels of a run or suite, trend, reports.

What loads scipy and pandas is imported where it is used: a server of pages starts without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.domain.reasons import Reason
from assistant.domain.runs import Run
from assistant.errors import NotFoundError
from assistant.settings import PROJECTS_FOLDER
from assistant.store.review.labels.weekly import blind_days
from assistant.wiring.workspace import Workspace

if TYPE_CHECKING:
    from evals.agreement.panel import AgreementPanel

_CONFUSIONS = 10
_HEAD = 4096  # bytes of a file in which the mark of a report stands


@dataclass(frozen=True, slots=True)
class Source:
    """What is measured: a `run` of production or a `suite`, by its name."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Confusion:
    """A human label, the machine's other one, and the share of all that is."""

    people: str
    machine: str
    share: float


@dataclass(frozen=True, slots=True)
class Panels:
    """The agreement panels of a source.

    Args:
        panels: by variant.
        notes: whom the figures speak for.
        items: how many are measured.
    """

    panels: Mapping[str, AgreementPanel]
    notes: Sequence[Reason]
    items: int

    @property
    def confusions(self) -> list[Confusion]:
        """The largest confusions of the first variant, the largest first."""
        first = next(iter(self.panels.values()), None)
        found = sorted(_confusions(first), key=lambda one: -one.share) if first else []
        return found[:_CONFUSIONS]


@dataclass(frozen=True, slots=True)
class Week:
    """A week by its Monday: `alike` of `answers`, as a share with Wilson's 95 % interval; `imported` of them were."""

    monday: date
    answers: int
    alike: int
    imported: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share."""
        return self.alike / self.answers


@dataclass(frozen=True, slots=True)
class WeeklyTrend:
    """Blind answers to items of a run by week, in the queue and imported.

    Args:
        weeks: those with an answer, oldest first.
        undated: imported answers among them that stand in the week of their import, as their file gives no moment.
        sight_unknown: imported answers that are left out, as it isn't known whether the machine's was in sight.
    """

    weeks: Sequence[Week]
    undated: int
    sight_unknown: int


def choose_source(workspace: Workspace, run: str | None, suite: str | None) -> Source | None:
    """The suite or run of that name, else the newest run with an answer; None where there is none.

    Raises:
        NotFoundError: there is no such run or suite; above all no path: the harness would read that file.
    """
    from assistant.application.evaluation.suites import suite_files  # noqa: PLC0415 - as said above

    if suite:
        if suite not in {path.stem for path in suite_files(workspace)}:
            raise NotFoundError("suite_not_found", suite=suite[:100])
        return Source("suite", suite)
    if run:
        return Source("run", workspace.runs.find(run).name)
    newest = workspace.runs.newest()
    return None if newest is None else Source("run", newest.name)


def measure_agreement(workspace: Workspace, source: Source) -> Panels:
    """The agreement panels of a source's variants; takes some seconds.

    Raises:
        InputError: there are no human labels on it, or the suite isn't frozen.
    """
    from assistant.application.evaluation.sources import RunsSource, SuiteSource, assemble  # noqa: PLC0415 - as said
    from evals.agreement.panel_of_variant import agreement_panel  # noqa: PLC0415
    from evals.data.selection import Selection  # noqa: PLC0415

    of_run, name = source.kind == "run", source.name
    data = assemble(RunsSource(workspace, (name,)) if of_run else SuiteSource(workspace, name), Selection()).data
    panels = {one: agreement_panel(data, one) for one in data.variants if len(data.answered(one))}
    return Panels(panels, list(data.notes), len(data))


def blind_weeks(workspace: Workspace, run: Run) -> WeeklyTrend:
    """Blind human labels by week, and how many are the machine's."""
    from assistant.stats.intervals import wilson  # noqa: PLC0415 - as said above

    counted: dict[date, list[int]] = {}
    found = blind_days(workspace.database, run.id)
    for one in found.days:
        day = date.fromisoformat(one.day)
        into = counted.setdefault(day - timedelta(days=day.weekday()), [0, 0, 0])
        into[0] += one.answers
        into[1] += one.alike
        into[2] += one.imported
    weeks = [Week(monday, n, k, imported, *wilson(k, n)) for monday, (n, k, imported) in counted.items()]
    return WeeklyTrend(weeks, found.undated, found.sight_unknown)


def suite_states(workspace: Workspace) -> list[Any]:
    """How far each suite has come; see `assistant.application.evaluation.data.suite_state`."""
    from assistant.application.evaluation.data import suite_state  # noqa: PLC0415 - as said above
    from assistant.application.evaluation.suites import suite_files  # noqa: PLC0415

    return [suite_state(workspace, path) for path in suite_files(workspace)]


def evaluation_reports(workspace: Workspace) -> dict[str, Path]:
    """Reports of evaluations in the project's folder: the name of their folder in it, and the page's file."""
    from assistant.reports.page import MARK  # noqa: PLC0415 - as said above

    folder, found = workspace.project_folder, dict[str, Path]()
    for pattern in ("*/report.html", "*/*/report.html"):
        for path in sorted(folder.glob(pattern)):
            if path.is_relative_to(folder / PROJECTS_FOLDER):  # another project's
                continue
            with path.open("rb") as file:
                marked = MARK.encode() in file.read(_HEAD)
            if marked and path.resolve().is_relative_to(folder.resolve()):
                found[path.parent.relative_to(folder).as_posix()] = path
    return found


def _confusions(panel: AgreementPanel) -> Iterator[Confusion]:
    total = float(panel.table.sum()) or 1.0
    for row, people in enumerate(panel.classes):
        for column, machine in enumerate(panel.classes):
            if row != column and panel.table[row, column] > 0:
                yield Confusion(people, machine, float(panel.table[row, column]) / total)
