"""Every operation of the API and every page, as every role, in every project: a role in one opens nothing in another.

What a role may do is what the routes say they ask for (`x-permissions`) and the table of roles; a test of that table is
`tests/domain/test_permissions.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute
from httpx import Response
from starlette.testclient import TestClient

from assistant.domain.permissions import OF_WORKSPACE, role_may
from assistant.domain.review_work import Role
from assistant.web import api, pages
from assistant.web.app import _routers
from assistant.web.security.api_access import permissions_of
from assistant.web.server.project_path import documented
from assistant.web.server.public_routes import is_open, needs_project
from tests.web.projects.conftest import KEYS, Three

REFUSED = {"role_missing", "scope_missing", "not_a_member", "confirm"}
HOME = "market"  # where everybody below has their role


def routes(package: object) -> list[APIRoute]:
    found = [route for router in _routers(package) for route in router.routes]
    return [route for route in found if isinstance(route, APIRoute)]


def operations(package: object) -> Iterator[tuple[str, APIRoute]]:
    for route in routes(package):
        for method in sorted(route.methods - {"HEAD"}):
            yield method, route


def filled(path: str, **known: str) -> str:
    """A path with values of no thing in its parameters."""
    return re.sub(r"{(\w+)(:path)?}", lambda found: known.get(found[1], "0"), path)


def ask(client: TestClient, method: str, path: str) -> Response:
    """Nothing is in the hands of what changes something: whoever may is told so (422, 404 or 409)."""
    return client.request(method, path, json={} if method in {"POST", "PUT", "PATCH"} else None)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_a_role_in_one_project_opens_its_operations_there_and_nothing_in_another(three: Three, role: Role) -> None:
    program = three.program("mia", **{HOME: role})
    wrong, tried = [], 0
    for method, route in operations(api):
        asked = permissions_of(route)
        for key in KEYS:
            path = documented(route.path) if needs_project(route.endpoint) else f"/p/{key}{route.path}"
            answer = ask(program, method, filled(path, project=key))
            code = answer.json().get("code") if answer.status_code == 403 else ""
            may = key == HOME and all(role_may(role, one) and one not in OF_WORKSPACE for one in asked)
            expected = code not in REFUSED if may else code in ({"role_missing"} if key == HOME else {"not_a_member"})
            tried += 1
            if not expected or answer.status_code >= 500:
                wrong.append((method, path, key, answer.status_code, code))
    assert wrong == []
    assert tried == 3 * len(list(operations(api))) > 300


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_a_role_in_one_project_opens_its_pages_there_and_none_in_another(three: Three, role: Role) -> None:
    client = three.browser("mia", **{HOME: role})
    wrong = []
    for method, route in operations(pages):
        if is_open(route.endpoint) or method != "GET":
            continue
        asked = permissions_of(route)
        for key in KEYS:
            answer = client.get(f"/p/{key}{filled(route.path, ending='csv', name='mia')}")
            may = key == HOME and all(role_may(role, one) and one not in OF_WORKSPACE for one in asked)
            if (answer.status_code != 403) is not may or answer.status_code >= 500:
                wrong.append((route.path, key, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_a_role_in_one_project_changes_nothing_by_forms_of_another(three: Three, role: Role) -> None:
    client = three.browser("mia", **{HOME: role})
    forms = [route for method, route in operations(pages) if method == "POST" and not is_open(route.endpoint)]
    answers = {
        route.path: client.post(f"/p/main{filled(route.path, name='ana')}", data={}).status_code for route in forms
    }
    assert {path: status for path, status in answers.items() if status != 403} == {}
    assert len(forms) > 20


def test_a_stranger_to_all_projects_opens_nothing_of_any(three: Three) -> None:
    program = three.program("noa")
    for method, route in operations(api):
        if not needs_project(route.endpoint):
            continue
        for path in (filled(documented(route.path), project="main"), filled(route.path)):
            answer = ask(program, method, path)
            assert (answer.status_code, answer.json()["code"]) in {
                (403, "not_a_member"),
                (403, "no_project_of_theirs"),
            }, (method, path)


def test_an_admin_of_the_workspace_comes_into_every_project(three: Three) -> None:
    admin = three.program("admin")
    for key in KEYS:
        for method, route in operations(api):
            if method == "GET" and needs_project(route.endpoint):
                path = filled(documented(route.path), project=key)
                assert ask(admin, method, path).status_code not in {401, 403, 500}, path


def test_different_roles_in_two_projects_are_kept_apart(three: Three) -> None:
    program = three.program("mia", main=Role.REVIEWER, market=Role.LEAD)
    tasks = {key: program.get(f"/api/v1/projects/{key}/tasks").status_code for key in KEYS}
    assert tasks == {"main": 403, "market": 200, "notes": 403}
    mine = {key: program.get(f"/api/v1/projects/{key}/me").json().get("role") for key in KEYS}
    assert mine == {"main": "reviewer", "market": "lead", "notes": None}
    menu = three.browser("mia")
    assert ("/p/main/queue" in menu.get("/p/main/").text, "/p/market/queue" in menu.get("/p/market/").text) == (
        False,
        True,
    )
