"""A backup is one moment of everything while people answer, and comes back whole, on either kind of database."""

from __future__ import annotations

import os
import shutil
import stat
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from assistant.domain.review_work import Role
from assistant.exchange import archive as archive_module
from assistant.store.database import HEAD, MIGRATIONS, Database, _engine
from assistant.store.dump import snapshot
from assistant.store.workspaces import DATABASE_VARIABLE
from assistant.wiring.workspace import Workspace
from tests.cli.conftest import Assistant
from tests.postgres import PostgresServer
from tests.review.conftest import answer
from tests.web.conftest import make_user
from tests.workspaces import MadeUp

POSTGRES = pytest.param("postgres", marks=pytest.mark.postgres)
Rows = dict[str, list[bytes]]


@pytest.fixture
def on(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets the next workspaces have a database of a kind: SQLite inside, or an empty one on PostgreSQL."""

    def choose(kind: str) -> None:
        monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
        if kind == "postgres":
            server: PostgresServer = request.getfixturevalue("postgres")
            monkeypatch.setenv(DATABASE_VARIABLE, server.new_url())

    return choose


def worked(folder: Path, posts: int = 12) -> None:
    """People have worked in a workspace, a vector and a password are in it, and replies wait in its journal."""
    with Workspace.open(folder) as opened:
        made = MadeUp(opened, posts)
        made.work(posts // 2)
        made.close()
        opened.item_embedder.text_vectors(["one"])
        journal = opened.journal_folder
        journal.mkdir(exist_ok=True)
        (journal / "replies-00000001.jsonl").write_text('{"half": a line')


def rows_of(folder: Path) -> Rows:
    with Workspace.open(folder) as opened, snapshot(opened.database) as moment:
        return {shape.name: list(moment.lines(shape)) for shape in moment.tables}


def without_log_of_copies(rows: Rows) -> Rows:
    """That a backup was made and restored is logged, after the moment it is of; and a copy has an id of its own."""
    log = [line for line in rows["audit_log"] if b'"backup.' not in line]
    return {**rows, "audit_log": log, "workspaces": [line.split(b",")[1] for line in rows["workspaces"]]}


@pytest.mark.parametrize(
    ("kind", "into"), [("sqlite", "sqlite"), ("sqlite", POSTGRES.values[0]), ("postgres", "sqlite")]
)
@pytest.mark.postgres
def test_every_row_of_every_table_comes_back_on_either_kind_of_database(
    assistant: Assistant, tmp_path: Path, on: Callable[[str], None], kind: str, into: str
) -> None:
    on(kind)
    source, target, file = tmp_path / "source", tmp_path / "target", tmp_path / "one.zip"
    assert assistant("init", source).status == 0
    worked(source)
    made = assistant("backup", file, "-w", source, "--json")
    assert made.status == 0, made.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = without_log_of_copies(rows_of(source))
    on(into)
    restored = assistant("restore", file, target, "--json")
    assert restored.status == 0, restored.stderr
    assert restored.json["log_whole"]
    assert restored.json["rows"] == made.json["rows"] == {name: len(lines) for name, lines in before.items()}
    assert without_log_of_copies(rows_of(target)) == before
    for name in ("assistant.toml", "policies/community.md", ".assistant/journal/replies-00000001.jsonl"):
        assert (target / name).read_bytes() == (source / name).read_bytes()
    with Workspace.open(target) as opened:  # numbers count on after those that came
        assert MadeUp(opened, 12).task(MadeUp(opened, 12).posts[0]) > 0
    assert assistant("audit", "verify", "-w", target).status == 0


@pytest.mark.parametrize("kind", ["sqlite", POSTGRES])
def test_a_backup_taken_while_people_answer_is_one_moment(
    assistant: Assistant, tmp_path: Path, on: Callable[[str], None], kind: str
) -> None:
    on(kind)
    source, target, file = tmp_path / "source", tmp_path / "target", tmp_path / "one.zip"
    assert assistant("init", source).status == 0
    with Workspace.open(source) as opened:
        made = MadeUp(opened, 60)
        for post in made.posts:
            made.task(post, overlap=4)
        people = [make_user(opened, f"person{number}", Role.REVIEWER).principal() for number in range(4)]
        given, ending = list[int](), threading.Event()

        def work(person: int) -> None:
            while not ending.is_set() and (claimed := opened.queue.claim(people[person])):
                given.append(opened.queue.submit(people[person], answer(claimed[0], "safe")).review_id or 0)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        while len(given) < 10:
            threading.Event().wait(0.01)
        told = assistant("backup", file, "-w", source, "--json")
        ending.set()
        for thread in threads:
            thread.join()
        made.close()
    assert told.status == 0, told.stderr
    on(kind)
    restored = assistant("restore", file, target, "--json")
    assert restored.status == 0, restored.stderr
    assert restored.json["log_whole"]
    with Workspace.open(target) as opened, opened.database.read() as connection:

        def one(query: str) -> int:
            return int(connection.execute(sa.text(query)).scalar_one())

        reviews = one("SELECT count(*) FROM reviews")
        assert 10 <= reviews == told.json["rows"]["reviews"]
        assert one("SELECT count(*) FROM audit_log WHERE action = 'review.submit'") == reviews
        assert one("SELECT count(*) FROM review_details") == reviews
        assert one("SELECT count(*) FROM assignments WHERE state = 'answered'") == reviews


def test_a_backup_never_replaces_a_file_unless_told_to_and_stays_out_of_the_state(
    assistant: Assistant, workspace: Path, tmp_path: Path
) -> None:
    file = tmp_path / "one.zip"
    file.write_text("mine")
    refused = assistant("backup", file, "-w", workspace)
    assert (refused.status, file.read_text()) == (1, "mine")
    assert "--overwrite" in refused.stderr
    assert assistant("backup", file, "--overwrite", "-w", workspace).status == 0
    assert zipfile.is_zipfile(file)
    inside = assistant("backup", workspace / ".assistant" / "one.zip", "-w", workspace)
    assert (inside.status, "can't lie in .assistant" in inside.stderr) == (1, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.zip", "workspace"]


def test_a_full_disk_leaves_the_backup_of_before(
    assistant: Assistant, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "one.zip"
    assert assistant("backup", file, "-w", workspace).status == 0
    before = file.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive_module.os, "fsync", full)
    told = assistant("backup", file, "--overwrite", "-w", workspace)
    assert (told.status, "the disk is full" in told.stderr, file.read_bytes() == before) == (1, True, True)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_an_older_schema_is_upgraded_and_a_newer_one_refused(
    assistant: Assistant, workspace: Path, tmp_path: Path
) -> None:
    url = f"sqlite:///{workspace / '.assistant' / 'assistant.db'}"
    (workspace / ".assistant").mkdir()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = _engine(url)
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.execute(sa.text("INSERT INTO policies VALUES ('d', 'p', '1', 't', 's', 'now')"))
    engine.dispose()
    file = tmp_path / "old.zip"
    assert assistant("backup", file, "-w", workspace, "--json").json["schema"] == "0003"
    assert assistant("restore", file, tmp_path / "new").status == 0
    database = Database.attach(f"sqlite:///{tmp_path / 'new' / '.assistant' / 'assistant.db'}")
    assert database.version() == HEAD
    with database.read() as connection:
        assert connection.execute(sa.text("SELECT digest FROM policies")).scalar_one() == "d"
    database.close()
    newer = changed(file, tmp_path / "newer.zip", lambda facts: facts | {"schema": "9999"})
    assert refused(assistant, newer, tmp_path) == "newer version (schema 9999"


def test_a_restore_refuses_a_folder_or_a_database_with_something_in_it(
    assistant: Assistant, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, other = tmp_path / "one.zip", tmp_path / "other.db"
    assert assistant("backup", file, "-w", workspace).status == 0
    told = assistant("restore", file, workspace)
    assert (told.status, "not empty" in told.stderr) == (1, True)
    Database.open(f"sqlite:///{other}").close()
    monkeypatch.setenv(DATABASE_VARIABLE, f"sqlite:///{other}")
    told = assistant("restore", file, tmp_path / "new")
    assert (told.status, "the database to restore into is not empty" in told.stderr) == (1, True)
    assert not (tmp_path / "new").exists()


Facts = dict[str, object]


def changed(
    file: Path,
    target: Path,
    facts: Callable[[Facts], Facts] = lambda one: one,
    entry: Callable[..., None] | None = None,
) -> Path:
    """The same archive with another manifest, or with something more in it."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            data = old.read(info)
            new.writestr(
                info.filename, orjson.dumps(facts(orjson.loads(data))) if info.filename == "manifest.json" else data
            )
        if entry is not None:
            entry(new)
    return target


def refused(assistant: Assistant, file: Path, tmp_path: Path) -> str:
    """What a restore says that must fail, and leave nothing behind; up to the part that tests name."""
    target = tmp_path / "refused"
    told = assistant("restore", file, target)
    assert told.status == 1
    assert not target.exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert "unexpected" not in told.stderr
    for sign in SIGNS:
        if sign in told.stderr:
            return sign
    return told.stderr


SIGNS = (
    "newer version (schema 9999", "its end is missing", "it is no backup of a workspace", "another format",
    "is damaged",
    "is not what the manifest says", "what is in it is not what its manifest names", "is a name no backup has",
    "is no plain file", "claims to hold more", "has another size", "is not as this schema has it",
)  # fmt: skip


def named(facts: Facts, name: str) -> Facts:
    """With one more part in the manifest."""
    parts = facts["parts"]
    assert isinstance(parts, list)
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    return facts | {"parts": [*parts, {"name": name, "bytes": 0, "sha256": empty}]}


def link(archive: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("workspace/link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(info, b"")


def other_digest(facts: Facts) -> Facts:
    parts = facts["parts"]
    assert isinstance(parts, list)
    return facts | {"parts": [{**parts[0], "sha256": "0" * 64}, *parts[1:]]}


def much_larger(facts: Facts) -> Facts:
    parts = facts["parts"]
    assert isinstance(parts, list)
    return facts | {"parts": [{**parts[0], "bytes": 10**12}, *parts[1:]]}


HOSTILE: dict[str, tuple[Callable[[Facts], Facts], Callable[[zipfile.ZipFile], None] | None, str]] = {
    "of another program": (lambda facts: facts | {"format": "x"}, None, "it is no backup of a workspace"),
    "of another format": (lambda facts: facts | {"format_version": 2}, None, "another format"),
    "with a stowaway": (lambda facts: facts, lambda new: new.writestr("workspace/x", b""), SIGNS[6]),
    "that climbs out": (
        lambda facts: named(facts, "workspace/../../x"), lambda new: new.writestr("workspace/../../x", b""), SIGNS[7],
    ),
    "with a link": (lambda facts: named(facts, "workspace/link"), link, "is no plain file"),
    "with another digest": (other_digest, None, "is not what the manifest says"),
    "with another size": (much_larger, None, "has another size"),
    "without a manifest's tables": (lambda facts: facts | {"tables": []}, None, "is damaged"),
    "with other columns": (
        lambda facts: facts | {"tables": {name: [["id", "plain"]] for name in facts["tables"]}},  # type: ignore[attr-defined]
        None,
        "is not as this schema has it",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_backup_that_is_foreign_or_hostile_is_refused_and_nothing_is_made(
    assistant: Assistant, workspace: Path, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / "one.zip"
    assert assistant("backup", file, "-w", workspace).status == 0
    facts, entry, sign = HOSTILE[kind]
    assert refused(assistant, changed(file, tmp_path / "other.zip", facts, entry), tmp_path) == sign
    assert not (tmp_path.parent / "x").exists()


@pytest.mark.parametrize(
    ("kept", "sign"), [(0.5, "its end is missing"), (0.99, "its end is missing"), (0, "its end is missing")]
)
def test_a_backup_that_was_cut_off_is_refused(
    assistant: Assistant, workspace: Path, tmp_path: Path, kept: float, sign: str
) -> None:
    file = tmp_path / "one.zip"
    assert assistant("backup", file, "-w", workspace).status == 0
    os.truncate(file, int(file.stat().st_size * kept))
    assert refused(assistant, file, tmp_path) == sign


def test_a_backup_with_a_flipped_bit_is_refused_wherever_it_is(
    assistant: Assistant, workspace: Path, tmp_path: Path
) -> None:
    file, other = tmp_path / "one.zip", tmp_path / "other.zip"
    assert assistant("backup", file, "-w", workspace).status == 0
    size = file.stat().st_size
    for place in range(100, size, size // 12):
        shutil.copyfile(file, other)
        with other.open("r+b") as opened:
            opened.seek(place)
            byte = opened.read(1)
            opened.seek(place)
            opened.write(bytes([byte[0] ^ 0x10]))
        told = assistant("restore", other, tmp_path / f"restored{place}")
        # A bit of a field nobody reads changes nothing: then all of it came back.
        assert told.status == 0 or not (tmp_path / f"restored{place}").exists()
        assert "unexpected" not in told.stderr
