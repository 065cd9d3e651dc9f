"""The project in the address: who comes where, and what an address without a project means."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from assistant.domain.projects import ProjectState
from assistant.domain.review_work import Role
from assistant.web.server.project_path import ProjectAddress
from tests.web.projects.conftest import Three


@pytest.mark.parametrize(
    ("path", "key", "inside"),
    [
        ("/p/main/runs/r1", "main", "/runs/r1"),
        ("/p/main", "main", "/"),
        ("/p/main/", "main", "/"),
        ("/p", "", "/p"),
        ("/p/", "", "/p/"),
        ("/policy", "", "/policy"),
        ("/api/v1/projects", "", "/api/v1/projects"),
        ("/api/v1/projects/main", "main", "/api/v1/project"),
        ("/api/v1/projects/main/runs/r1", "main", "/api/v1/runs/r1"),
        ("/api/v1/runs", "", "/api/v1/runs"),
        ("/p/main/api/v1/queue/claim", "main", "/api/v1/queue/claim"),
        ("/p/main/api/v1/projects/other/runs", "other", "/api/v1/runs"),
    ],
)
def test_an_address_is_that_of_a_page_inside_a_project(path: str, key: str, inside: str) -> None:
    found = ProjectAddress.of(path)
    assert (found.key, found.path) == (key, inside)


def test_addresses_that_go_out_name_the_project_again_and_only_once() -> None:
    page, program = ProjectAddress.of("/p/main/runs"), ProjectAddress.of("/api/v1/projects/main/runs")
    told = ["/queue", "/p/other/", "/static/1/app.css", "https://elsewhere/x", "//elsewhere", "runs"]
    assert [page.public(one) for one in told] == [
        "/p/main/queue", "/p/other/", "/static/1/app.css", "https://elsewhere/x", "//elsewhere", "runs",
    ]  # fmt: skip
    assert program.public("/api/v1/runs/r1") == "/api/v1/projects/main/runs/r1"
    assert ProjectAddress.of("/runs").public("/queue") == "/queue"


def test_each_project_shows_its_own_runs_items_and_queue(three: Three) -> None:
    admin = three.program("admin")
    three.made["market"].prelabel("moderation@1")  # the third run of the workspace
    for key, runs in (("main", ["r1"]), ("market", ["r3", "r2"]), ("notes", [])):
        told = admin.get(f"/api/v1/projects/{key}/runs").json()
        assert [row["name"] for row in told["rows"]] == runs
    counts = {key: len(admin.get(f"/api/v1/projects/{key}/items").json()["rows"]) for key in ("main", "notes")}
    assert counts == {"main": 6, "notes": 0}
    assert admin.get("/api/v1/projects/notes/runs/r1").status_code == 404
    assert admin.get("/p/notes/runs/r1").status_code == 404
    assert admin.get("/p/market/runs/r2").status_code == 200


def test_without_a_project_the_api_names_those_there_are_to_choose_from(three: Three) -> None:
    refused = three.program("admin").get("/api/v1/runs")
    assert (refused.status_code, refused.json()["code"]) == (400, "project_not_named")
    assert "main, market, notes" in refused.json()["detail"]
    two = three.program("lea", main=Role.LEAD, notes=Role.LEAD).get("/api/v1/runs")
    assert (two.status_code, "market" in two.text) == (400, False)


def test_the_only_project_of_somebody_needs_no_name(three: Three) -> None:
    ana = three.program("mia", market=Role.ANALYST)
    assert [row["name"] for row in ana.get("/api/v1/runs").json()["rows"]] == ["r2"]
    assert ana.get("/api/v1/me").json()["project"] == "market"


def test_a_closed_project_is_no_choice_until_it_is_named(three: Three) -> None:
    mia = three.program("mia", market=Role.ANALYST, notes=Role.ANALYST)
    assert mia.get("/api/v1/runs").status_code == 400
    three.workspace.projects.set_state("notes", ProjectState.CLOSED, actor="tests")
    assert len(mia.get("/api/v1/runs").json()["rows"]) == 1
    assert mia.get("/api/v1/projects/notes/runs").json()["rows"] == []


def test_a_page_without_a_project_leads_to_the_one_chosen_last_or_to_the_choice(three: Three) -> None:
    client = three.browser("admin")
    first = client.get("/runs?after=2")
    assert (first.status_code, first.headers["location"]) == (303, "/projects?next=/runs%3Fafter%3D2")
    three.workspace.users.set_preferences("admin", {"project": "market"}, actor="admin")
    assert client.get("/runs?after=2").headers["location"] == "/p/market/runs?after=2"
    part = client.get("/runs", headers={"hx-request": "true"})
    assert (part.status_code, part.headers["hx-redirect"]) == (409, "/p/market/runs")
    three.workspace.users.set_preferences("admin", {"project": "gone"}, actor="admin")
    assert client.get("/runs").headers["location"].startswith("/projects")


def test_every_link_form_and_part_of_a_page_stays_in_its_project(three: Three) -> None:
    client = three.browser("admin")
    for path in ("/", "/runs", "/runs/r2", "/queue", "/queue/tasks", "/disagreements", "/people", "/gold", "/profile"):
        page = client.get(f"/p/market{path}")
        assert page.status_code == 200, path
        found = re.findall(r"""\s(?:href|src|action|hx-get|hx-post)=["'](/[^"']*)""", page.text)
        assert found
        assert [one for one in found if not one.startswith(("/p/market/", "/static/"))] == []
        assert '<meta name="project" content="market">' in page.text


def test_redirects_stay_in_the_project(three: Three) -> None:
    client = three.browser("admin")
    saved = client.post("/p/market/profile/switch", data={"theme": "dark", "next": "/runs"})
    assert saved.headers["location"] == "/p/market/runs"
    assert client.get("/p/market/queue/").headers["location"].endswith("/p/market/queue")
    assert client.get("/api/v1/projects/market/runs/").headers["location"].endswith("/api/v1/projects/market/runs")
    client.cookies.clear()
    assert client.get("/p/market/runs").headers["location"] == "/p/market/login?next=/runs"


def test_who_is_no_member_learns_nothing_not_even_whether_there_is_such_a_project(three: Three) -> None:
    mia = three.browser("mia", market=Role.LEAD)
    program = three.program("mia")
    there, none = (program.get(f"/api/v1/projects/{key}/runs") for key in ("main", "nothing"))
    assert there.status_code == none.status_code == 403
    assert there.json()["code"] == none.json()["code"] == "not_a_member"
    assert there.json()["detail"].replace("main", "KEY") == none.json()["detail"].replace("nothing", "KEY")
    assert mia.get("/p/main/runs").status_code == mia.get("/p/nothing/runs").status_code == 403
    assert program.get("/api/v1/projects/nothing/me").status_code == 403
    assert three.program("admin").get("/api/v1/projects/nothing/runs").status_code == 404


def test_who_is_in_no_project_has_their_own_account_and_nothing_else(three: Three) -> None:
    client = three.browser("noa")
    assert {client.get(path).status_code for path in ("/profile", "/profile/sessions", "/api/v1/me")} == {200}
    assert {client.get(path).status_code for path in ("/", "/policy", "/review", "/runs", "/api/v1/policy")} == {403}
    assert client.get("/api/v1/me").json()["permissions"] == ["own"]
    assert client.get("/api/v1/users").json()["code"] == "no_project_of_theirs"


def test_what_one_project_remembers_is_not_shown_in_another(three: Three) -> None:
    admin: TestClient = three.program("admin")
    assert admin.get("/api/v1/projects/market/tasks/overview").json()["open"] == 1
    assert admin.get("/api/v1/projects/notes/tasks/overview").json()["open"] == 0
    people = {key: admin.get(f"/api/v1/projects/{key}/people?days=all").json()["rows"] for key in ("main", "notes")}
    assert len(people["main"]) == 3
    assert people["notes"] == []


def test_a_closed_project_is_read_and_not_changed(three: Three) -> None:
    lead = three.program("lea", market=Role.LEAD)
    three.workspace.projects.set_state("market", ProjectState.CLOSED, actor="tests")
    assert lead.get("/api/v1/projects/market/tasks").status_code == 200
    refused = lead.post("/api/v1/projects/market/gold", json={"item_id": "post-001", "labels": ["safe"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "project_closed")
    page = three.browser("lea").post("/p/market/gold", data={"item": "post-001", "labels": "safe"})
    assert page.status_code == 409
    assert "closed" in page.text
