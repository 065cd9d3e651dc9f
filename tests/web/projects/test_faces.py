"""Projects as people meet them: the switcher, the list, a project's page, its members, and figures without names."""

from __future__ import annotations

import re

import pytest

from assistant.application.projects.staffing import Staffing, set_member, staff_member
from assistant.domain.projects import ProjectState
from assistant.domain.review_work import Role
from assistant.errors import InvalidValueError, NotAllowedError, NotFoundError
from tests.web.pages.reading import csv_rows, words
from tests.web.projects.conftest import Three


def test_the_switcher_names_the_projects_of_the_reader_in_their_language_with_what_waits_for_them(three: Three) -> None:
    client = three.browser("mia", market=Role.REVIEWER, notes=Role.ANALYST)
    menu = re.search(r"project-menu.*?</details>", client.get("/p/market/review").text, re.DOTALL)
    assert menu is not None
    assert re.findall(r'name="key" value="([^"]+)"', menu[0]) == ["market", "notes"]
    assert "Market listings" in menu[0]
    assert re.findall(r'class="count"[^>]*>(\d+)', menu[0]) == ["1"]
    assert "商品标注" in client.get("/p/market/review?lang=zh").text


def test_with_one_project_there_is_no_switcher_and_no_banner(three: Three) -> None:
    page = three.browser("mia", market=Role.REVIEWER).get("/review")
    assert page.status_code == 200
    assert "project-menu" not in page.text
    assert "banner" not in page.text


def test_who_chooses_a_project_comes_to_it_and_comes_to_it_again(three: Three) -> None:
    client = three.browser("mia", market=Role.LEAD, notes=Role.LEAD)
    chosen = client.post("/projects/choose", data={"key": "notes", "next": "/queue/tasks?team=x"})
    assert chosen.headers["location"] == "/p/notes/queue/tasks?team=x"
    assert client.get("/").headers["location"] == "/p/notes/"
    assert client.post("/p/notes/projects/choose", data={"key": "market"}).headers["location"] == "/p/market/"
    assert client.post("/projects/choose", data={"key": "main"}).status_code == 403
    assert client.post("/projects/choose", data={"key": "market", "next": "//evil"}).headers["location"] == "/p/market/"


def test_the_list_shows_ones_own_projects_and_the_form_is_for_admins(three: Three) -> None:
    mia = three.browser("mia", market=Role.LEAD, notes=Role.ANALYST)
    told = words(mia.get("/projects"))
    assert "Market listings" in told
    assert "main" not in told
    assert mia.get("/projects/new").status_code == 403
    rows = {row["key"]: row for row in three.program("mia").get("/api/v1/projects").json()["rows"]}
    assert set(rows) == {"market", "notes"}
    assert (rows["market"]["role"], rows["market"]["items"], rows["market"]["open_to_me"]) == ("lead", 6, 1)
    assert rows["notes"]["open_to_me"] == 0


def test_an_admin_sets_up_a_project_by_page_and_by_api_with_a_policy_of_the_workspace_only(three: Three) -> None:
    admin, program = three.browser("admin"), three.program("admin")
    form = {"key": "shop", "policy": "policies/community.md", "title_en": "Shop", "title_zh": "商店", "languages": "en"}
    made = admin.post("/projects/new", data=form)
    assert (made.status_code, made.headers["location"]) == (303, "/p/shop/project")
    assert "Shop" in words(admin.get("/p/shop/project"))
    again = admin.post("/projects/new", data=form)
    assert (again.status_code, "already" in words(again)) == (422, True)
    for policy in ("/etc/passwd", "../x.md", "assistant.toml", ""):
        refused = program.post("/api/v1/projects", json={"key": "bad", "policy": policy})
        assert refused.status_code in {400, 422}, policy
    new = program.post("/api/v1/projects", json={"key": "post", "policy": "policies/community.md", "draft": True})
    assert (new.status_code, new.json()["state"]) == (201, "draft")
    assert program.post("/api/v1/projects", json={"key": "post", "policy": "policies/community.md"}).status_code == 409
    assert (
        program.post("/api/v1/projects", json={"key": "No Key", "policy": "policies/community.md"}).status_code == 422
    )
    assert three.program("max", market=Role.MANAGER).post("/api/v1/projects", json={}).status_code == 403


def test_a_manager_renames_pauses_closes_and_opens_their_project_again(three: Three) -> None:
    program, page = three.program("max", market=Role.MANAGER), three.browser("max")
    named = program.patch("/api/v1/projects/market", json={"title": {"en": "Goods"}}).json()
    assert named["title"] == {"en": "Goods", "zh": "商品标注"}
    assert page.post("/p/market/project/state", data={"state": "paused"}).status_code == 303
    assert "paused" in words(page.get("/p/market/queue"))
    closed = program.patch("/api/v1/projects/market", json={"state": "closed"})
    assert closed.json()["state"] == "closed"
    assert program.patch("/api/v1/projects/market", json={"title": {"en": "X"}}).json()["code"] == "project_closed"
    assert page.post("/p/market/project/title", data={"title_en": "X"}).status_code == 409
    assert program.patch("/api/v1/projects/market", json={"state": "paused"}).status_code == 409
    assert program.patch("/api/v1/projects/market", json={"state": "active"}).json()["state"] == "active"
    lead = three.program("lea", market=Role.LEAD)
    assert lead.patch("/api/v1/projects/market", json={"state": "closed"}).status_code == 403


