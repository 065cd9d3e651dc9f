"""What the review page's scripts are checked against is what the API answers with."""

from __future__ import annotations

import json
import re

from fastapi import FastAPI

from assistant.web.presentation.assets import FOLDER
from tests.web.api_types import FILE, USED, declarations
from tests.web.conftest import app, workspace  # noqa: F401 - fixtures


def test_the_types_for_scripts_are_those_of_the_api(app: FastAPI) -> None:  # noqa: F811 - the fixture
    assert declarations(app.openapi()) == FILE.read_text(encoding="utf-8"), "python -m tests.web.api_types writes them"


def test_every_call_of_the_scripts_has_its_types_and_no_type_is_of_a_call_they_do_not_make() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (FOLDER / "review").glob("*.js"))
    called = {
        (method.lower(), re.sub(r"\$\{[^}]+\}", "{}", path))
        for method, path in re.findall(r"""ask\("(\w+)", ["`](/api/[^"`?]+)""", source)
    }
    named = ("post", "/api/v1/assignments/{}/{}")  # what is done with an assignment, by its name
    assert named in called
    known = {(method, re.sub(r"\{[^}]+\}", "{}", path)) for method, path in USED}
    assert called - {named} <= known
    left = {path.rpartition("/")[2] for _, path in known - called}
    assert left == {"answer", "escalate", "heartbeat", "skip"}
    assert all(f'"{word}"' in source for word in left)


def test_the_checkers_of_scripts_are_pinned_by_digest_and_their_lock_file_names_no_registry() -> None:
    lock = json.loads((FILE.parents[2] / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert {"node_modules/@biomejs/biome", "node_modules/typescript"} <= set(packages)
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not [name for name, entry in packages.items() if "resolved" in entry]
