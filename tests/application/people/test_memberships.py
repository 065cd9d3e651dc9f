"""Where people work from when to when: moves, overlaps, imports, and figures that stay as they were."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.application.people.accounts import NewUser, UserChanges, add_user, change_user
from assistant.application.people.import_people import import_people, plan_people_import
from assistant.application.people.memberships import GroupKind, group_figures, list_memberships, move_person
from assistant.application.workspace.create import make_workspace
from assistant.domain.memberships import Affiliations, Membership, overlap
from assistant.errors import ConflictError, InputError, InvalidValueError
from assistant.store.database import Database
from assistant.store.people.memberships import MembershipStore, today
from assistant.store.tables.content import reviews
from assistant.store.tables.people import memberships
from assistant.wiring.workspace import Workspace
from tests.workspaces import MadeUp, made_up_in

DAY = timedelta(days=1)


def days(first: str, last: str | None = None, team: str = "A", person: str = "ana") -> Membership:
    end = None if last is None else date.fromisoformat(last)
    return Membership(person=person, team=team, valid_from=date.fromisoformat(first), valid_to=end)


@pytest.fixture
def made_up(tmp_path: Path) -> Iterator[MadeUp]:
    """Content and people who have worked."""
    make_workspace(tmp_path / "w")
    with Workspace.open(tmp_path / "w") as opened:
        made = made_up_in(opened, 16, worked=True)
        yield made
        made.close()


def test_days_are_included_at_both_ends_and_an_unknown_beginning_is_before_all() -> None:
    first = Membership(person="ana", team="A", valid_to=date(2026, 1, 31))
    second = days("2026-02-01", "2026-02-28", "B")
    assert overlap([second, first]) is None
    assert overlap([first, days("2026-01-31", None, "B")]) == (first, days("2026-01-31", None, "B"))
    assert overlap([days("2026-01-01", None), days("2026-05-01", None)]) is not None
    assert overlap([days("2026-01-01", None), days("2026-05-01", None, person="ben")]) is None
    where = Affiliations([first, second])
    told = [where.at("ana", f"{day}T23:59:59.999+00:00") for day in ("1999-01-01", "2026-01-31", "2026-02-28")]
    assert [one.team for one in told if one] == ["A", "A", "B"]
    assert where.at("ana", "2026-03-01T00:00:00.000+00:00") is None
    assert where.at("ben", "2026-02-01T00:00:00.000+00:00") is None


def test_last_months_vendor_figures_do_not_change_when_a_person_moves(made_up: MadeUp) -> None:
    workspace, day = made_up.workspace, today()
    last = day - timedelta(days=40)
    with workspace.database.write() as connection:
        connection.execute(
            sa.update(reviews).where(reviews.c.rater == "ana").values(created_at=f"{last}T10:00:00.000+00:00")
        )
    begin = Membership(person="ana", team="days", vendor="Acme", valid_from=last - 10 * DAY)
    move_person(workspace, begin, actor="max")
    before = group_figures(workspace, GroupKind.VENDOR, last - 5 * DAY, last + 5 * DAY)
    assert [(one.group, one.people) for one in before] == [("Acme", 1)]
    move_person(workspace, Membership(person="ana", team="nights", vendor="Other", valid_from=day), actor="max")
    assert group_figures(workspace, GroupKind.VENDOR, last - 5 * DAY, last + 5 * DAY) == before
    assert workspace.users.get("ana").team == "nights"
    change_user(workspace, "ana", UserChanges(team="evenings"), actor="max")
    assert group_figures(workspace, GroupKind.VENDOR, last - 5 * DAY, last + 5 * DAY) == before
    told = [(one.team, one.vendor, one.valid_to) for one in list_memberships(workspace, "ana")]
    assert told[-2:] == [("days", "Acme", day - DAY), ("evenings", "Other", None)]


def test_answers_of_people_without_a_membership_are_counted_as_unknown(made_up: MadeUp) -> None:
    found = group_figures(made_up.workspace, GroupKind.VENDOR, today() - 3650 * DAY, today())
    assert [one.group for one in found] == [""]
    assert found[0].active_unknown == found[0].answers > 0
    with pytest.raises(InvalidValueError, match="days_backwards"):
        group_figures(made_up.workspace, GroupKind.VENDOR, today(), today() - DAY)


def test_a_team_given_to_a_user_is_a_membership_from_today_and_nothing_is_overwritten(made_up: MadeUp) -> None:
    workspace = made_up.workspace
    add_user(workspace, NewUser(name="eva", team="A"), actor="max")
    change_user(workspace, "eva", UserChanges(team="B"), actor="max")
    change_user(workspace, "eva", UserChanges(team=""), actor="max")
    assert list_memberships(workspace, "eva") == []
    with workspace.database.read() as connection:
        rows = connection.execute(
            sa.select(memberships.c.event, memberships.c.team).where(memberships.c.person == "eva")
        )
        assert [tuple(row) for row in rows] == [("set", "A"), ("set", "B"), ("removed", "B")]


def test_a_move_ends_where_a_later_one_begins_and_may_not_reach_into_it(made_up: MadeUp) -> None:
    workspace, day = made_up.workspace, today()
    move_person(workspace, Membership(person="bo", team="later", valid_from=day + 30 * DAY), actor="max")
    move_person(workspace, Membership(person="bo", team="soon", valid_from=day + 10 * DAY), actor="max")
    told = [(one.team, one.valid_to) for one in list_memberships(workspace, "bo")]
    assert told == [("days", day + 9 * DAY), ("soon", day + 29 * DAY), ("later", None)]
    assert workspace.users.get("bo").team == "days"
    reaching = Membership(person="bo", team="x", valid_from=day + 12 * DAY, valid_to=day + 31 * DAY)
    with pytest.raises(ConflictError, match="memberships_overlap"):
        move_person(workspace, reaching, actor="max")
    assert [(one.team, one.valid_to) for one in list_memberships(workspace, "bo")] == told


def test_the_current_team_follows_when_the_day_comes(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.domain.review_work import Role  # noqa: PLC0415 - as above
    from assistant.store.people import memberships as module  # noqa: PLC0415 - its day is moved
    from assistant.store.people.users import UserStore  # noqa: PLC0415 - as above

    users, store, day = UserStore(database), MembershipStore(database), today()
    users.add("ana", role=Role.REVIEWER, actor="max", team="A")
    store.move(Membership(person="ana", team="B", valid_from=day + DAY), actor="max")
    assert (store.follow_days(), users.get("ana").team) == (0, "A")
    monkeypatch.setattr(module, "today", lambda: day + DAY)
    assert (store.follow_days(), users.get("ana").team) == (1, "B")
    assert store.follow_days() == 0


HEAD = "name,role,team,vendor,weekly_hours,valid_from,valid_to\n"


def test_all_mistakes_of_a_file_are_listed_with_their_lines_and_nothing_is_imported(
    made_up: MadeUp, tmp_path: Path
) -> None:
    rows = [
        "eva,reviewer,A,Acme,40,2026-01-01,2026-03-31",
        "eva,reviewer,B,Acme,40,2026-03-31,",  # line 3: on the same day as line 2
        "fay,reviewer,A,Acme,200,2026-01-01,",  # line 4: no such week
        "gus,reviewer,A,Acme,40,soon,",  # line 5
        "hal,reviewer,A,Acme,40,2026-02-01,2026-01-01",  # line 6
        "ida,boss,A,Acme,40,,",  # line 7
    ]
    file = tmp_path / "people.csv"
    workspace = made_up.workspace
    file.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        plan_people_import(workspace, file, note=lambda _: None)
    lines = [one.values["line"] for one in refused.value.values["wrong"]]
    assert lines == [4, 5, 6, 7]
    file.write_text(HEAD + "\n".join([*rows[:2], "a b,reviewer,A,,,,"]) + "\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        plan_people_import(workspace, file, note=lambda _: None)
    assert sorted(one.values["line"] for one in refused.value.values["wrong"]) == [3, 4]
    assert workspace.users.find("eva") is None
    assert workspace.memberships.of_person("eva") == []


def test_a_file_says_where_people_worked_and_the_same_file_again_changes_nothing(
    made_up: MadeUp, tmp_path: Path
) -> None:
    workspace, file = made_up.workspace, tmp_path / "people.csv"
    rows = ["eva,reviewer,A,Acme,40,2026-01-01,2026-03-31", "eva,reviewer,B,Other,20,2026-04-01,"]
    file.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    plan = plan_people_import(workspace, file, note=lambda _: None)
    assert len(import_people(workspace, plan, {}, actor="max")) == 2
    assert workspace.users.get("eva").team == "B"
    again = plan_people_import(workspace, file, note=lambda _: None)
    assert (list(again.new), again.there) == ([], ["eva"])
    assert import_people(workspace, again, {}, actor="max") == []
    file.write_text(HEAD + "eva,reviewer,C,,,2026-05-01,\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        plan_people_import(workspace, file, note=lambda _: None)
    assert [one.code for one in refused.value.values["wrong"]] == ["membership_overlaps_stored"]


def test_a_file_makes_people_members_of_a_project_and_an_unknown_one_is_a_mistake(
    made_up: MadeUp, tmp_path: Path
) -> None:
    workspace, file = made_up.workspace, tmp_path / "people.csv"
    file.write_text("name,role,project\nida,lead,main\nana,reviewer,nowhere\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        plan_people_import(workspace, file, note=lambda _: None)
    assert [one.values["line"] for one in refused.value.values["wrong"]] == [3]
    file.write_text("name,role,project\nida,lead,main\n", encoding="utf-8")
    import_people(workspace, plan_people_import(workspace, file, note=lambda _: None), {}, actor="max")
    assert {one.user: one.role.value for one in workspace.members.of_project(workspace.project.id)}["ida"] == "lead"
