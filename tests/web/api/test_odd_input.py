"""Input nobody means well with: refused with a problem document that doesn't repeat it, and nothing changes."""

from __future__ import annotations

import json

import pytest

from assistant.domain.review_work import Role
from assistant.store.audit import log as audit
from tests.web.api.conftest import Program
from tests.workspaces import MadeUp

HUGE = 2**63
DEEP = b'{"n":' * 500 + b"1" + b"}" * 500
READ = [
    *("/api/v1/items/..%2f..%2fassistant.toml", "/api/v1/prompts/..%2f..%2fetc%2fpasswd", "/api/v1/users/%00"),
    *(f"/api/v1/disagreements/{HUGE}", "/api/v1/disagreements/-1", "/api/v1/gold?cursor=-5", "/api/v1/gold?cursor=x"),
    *("/api/v1/tasks?cursor=nan:1", "/api/v1/items?limit=0", "/api/v1/items?limit=1e9"),
    *("/api/v1/audit?nothing=1", "/api/v1/gold?language=%00", "/api/v1/policy/versions/..%2f..%2fx"),
    *("/api/v1/items?limit=1&limit=x", "/api/v1/runs/%ff%fe", "/api/v1/assignments/1/media/99999999999999999999"),
]
BODIES = [
    *(b"", b"{", b"null", b"[]", b'"x"', DEEP, b"\xff\xfe", json.dumps({"n": HUGE}).encode()),
    *(b'{"n": 1e400}', b'{"n": NaN}', b'{"n": "1; DROP TABLE items"}', b'{"n": 1, "have": [-1]}'),
]


@pytest.mark.parametrize("path", READ)
def test_odd_addresses_are_refused(program: Program, path: str) -> None:
    answer = program(Role.ADMIN).get(path)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "root:" not in answer.text


@pytest.mark.parametrize("body", BODIES)
def test_odd_bodies_are_refused(program: Program, body: bytes) -> None:
    answer = program(Role.REVIEWER).post(
        "/api/v1/queue/claim", content=body, headers={"content-type": "application/json"}
    )
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "DROP TABLE" not in answer.text


def test_another_content_type_is_no_json(program: Program) -> None:
    for kind in ("text/plain", "application/xml", "multipart/form-data; boundary=x"):
        answer = program(Role.REVIEWER).post("/api/v1/queue/claim", content=b'{"n": 1}', headers={"content-type": kind})
        assert answer.status_code == 422, kind


@pytest.mark.parametrize("text", ["\0", "\ud800", "a\0b"])
def test_characters_that_no_database_takes_are_refused_or_kept_exactly(
    program: Program, made_up: MadeUp, text: str
) -> None:
    body = {"item_id": made_up.posts[0].id, "labels": ["spam"], "explanation": text}
    lead = program(Role.LEAD)
    answer = lead.post("/api/v1/gold", content=json.dumps(body), headers={"content-type": "application/json"})
    assert answer.status_code in {201, 422}, answer.text
    if answer.status_code == 201:
        assert lead.get("/api/v1/gold").json()["rows"][0]["explanation"] == text


def test_a_forged_role_or_name_is_refused(program: Program, made_up: MadeUp) -> None:
    reviewer = program(Role.REVIEWER)
    before = audit.entries(made_up.workspace.database, limit=1)[0].id
    for field in ({"role": "admin"}, {"user_id": 1}, {"rater": "ana"}, {"shown_suggestion": False}):
        answer = reviewer.patch("/api/v1/users/reviewer.bot", json=field)
        assert answer.status_code == 403
    made_up.workspace.read_log.close()
    written = [one.action for one in audit.entries(made_up.workspace.database) if one.id > before]
    assert set(written) <= {"access.refused", "token.use"}
    assert made_up.users.get("reviewer.bot").role is Role.REVIEWER
