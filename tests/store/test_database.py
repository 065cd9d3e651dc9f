"""The door to SQL: one schema everywhere, and every refusal of a database in words."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from assistant.domain.certificates import Score
from assistant.domain.items import Content, Item
from assistant.errors import StorageError
from assistant.store import database as database_module
from assistant.store.certification.fits import FitStore
from assistant.store.connection import engine as engine_module
from assistant.store.connection import schema
from assistant.store.content.items import ItemStore, NewItem
from assistant.store.database import HEAD, MIGRATIONS, Database
from assistant.store.tables.review import tasks
from tests.postgres import PostgresServer

MARK = "hunter2-secret"
metadata = tasks.metadata
POLICY = {"digest": "d", "policy_id": "p", "version": "1", "title": "t", "source": "s", "created_at": "now"}
OLD_ITEM = (
    "INSERT INTO items (id, external_id, kind, text, content_digest, language, meta, created_at) "
    "VALUES (1, 'a', 'text', 'one', :digest, 'und', '{}', '2026')"
)
OLD_RUN = (
    "INSERT INTO runs (id, key, origin, model, parameters, replicate, created_at) "
    "VALUES (1, 'k', 'import', 'm', '{}', 0, '2026')"
)
ADDING = """
import sys
from assistant.domain.items import Content, Item
from assistant.store.database import Database
from assistant.store.content.items import ItemStore, NewItem
from assistant.store.tables.review import tasks
print("ready", flush=True)
sys.stdin.readline()
database = Database.open(sys.argv[1])
store, added = ItemStore(database), 0
for batch in range(10):
    numbers = range(batch * 20, batch * 20 + 20)
    added += store.add([NewItem(Item(f"{n}", Content(f"text {n // 2}")), b"", n) for n in numbers])[0]["added"]
print(added)
database.close()
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a database without any table is, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_url()


def test_the_head_this_program_knows_is_the_newest_migration() -> None:
    numbers = sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    assert numbers[-1] == HEAD
    assert len(set(numbers)) == len(numbers)


def test_the_migrations_make_exactly_the_tables_the_program_uses(empty_url: str) -> None:
    migrated = migrated_from_the_first(empty_url)
    with migrated.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    migrated.close()


