"""The OpenAPI document: readable, complete, and true about who may do what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from assistant.domain.permissions import SCOPES
from assistant.web import api
from assistant.web.app import _routers
from assistant.web.security.api_access import permissions_of
from assistant.web.server.project_path import documented
from assistant.web.server.public_routes import needs_project
from tests.web.conftest import app, workspace  # noqa: F401 - fixtures

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def described(app: FastAPI) -> dict[str, Any]:  # noqa: F811 - the fixture
    return app.openapi()


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in described["paths"].items():
        for method, operation in item.items():
            assert method in METHODS
            yield path, method, operation


def test_every_operation_has_a_short_name_of_its_own_a_summary_and_a_sentence(described: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(described)]
    assert len(set(names)) == len(names), sorted(name for name in names if names.count(name) > 1)
    for path, method, operation in operations(described):
        assert operation["operationId"].isidentifier(), operation["operationId"]
        assert operation["summary"], (path, method)
        assert operation["description"].strip(), (path, method)
        assert "Raises:" not in operation["description"]
        assert len(operation["tags"]) == 1


def test_every_operation_says_which_scope_and_roles_it_takes(described: dict[str, Any]) -> None:
    for router in _routers(api):
        for route in router.routes:
            assert isinstance(route, APIRoute)
            for method in route.methods or ():
                path = documented(route.path_format) if needs_project(route.endpoint) else route.path_format
                told = described["paths"][path][method.lower()]
                asked = permissions_of(route)
                assert told.get("x-permissions", []) == [permission.value for permission in asked]
                assert set(told.get("x-scopes", [])) == {SCOPES[permission].value for permission in asked}


def test_every_error_is_a_problem_document(described: dict[str, Any]) -> None:
    for path, method, operation in operations(described):
        for status, answer in operation["responses"].items():
            if status == "default" or int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"], (path, method, status)
                assert answer["description"]
        assert "default" in operation["responses"]


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    def walk(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            for value in part.values():
                yield from walk(value)
        elif isinstance(part, list):
            for value in part:
                yield from walk(value)

    known = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}
    assert set(walk(described)) <= known
