"""What a person may enter is one look: every project, with their role in it as it is now."""

from __future__ import annotations

from assistant.domain.projects import ProjectState
from assistant.domain.review_work import Role
from assistant.store.content.projects import ProjectStore
from assistant.store.database import Database
from assistant.store.people.members import MemberStore
from assistant.store.people.users import UserStore


def test_each_project_comes_with_its_state_and_the_newest_role_of_the_person(database: Database) -> None:
    projects, members = ProjectStore(database), MemberStore(database)
    for key in ("shop", "notes", "old"):
        projects.add(key, {"en": key}, state=ProjectState.ACTIVE, actor="tests")
    projects.set_state("old", ProjectState.CLOSED, actor="tests")
    ana = UserStore(database).add("ana", role=Role.REVIEWER, actor="tests")  # joins the first project
    bo = UserStore(database).add("bo", role=Role.MANAGER, actor="tests")
    for role in (Role.REVIEWER, Role.LEAD):
        members.set_role(projects.get("shop"), "ana", role, actor="tests")
    members.set_role(projects.get("old"), "ana", Role.ANALYST, actor="tests")
    members.remove(projects.get("old"), "ana", actor="tests")
    members.set_role(projects.get("notes"), "bo", Role.ANALYST, actor="tests")
    told = [(project.key, project.state.value, role) for project, role in members.standing_of(ana.id)]
    assert told == [
        ("main", "active", Role.REVIEWER),
        ("shop", "active", Role.LEAD),
        ("notes", "active", None),
        ("old", "closed", None),
    ]
    assert [role for _, role in members.standing_of(bo.id)] == [Role.MANAGER, None, Role.ANALYST, None]
    assert [role for _, role in members.standing_of(10**6)] == [None] * 4


def test_the_people_of_a_project_have_their_role_in_it(database: Database) -> None:
    projects, members, users = ProjectStore(database), MemberStore(database), UserStore(database)
    shop = projects.add("shop", {}, state=ProjectState.ACTIVE, actor="tests")
    for name, role in (("ana", Role.REVIEWER), ("bo", Role.LEAD), ("root", Role.ADMIN)):
        users.add(name, role=role, actor="tests")
    members.set_role(shop, "ana", Role.MANAGER, actor="tests")
    members.remove(projects.get("main"), "bo", actor="tests")
    there = UserStore(database.within(shop.id))
    assert [(one.name, one.role) for one in users.members()] == [("ana", Role.REVIEWER), ("root", Role.ADMIN)]
    assert [(one.name, one.role) for one in there.members()] == [("ana", Role.MANAGER), ("root", Role.ADMIN)]
    assert users.member("bo") is None
