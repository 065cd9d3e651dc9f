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
        empty = [shown(one) for one in projects]
        for workspace in projects:
            for name in FIRST:
                self._act(workspace, name)
        self._seen = [shown(one) for one in projects]
        self.changed.update(one for one in READERS if self._seen[0][one] != empty[0][one])

    def happen(self, most: int = 12) -> None:
        """Some acts in one project. Raises AssertionError where another one shows something else afterwards."""
        which = self.random.randrange(len(self.projects))
        names = [self.random.choice((*NAMES, *FREQUENT)) for _ in range(self.random.randint(3, most))]
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
    done: Counter[str] = Counter()
    changed: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for seed in range(2):
        with three_projects() as projects:
            history = History(projects, seed)
            for _ in range(10):
                history.happen()
            done += history.done
            changed += history.changed
            asked += look_up(projects)
    # The histories say something: every act was done, and every figure and list changed in its own project.
    assert [name for name in NAMES if not done[name]] == []
    assert [name for name in READERS if not changed[name]] == []
    assert [what for what in asked if not asked[what]] == []


@pytest.mark.postgres
def test_nor_does_it_on_postgresql(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATABASE_VARIABLE, postgres.migrated_url())
    with three_projects() as projects:
        history = History(projects, 1)
        for _ in range(4):
            history.happen()
        assert look_up(projects)["item"]
