"""Where people work from when to when, over the API and on pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from assistant.domain.review_work import Role
from tests.web.api.conftest import Program, newest
from tests.web.conftest import SignedIn
from tests.workspaces import MadeUp

PATH = "/api/v1/memberships"


def test_a_person_is_moved_by_who_may_and_read_by_leads(made_up: MadeUp, program: Program) -> None:
    admin, lead = program(Role.ADMIN), program(Role.LEAD)
    body = {"person": "ana", "team": "nights", "vendor": "Acme", "weekly_hours": 40}
    assert lead.post(PATH, json=body).status_code == 403
    moved = admin.post(PATH, json=body)
    assert moved.status_code == 200, moved.text
    assert moved.json()["rows"][-1]["vendor"] == "Acme"
    assert newest(made_up.workspace, "membership.set").subject == "user:ana"
    assert lead.get(f"{PATH}/ana").json() == moved.json()
    assert program(Role.ANALYST).get(f"{PATH}/ana").status_code == 403
    assert made_up.users.get("ana").team == "nights"


def test_what_cannot_be_is_refused_and_changes_nothing(made_up: MadeUp, program: Program) -> None:
    admin, before = program(Role.ADMIN), made_up.workspace.memberships.all()
    assert admin.post(PATH, json={"person": "nobody", "team": "x"}).status_code == 404
    assert admin.post(PATH, json={"person": "ana", "weekly_hours": 200}).status_code == 422
    backwards = {"person": "ana", "valid_from": "2026-02-01", "valid_to": "2026-01-01"}
    assert admin.post(PATH, json=backwards).status_code == 400
    assert made_up.workspace.memberships.all() == before
    assert admin.get(f"{PATH}/figures", params={"first": "2026-02-01", "last": "2026-01-01"}).status_code == 400
    assert admin.get(f"{PATH}/figures", params={"by": "shoe"}).status_code == 422


@pytest.mark.usefixtures("made_up")
def test_figures_by_vendor_are_the_same_by_api_and_in_the_file(program: Program, signed_in: SignedIn) -> None:
    day = datetime.now(UTC).date()
    long_ago = str(day - timedelta(days=3650))
    body = {"person": "ana", "team": "days", "vendor": "Acme"}
    assert program(Role.ADMIN).post(PATH, json=body).status_code == 200
    told = program(Role.LEAD).get(f"{PATH}/figures", params={"by": "vendor", "first": long_ago}).json()
    assert [one["group"] for one in told["rows"]] == ["", "Acme"]
    page = signed_in(Role.LEAD).get(f"/people-groups?by=vendor&first={long_ago}")
    assert "Acme" in page.text
    file = signed_in(Role.LEAD).get(f"/people-groups.csv?by=vendor&first={long_ago}").text
    acme = next(line for line in file.splitlines() if line.startswith("Acme"))
    assert acme.split(",")[1:3] == ["1", str(told["rows"][1]["answers"])]
    assert signed_in(Role.ANALYST).get("/people-groups").status_code == 403


def test_the_page_moves_a_person_and_says_what_is_wrong(made_up: MadeUp, signed_in: SignedIn) -> None:
    admin = signed_in(Role.ADMIN)
    path = "/people/ana/memberships"
    assert "Memberships" in admin.get(path).text
    assert admin.post(path, data={"team": "x", "weekly_hours": "200"}).status_code == 422
    assert admin.post(path, data={"team": "x", "valid_from": "soon"}).status_code == 422
    assert admin.post(path, data={"team": "nights", "vendor": "Acme"}).status_code == 303
    assert made_up.users.get("ana").team == "nights"
    assert "Acme" in admin.get(path).text
    assert signed_in(Role.LEAD).post(path, data={"team": "y"}).status_code == 403
