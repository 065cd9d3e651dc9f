"""The description of the REST API, as OpenAPI: how to sign in, and what an error looks like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.routing import BaseRoute

from assistant import __version__
from assistant.domain.projects import FIRST_KEY
from assistant.web.security.api_access import INSIDE
from assistant.web.server.project_path import documented
from assistant.web.server.public_routes import open_to_all
from assistant.web.server.root_path import Root

ADDRESS = "/api/v1/openapi.json"
_ABOUT = """\
Everything the pages do. Send `Authorization: Bearer TOKEN` with a token from the page API tokens; from a page of
ours, the session's cookie and `X-CSRF-Token`. Errors are problem details (RFC 9457); `code` is a stable word.

What belongs to a project lies below `/api/v1/projects/{project}`. Without that part the same address means the only
project that is open to you (`/api/v1/runs`); where there are several, it is refused with `project_not_named`.
"""


class ProblemDocument(BaseModel):
    """An error, as RFC 9457 describes it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    hint: str | None = None
    errors: list[dict[str, str]] | None = None


ERRORS: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "What went wrong.",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}

_PROJECT = {
    "name": "project",
    "in": "path",
    "required": True,
    "description": "The project's key.",
    "schema": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]*$", "maxLength": 60},
    "example": FIRST_KEY,
}


@open_to_all
def _openapi(request: Request) -> JSONResponse:
    """The description. No function of one app: FastAPI remembers those it has seen, and with them the app."""
    return JSONResponse(request.app.openapi())


def describe(app: FastAPI, root: Root) -> None:
    """Let an app describe itself at `ADDRESS`; its addresses are below the public path, where there is one."""
    app.get(ADDRESS, include_in_schema=False)(_openapi)

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            servers = {"servers": [{"url": root.path}]} if root.path else {}
            app.openapi_schema = {**description(app.title, app.routes), **servers}
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's own way to extend it


_DESCRIPTIONS: dict[str, dict[str, Any]] = {}
"""By the title: all apps of a process have the same addresses, and to describe them takes half a second."""


def description(title: str, routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """The description of these routes."""
    if title not in _DESCRIPTIONS:
        schema = get_openapi(title=title, version=__version__, description=_ABOUT, routes=routes)
        components = schema.setdefault("components", {})
        components.setdefault("schemas", {})["Problem"] = ProblemDocument.model_json_schema()
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        schema["security"] = [{"token": []}]
        _without_default_422(schema)
        schema["paths"] = dict(_in_projects(schema["paths"]))
        _DESCRIPTIONS[title] = schema
    return _DESCRIPTIONS[title]


def _in_projects(paths: dict[str, dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Operations inside a project below the address of that project, with its key as their first parameter."""
    for path, operations in paths.items():
        inside = any(operation.pop(INSIDE, False) for operation in operations.values())
        if not inside:
            yield path, operations
            continue
        for operation in operations.values():
            operation["parameters"] = [_PROJECT, *operation.get("parameters", ())]
        yield documented(path), operations


def _without_default_422(schema: dict[str, Any]) -> None:
    """FastAPI's own form of a refused input; ours is a problem document like every other."""
    for path in schema.get("paths", {}).values():
        for operation in path.values():
            operation.get("responses", {}).pop("422", None)
    for name in ("HTTPValidationError", "ValidationError"):
        schema["components"]["schemas"].pop(name, None)
