"""For whoever looks after the server: health and figures, and who may read them."""

from __future__ import annotations

import gc
import weakref

from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.policy.index.lock import DirectoryLock
from assistant.web.app import create_app
from assistant.web.server.options import ServeOptions
from assistant.wiring.workspace import Workspace
from tests.web.conftest import PORT, SignedIn, browser


def test_health_is_open_and_names_nothing(nobody: TestClient) -> None:
    answer = nobody.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "index": "none"}


def test_health_says_whether_somebody_has_the_index(nobody: TestClient, workspace: Workspace) -> None:
    folder = workspace.state / "chroma"
    with DirectoryLock(folder, owner="assistant tests"):
        assert nobody.get("/healthz").json()["index"] == "in use"
    assert nobody.get("/healthz").json()["index"] == "free"


def test_figures_are_counted_by_route_and_never_name_anybody(signed_in: SignedIn) -> None:
    client = signed_in(name="ana")
    client.get("/profile")
    client.get("/nothing/ana")
    client.request("BREW", "/profile")
    text = client.get("/metrics").text
    assert 'assistant_requests_total{method="GET",route="/profile",status="200"} 1.0' in text
    assert 'assistant_requests_total{method="GET",route="none",status="404"} 1.0' in text
    assert 'method="other"' in text
    assert 'assistant_assignments{state="open"} 0.0' in text
    assert 'assistant_request_seconds_bucket{le="0.03",route="/profile"}' in text
    assert "ana" not in text.replace("analyst", "")


def test_figures_are_for_this_machine_only(app: FastAPI) -> None:
    assert browser(app).get("/metrics").status_code == 200
    assert browser(app, address="10.0.0.7").get("/metrics").status_code == 403
    passed_on = {"x-forwarded-for": "203.0.113.9"}
    assert browser(app).get("/metrics", headers=passed_on).status_code == 403


def test_figures_are_for_whoever_has_their_token(workspace: Workspace) -> None:
    options = ServeOptions(port=PORT, metrics_token="figures")  # noqa: S106 - made up
    client = browser(create_app(workspace, options), address="10.0.0.7")
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 403
    assert client.get("/metrics", headers={"authorization": "Bearer figures"}).status_code == 200


def test_two_apps_in_one_process_count_apart(workspace: Workspace) -> None:
    first, second = (browser(create_app(workspace, ServeOptions(port=PORT))) for _ in range(2))
    first.get("/healthz")
    assert 'route="/healthz"' not in second.get("/metrics").text


def test_the_description_of_the_api_is_open_and_knows_its_errors(nobody: TestClient) -> None:
    schema = nobody.get("/api/v1/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    assert {"title", "status", "detail", "code"} <= set(schema["components"]["schemas"]["Problem"]["properties"])
    assert schema["security"] == [{"token": []}]
    for path, operations in schema["paths"].items():
        assert path.startswith("/api/v1/")
        for operation in operations.values():
            assert "422" not in operation["responses"]
            assert "default" in operation["responses"]


def test_an_app_is_freed_with_its_last_user(workspace: Workspace) -> None:
    app = create_app(workspace, ServeOptions(port=PORT))
    assert browser(app).get("/api/v1/openapi.json").status_code == 200
    assert browser(app).get("/api/v1/items").status_code == 401
    left = weakref.ref(app)
    del app
    gc.collect()
    assert left() is None
