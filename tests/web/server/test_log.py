"""The server's log: what it says of a request and of the server, who may read it, and what callers don't get."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from fastapi import FastAPI

from assistant import __version__, errors
from assistant.application.people.passwords import hash_password
from assistant.domain.review_work import Role
from assistant.store.database import HEAD
from assistant.web.server import log
from assistant.web.server.log import LOG, logging_to
from assistant.wiring.workspace import Workspace
from tests.web.conftest import PASSWORD, browser, make_user
from tests.web.serving import serving

WHERE = 'connection to server at "10.9.8.7", port 55432 failed: Connection refused'


@pytest.mark.parametrize(
    "kind",
    [errors.StorageError, errors.VectorIndexError, errors.ModelError, errors.SettingsError, errors.FatalModelError],
)
@pytest.mark.parametrize("path", ["/api/v1/tests/fails", "/tests/fails"])
def test_why_the_server_cannot_work_is_logged_and_not_told_to_whoever_asked(
    app: FastAPI, caplog: pytest.LogCaptureFixture, kind: type[errors.AssistantError], path: str
) -> None:
    def fails() -> None:
        raise kind(WHERE, where="http://10.9.8.7:8000", hint="start 10.9.8.7")

    app.router.add_route(path, lambda _: fails())
    answer = browser(app).get(path)
    assert answer.status_code == 503
    assert "10.9.8.7" not in answer.text + str(answer.headers)
    assert "55432" not in answer.text
    [line] = [record.msg for record in caplog.records if isinstance(record.msg, dict) and "error" in record.msg]
    assert (line["error"], line["id"]) == (kind.__name__, answer.headers["x-request-id"])
    if kind in {errors.StorageError, errors.VectorIndexError}:
        assert line["message"] == WHERE


@pytest.mark.parametrize(
    "given",
    ["1-67891233-abcdef012345678912345678", "0123456789abcdef" * 2, "7c9e6679-7425-40de-944b-e07fc1f90ae7", "a" * 128],
)
def test_the_number_a_proxy_gave_a_request_is_kept(app: FastAPI, caplog: pytest.LogCaptureFixture, given: str) -> None:
    caplog.set_level(logging.INFO, LOG.name)
    assert browser(app).get("/livez", headers={"x-request-id": given}).headers["x-request-id"] == given
    assert caplog.records[-1].msg["id"] == given  # type: ignore[index]


@pytest.mark.parametrize(
    "given", ["", "a" * 129, "a b", "<script>", "a\tb", '"', "é", "\x1b[2J", "-rf", "a\\nb", "a,b"]
)
def test_a_number_that_could_mean_something_is_replaced(app: FastAPI, given: str) -> None:
    told = browser(app).get("/livez", headers={"x-request-id": given.encode()}).headers["x-request-id"]
    assert len(told) == 16
    assert told != given


def test_two_numbers_are_none(app: FastAPI) -> None:
    given = [("x-request-id", "one-number"), ("x-request-id", "another-number")]
    assert len(browser(app).get("/livez", headers=given).headers["x-request-id"]) == 16


def test_every_file_of_the_log_is_its_owners_only_after_cuts_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "_BYTES", 200)
    path = tmp_path / "serve.log"
    path.touch(mode=0o644)
    path.chmod(0o644)
    with logging_to(path):
        for number in range(20):
            LOG.info({"number": number})
    files = sorted(tmp_path.iterdir())
    assert len(files) > 2
    assert {oct(file.stat().st_mode & 0o777) for file in files} == {"0o600"}


def test_what_no_handler_caught_is_logged_without_what_it_was_busy_with(tmp_path: Path) -> None:
    with logging_to(tmp_path / "serve.log"):
        logging.getLogger("asyncio").error(
            "Task exception was never retrieved\nfuture: <Task exception=ValueError('x')>"
        )
    assert json.loads((tmp_path / "serve.log").read_text("utf-8"))["message"] == "Task exception was never retrieved"


def test_the_first_line_says_what_was_started_and_holds_no_secret(workspace: Workspace) -> None:
    make_user(workspace, "ana", Role.ADMIN, password_hash=hash_password(PASSWORD))
    options = ("--team", "--public-url", "https://labels.example.com", "--trusted-proxy", "127.0.0.1")
    with serving(workspace.folder, *options, ASSISTANT_METRICS_TOKEN="figures") as server:  # noqa: S106 - made up
        pid = server.process.pid
        server.stop()
    text = (workspace.state / "serve.log").read_text("utf-8")
    first = json.loads(text.splitlines()[0])
    assert {name: first[name] for name in ("message", "version", "schema", "pid", "database", "team")} == {
        "message": "started",
        "version": __version__,
        "schema": HEAD,
        "pid": pid,
        "database": "SQLite",
        "team": True,
    }
    assert (first["public_url"], first["trusted_proxies"]) == ("https://labels.example.com", ["127.0.0.1"])
    assert first["metrics_token"] is True
    assert "figures" not in text
