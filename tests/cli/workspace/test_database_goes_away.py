"""PostgreSQL is stopped and started again under a command: a job outlives it, and everything says it in words."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.errors import StorageError
from assistant.store.connection.engine import Link
from assistant.store.connection.reconnect import lasting
from assistant.store.content.items import ItemStore
from assistant.store.database import Database
from assistant.store.tables.content import policies
from tests.cli.conftest import POSTS, Assistant, Server
from tests.postgres import PostgresServer, find_binaries, running_server

pytestmark = pytest.mark.postgres
POLICY = {"digest": "d", "policy_id": "p", "version": "1", "title": "t", "source": "s", "created_at": "now"}
SOON = 120  # seconds after which a test gives up waiting for what must come


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A server that may be stopped."""
    pytest.importorskip("psycopg")
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed here: apt-get install postgresql")
    with running_server(binaries) as server:
        yield server


def read_until(process: subprocess.Popen[str], sign: str) -> str:
    """What it says on standard error, up to the line with a sign in it."""
    assert process.stderr is not None
    said = ""
    while sign not in said:
        line = process.stderr.readline()
        assert line, f"it ended before it said {sign!r}: {said}"
        said += line
    return said


def test_a_job_waits_for_a_database_that_is_restarted_and_labels_all(
    own_server: PostgresServer,
    assistant: Assistant,
    workspace: Path,
    dev_server: Server,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("ASSISTANT_DATABASE_URL", own_server.migrated_url())
    served = dev_server(models=("dev",), latency_ms=200)
    posts = tmp_path / "posts.csv"
    posts.write_text("id,text\n" + "".join(f"p{number},this is post number {number}\n" for number in range(240)))
    assert assistant("ingest", posts, "-w", workspace).status == 0
    words = ("prelabel", "--model", "openai:dev", "--concurrency", "4", "-w", str(workspace))
    job = subprocess.Popen([sys.executable, "-m", "assistant", *words], stderr=subprocess.PIPE, text=True)
    while served.counts["answered"] < 40:
        time.sleep(0.05)
    own_server.stop()
    said = read_until(job, "the database does not answer; waiting for it")
    own_server.start()
    said += read_until(job, "the database answers again")
    said += job.communicate(timeout=SOON)[1]
    assert job.returncode == 0, said
    assert not {"Traceback", "Pipeline", "rror"} & set(said.replace(":", " ").split()), said
    told = assistant("status", "-w", workspace, "--json").json
    assert told["run"]["statuses"]["labelled"] == 240
    assert served.counts["answered"] == 240  # and nothing was asked twice


class Counting:
    """A store whose work falls over the first time, after the server has gone."""

    def __init__(self, database: Database, server: PostgresServer) -> None:
        self._database, self._server = database, server
        self.times = 0

    @lasting
    def add(self) -> None:
        self.times += 1
        with self._database.write() as connection:
            connection.execute(sa.insert(policies), [POLICY])
            if self.times == 1:
                self._server.stop()
                threading.Timer(0.5, self._server.start).start()


def test_what_was_under_way_is_done_again_once(own_server: PostgresServer) -> None:
    database = Database.open(own_server.migrated_url(), Link(patience_seconds=SOON))
    counting = Counting(database, own_server)
    counting.add()
    assert counting.times == 2
    with database.read() as connection:
        assert connection.execute(sa.select(policies.c.digest)).scalars().all() == ["d"]
    database.close()


def test_pages_are_refused_at_once_while_the_server_is_away_and_served_when_it_is_back(
    own_server: PostgresServer,
) -> None:
    database = Database.open(own_server.migrated_url())
    store = ItemStore(database)
    assert store.count()["items"] == 0
    own_server.stop()
    with pytest.raises(StorageError, match="database_silent") as caught:
        store.count()
    assert caught.value.gone
    own_server.start()
    assert store.count()["items"] == 0  # the very first time: no connection of before is used
    database.close()


@pytest.fixture
def filled_on(
    own_server: PostgresServer,
    assistant: Assistant,
    workspace: Path,
    dev_server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A workspace on the server, with a run."""
    monkeypatch.setenv("ASSISTANT_DATABASE_URL", own_server.migrated_url())
    dev_server(models=("dev",))
    assert assistant("ingest", POSTS, "-w", workspace).status == 0
    assert assistant("prelabel", "--model", "openai:dev", "--limit", "40", "-w", workspace).status == 0
    return workspace


def test_every_command_says_so_while_the_database_is_away_and_can_be_given_again(
    own_server: PostgresServer, assistant: Assistant, filled_on: Path
) -> None:
    commands = (
        ("status",),
        ("ingest", POSTS),
        ("labels", "import", POSTS, "--rater-name", "ana", "--label-column", "label_a"),
        ("route",),
        ("enqueue",),
        ("settle",),
        ("export", filled_on / "out.csv"),
        ("backup", filled_on / "copy.zip", "--overwrite"),
        ("db", "status"),
    )
    own_server.stop()
    for words in commands:
        told = assistant(*words, "-w", filled_on)
        assert (told.status, "the database does not answer" in told.stderr) == (1, True), (words, told.stderr)
    own_server.start()
    after = {words[0]: assistant(*words, "-w", filled_on) for words in commands}
    assert {name: told.stderr for name, told in after.items() if "does not answer" in told.stderr} == {}
    assert after["export"].status == after["backup"].status == 0
