"""Changes of the policy over the API and on pages: proposal, approval, activation, and reading what changed."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.domain.review_work import Role, TaskKind
from tests.web.api.conftest import Program, changes
from tests.web.conftest import browser, make_user, sign_in
from tests.workspaces import MadeUp

CHANGES = "/api/v1/policy/changes"
CLAIM = "/api/v1/queue/claim"


def new_source(made_up: MadeUp, version: str = "2") -> str:
    source = made_up.workspace.policy.source.replace('version: "1"', f'version: "{version}"', 1)
    assert "is allowed; so are teasing" in source
    return source.replace("is allowed; so are teasing", "is not allowed; so are teasing", 1)


@pytest.fixture
def manager(program: Program) -> TestClient:
    return program(Role.MANAGER)


@pytest.fixture
def admin(program: Program) -> TestClient:
    return program(Role.ADMIN)


def proposed(manager: TestClient, made_up: MadeUp) -> Any:
    said = manager.post(CHANGES, json={"source": new_source(made_up), "note": "stricter"})
    assert said.status_code == 201, said.text
    return said.json()


def in_effect(manager: TestClient, admin: TestClient, made_up: MadeUp, carry: str = "all-but-stale") -> Any:
    change = proposed(manager, made_up)["change"]
    assert admin.post(f"{CHANGES}/{change}/approve").status_code == 200
    said = manager.post(f"{CHANGES}/{change}/activate", json={"start": "now", "carry": carry})
    assert said.status_code == 200, said.text
    return said.json()


def test_a_change_is_proposed_by_one_and_approved_by_another(
    manager: TestClient, admin: TestClient, made_up: MadeUp
) -> None:
    change = proposed(manager, made_up)
    assert (change["change"], change["state"], change["proposed_by"]) == ("c1", "proposed", "manager.bot")
    own = manager.post(f"{CHANGES}/c1/approve")
    assert (own.status_code, own.json()["code"]) == (403, "policy_change_own")
    early = manager.post(f"{CHANGES}/c1/activate", json={"start": "now"})
    assert (early.status_code, early.json()["code"]) == (409, "policy_change_state")
    done = admin.post(f"{CHANGES}/c1/approve").json()
    assert (done["state"], done["approved_by"]) == ("approved", "admin.bot")
    past = manager.post(f"{CHANGES}/c1/activate", json={"start": "2020-01-01"})
    assert (past.status_code, past.json()["code"]) == (400, "policy_change_past")
    assert manager.get(CHANGES).json()[0]["effective_at"] is None
    detail = manager.get(f"{CHANGES}/c1").json()
    assert [one["id"] for one in detail["difference"]["clauses_changed"]] == ["H1"]


@pytest.mark.parametrize("role", [Role.LEAD, Role.REVIEWER, Role.ANALYST, Role.EXTERNAL])
def test_only_managers_and_admins_change_the_policy_and_everyone_reads_what_changed(
    program: Program, manager: TestClient, made_up: MadeUp, role: Role
) -> None:
    proposed(manager, made_up)
    other = program(role)
    assert other.get(f"{CHANGES}/c1").status_code == 200
    for path, body in (("", {"source": "x"}), ("/c1/approve", None), ("/c1/activate", {"start": "now"})):
        assert other.post(f"{CHANGES}{path}", json=body).status_code == 403
    assert other.post(f"{CHANGES}/c1/withdraw").status_code == 403


def test_a_reviewer_reads_a_change_before_the_next_item_and_then_works_under_the_new_version(
    program: Program, manager: TestClient, admin: TestClient, made_up: MadeUp
) -> None:
    reviewer = program(Role.REVIEWER, name="rev")
    made_up.task(made_up.posts[0], TaskKind.REVIEW)
    in_effect(manager, admin, made_up)
    refused = reviewer.post(CLAIM, json={"n": 1})
    assert (refused.status_code, refused.json()["code"]) == (409, "policy_change_unread")
    assert "version 2" in refused.json()["detail"]
    read = reviewer.post(f"{CHANGES}/c1/acknowledge")
    assert (read.status_code, read.json()) == (200, {"new": True})
    assert reviewer.post(f"{CHANGES}/c1/acknowledge").json() == {"new": False}
    [task] = reviewer.post(CLAIM, json={"n": 1}).json()["tasks"]
    assert task["policy"]["version"] == "2"  # the task was made under version 1
    body = {"token": task["token"], "labels": ["safe"], "key": "k-12345678"}
    assert reviewer.post(f"/api/v1/assignments/{task['assignment_id']}/answer", json=body).status_code == 200
    [given] = admin.get("/api/v1/reviews", params={"rater": "rev"}).json()["rows"]
    assert given["policy_version"] == "2"
    assert changes(made_up.workspace, "policy.acknowledge") == 1


def test_who_comes_after_a_change_took_effect_has_nothing_to_read(
    program: Program, manager: TestClient, admin: TestClient, made_up: MadeUp
) -> None:
    in_effect(manager, admin, made_up)
    assert program(Role.REVIEWER, name="newcomer").post(CLAIM, json={"n": 1}).status_code == 200


def test_an_item_claimed_before_a_change_is_answered_under_the_version_that_was_shown(
    program: Program, manager: TestClient, admin: TestClient, made_up: MadeUp
) -> None:
    reviewer = program(Role.REVIEWER, name="rev")
    made_up.task(made_up.posts[0], TaskKind.REVIEW)
    [task] = reviewer.post(CLAIM, json={"n": 1}).json()["tasks"]
    in_effect(manager, admin, made_up)
    body = {"token": task["token"], "labels": ["safe"], "key": "k-12345678"}
    assert reviewer.post(f"/api/v1/assignments/{task['assignment_id']}/answer", json=body).status_code == 200
    [given] = admin.get("/api/v1/reviews", params={"rater": "rev"}).json()["rows"]
    assert given["policy_version"] == "1"


def test_what_does_not_count_is_listed_and_asked_again_of_the_same_people_too(
    manager: TestClient, admin: TestClient, made_up: MadeUp
) -> None:
    in_effect(manager, admin, made_up, carry="none")
    [left] = [one for one in manager.get("/api/v1/policy/left-out").json() if one["kind"] == "labels"]
    assert (left["version"], left["why"], left["items"]) == ("1", "not_carried", 16)
    counted = manager.post("/api/v1/policy/left-out/enqueue", json={"dry_run": True}).json()
    assert (counted["items"], counted["added"]) == (16, 16)
    done = manager.post("/api/v1/policy/left-out/enqueue", json={}).json()
    assert (done["added"], done["waiting"]) == (16, 0)
    ana = made_up.users.get("ana")
    made_up.workspace.policy_changes.acknowledge(made_up.workspace.policy_changes.all()[0], ana.id, "ana")
    [again] = made_up.queue.claim(ana.principal())
    assert (again.policy_version, again.blind) == ("2", True)


def test_pages_show_a_change_and_reviewers_confirm_it_there(app: FastAPI, made_up: MadeUp) -> None:
    workspace = made_up.workspace
    boss, other, ana = browser(app), browser(app), browser(app)
    sign_in(boss, workspace, make_user(workspace, "boss", Role.MANAGER))
    sign_in(other, workspace, make_user(workspace, "other", Role.ADMIN))
    sign_in(ana, workspace, workspace.users.get("ana"))
    said = boss.post("/policy/changes", data={"source": new_source(made_up), "note": "stricter"})
    assert (said.status_code, said.headers["location"]) == (303, "/policy/changes/c1")
    wrong = boss.post("/policy/changes", data={"source": new_source(made_up, "3")})
    assert (wrong.status_code, "one change at a time" in wrong.text) == (422, True)
    own = boss.post("/policy/changes/c1/approve")
    assert (own.status_code, "another person approves it" in own.text) == (409, True)
    assert other.post("/policy/changes/c1/approve").status_code == 303
    assert boss.post("/policy/changes/c1/activate", data={"start": "", "carry": "none"}).status_code == 303
    first = ana.get("/review")
    assert (first.status_code, first.headers["location"]) == (303, "/policy/changes/c1")
    page = ana.get("/policy/changes/c1")
    assert 'id="acknowledge"' in page.text
    assert "Stale items" not in page.text  # what it costs is for those who see runs
    read = ana.post("/policy/changes/c1/acknowledge")
    assert (read.status_code, read.headers["location"]) == (303, "/review")
    assert ana.get("/review").status_code == 200
    shown = boss.get("/policy/changes/c1")
    assert "Read by: ana" in shown.text
    overview = boss.get("/policy").text
    assert "not carried over by any policy change" in overview
    assert "not carried over by any policy change" in boss.get("/quality").text
    assert boss.post("/policy/relabel").headers["location"] == "/queue"
