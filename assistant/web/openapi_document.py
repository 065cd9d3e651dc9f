"""The OpenAPI document without a workspace or a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assistant.settings import Settings
from assistant.web.app import create_app
from assistant.web.server.options import ServeOptions
from assistant.wiring.workspace import Workspace


def api_document() -> dict[str, Any]:
    """The same as a server has at `/api/v1/openapi.json`: it depends on the program's version alone."""
    return create_app(Workspace(Path(), Settings()), ServeOptions()).openapi()
