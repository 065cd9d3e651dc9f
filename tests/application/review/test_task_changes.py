"""Changing many tasks: previews are true, undo restores exactly what nothing touched, and others stay as they are."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from assistant.application.projects.project_folder import ProjectChoice
from assistant.application.projects.projects import init_project
from assistant.application.review.tasks import changes
from assistant.application.review.tasks.changes import (
    as_utc,
    change_tasks,
    find_change,
    finish_changes,
    list_left,
    preview_change,
    preview_undo,
    undo_change,
)
from assistant.application.workspace.create import make_workspace
from assistant.domain.assignment_events import replay
from assistant.domain.items import Content, Item
from assistant.domain.review_work import AssignmentState, NewTask, Principal, Role, Submission, TaskKind
from assistant.domain.task_changes import ChangeKind, LeftReason, Position, TaskChange, TaskEdit, TaskFilter
from assistant.errors import ConflictError, InvalidValueError, NotFoundError
from assistant.review.queue import Queue
from assistant.settings import ReviewSettings
from assistant.store.audit.log import verify
from assistant.store.content.items import NewItem
from assistant.store.review.changes import task_changes as store
from assistant.store.review.queue.events import events_of
from assistant.store.review.queue.tasks import add_tasks
from assistant.store.tables.review import assignments, disagreements, tasks, withdrawals
from assistant.wiring.workspace import Workspace

ROOT = Path(__file__).parents[3]
DUE = as_utc(datetime(2031, 5, 1, tzinfo=UTC))
COLUMNS = (
    *("id", "task_id", "seat", "lane_id", "priority", "state", "user_id", "token"),
    *("lease_until", "claimed_at", "answered_at", "review_id", "uncovered_ms"),
)


@pytest.fixture
def any_workspace(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """An empty workspace on each kind of database."""
    monkeypatch.setenv("ASSISTANT__EMBEDDER__NAME", "hashing")
    monkeypatch.setenv("ASSISTANT_DATABASE_URL", database_url)
    make_workspace(tmp_path / "any")
    with Workspace.open(tmp_path / "any") as opened:
        yield opened


@dataclass
class Team:
    """People and tasks of a workspace."""

    workspace: Workspace
    people: dict[str, Principal] = field(default_factory=dict)
    items: int = 0

    def __post_init__(self) -> None:
        rules = ReviewSettings(gold_rate=0)
        self.queue = Queue(self.workspace.database, rules, label_set=self.workspace.policy.label_set)

    def person(self, name: str, **more: Any) -> Principal:
        self.people[name] = self.workspace.users.add(name, role=Role.REVIEWER, actor="tests", **more).principal()
        return self.people[name]

    def put(self, count: int, **more: Any) -> list[int]:
        """So many tasks, each about a new item; their numbers."""
        first, self.items = self.items, self.items + count
        language = more.get("language", "en")
        new = [Item(f"i{first + n}", Content(f"text {first + n}"), language) for n in range(count)]
        self.workspace.items.add([NewItem(item, b"", first + n) for n, item in enumerate(new)])
        policy = self.workspace.policy
        given = {"policy_id": policy.id, "policy_version": policy.version, "blind": more.get("overlap", 1) > 1}
        kind = TaskKind.DOUBLE if given["blind"] else TaskKind.REVIEW
        wanted = []
        for item in new:
            stored = self.workspace.items.get(item.id)
            assert stored is not None
            wanted.append(NewTask(item_key=stored.key, **{"kind": kind, "language": "en"} | given | more))
        with self.workspace.database.write() as connection:
            return add_tasks(connection, wanted)

    def answer(self, name: str, *labels: str) -> int | None:
        """The next item somebody gets, answered."""
        found = self.queue.claim(self.people[name])
        if not found:
            return None
        key = f"{name}-{found[0].assignment_id}-{found[0].token}"
        given = Submission(assignment_id=found[0].assignment_id, token=found[0].token, labels=labels, key=key)
        return self.queue.submit(self.people[name], given).review_id

    def rows(self) -> tuple[dict[int, dict[str, Any]], dict[int, dict[str, Any]]]:
        """Tasks and wanted answers as they lie there."""
        with self.workspace.database.read() as connection:
            there = connection.execute(sa.select(tasks)).mappings().all()
            slots = connection.execute(sa.select(*(assignments.c[name] for name in COLUMNS))).mappings().all()
        return {row["id"]: dict(row) for row in there}, {row["id"]: dict(row) for row in slots}

    def replayed(self) -> dict[int, dict[str, Any]]:
        """Wanted answers as their events say."""
        with self.workspace.database.read() as connection:
            found = events_of(connection, list(connection.execute(sa.select(tasks.c.id)).scalars()))
        rows = {key: replay(events) for key, events in found.items()}
        return {key: dict(zip(COLUMNS, astuple(row), strict=True)) for key, row in rows.items() if row is not None}

    def states(self, *task_ids: int) -> list[str]:
        slots = sorted(self.rows()[1].items())
        return [row["state"] for _, row in slots if row["task_id"] in task_ids]


@pytest.fixture
def team(workspace: Workspace) -> Iterator[Team]:
    made = Team(workspace, items=100)
    yield made
    made.queue.close()


def edit(kind: str, **values: Any) -> TaskEdit:
    return TaskEdit(kind=ChangeKind(kind), **values)


def do(team: Team, where: TaskFilter, what: TaskEdit) -> TaskChange:
    return change_tasks(
        team.workspace, where, what, actor="lea", token=preview_change(team.workspace, where, what).token
    )


# The rule: each kind, and what it leaves as it is.


def test_a_due_time_is_set_for_those_that_match_and_nothing_else_changes(team: Team) -> None:
    zh, en = team.put(3, language="zh"), team.put(2)
    before, slots = team.rows()
    done = do(team, TaskFilter(language="zh"), edit("due", due=DUE))
    after = team.rows()
    assert (done.changed, done.pending, dict(done.left_out)) == (3, 0, {})
    assert {number: after[0][number]["due_at"] for number in (*zh, *en)} == dict.fromkeys(zh, DUE) | dict.fromkeys(en)
    assert after[0] == {key: row | {"due_at": DUE if key in zh else row["due_at"]} for key, row in before.items()}
    assert after[1] == slots
    again = preview_change(team.workspace, TaskFilter(language="zh"), edit("due", due=DUE))
    assert (again.changed, dict(again.left_out)) == (0, {LeftReason.ALREADY: 3})


def test_what_people_are_at_or_have_done_is_left_out_and_counted_by_reason(team: Team) -> None:
    team.person("ana")
    numbers = team.put(4)
    team.answer("ana", "safe")
    team.queue.claim(team.people["ana"])
    named = TaskFilter(task_ids=tuple(numbers))
    for kind in ("pause", "cancel"):
        found = preview_change(team.workspace, named, edit(kind))
        assert (found.changed, dict(found.left_out)) == (2, {LeftReason.ANSWERED: 1, LeftReason.LEASED: 1})
        assert sorted(one.item_id for one in found.left) == ["i100", "i101"]
    due = preview_change(team.workspace, named, edit("due", due=DUE))
    assert (due.changed, dict(due.left_out)) == (3, {LeftReason.ANSWERED: 1})
    back = do(team, TaskFilter(person="ana"), edit("return"))
    assert (back.changed, team.states(*numbers)) == (1, ["answered", "open", "open", "open"])


def test_paused_tasks_are_not_offered_until_they_are_resumed(team: Team) -> None:
    ana = team.person("ana")
    numbers = team.put(2)
    do(team, TaskFilter(task_ids=tuple(numbers)), edit("pause"))
    assert team.queue.claim(ana) == []
    do(team, TaskFilter(state=AssignmentState.PAUSED), edit("resume"))
    assert len(team.queue.claim(ana, 5)) == 2


def test_tasks_that_go_first_keep_their_order_and_are_offered_first(team: Team) -> None:
    ana = team.person("ana")
    team.put(2, priority=50.0)
    low, lower = team.put(1, priority=-3.0, queue="", harm="x") + team.put(1, priority=-9.0, harm="x")
    do(team, TaskFilter(harm="x"), edit("priority", priority=Position.FIRST))
    assert [one.task_id for one in team.queue.claim(ana, 2)] == [low, lower]
    rows = team.rows()[0]
    assert (rows[low]["priority"], rows[lower]["priority"]) == (57.0, 51.0)  # both + 60: above 50 by 1, 6 apart


def test_work_goes_to_one_person_a_team_or_everyone_and_who_may_not_take_it_is_said(team: Team) -> None:
    ana, bo = team.person("ana", languages=["en"]), team.person("bo", team="nights")
    team.put(2), team.put(3, language="zh", harm="threat")
    found = preview_change(team.workspace, TaskFilter(state=AssignmentState.OPEN), edit("reassign", person="ana"))
    assert (found.changed, dict(found.left_out)) == (2, {LeftReason.ASSIGNEE_LACKS_LANGUAGE: 3})
    do(team, TaskFilter(state=AssignmentState.OPEN), edit("reassign", person="ana"))
    do(team, TaskFilter(language="zh"), edit("reassign", queue="nights"))
    assert len(team.queue.claim(bo, 9)) == 3
    assert len(team.queue.claim(ana, 9)) == 2
    team.workspace.users.change("bo", actor="tests", disabled=True)
    more = team.put(1)
    found = preview_change(team.workspace, TaskFilter(task_ids=tuple(more)), edit("reassign", person="bo"))
    assert dict(found.left_out) == {LeftReason.ASSIGNEE_DISABLED: 1}


def test_a_withdrawn_answer_is_wanted_again_and_comes_back_whole_when_that_is_undone(team: Team) -> None:
    team.person("ana"), team.person("bo")
    team.put(2, overlap=2)
    for _ in range(2):
        team.answer("ana", "safe"), team.answer("bo", "spam")
    before, rows = team.rows(), len(disputed(team))
    assert rows == 2
    done = do(team, TaskFilter(person="bo"), edit("invalidate", reason="tired"))
    assert (done.changed, team.states(*before[0])) == (2, ["answered", "open"] * 2)
    assert disputed(team) == []
    assert verify(team.workspace.database).whole
    undone = undo_change(team.workspace, done.id, actor="lea")
    assert (undone.changed, team.rows(), len(disputed(team))) == (2, before, 2)
    with team.workspace.database.read() as connection:
        assert connection.execute(sa.select(withdrawals)).all() == []
    assert verify(team.workspace.database).whole


def disputed(team: Team) -> list[Any]:
    with team.workspace.database.read() as connection:
        return list(connection.execute(sa.select(disagreements)).all())


# Bad input: nothing is half done.


def test_an_empty_filter_is_every_task_only_where_that_is_said(team: Team) -> None:
    team.put(2)
    with pytest.raises(InvalidValueError, match="no_filter"):
        preview_change(team.workspace, TaskFilter(), edit("pause"))
    assert preview_change(team.workspace, TaskFilter(), edit("pause"), everything=True).changed == 2


def test_values_that_are_missing_and_names_of_no_one_are_refused(team: Team) -> None:
    [number] = team.put(1)
    where = TaskFilter(task_ids=(number,))
    for what, code in (
        (edit("invalidate", reason="  "), "reason_missing"),
        (edit("priority"), "priority_missing"),
        (edit("reassign"), "one_assignee"),
        (edit("reassign", person="ana", queue="nights"), "one_assignee"),
        (edit("undo"), "undo_by_number"),
    ):
        with pytest.raises(InvalidValueError, match=code):
            preview_change(team.workspace, where, what)
    for chosen, what, code in (
        (where, edit("reassign", person="nemo"), "member_not_found"),
        (TaskFilter(person="nemo"), edit("pause"), "user_not_found"),
        (TaskFilter(run="r77"), edit("pause"), "run"),
        (TaskFilter(task_ids=(number, 10**9)), edit("pause"), "assignment_gone"),
    ):
        with pytest.raises(NotFoundError, match=code):
            preview_change(team.workspace, chosen, what)


def test_items_without_a_task_or_of_no_one_are_listed(team: Team) -> None:
    team.put(1)
    found = preview_change(team.workspace, TaskFilter(item_ids=("i100", "i1", "nope")), edit("due", due=DUE))
    assert found.changed == 1
    assert {tuple(one) for one in found.left} == {("i1", LeftReason.NO_TASK), ("nope", LeftReason.NO_ITEM)}


def test_tasks_of_another_project_are_not_there(team: Team) -> None:
    numbers = team.put(2)
    policy = next(team.workspace.folder.glob("**/*.md")).relative_to(team.workspace.folder)
    init_project(team.workspace, "other", ProjectChoice(policy=policy), actor="tests")
    other = team.workspace.of_project("other")
    with pytest.raises(NotFoundError, match="assignment_gone"):
        preview_change(other, TaskFilter(task_ids=(numbers[0],)), edit("pause"))
    assert preview_change(other, TaskFilter(), edit("pause"), everything=True).changed == 0
    done = do(team, TaskFilter(task_ids=tuple(numbers)), edit("pause"))
    with pytest.raises(NotFoundError, match="no_task_change"):
        undo_change(other, done.id, actor="eve")


def test_a_preview_is_of_no_use_once_the_queue_is_another_one(team: Team) -> None:
    ana = team.person("ana")
    team.put(3)
    where, first, second = TaskFilter(language="en"), edit("pause"), edit("cancel")
    seen, also_seen = preview_change(team.workspace, where, first), preview_change(team.workspace, where, second)
    team.queue.claim(ana)
    with pytest.raises(ConflictError, match="preview_outdated") as refused:
        change_tasks(team.workspace, where, first, actor="lea", token=seen.token)
    assert (refused.value.values["changed"], refused.value.values["left"]) == (2, 1)
    change_tasks(team.workspace, where, first, actor="lea", token=str(refused.value.values["token"]))
    with pytest.raises(ConflictError, match="preview_outdated"):  # the other lead's
        change_tasks(team.workspace, where, second, actor="max", token=also_seen.token)
    assert sorted(team.states(*team.rows()[0])) == ["leased", "paused", "paused"]


def test_a_due_time_in_the_past_is_set_and_said(team: Team) -> None:
    team.put(1)
    past = as_utc(datetime.now(UTC) - timedelta(days=1))
    assert preview_change(team.workspace, TaskFilter(language="en"), edit("due", due=past)).due_past
    assert not preview_change(team.workspace, TaskFilter(language="en"), edit("due", due=DUE)).due_past


def test_a_change_is_undone_once_and_an_undo_not_at_all(team: Team) -> None:
    team.put(1)
    done = do(team, TaskFilter(language="en"), edit("pause"))
    undo = undo_change(team.workspace, done.id, actor="lea")
    for number, code in ((done.id, "change_undone"), (undo.id, "undo_of_undo")):
        with pytest.raises(ConflictError, match=code):
            undo_change(team.workspace, number, actor="lea")
    with pytest.raises(NotFoundError, match="no_task_change"):
        undo_change(team.workspace, 999, actor="lea")
    assert find_change(team.workspace, done.id).undone_by == "lea"


def test_what_was_touched_since_is_listed_and_stays(team: Team) -> None:
    ana = team.person("ana")
    first, second = team.put(2)
    done = do(team, TaskFilter(language="en"), edit("reassign", person="ana"))
    [taken] = team.queue.claim(ana)
    seen = preview_undo(team.workspace, done.id)
    assert (seen.changed, dict(seen.left_out)) == (1, {LeftReason.CHANGED_SINCE: 1})
    undone = undo_change(team.workspace, done.id, actor="lea", token=seen.token)
    assert (taken.task_id, undone.changed) == (first, 1)
    assert [one.item_id for one in list_left(team.workspace, undone.id)] == ["i100"]
    assert team.states(first, second) == ["leased", "open"]


# Interrupted, and in parts.


def test_a_change_that_was_interrupted_is_completed_by_who_comes_next(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "PART", 2)
    numbers = team.put(5)
    where, made, parts = TaskFilter(task_ids=tuple(numbers)), changes.make_part, []

    def dies(*given: Any) -> None:
        if len(parts) == 1:
            raise KeyboardInterrupt
        parts.append(made(*given))

    with monkeypatch.context() as patch:
        patch.setattr(changes, "make_part", dies)
        with pytest.raises(KeyboardInterrupt):
            change_tasks(team.workspace, where, edit("pause"), actor="lea")
    assert sorted(team.states(*numbers)) == ["open"] * 3 + ["paused"] * 2
    begun = find_change(team.workspace, 1)
    assert (begun.tasks, begun.changed, begun.pending, begun.undoable) == (5, 2, 3, False)
    assert finish_changes(team.workspace) == 2
    assert team.states(*numbers) == ["paused"] * 5
    assert undo_change(team.workspace, 1, actor="lea").changed == 5


_KILLED = """
import os, signal, sys
from pathlib import Path
from assistant.application.review.tasks import changes
from assistant.domain.task_changes import ChangeKind, TaskEdit, TaskFilter
from assistant.store.review.changes import task_changes as store
from assistant.wiring.workspace import Workspace

