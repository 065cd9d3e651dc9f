"""How often somebody may try to sign in, over all processes; times are made up."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.application.people.login_limits import LoginLimits, network_of
from assistant.store.database import Database
from assistant.store.people.login_attempts import AttemptStore, LoginAllowance
from assistant.store.tables.people import login_attempts
from assistant.web.app import create_app
from assistant.web.server.options import ServeOptions
from assistant.wiring.workspace import Workspace
from tests.web.conftest import PORT, browser


class Clock:
    """Seconds that go up when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def seconds(limits: LoginLimits, account: str, address: str) -> int:
    return limits.try_once(account, address).seconds


def test_an_allowance_is_spent_at_once_and_fills_up_again(database: Database) -> None:
    clock = Clock()
    attempts, allowed = AttemptStore(database, clock), {"a": LoginAllowance(burst=2, seconds_each=10)}
    assert [attempts.try_once(allowed)["a"] for _ in range(3)] == [0, 0, 10]
    assert attempts.try_once({"b": allowed["a"]}) == {"b": 0}
    clock.now += 5
    assert attempts.try_once(allowed)["a"] == 5  # 2 spent, half of one filled up: 1.5 + 1 - 2 over, 10 s each
    clock.now += 5
    assert attempts.try_once(allowed)["a"] == 0


def test_a_try_that_has_to_wait_counts_nowhere(database: Database) -> None:
    clock = Clock()
    attempts, narrow, wide = AttemptStore(database, clock), LoginAllowance(1, 10), LoginAllowance(3, 10)
    assert attempts.try_once({"a": narrow, "all": wide}) == {"a": 0, "all": 0}
    for _ in range(5):
        assert attempts.try_once({"a": narrow, "all": wide})["a"] == 10
    assert attempts.try_once({"b": narrow, "all": wide}) == {"b": 0, "all": 0}


def test_a_clock_set_back_by_an_hour_locks_nobody_out_for_an_hour(database: Database) -> None:
    clock = Clock()
    limits = LoginLimits(AttemptStore(database, clock))
    assert [seconds(limits, "ana", "10.0.0.1") for _ in range(6)][-1] == 30
    clock.now -= 3600
    assert seconds(limits, "ana", "10.0.0.1") == 0


def test_the_table_stays_bounded_whatever_is_tried(database: Database) -> None:
    clock = Clock()
    attempts = AttemptStore(database, clock, kept=100)
    for number in range(260):
        clock.now += 1
        attempts.try_once({f"k{number}": LoginAllowance(1, 3600)})
    with database.read() as connection:
        kept = set(connection.execute(sa.select(login_attempts.c.key)).scalars())
    assert len(kept) <= 164  # 100, and the tries between two looks
    assert "k259" in kept
    assert "k0" not in kept
    clock.now += 3601
    attempts.try_once({"new": LoginAllowance(1, 3600)})
    with database.read() as connection:
        assert list(connection.execute(sa.select(login_attempts.c.key)).scalars()) == ["new"]


def test_five_wrong_passwords_and_the_sixth_waits(database: Database) -> None:
    limits = LoginLimits(AttemptStore(database, Clock()))
    assert [seconds(limits, "ana", "10.0.0.1") for _ in range(6)] == [0, 0, 0, 0, 0, 30]


def test_two_processes_count_together(workspace: Workspace) -> None:
    apps = [create_app(workspace, ServeOptions(port=PORT)) for _ in range(2)]
    for app in apps:
        app.state.site.logins = LoginLimits(
            AttemptStore(workspace.database, lambda: 0.0)
        )  # each has its own, on one database
    statuses = []
    for number in range(10):
        client = browser(apps[number % 2])
        statuses.append(client.post("/login", data={"name": "ana", "password": f"guess {number}"}).status_code)
    assert statuses == [401] * 5 + [429] * 5