def test_a_lead_adds_changes_and_removes_members_of_their_project(three: Three) -> None:
    three.join("nia")
    lead = three.browser("lea", market=Role.LEAD)
    program = three.program("lea")
    nia = three.program("nia")
    assert nia.get("/api/v1/projects/market/queue/last").status_code == 403
    assert lead.post("/p/market/members", data={"name": "nia", "role": "reviewer"}).status_code == 303
    assert nia.get("/api/v1/projects/market/queue/last").status_code == 200
    assert nia.get("/api/v1/projects/market/tasks").status_code == 403
    assert program.put("/api/v1/projects/market/members/nia", json={"role": "analyst"}).status_code == 200
    assert nia.get("/api/v1/projects/market/tasks").status_code == 200
    assert "nia" in words(lead.get("/p/market/members"))
    changes = {"team": "nights", "languages": ["zh"], "skills": ["expert"]}
    told = program.patch("/api/v1/projects/market/members/nia", json=changes).json()
    assert {key: told[key] for key in changes} == changes
    kept = lead.post("/p/market/members/nia", data={"team": "days"})
    assert kept.status_code == 303
    user = three.workspace.users.get("nia")
    assert (user.team, user.languages, user.skills) == ("days", ("zh",), ("expert",))
    assert lead.post("/p/market/members/nia/remove").status_code == 303
    assert nia.get("/api/v1/projects/market/tasks").status_code == 403
    assert program.delete("/api/v1/projects/market/members/nia").status_code == 404
    assert program.put("/api/v1/projects/market/members/nobody", json={"role": "analyst"}).status_code == 404


def test_what_a_lead_must_not(three: Three) -> None:
    three.join("max", market=Role.MANAGER)
    three.join("nia", notes=Role.REVIEWER)
    three.browser("admin")
    lead, page = three.program("lea", market=Role.LEAD), three.browser("lea")
    members = "/api/v1/projects/market/members"
    above = [
        lead.put(f"{members}/nia", json={"role": "manager"}),  # a role above their own
        lead.put(f"{members}/lea", json={"role": "manager"}),
        lead.put(f"{members}/max", json={"role": "reviewer"}),  # somebody above them
        lead.patch(f"{members}/max", json={"team": "x"}),
        lead.delete(f"{members}/max"),
        lead.put(f"{members}/admin", json={"role": "reviewer"}),
    ]
    assert [(one.status_code, one.json()["code"]) for one in above[:5]] == [(403, "role_above_own")] * 5
    assert above[5].status_code == 403
    admin = lead.put(f"{members}/nia", json={"role": "admin"})
    assert (admin.status_code, admin.json()["code"]) == (400, "role_not_of_a_project")
    other = lead.put("/api/v1/projects/notes/members/nia", json={"role": "lead"})  # another project
    assert (other.status_code, other.json()["code"]) == (403, "not_a_member")
    for path in ("/people/new", "/tokens", "/people/nia/change", "/people/nia/sessions", "/audit", "/projects/new"):
        assert page.get(f"/p/market{path}").status_code == 403, path  # accounts, and what is of all projects
    assert lead.post("/api/v1/users", json={"name": "eve"}).status_code == 403
    assert lead.patch("/api/v1/users/nia", json={"role": "lead"}).status_code == 403
    assert lead.get("/api/v1/audit").status_code == 403
    lead.put(f"{members}/nia", json={"role": "reviewer"})
    both = lead.patch(f"{members}/nia", json={"team": "x"})  # her team is that of her work in `notes`, too
    assert (both.status_code, both.json()["code"]) == (403, "member_of_other_projects")
    assert three.workspace.users.get("nia").team == ""


def test_a_manager_reads_no_log_of_a_workspace_with_other_projects(three: Three) -> None:
    program = three.program("max", main=Role.MANAGER, market=Role.MANAGER)
    assert program.get("/api/v1/audit").json()["code"] in {"role_missing", "project_not_named"}
    refused = program.get("/api/v1/projects/main/audit")
    assert (refused.status_code, refused.json()["code"]) == (403, "role_missing")
    assert refused.json()["detail"].count("Manager") == 1  # as the role they have, not as one that may
    page = three.browser("max").get("/p/main/")
    assert "/audit" not in page.text


