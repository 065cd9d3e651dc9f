"""What the review page sends and gets, as types for JavaScript: written from the API's own description.

`python -m tests.web.api_types` writes the file again after the API has changed.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import assistant.web
from assistant.application.workspace.create import make_workspace
from assistant.web.app import create_app
from assistant.web.server.options import ServeOptions
from assistant.web.server.project_path import documented
from assistant.wiring.workspace import Workspace

FILE = Path(assistant.web.__file__).parent / "api.d.ts"
USED = (  # what the page calls; a test holds it against the scripts
    ("get", "/api/v1/assignments/{assignment_id}/colleagues"),
    ("get", "/api/v1/assignments/{assignment_id}/precedents"),
    ("get", "/api/v1/assignments/{assignment_id}/text"),
    ("get", "/api/v1/profile/session"),
    ("get", "/api/v1/queue/last"),
    ("post", "/api/v1/assignments/{assignment_id}/answer"),
    ("post", "/api/v1/assignments/{assignment_id}/escalate"),
    ("post", "/api/v1/assignments/{assignment_id}/hand-over"),
    ("post", "/api/v1/assignments/{assignment_id}/heartbeat"),
    ("post", "/api/v1/assignments/{assignment_id}/skip"),
    ("post", "/api/v1/practice/mine"),
    ("post", "/api/v1/queue/claim"),
    ("post", "/api/v1/reviews/{review_id}/undo"),
    ("put", "/api/v1/profile/review"),
)
_HEAD = """\
// What the review page sends to the server and gets from it, for the type checker only.
// Written by `python -m tests.web.api_types` from the API's description; a test holds it against that.

declare namespace Api {
"""
_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def declarations(described: dict[str, Any]) -> str:
    """The types of an API's description that `USED` needs."""
    schemas = described["components"]["schemas"]
    return _HEAD + "\n".join(_declared(name, schemas[name]) for name in sorted(_needed(described))) + "}\n"


def _needed(described: dict[str, Any]) -> set[str]:
    """The names of all schemas that the calls in `USED` lead to."""
    found: set[str] = set()
    operations = (described["paths"][documented(path)][method] for method, path in USED)
    waiting = {name for one in operations for name in _named(one, errors=False)}
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= _named(described["components"]["schemas"][name]) - found
    return found


def _named(part: Any, *, errors: bool = True) -> set[str]:
    """The schemas that a part of the description names; those of errors only where wanted."""
    if isinstance(part, list):
        return {name for one in part for name in _named(one)}
    if not isinstance(part, dict):
        return set()
    if not errors:
        good = {status: answer for status, answer in part["responses"].items() if status.startswith("2")}
        return _named({**part, "responses": good})
    own = {part["$ref"].rpartition("/")[2]} if "$ref" in part else set()
    return own | {name for one in part.values() for name in _named(one)}


def _declared(name: str, schema: dict[str, Any]) -> str:
    if "properties" not in schema:
        return f"  type {_short(name)} = {_type(schema)};\n"
    needed = set(schema.get("required", ()))
    lines = (f"    {key}{'' if key in needed else '?'}: {_type(one)};\n" for key, one in schema["properties"].items())
    return f"  interface {_short(name)} {{\n{''.join(lines)}  }}\n"


def _short(name: str) -> str:
    """Without the module that FastAPI puts before a name which two have."""
    return name.rpartition("__")[2]


def _type(schema: dict[str, Any]) -> str:
    match schema:
        case {"$ref": name}:
            found = _short(name.rpartition("/")[2])
        case {"enum": values}:
            found = _either(json.dumps(one) for one in values)
        case {"anyOf": kinds}:
            found = _either(_type(one) for one in kinds)
        case {"type": "array", "items": items}:
            inner = _type(items)
            found = f"({inner})[]" if " " in inner else f"{inner}[]"
        case {"type": "object", "additionalProperties": values}:
            found = f"Record<string, {_type(values)}>"
        case _:
            found = _PLAIN[schema["type"]]
    return found


def _either(types: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(types))


def _write() -> None:
    os.environ["ASSISTANT__EMBEDDER__NAME"] = "hashing"
    with tempfile.TemporaryDirectory() as folder:
        make_workspace(Path(folder) / "workspace")
        with Workspace.open(Path(folder) / "workspace") as workspace:
            described = create_app(workspace, ServeOptions(port=1)).openapi()
    FILE.write_text(declarations(described), encoding="utf-8")


if __name__ == "__main__":
    _write()
