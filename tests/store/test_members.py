"""Members of projects: who was in which, as what, at any moment."""

from __future__ import annotations

import time

import pytest

from assistant.domain.projects import ProjectState
from assistant.domain.review_work import Role
from assistant.errors import NotFoundError
from assistant.store.content.projects import ProjectStore
from assistant.store.database import Database, now
from assistant.store.people.members import MemberStore
from assistant.store.people.users import UserStore


def moment() -> str:
    """Now, with nothing else in the same millisecond."""
    time.sleep(0.005)
    found = now()
    time.sleep(0.005)
    return found


def test_a_role_is_known_for_every_moment_and_each_project(database: Database) -> None:
    other = ProjectStore(database).add("other", {}, state=ProjectState.ACTIVE, actor="tests")
    store, before = MemberStore(database), moment()
    ana = UserStore(database).add("ana", role=Role.REVIEWER, actor="tests")
    joined = moment()
    store.set_role(other, "ana", Role.LEAD, actor="tests")
    store.set_role(other, "ana", Role.LEAD, actor="tests")  # the same again is no event
    as_lead = moment()
    store.set_role(other, "ana", Role.ANALYST, actor="tests")
    as_analyst = moment()
    store.remove(other, "ana", actor="tests")
    moments = [before, joined, as_lead, as_analyst, None]
    in_other = [store.role_of(ana.id, other.id, at) for at in moments]
    assert in_other == [None, None, Role.LEAD, Role.ANALYST, None]
    assert [store.role_of(ana.id, 1, at) for at in moments] == [None, *[Role.REVIEWER] * 4]
    assert [(one.user, one.role) for one in store.of_project(other.id, as_lead)] == [("ana", Role.LEAD)]
    assert store.of_project(other.id) == []
    assert store.count() == {1: 1}


def test_an_admin_of_the_workspace_is_admin_in_every_project(database: Database) -> None:
    other = ProjectStore(database).add("other", {}, state=ProjectState.ACTIVE, actor="tests")
    root = UserStore(database).add("root", role=Role.ADMIN, actor="tests")
    assert MemberStore(database).role_of(root.id, other.id) is Role.ADMIN


def test_who_is_no_member_cant_be_removed(database: Database) -> None:
    projects = ProjectStore(database)
    UserStore(database.within(projects.get("main").id)).add("ana", role=Role.REVIEWER, actor="tests")
    other = projects.add("other", {}, state=ProjectState.ACTIVE, actor="tests")
    for name, code in (("ana", "member_not_found"), ("nobody", "user_not_found")):
        with pytest.raises(NotFoundError, match=code):
            MemberStore(database).remove(other, name, actor="tests")