def test_the_rule_itself_says_who_staffs_whom(three: Three) -> None:
    market = three.workspace.of_project("market")
    three.join("lea", market=Role.LEAD)
    three.join("nia", market=Role.REVIEWER)
    lea = three.workspace.users.get("lea").principal()
    lead = type(lea)(lea.user_id, "lea", Role.LEAD)
    assert staff_member(market, lead, "nia", Staffing(skills=["expert"])).skills == ("expert",)
    with pytest.raises(NotFoundError, match="member_not_found"):
        staff_member(three.workspace, lead, "nia", Staffing(team="x"))  # no member of `main`
    with pytest.raises(NotAllowedError, match="role_above_own"):
        set_member(market, lead, "nia", Role.MANAGER)
    with pytest.raises(InvalidValueError, match="role_not_of_a_project"):
        set_member(market, lead, "nia", Role.ADMIN)


def test_analysts_read_figures_by_pseudonym_and_leads_by_name(three: Three) -> None:
    analyst, lead = three.browser("ida", market=Role.ANALYST), three.browser("lea", market=Role.LEAD)
    page, named = analyst.get("/p/market/people?days=all"), lead.get("/p/market/people?days=all")
    names = ("ana", "bo", "chen", "lea", "ida")
    body = re.sub(r"<header.*?</header>", "", page.text, flags=re.DOTALL)
    assert [name for name in names if re.search(rf"\b{name}\b", body)] == []
    assert "P-" in body
    assert "/people/ana" in named.text
    file = csv_rows(analyst.get("/p/market/people.csv?days=all"))
    assert all(re.fullmatch(r"P-[0-9a-f]{8}", row["name"]) and row["display_name"] == row["name"] for row in file)
    assert sorted(int(row["answers"]) for row in file)[-2:] == [4, 4]
    rows = three.program("ida").get("/api/v1/projects/market/people?days=all").json()["rows"]
    aliases = {row["rater"] for row in rows}
    assert aliases <= {row["name"] for row in file}
    assert [row["rater"] for row in rows] == sorted(aliases)
    one = analyst.get(f"/p/market/people/{rows[0]['rater']}?days=all")
    assert one.status_code == 200
    assert [name for name in ("ana", "bo", "chen") if f'/{name}"' in one.text or f">{name}<" in one.text] == []
    assert analyst.get("/p/market/people/ana").status_code == 404
    assert three.program("ida").get("/api/v1/projects/market/people/ana").status_code == 404
    assert three.program("ida").get("/api/v1/projects/market/members").status_code == 403
    assert three.program("ida").get("/api/v1/projects/market/users").status_code == 403
    again = three.program("ida").get("/api/v1/projects/market/people?days=all").json()["rows"]
    assert {row["rater"] for row in again} == aliases  # stable


def test_people_of_another_project_are_not_there(three: Three) -> None:
    three.join("nia", notes=Role.REVIEWER)
    lead, program = three.browser("lea", market=Role.LEAD), three.program("lea")
    assert "nia" not in words(lead.get("/p/market/people"))
    assert lead.get("/p/market/people/nia").status_code == 404
    assert program.get("/api/v1/projects/market/people/nia").status_code == 404
    assert program.get("/api/v1/projects/market/users/nia").status_code == 404
    assert program.get("/api/v1/projects/market/memberships/nia").status_code == 404
    assert lead.get("/p/market/people/nia/memberships").status_code == 404
    assert "nia" not in {row["name"] for row in program.get("/api/v1/projects/market/users").json()["rows"]}
    [task] = program.get("/api/v1/projects/market/tasks").json()["rows"]
    given = program.post(f"/api/v1/projects/market/tasks/{task['id']}/assign", json={"person": "nia"})
    assert given.status_code == 422


@pytest.mark.parametrize("state", [ProjectState.PAUSED, ProjectState.CLOSED])
def test_nothing_new_is_asked_of_people_while_a_project_is_not_active(three: Three, state: ProjectState) -> None:
    program = three.program("mia", market=Role.REVIEWER)
    three.workspace.projects.set_state("market", state, actor="tests")
    refused = program.post("/api/v1/projects/market/queue/claim", json={"n": 1})
    assert (refused.status_code, refused.json()["code"]) == (409, f"project_{state.value}")
    page = three.browser("mia").get("/p/market/review")
    assert page.status_code == 200
    assert f"This project is {state.value}" in page.text


def test_what_a_reviewer_holds_is_taken_while_the_project_is_paused(three: Three) -> None:
    program = three.program("mia", market=Role.REVIEWER)
    [task] = program.post("/api/v1/projects/market/queue/claim", json={"n": 1}).json()["tasks"]
    three.workspace.projects.set_state("market", ProjectState.PAUSED, actor="tests")
    body = {"token": task["token"], "labels": ["safe"], "seconds": 3.0, "key": "a-key-of-mine"}
    given = program.post(f"/api/v1/projects/market/assignments/{task['assignment_id']}/answer", json=body)
    assert given.status_code == 200, given.text
