"""What docs/api.md shows works as it is written there; the document is the one a server has."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from assistant.application.people.credentials import digest, new_token
from assistant.domain.review_work import Role
from assistant.store.people.api_tokens import ApiTokenStore
from assistant.web.app import api_document
from assistant.web.server.project_path import documented
from assistant.wiring.workspace import Workspace
from tests.browser.made_up import serving
from tests.cli.conftest import Assistant, assistant  # noqa: F401 - fixtures
from tests.web.conftest import make_user
from tests.workspaces import MadeUp

TEXT = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
SHELL = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
PYTHON = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture
def address(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server with three items that wait for a lead, whose token is in the environment."""
    made = MadeUp(workspace, 6)
    for post in made.posts[:3]:
        made.task(post)
    secret, lead = new_token(), make_user(workspace, "ana.bot", Role.LEAD)
    ApiTokenStore(workspace.database).add(
        lead, name="t", digest=digest(secret), scopes=("read", "label"), actor="tests"
    )
    with serving(workspace) as base_url:
        monkeypatch.setenv("ASSISTANT_URL", base_url)
        monkeypatch.setenv("ASSISTANT_TOKEN", secret)
        yield base_url
    made.close()


@pytest.mark.usefixtures("address")
def test_the_python_of_the_page_answers_what_waits_and_reads_lists() -> None:
    names: dict[str, Any] = {}
    for block in PYTHON:
        exec(compile(block, "docs/api.md", "exec"), names)  # noqa: S102 - our own page
    assert [one["outcome"] for one in names["answered"]] == ["stored"] * 3
    assert len(names["given"]) == 3
    assert names["waiting"] == []


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed here")
@pytest.mark.usefixtures("address")
def test_curl_asks_as_written() -> None:
    [line] = [block for block in SHELL if block.startswith("curl")]
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["name"] == "ana.bot"


def test_a_token_is_made_as_written(assistant: Assistant, workspace: Workspace) -> None:  # noqa: F811
    make_user(workspace, "ana")
    [line] = [block for block in SHELL if block.startswith("assistant")]
    said = assistant(*shlex.split(line)[1:], "-w", workspace.folder)
    assert said.status == 0, said.stderr


def test_the_command_prints_what_a_server_has(assistant: Assistant, app: FastAPI) -> None:  # noqa: F811
    said = assistant("openapi")
    assert said.status == 0
    assert said.json == app.openapi() == api_document()


def test_addresses_of_the_page_are_there() -> None:
    paths = api_document()["paths"]
    for method, path in re.findall(r"`(GET|POST) (/api/v1/[a-z/-]+)", TEXT.replace("ID", "{assignment_id}")):
        there = (path, documented(path))
        assert any(one.startswith(there) and method.lower() in told for one, told in paths.items()), path
