"""`assistant openapi`: what the REST API takes and gives, for other programs."""

from __future__ import annotations

import typer

from assistant.cli.output import Output


def register(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command("openapi")(openapi)


def openapi() -> None:
    """Print the OpenAPI document of the REST API, as JSON; needs no workspace.

    Example: assistant openapi > openapi.json
    """
    from assistant.web.app import api_document

    Output(as_json=True).result(api_document())