def test_a_new_database_is_what_all_migrations_make_of_an_empty_one(
    empty_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    sqlite = empty_url.startswith("sqlite")
    database = Database.open(
        f"sqlite:///{tmp_path / 'new.db'}" if sqlite else request.getfixturevalue("postgres").new_url()
    )
    migrated = migrated_from_the_first(empty_url)
    assert described(database) == described(migrated)
    assert first_rows(database) == first_rows(migrated)
    migrated.close()
    database.close()


def migrated_from_the_first(url: str) -> Database:
    """A database that came through every migration, one after the other."""
    found = Database.attach(url)
    with found.write(alone=True, looked_up=False) as connection:
        schema.upgrade(connection, "0001")
    found.migrate()
    return found


def described(database: Database) -> dict[str, object]:
    """Columns, keys and indexes of every table, whatever order they were made in."""
    with database.read() as connection:
        look = sa.inspect(connection)
        partial = (
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'"
            if database.is_sqlite
            else "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE '% WHERE %'"
        )
        found: dict[str, object] = {"partial": sorted(map(tuple, connection.execute(sa.text(partial))))}
        for table in look.get_table_names():
            columns = {
                one["name"]: (str(one["type"]), one["nullable"], one["default"]) for one in look.get_columns(table)
            }
            keys = sorted(
                (one["name"], one["constrained_columns"], one["referred_table"]) for one in look.get_foreign_keys(table)
            )
            indexes = sorted((one["name"], one["column_names"], one["unique"]) for one in look.get_indexes(table))
            uniques = sorted((one["name"], one["column_names"]) for one in look.get_unique_constraints(table))
            found[table] = (columns, look.get_pk_constraint(table)["constrained_columns"], keys, indexes, uniques)
        return found


def first_rows(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """What a database begins with, but for moments and the workspace's random id."""
    with database.read() as connection:
        return {
            table.name: [
                tuple(value for name, value in row._mapping.items() if name not in {"created_at", "at"})
                for row in connection.execute(sa.select(table))
                if table.name != "workspaces"
            ]
            for table in metadata.sorted_tables
        }


def test_what_sqlite_has_committed_survives_a_power_cut(tmp_path: Path) -> None:
    code = (
        "import sys; from assistant.store.database import Database\n"
        "with Database.open(sys.argv[1]).write() as connection:\n"
        "    print([connection.exec_driver_sql(f'PRAGMA {name}').scalar() for name in ('journal_mode', 'synchronous')])"
    )
    words = [sys.executable, "-c", code, f"sqlite:///{tmp_path / 'test.db'}"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['wal', 2]"  # 2 is FULL; the tests' own process does not wait for the disk


def test_opening_again_changes_nothing(database_url: str) -> None:
    first = Database.open(database_url)
    ItemStore(first).add([NewItem(Item("a", Content("one")), b"", 1)])
    first.close()
    second = Database.open(database_url)
    assert ItemStore(second).count()["items"] == 1
    second.close()


def test_what_fails_half_way_leaves_nothing_behind(database: Database) -> None:
    def write_and_fall_over() -> None:
        with database.write() as connection:
            connection.execute(sa.insert(metadata.tables["policies"]), [POLICY])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fall_over()
    with database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(metadata.tables["policies"])).scalar() == 0


def test_a_reader_sees_one_moment_while_others_write(database: Database) -> None:
    store = ItemStore(database)
    count = sa.select(sa.func.count()).select_from(metadata.tables["items"])
    with database.read() as connection:
        assert connection.execute(count).scalar() == 0
        store.add([NewItem(Item("a", Content("one")), b"", 1)])
        assert connection.execute(count).scalar() == 0
    assert store.count()["items"] == 1


def test_two_processes_that_make_and_fill_a_database_at_the_same_time_lose_nothing(empty_url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", ADDING, empty_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    told = [process.communicate("go\n", timeout=600)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sum(int(text) for text in told) == 200
    database = Database.open(empty_url)
    store = ItemStore(database)
    # Every text stands under two ids, wherever they came from: the second shares the first one's answer.
    assert store.count() == {"items": 200, "contents": 100, "same_content": 100, "with_media": 0}
    assert [stored.key for page in store.pages() for stored in page] == list(range(1, 201))
    database.close()


def test_a_database_of_the_first_release_is_upgraded_and_keeps_its_rows(empty_url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = database_module._engine(empty_url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        assert not sa.inspect(connection).has_table("certificates")
        assert not sa.inspect(connection).has_table("tasks")
        connection.execute(sa.insert(metadata.tables["policies"]), [POLICY])
        connection.execute(sa.text(OLD_ITEM), {"digest": Content("one").digest})
    engine.dispose()
    upgraded = Database.open(empty_url)
    [[stored]] = ItemStore(upgraded).pages()
    assert stored.item == Item("a", Content("one"))
    with upgraded.read() as connection:
        assert connection.execute(sa.select(metadata.tables["policies"])).one()._asdict() == POLICY
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    upgraded.close()


def test_scores_from_before_classifiers_were_kept_are_those_the_fit_was_made_with(empty_url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = database_module._engine(empty_url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.execute(sa.text(OLD_ITEM), {"digest": Content("one").digest})
        connection.execute(sa.text(OLD_RUN))
        fit = {"run_id": 1, "seed": 1, "labels_used": 1, "report": {}, "created_at": "now"}
        connection.execute(sa.insert(metadata.tables["fits"]), [fit])
        score = {"fit_id": 1, "item_id": 1, "labels": ("a",), "confidence": 0.5, "origin": "model"}
        connection.execute(sa.insert(metadata.tables["scores"]), [score])
    engine.dispose()
    upgraded = Database.open(empty_url)
    store = FitStore(upgraded)
    assert store.columns(1).later.tolist() == [False]
    assert [one for page in store.scores(1) for one in page] == [Score("a", ("a",), 0.5, "model")]
    assert store.classifier(1) is None
    upgraded.close()


def test_a_schema_of_a_newer_program_is_left_alone(database_url: str) -> None:
    opened = Database.open(database_url)
    with opened.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    opened.close()
    with pytest.raises(StorageError, match=f"database_newer .*'9999'.*'{HEAD}'"):
        Database.open(database_url)


def test_a_database_another_process_keeps_locked_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "BUSY_SECONDS", 0)
    monkeypatch.setattr(database_module, "_BUSY_SECONDS", 0)  # nobody wants to wait a minute here
    path = tmp_path / "test.db"
    opened = Database.open(f"sqlite:///{path}")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="database_locked"):
        ItemStore(opened).add([NewItem(Item("a", Content("one")), b"", 1)])
    assert ItemStore(opened).count()["items"] == 0  # reading waits for nobody
    other.execute("ROLLBACK")
    other.close()
    assert ItemStore(opened).add([NewItem(Item("a", Content("one")), b"", 1)])[0]["added"] == 1
    opened.close()


def test_a_full_disk_is_told_in_words_and_what_was_there_stays(tmp_path: Path) -> None:
    opened = Database.open(f"sqlite:///{tmp_path / 'test.db'}")
    store = ItemStore(opened)
    store.add([NewItem(Item("a", Content("one")), b"", 1)])
    with opened.read() as connection:  # the pool hands out this very connection again
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StorageError, match="database_disk_full"):
        store.add([NewItem(Item("b", Content("x" * 1_000_000)), b"", 2)])
    assert store.count()["items"] == 1
    opened.close()


@pytest.mark.parametrize("damage", ["no database", "torn page"])
def test_a_damaged_file_is_told_in_words(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "test.db"
    opened = Database.open(f"sqlite:///{path}")
    ItemStore(opened).add([NewItem(Item(f"i{n}", Content(f"text {n}" * 50)), b"", n) for n in range(500)])
    opened.close()
    data = path.read_bytes()
    good = 0 if damage == "no database" else 4096 * 2
    path.write_bytes(data[:good] + b"\xa5" * (len(data) - good))
    with pytest.raises(StorageError, match="database_damaged"):
        list(ItemStore(Database.open(f"sqlite:///{path}")).pages())


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("no url at all", "database_url_unknown"),
        ("oracle-of-delphi://host/db", "database_url_unknown"),
        (f"postgresql://me:{MARK}@127.0.0.1:1/db", "database_silent"),
        (f"postgres://me:{MARK}@127.0.0.1:1/db", "database_silent"),
        (f"postgresql://me:{MARK}@[::1/db", "database_url_unknown"),
        ("sqlite:////no/such/folder/test.db", "database_silent"),
    ],
)
def test_a_url_that_leads_nowhere_is_told_without_its_password(url: str, told: str) -> None:
    if url.startswith("postgres"):
        pytest.importorskip("psycopg")
    with pytest.raises(StorageError, match=told) as caught:
        Database.open(url)
    assert MARK not in str(caught.value)
