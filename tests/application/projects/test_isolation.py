"""Nothing that happens in one project changes what another one shows, or can be found from it."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from assistant.store.workspaces import DATABASE_VARIABLE
from assistant.wiring.workspace import Workspace
from tests.postgres import PostgresServer
from tests.project_views import READERS, found_by, numbers_of, shown
from tests.project_worlds import ACTS, FIRST, FREQUENT, act, three_projects

NAMES = sorted(ACTS)


class History:
    """Acts at random in three projects, each looked at from the two others; all that changed is remembered."""

    def __init__(self, projects: list[Workspace], seed: int) -> None:
        self.projects = projects
        self.random = Random(seed)
        self.done: Counter[str] = Counter()
        self.changed: Counter[str] = Counter()
        empty = shown(projects[0])
        for workspace in projects:
            for name in FIRST:
                self._act(workspace, name)
        self._seen = [shown(one) for one in projects]
        self.changed.update(one for one in READERS if self._seen[0][one] != empty[one])

    def happen(self, bursts: int, rounds: int) -> None:
        """Every act so many times, in bursts, each in one project. Raises AssertionError where another one changes."""
        cards = [*NAMES, *FREQUENT] * rounds
        self.random.shuffle(cards)
        for number in range(bursts):
            self._burst(self.random.randrange(len(self.projects)), cards[number::bursts])

    def _burst(self, which: int, names: list[str]) -> None:
        for name in names:
            self._act(self.projects[which], name)
        for number, workspace in enumerate(self.projects):
            now, seen = shown(workspace), self._seen[number]
            different = [one for one in now if now[one] != seen[one]]
            if number == which:
                self.changed.update(different)
                self._seen[number] = now
                continue
            leaked = {one: (seen[one], now[one]) for one in different}
            assert leaked == {}, f"{names} in {self.projects[which].project.key} changed {workspace.project.key}"

    def _act(self, workspace: Workspace, name: str) -> None:
        self.done[name] += act(workspace, name, self.random.randrange(2**32))


def look_up(projects: list[Workspace]) -> Counter[str]:
    """Ask each project for what belongs to the others, by its number; how many were asked for, by what they are."""
    asked: Counter[str] = Counter()
    for mine in projects:
        for what, numbers in numbers_of(mine).items():
            assert [number for number in numbers if found_by(mine, what, number) is None] == []
            for other in projects:
                if other is not mine:
                    assert [number for number in numbers if found_by(other, what, number) is not None] == [], what
                    asked[what] += len(numbers)
    return asked


def test_no_act_in_one_project_changes_what_another_one_shows() -> None:
    with three_projects() as projects:
        history = History(projects, 1)
        history.happen(bursts=8, rounds=4)
        asked = look_up(projects)
    # The history says something: nearly every act was done, and nearly all that is shown changed in its own project.
    assert len([name for name in NAMES if not history.done[name]]) <= len(NAMES) / 6
    assert len([name for name in READERS if not history.changed[name]]) <= len(READERS) / 6
    assert len([what for what in asked if not asked[what]]) <= len(asked) / 6


@pytest.mark.postgres
def test_nor_does_it_on_postgresql(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATABASE_VARIABLE, postgres.migrated_url())
    with three_projects() as projects:
        history = History(projects, 1)
        history.happen(bursts=3, rounds=2)
        assert look_up(projects)["item"]
