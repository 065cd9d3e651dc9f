"""Runs by name: listing them, comparing two, and how far one has come beside all else in the workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.domain.runs import ChangedAnswer, Run, RunChanges, RunTotals
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class RunComparison:
    """What two runs answered to the same items.

    Args:
        old, new: the runs.
        changes: how many answers differ, and how.
        items: the first items answered differently.
    """

    old: Run
    new: Run
    changes: RunChanges
    items: Sequence[ChangedAnswer]


@dataclass(frozen=True, slots=True)
class FailedItem:
    """An item without a usable answer: its id, the reason, and what the model or server said."""

    item_id: str
    reason: str
    detail: str | None


@dataclass(frozen=True, slots=True)
class RunOverview:
    """How far one run has come.

    Args:
        run: the run.
        totals: its numbers.
        failures: the first items that failed.
        events: (moment, kind, detail) of its jobs and rounds, oldest first.
    """

    run: Run
    totals: RunTotals
    failures: Sequence[FailedItem]
    events: Sequence[tuple[str, str, Mapping[str, object]]]


@dataclass(frozen=True, slots=True)
class WorkspaceOverview:
    """What there is in a workspace.

    Args:
        content: items, distinct contents, items that share one, and items with media, by name.
        languages: items by language.
        reviews: human labels, and the items they are on, by name.
        runs: all of them, oldest first.
        run: the one asked for, else the newest with an answer; None where there is no run.
    """

    content: Mapping[str, int]
    languages: Mapping[str, int]
    reviews: Mapping[str, int]
    runs: Sequence[Run]
    run: RunOverview | None


def known_runs(workspace: Workspace) -> list[Run]:
    """Every run of production, oldest first."""
    return workspace.runs.all()


def find_run(workspace: Workspace, name: str | None) -> Run:
    """The run of that name, None for the newest with an answer. Raises InputError where there is none."""
    return workspace.runs.find(name)


def list_run_events(workspace: Workspace, run: Run) -> Sequence[tuple[str, str, Mapping[str, object]]]:
    """What happened to a run: (moment, kind, detail), oldest first."""
    return workspace.runs.events(run)


def compare_runs(workspace: Workspace, old: str, new: str, *, limit: int) -> RunComparison:
    """Where two runs answered differently, with at most `limit` of the items. Raises InputError for a name unknown."""
    first, second = workspace.runs.find(old), workspace.runs.find(new)
    store = workspace.run_changes
    return RunComparison(first, second, store.count(first, second), store.items(first, second, limit))


def describe_workspace(workspace: Workspace, run: str | None, *, failures: int) -> WorkspaceOverview:
    """What there is, and how far a run has come.

    Args:
        workspace: the opened workspace.
        run: its name; None for the newest with an answer, else the newest that waits for its first.
        failures: how many failed items to list.

    Raises:
        InputError: there is no run of that name.
    """
    content, languages = workspace.items.count(), workspace.items.languages()
    known, reviews = workspace.runs.all(), workspace.reviews.count()
    if not known and run is None:
        return WorkspaceOverview(content, languages, reviews, known, None)
    chosen = workspace.runs.find(run) if run is not None else workspace.runs.newest() or known[-1]
    return WorkspaceOverview(content, languages, reviews, known, _describe(workspace, chosen, failures))


def _describe(workspace: Workspace, run: Run, failures: int) -> RunOverview:
    failed = [
        FailedItem(one["external_id"], one["reason"], one["detail"])
        for one in workspace.results.failures(run, failures)
    ]
    return RunOverview(run, workspace.results.totals(run), failed, workspace.runs.events(run))
