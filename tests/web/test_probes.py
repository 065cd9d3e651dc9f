"""What watches the server gets its answer whatever people's requests wait for, and the right one."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx
import pytest
import sqlalchemy as sa

from assistant import __version__
from assistant.application.people.passwords import hash_password
from assistant.domain.review_work import Role
from assistant.store.database import HEAD
from assistant.web.app import create_app
from assistant.web.server.options import ServeOptions
from assistant.web.server.shared_probe import SharedLook
from assistant.wiring.workspace import Workspace
from tests.postgres import PostgresServer
from tests.web.conftest import PASSWORD, PORT, browser, make_user
from tests.web.serving import Server, serving

BOUND = 8  # seconds; with 12 threads that wait for a minute, an answer that needs one of them takes longer
PROBES = ("/livez", "/readyz", "/healthz", "/metrics")


def asked(server: Server, path: str) -> httpx.Response:
    return httpx.get(server.base_url + path, timeout=BOUND)


def statuses(server: Server) -> dict[str, int]:
    return {path: asked(server, path).status_code for path in PROBES}


@contextmanager
def many_waiting(client: httpx.Client) -> Iterator[None]:
    """Twenty claims, more than there are threads, that wait for a lock which the block gives back before it ends."""
    with ThreadPoolExecutor(20) as pool:
        waiting = [pool.submit(client.post, "/api/v1/queue/claim", json={"n": 1}) for _ in range(20)]
        wait(waiting, timeout=1)  # what needs no lock would have ended by then
        assert not any(one.done() for one in waiting)
        yield


def test_all_is_well(workspace: Workspace) -> None:
    with serving(workspace.folder) as server:
        assert asked(server, "/livez").json() == {"status": "ok"}
        known = {"version": __version__, "schema": HEAD}
        assert asked(server, "/readyz").json() == {"status": "ok", "database": "ok", "index": "none", **known}
        assert asked(server, "/healthz").json() == {"status": "ok", "database": "ok", "index": "none"}
        assert httpx.head(f"{server.base_url}/livez").status_code == 200
        refused = httpx.post(f"{server.base_url}/readyz")
        assert (refused.status_code, refused.headers["content-type"]) == (405, "application/problem+json")


def test_a_server_whose_database_a_newer_program_has_upgraded_is_not_ready_and_says_what_to_do(
    workspace: Workspace,
) -> None:
    with serving(workspace.folder) as server:
        with workspace.database.write() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        assert statuses(server) == {"/livez": 200, "/readyz": 503, "/healthz": 200, "/metrics": 200}
        told = asked(server, "/readyz").json()
        assert (told["schema"], "restart this server" in told["needs"]) == ("9999", True)


def test_a_full_disk_is_not_ready_and_alive(workspace: Workspace) -> None:
    """The system refuses the server's files any further byte, as a full disk does, until there is room again."""
    with serving(workspace.folder) as server:
        unlimited = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (1024, unlimited[1]))
        assert statuses(server) == {"/livez": 200, "/readyz": 503, "/healthz": 503, "/metrics": 200}
        assert asked(server, "/readyz").json()["database"] == "disk full"
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, unlimited)
        assert set(statuses(server).values()) == {200}


def test_a_locked_database_is_not_ready_and_alive_though_twenty_requests_wait_for_it(workspace: Workspace) -> None:
    with serving(workspace.folder) as server, server.browser() as client:
        lock = sqlite3.connect(workspace.state / "assistant.db", isolation_level=None, check_same_thread=False)
        lock.execute("BEGIN IMMEDIATE")
        with many_waiting(client):
            assert statuses(server) == {"/livez": 200, "/readyz": 503, "/healthz": 503, "/metrics": 200}
            told = asked(server, "/readyz").json()
            assert (told["status"], told["database"]) == ("unwell", "locked")
            assert "assistant_waiting_requests " in asked(server, "/metrics").text
            lock.execute("ROLLBACK")
        lock.close()
        assert set(statuses(server).values()) == {200}


def test_a_database_that_was_removed_is_not_made_again_empty(workspace: Workspace) -> None:
    with serving(workspace.folder) as server:
        for path in workspace.state.glob("assistant.db*"):
            path.unlink()
        assert asked(server, "/readyz").status_code == 503
        assert not (workspace.state / "assistant.db").exists()


@pytest.fixture
def on_postgres(postgres: PostgresServer, workspace: Workspace) -> tuple[Path, str]:
    """A workspace on PostgreSQL; its folder and the database's URL."""
    return workspace.folder, postgres.migrated_url()


@pytest.mark.postgres
def test_a_locked_table_and_twenty_claims_starve_no_probe(on_postgres: tuple[Path, str]) -> None:
    folder, url = on_postgres
    engine = sa.create_engine(url.replace("://", "+psycopg://"))
    with serving(folder, ASSISTANT_DATABASE_URL=url) as server, server.browser() as client, engine.connect() as lock:
        lock.execute(sa.text("LOCK TABLE assignments IN ACCESS EXCLUSIVE MODE"))
        with many_waiting(client):
            assert set(statuses(server).values()) == {200}
            figures = asked(server, "/metrics").text
            assert "assistant_database_up 0.0" in figures  # what waits can't be counted, and is left out
            assert "assistant_overdue_tasks" not in figures
            lock.rollback()
        assert "assistant_overdue_tasks 0.0" in asked(server, "/metrics").text
    engine.dispose()