store.PART, made, parts = 2, changes.make_part, []

def dies(*given):
    made(*given)
    parts.append(1)
    if len(parts) == 3:
        os.kill(os.getpid(), signal.SIGKILL)

changes.make_part = dies
with Workspace.open(Path(sys.argv[1])) as opened:
    edit = TaskEdit(kind=ChangeKind.CANCEL)
    changes.change_tasks(opened, TaskFilter(language="en"), edit, actor="lea")
"""


def test_killed_in_a_part_it_has_made_whole_parts_only_and_the_next_change_completes_it(
    any_workspace: Workspace,
) -> None:
    team = Team(any_workspace)
    english, other = team.put(7), team.put(1, language="zh")
    process = subprocess.run([sys.executable, "-c", _KILLED, any_workspace.folder], check=False, cwd=ROOT)
    assert process.returncode == -signal.SIGKILL
    assert sorted(team.states(*english)) == ["closed"] * 4 + ["open"] * 3
    assert team.replayed() == team.rows()[1]
    begun = find_change(any_workspace, 1)
    assert (begun.changed, begun.pending) == (4, 3)
    do(team, TaskFilter(task_ids=tuple(other)), edit("pause"))
    assert team.states(*english) == ["closed"] * 7
    assert find_change(any_workspace, 1).pending == 0
    assert undo_change(any_workspace, 1, actor="lea").changed == 7
    assert team.states(*english, *other) == ["open"] * 7 + ["paused"]
    team.queue.close()


# Whatever happens, in any order.


class Model:
    """What each change had found and left, and so what undoing it must give."""

    FIELDS: Mapping[str, tuple[str, ...]] = {"due": ("due_at",), "priority": ("priority",), "reassign": ("lane_id",)}

    def __init__(self, team: Team, dice: random.Random) -> None:
        self.team, self.dice = team, dice
        self.made: list[tuple[TaskChange, Any, Any]] = []
        self.undone: set[int] = set()
        self.stays: dict[int, set[int]] = {}

    def claim(self) -> None:
        self.team.queue.claim(self.dice.choice(list(self.team.people.values())), 2)

    def answer(self) -> None:
        self.team.answer(self.dice.choice(list(self.team.people)), self.dice.choice(["safe", "spam"]))

    def change(self) -> None:
        team, dice = self.team, self.dice
        where = dice.choice(
            [TaskFilter(language="zh"), TaskFilter(queue="nights"), TaskFilter(person="ana"), TaskFilter(harm="x")]
            + [TaskFilter(task_ids=tuple(dice.sample(sorted(team.rows()[0]), 5)))] * 2
        )
        what = dice.choice(
            [edit("due", due=DUE), edit("due"), edit("priority", priority=Position.LAST), edit("reassign", queue="")]
            + [edit("reassign", queue="nights"), edit("reassign", person="ana"), edit("priority", priority=7.0)]
            + [edit(one) for one in ("pause", "pause", "resume", "cancel", "return")]
            + [edit("invalidate", reason="r")] * 2
        )
        before, seen = team.rows(), preview_change(team.workspace, where, what)
        if not seen.changed:
            return
        done = change_tasks(team.workspace, where, what, actor="lea", token=seen.token)
        after = team.rows()
        assert (done.changed, done.pending) == (seen.changed, 0)
        assert len(self._differing(before, after)) == done.changed
        self.made.append((done, before, after))

    def undo(self) -> None:
        standing = [one for one in self.made if one[0].id not in self.undone]
        if not standing:
            return
        done, before, after = self.dice.choice(standing)
        touched_by_later = set().union(*(self._still_changed_by(one) for one in self.made if self._alike(one[0], done)))
        now, mine = self.team.rows(), self._differing(before, after)
        untouched = {one for one in mine if not self._touched(one, done, before, after, now)} - touched_by_later
        undone = undo_change(self.team.workspace, done.id, actor="max")
        assert undone.changed == len(untouched)
        self.undone.add(done.id)
        self.stays[done.id] = mine - untouched
        self._check_restored(done, before, now, untouched)

    def _alike(self, later: TaskChange, done: TaskChange) -> bool:
        group = {one: one for one in self.FIELDS}
        same = group.get(later.kind.value, "state") == group.get(done.kind.value, "state")
        return same and later.id > done.id

    def _still_changed_by(self, one: tuple[TaskChange, Any, Any]) -> set[int]:
        """Tasks that a change has changed; once it was undone, those that its undo had to leave."""
        return self.stays.get(one[0].id, self._differing(one[1], one[2]))

    @staticmethod
    def _differing(before: Any, after: Any) -> set[int]:
        """Numbers of the tasks of which anything is another."""
        found = {key for key, row in after[0].items() if before[0].get(key) != row}
        return found | {row["task_id"] for key, row in after[1].items() if before[1].get(key) != row}

    def _touched(self, number: int, done: TaskChange, before: Any, after: Any, now: Any) -> bool:
        if done.kind.value in {"due", "priority"}:
            name = self.FIELDS[done.kind.value][0]
            return now[0][number][name] != after[0][number][name] or now[0][number]["closed_at"] is not None
        mine = [key for key, row in after[1].items() if row["task_id"] == number and before[1][key] != row]
        for key in mine:
            if now[1][key]["token"] != after[1][key]["token"]:
                return True
            if done.kind is ChangeKind.REASSIGN:
                moved = now[1][key]["lane_id"] != after[1][key]["lane_id"]
                if moved or now[1][key]["state"] not in {"open", "paused"}:
                    return True
            elif now[1][key]["state"] != after[1][key]["state"]:
                return True
        return False

    def _check_restored(self, done: TaskChange, before: Any, now: Any, untouched: set[int]) -> None:
        """Restored tasks have what the change had changed of them as it was; all else is as it was a moment ago."""
        end = self.team.rows()
        kind = done.kind.value
        of_task = {"due": ("due_at",), "priority": ("priority",), "reassign": ("queue", "lane_id")}
        for key, row in end[0].items():
            names = of_task.get(kind, ("closed_at",)) if key in untouched else ()
            assert row == now[0][key] | {name: before[0][key][name] for name in names}
        state = ("state", "user_id", "lease_until", "claimed_at", "answered_at", "review_id", "uncovered_ms")
        of_slot = {"due": (), "priority": ("priority",), "reassign": ("lane_id",)}
        for key, row in end[1].items():
            names = of_slot.get(kind, state) if row["task_id"] in untouched else ()
            same = kind != "priority" or row["state"] in {"open", "leased", "paused"}
            assert row == now[1][key] | ({name: before[1][key][name] for name in names} if same else {})


@pytest.mark.parametrize("seed", range(6))
def test_random_changes_and_undos_give_what_the_model_says_and_events_give_the_queue(
    any_workspace: Workspace, seed: int
) -> None:
    team, dice = Team(any_workspace), random.Random(seed)
    team.person("ana", team="nights"), team.person("bo", languages=["en", "zh"]), team.person("cy", languages=["zh"])
    team.put(5, language="zh", priority=3.0), team.put(4, overlap=2, harm="x"), team.put(4, queue="nights")
    model = Model(team, dice)
    steps = [model.claim, model.answer, model.answer, model.change, model.change, model.change, model.undo, model.undo]
    for _ in range(45):
        dice.choice(steps)()
        assert team.replayed() == team.rows()[1]
    assert len(model.made) > 5
    assert model.undone
    assert verify(any_workspace.database).whole
    team.queue.close()
