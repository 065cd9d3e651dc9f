"""The description of the REST API, as OpenAPI: how to sign in, and what an error looks like."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from assistant.web.server.public_routes import open_to_all
from assistant.web.server.root_path import Root

ADDRESS = "/api/v1/openapi.json"
_ABOUT = """\
Everything the pages do. Send `Authorization: Bearer TOKEN` with a token from the page API tokens; from a page of
ours, the session's cookie and `X-CSRF-Token`. Errors are problem details (RFC 9457); `code` is a stable word.
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
            app.openapi_schema = {**_description(app), **servers}
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's own way to extend it


_DESCRIPTIONS: dict[str, dict[str, Any]] = {}
"""By the version: all apps of a process have the same addresses, and to describe them takes half a second."""


def _description(app: FastAPI) -> dict[str, Any]:
    if app.version not in _DESCRIPTIONS:
        schema = get_openapi(title=app.title, version=app.version, description=_ABOUT, routes=app.routes)
        components = schema.setdefault("components", {})
        components.setdefault("schemas", {})["Problem"] = ProblemDocument.model_json_schema()
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        schema["security"] = [{"token": []}]
        _without_default_422(schema)
        _DESCRIPTIONS[app.version] = schema
    return _DESCRIPTIONS[app.version]


def _without_default_422(schema: dict[str, Any]) -> None:
    """FastAPI's own form of a refused input; ours is a problem document like every other."""
    for path in schema.get("paths", {}).values():
        for operation in path.values():
            operation.get("responses", {}).pop("422", None)
    for name in ("HTTPValidationError", "ValidationError"):
        schema["components"]["schemas"].pop(name, None)