def test_others_are_not_locked_out_by_somebody_elses_tries(database: Database) -> None:
    limits = LoginLimits(AttemptStore(database, Clock()))
    for _ in range(20):
        limits.try_once("ana", "10.9.9.9")
    assert seconds(limits, "ana", "10.0.0.1") == 0
    assert seconds(limits, "bo", "10.9.9.9") == 0


def test_one_address_cannot_try_many_names(database: Database) -> None:
    limits = LoginLimits(AttemptStore(database, Clock()))
    waits = [limits.try_once(f"user{number}", "10.9.9.9") for number in range(40)]
    assert [wait.seconds for wait in waits[:30]] == [0] * 30
    assert {wait.limit for wait in waits[30:]} == {"address"}


def test_an_owner_of_many_ipv6_addresses_is_one(database: Database) -> None:
    limits = LoginLimits(AttemptStore(database, Clock()))
    waits = [seconds(limits, "ana", f"2001:db8:1:2::{number:x}") for number in range(1, 7)]
    assert waits == [0, 0, 0, 0, 0, 30]
    assert seconds(limits, "ana", "2001:db8:1:3::1") == 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_what_stands_for_an_address(address: str, network: str) -> None:
    assert network_of(address) == network


def test_an_account_has_a_wide_limit_of_its_own(database: Database) -> None:
    limits = LoginLimits(AttemptStore(database, Clock()))
    waits = [limits.try_once("ana", f"10.0.{number}.1") for number in range(101)]
    assert [wait.seconds for wait in waits[:100]] == [0] * 100
    assert (waits[100].seconds, waits[100].limit) == (30, "account")


def test_a_right_password_forgives_mistypings_here_and_nothing_else(database: Database) -> None:
    limits = LoginLimits(AttemptStore(database, Clock()))
    for _ in range(5):
        limits.try_once("ana", "10.0.0.1")
    limits.succeeded("ana", "10.0.0.1")
    assert [seconds(limits, "ana", "10.0.0.1") for _ in range(6)] == [0, 0, 0, 0, 0, 30]
    for number in range(20):
        limits.try_once(f"user{number}", "10.0.0.1")
    limits.succeeded("user1", "10.0.0.1")
    assert any(limits.try_once(f"more{number}", "10.0.0.1").seconds for number in range(10))


def test_an_office_behind_one_address_comes_in_on_monday_morning(database: Database) -> None:
    limits = LoginLimits(AttemptStore(database, Clock()))
    for number in range(60):
        assert seconds(limits, f"user{number}", "10.0.0.1") == 0
        limits.succeeded(f"user{number}", "10.0.0.1")


def test_a_login_of_ones_own_does_not_pay_for_guesses_at_others(database: Database) -> None:
    limits = LoginLimits(AttemptStore(database, Clock()))
    refused = 0
    for number in range(50):
        refused += seconds(limits, f"victim{number}", "10.9.9.9") > 0
        if seconds(limits, "own", "10.9.9.9") == 0:
            limits.succeeded("own", "10.9.9.9")
    assert refused == 20


def test_limits_that_were_met_are_in_the_metrics(app: FastAPI, nobody: TestClient, workspace: Workspace) -> None:
    app.state.site.logins = LoginLimits(AttemptStore(workspace.database, lambda: 0.0))
    for number in range(7):
        nobody.post("/login", data={"name": "ana", "password": f"guess {number}"})
    told = nobody.get("/metrics").text
    assert 'assistant_login_limits_total{limit="account_and_address"} 2.0' in told
    assert 'assistant_logins_total{outcome="limited"} 2.0' in told


def test_what_is_typed_as_a_name_is_not_kept(workspace: Workspace, nobody: TestClient) -> None:
    nobody.post("/login", data={"name": "my-secret-phrase", "password": "x"})
    workspace.read_log.close()
    files = workspace.state.glob("assistant.db*")
    assert not any(b"my-secret-phrase" in file.read_bytes() for file in files)