@pytest.mark.postgres
def test_a_database_server_that_is_gone_is_not_ready_and_comes_back(
    postgres: PostgresServer, on_postgres: tuple[Path, str]
) -> None:
    folder, url = on_postgres
    name = sa.make_url(url).database
    with serving(folder, ASSISTANT_DATABASE_URL=url) as server:
        assert asked(server, "/readyz").json()["schema"] == HEAD
        postgres.administer(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        ours = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608 - our own
        postgres.administer(ours)
        gone = asked(server, "/readyz")
        assert (gone.status_code, gone.json()["database"], gone.json()["schema"]) == (503, "does not answer", None)
        assert statuses(server) == {"/livez": 200, "/readyz": 503, "/healthz": 503, "/metrics": 200}
        assert str(name) not in gone.text
        postgres.administer(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        assert set(statuses(server).values()) == {200}
        log = (folder / ".assistant" / "serve.log").read_text("utf-8")
        assert '"database":"does not answer","message":"' in log


@pytest.mark.postgres
def test_a_database_that_takes_reads_only_is_not_ready(postgres: PostgresServer, on_postgres: tuple[Path, str]) -> None:
    folder, url = on_postgres
    with serving(folder, ASSISTANT_DATABASE_URL=url) as server:
        postgres.administer(f"ALTER DATABASE {sa.make_url(url).database} SET default_transaction_read_only = on")
        told = asked(server, "/readyz")
        assert (told.status_code, told.json()["database"]) == (503, "read-only")


@pytest.mark.parametrize("host", ["10.1.2.3:8760", "10.1.2.3", "[2001:db8::1]:8760", "localhost:8760"])
def test_probes_ask_by_address_whatever_people_type(workspace: Workspace, host: str) -> None:
    make_user(workspace, "ana", Role.ADMIN, password_hash=hash_password(PASSWORD))
    app = create_app(workspace, ServeOptions(host="0.0.0.0", port=PORT, public_url="https://labels.example.com"))  # noqa: S104
    client = browser(app)
    assert {path: client.get(path, headers={"host": host}).status_code for path in PROBES} == dict.fromkeys(PROBES, 200)
    assert client.get("/login", headers={"host": host}).status_code == 421


def test_a_name_that_was_pointed_here_reads_no_probe_and_is_refused_in_json(workspace: Workspace) -> None:
    app = create_app(workspace, ServeOptions(host="0.0.0.0", port=PORT, public_url="https://labels.example.com"))  # noqa: S104
    for path in PROBES:
        refused = browser(app).get(path, headers={"host": "evil.example"})
        assert (refused.status_code, refused.headers["content-type"]) == (421, "application/problem+json")


def test_figures_are_refused_in_json_and_given_to_this_machine_with_a_public_url_too(workspace: Workspace) -> None:
    app = create_app(workspace, ServeOptions(port=PORT, public_url="https://labels.example.com"))
    assert browser(app).get("/metrics").status_code == 200
    for refused in (
        browser(app, address="10.0.0.7").get("/metrics", headers={"host": "10.0.0.1"}),
        browser(app).get("/metrics", headers={"x-forwarded-for": "203.0.113.9"}),
    ):
        assert (refused.status_code, refused.json()["code"]) == (403, "metrics")


def test_a_flood_of_questions_is_one_look_at_a_time_and_none_is_answered_from_before() -> None:
    """Ten at once while a look is under way: a second look, for all of them, that began after they came."""
    begun, go_on = [threading.Event(), threading.Event()], [threading.Event(), threading.Event()]
    looks: list[int] = []

    def look() -> int:
        number = len(looks)
        looks.append(number)
        begun[number].set()
        go_on[number].wait(BOUND)
        return number

    async def ask() -> list[int]:
        shared = SharedLook(look)
        first = asyncio.create_task(shared.within(BOUND))
        await asyncio.to_thread(begun[0].wait, BOUND)
        rest = [asyncio.create_task(shared.within(BOUND)) for _ in range(10)]
        await asyncio.sleep(0)
        for one in go_on:
            one.set()
        return [await first, *[await one for one in rest]]

    assert asyncio.run(ask()) == [0] + [1] * 10


def test_a_look_that_hangs_costs_one_thread() -> None:
    go_on, begun = threading.Event(), []

    def look() -> None:
        begun.append(1)
        go_on.wait(BOUND)

    async def ask() -> None:
        shared = SharedLook(look)
        for _ in range(5):
            with pytest.raises(TimeoutError):
                await shared.within(0.01)

    asyncio.run(ask())
    assert begun == [1]
    go_on.set()
