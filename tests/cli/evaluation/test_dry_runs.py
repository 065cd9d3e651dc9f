"""A dry run writes nothing: whatever came before, every output stays as it was to the last byte."""

from __future__ import annotations

import csv
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from random import Random

import orjson
import pytest
from starlette.testclient import TestClient

from assistant.application.labeling.work import open_run, what_is_asked
from assistant.domain.certificates import Score
from assistant.domain.review_work import Role
from assistant.models.dev.faults import Faults
from assistant.store.certification.fits import FitStore
from assistant.store.runs.journal_lines import StoredReply
from assistant.web.app import create_app
from assistant.web.server.options import ServeOptions
from assistant.wiring.workspace import Workspace
from tests.cli.conftest import POSTS, Assistant, Server
from tests.cli.evaluation.test_eval_suites import write_suite
from tests.cli.files import write_jsonl
from tests.web.conftest import PORT, browser, make_user, sign_in

HISTORIES = 8
MOST_STEPS = 5
PAGES = (
    *(
        "/",
        "/runs",
        "/queue",
        "/queue/tasks",
        "/quality",
        "/prompts",
        "/policy",
        "/policy/diff?old=1",
        "/disagreements",
    ),
    *("/api/v1/runs", "/api/v1/policy", "/api/v1/policy/diff?old=1", "/api/v1/prompts", "/api/v1/quality/trend"),
    *(
        "/runs.csv",
        "/jobs/new",
        "/gold",
        "/api/v1/tasks/overview",
    ),  # not /audit: an export is logged, these exports, too
)
# What a page says of the clock, and its token against forged requests, is never the same twice.
_MOVES = re.compile(
    rb'name="csrf_token" value="[^"]*"|"request_id":"[^"]*"|as of [^<]*|\d+ (?:second|minute)s? ago|just now'
)


class History:
    """A workspace that grows by random steps, as people would take them.

    Args:
        assistant: runs commands.
        folder: a fresh workspace.
        serve: starts a model's server with these faults.
        random: decides.
    """

    def __init__(self, assistant: Assistant, folder: Path, serve: Callable[..., object], random: Random) -> None:
        self._assistant, self.folder, self._serve, self._random = assistant, folder, serve, random
        with POSTS.open(encoding="utf-8", newline="") as file:
            self._posts = list(csv.DictReader(file))
        policy = (folder / "policies" / "community.md").read_text(encoding="utf-8")
        changed, count = re.subn(r"(?m)^version: .*$", "version: 99", policy, count=1)
        assert count == 1
        self.version = re.findall(r"(?m)^version: *(.*)$", policy)[0].strip("\"'")
        (folder / "policies" / "next.md").write_text(
            changed.replace("Do not degrade a particular person", "Do not degrade any person"), encoding="utf-8"
        )
        self.ingest()

    def step(self) -> str:
        """Take one; returns which."""
        taken = self._random.choice([name for name in dir(self) if name in _STEPS])
        getattr(self, taken)()
        return taken

    def command(self, *words: str | Path, fine: tuple[int, ...] = (0,)) -> str:
        """What a command printed."""
        said = self._assistant(*words, "-w", self.folder)
        assert said.status in fine, (words, said.stderr)
        return said.stdout

    def ingest(self) -> None:
        posts = self._random.sample(self._posts, 12)
        rows = [{"id": one["id"], "text": one["text"], "lang": one.get("lang", "en")} for one in posts]
        self.command("ingest", write_jsonl(self.folder.parent / "posts.jsonl", rows))

    def prelabel(self) -> None:
        self._serve()
        prompt = self._random.choice(["moderation@1", "moderation@2"])
        limit = self._random.choice([(), ("--limit", "5")])
        self.command("prelabel", "--model", "openai:dev", "--prompt", prompt, *limit)

    def fail(self) -> None:
        """A run in which every answer fails, or one that ends before its first."""
        self._serve(faults=Faults(malformed=1.0, every_attempt=True))
        model = self._random.choice(["openai:dev", "openai:missing"])
        self.command("prelabel", "--model", model, "--replicate", "7", "--limit", "3", fine=(0, 1, 3))

    def import_answers(self) -> None:
        rows = [{"id": name, "label": self._random.choice(["safe", "spam"])} for name in self._names(8)]
        file = write_jsonl(self.folder.parent / "answers.jsonl", rows)
        self.command("prelabels", "import", file, "--model", self._random.choice(["a", "b"]))

    def people(self) -> None:
        for rater in ("ann", "bob"):
            rows = [{"id": name, "label": self._random.choice(["safe", "spam"])} for name in self._names(8)]
            file = write_jsonl(self.folder.parent / "labels.jsonl", rows)
            self.command("labels", "import", file, "--rater-name", rater)
        self.command("precedents", "add", "--agreed", "--limit", "2")

    def route(self) -> None:
        """Scores are put there by hand, as `sample` would leave them; then routed, settled and queued."""
        with Workspace.open(self.folder) as opened:
            run = opened.runs.newest()
            if run is None:
                return
            page = [row for rows in opened.results.pages(run) for row in rows if row["status"] == "labelled"]
            scores = [Score(row["external_id"], tuple(row["labels"]), self._random.random(), "model") for row in page]
            FitStore(opened.database).add(run.id, seed=1, labels_used=30, report={}, scores=scores)
        self.command("route")
        self.command("settle")
        self.command("enqueue")

    def dry_run(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Price something: another prompt, policy, model or repeat, or just what is there."""
        self._serve()
        choices: list[tuple[str, ...]] = [
            (),
            ("--prompt", "moderation@1"),
            ("--prompt", "compact@1"),
            ("--replicate", "3"),
            ("--limit", "2"),
            ("--retry-failed", "--replicate", "7"),
        ]
        with monkeypatch.context() as patched:
            if self._random.random() < 0.5:
                patched.setenv("ASSISTANT__POLICY__FILE", "policies/next.md")
            model = self._random.choice(["openai:dev", "openai:another", "local"])
            self.command("prelabel", "--dry-run", "--model", model, *self._random.choice(choices))

    def _names(self, most: int) -> list[str]:
        with Workspace.open(self.folder) as opened:
            names = [one.item.id for page in opened.items.pages() for one in page]
        return self._random.sample(names, min(most, len(names)))


_STEPS = frozenset({"ingest", "prelabel", "fail", "import_answers", "people", "route"})


def on_disk(folder: Path) -> dict[str, str]:
    """Every file of a workspace by its hash, and the database by what it holds."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("assistant.db"):
            found[str(path.relative_to(folder))] = sha256(path.read_bytes()).hexdigest()
    with closing(sqlite3.connect(folder / ".assistant" / "assistant.db")) as database:
        found["assistant.db"] = "\n".join(database.iterdump())
    return found


def outputs(history: History, client: TestClient) -> dict[str, object]:
    """All that a workspace tells by itself: commands, files, pages and API."""
    told: dict[str, object] = {}
    for words in (("status",), ("status", "--json"), ("runs", "list"), ("runs", "list", "--json"), ("prompts", "list")):
        told[" ".join(words)] = history.command(*words)
    for ending in ("jsonl", "csv"):
        target = history.folder.parent / f"out.{ending}"
        target.unlink(missing_ok=True)
        history.command("export", target, fine=(0, 1))
        told[f"export {ending}"] = target.read_bytes() if target.exists() else None
    for page in PAGES:
        answer = client.get(page.replace("old=1", f"old={history.version}"))
        assert answer.status_code < 500, page
        told[page] = (answer.status_code, _MOVES.sub(b"", answer.content))
    return told


@pytest.fixture
def history_of(assistant: Assistant, workspace: Path, dev_server: Server) -> Callable[[int], History]:
    return lambda seed: History(assistant, workspace, dev_server, Random(seed))


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_a_dry_run_at_any_place_of_a_history_changes_no_byte(
    history_of: Callable[[int], History], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    history, taken = history_of(seed), ["ingest"]
    with Workspace.open(history.folder) as served:
        client = browser(create_app(served, ServeOptions(port=PORT)))
        sign_in(client, served, make_user(served, "max", Role.ADMIN))
        taken += [history.step() for _ in range(1 + seed % MOST_STEPS)]
        before = outputs(history, client)
        served.read_log.close()  # what these looks have written is on the disk
        lying = on_disk(history.folder)
        history.dry_run(monkeypatch)
        assert on_disk(history.folder) == lying, taken
        after = outputs(history, client)
    assert [name for name in before if after[name] != before[name]] == [], taken


def answered(assistant: Assistant, workspace: Path, dev_server: Server, *words: str) -> None:
    dev_server()
    assert assistant("prelabel", "--model", "openai:dev", *words, "-w", workspace).status == 0


def defaults(assistant: Assistant, workspace: Path) -> dict[str, object]:
    """What commands say that are given no run."""
    target = workspace / "out.jsonl"
    assert assistant("export", target, "-w", workspace).status == 0
    told: dict[str, object] = {"export": target.read_bytes()}
    told["status"] = assistant("status", "-w", workspace, "--json").json["run"]
    sample = ("sample", "--out", str(workspace / "to_label.csv"))
    for words in (("eval", "agree"), ("signals",), ("route",), sample, ("settle",), ("check",)):
        said = assistant(*words, "-w", workspace, "--json")
        told[words[0]] = (said.status, said.stdout)
    said = assistant("enqueue", "-w", workspace, "--json")
    told["enqueue"] = said.json["run"]
    return told


def test_a_run_without_an_answer_is_not_the_one_that_is_meant(
    assistant: Assistant, filled: Path, dev_server: Server
) -> None:
    answered(assistant, filled, dev_server)
    assistant("sample", "--out", filled / "to_label.csv", "-w", filled)
    defaults(assistant, filled)  # what these write is written once
    before = defaults(assistant, filled)
    assert assistant("prelabel", "--model", "openai:missing", "-w", filled).status == 1
    dev_server(faults=Faults(malformed=1.0, every_attempt=True))
    failing = ("prelabel", "--model", "openai:dev", "--replicate", "1", "--limit", "4", "-w", filled)
    assert assistant(*failing).status in {0, 3}
    assert [one["run"] for one in assistant("runs", "list", "-w", filled, "--json").json] == ["r1", "r2", "r3"]
    assert defaults(assistant, filled) == before
    assert assistant("status", "-w", filled, "--run", "r3", "--json").json["run"]["statuses"]["failed"] == 4
    assert "assistant status --run r3" in assistant(*failing).stderr


def test_where_no_run_has_an_answer_nothing_is_exported_and_the_run_under_way_is_shown(
    assistant: Assistant, filled: Path, dev_server: Server
) -> None:
    dev_server()
    assert assistant("prelabel", "--model", "openai:missing", "-w", filled).status == 1
    said = assistant("export", filled / "out.csv", "-w", filled)
    assert (said.status, (filled / "out.csv").exists()) == (1, False)
    assert "no run has an answer yet; there are: r1" in said.stderr
    assert assistant("status", "-w", filled, "--json").json["run"]["run"] == "r1"
    assert assistant("export", filled / "out.csv", "--run", "r1", "-w", filled).status == 0


def test_rows_that_dry_runs_of_before_left_are_neither_meant_nor_listed(
    assistant: Assistant, filled: Path, dev_server: Server
) -> None:
    answered(assistant, filled, dev_server, "--limit", "5")
    assistant("sample", "--out", filled / "to_label.csv", "-w", filled)
    defaults(assistant, filled)  # what these write is written once
    before = defaults(assistant, filled)
    with Workspace.open(filled) as opened:
        asking = what_is_asked(opened, prompt="moderation@1", model="openai:dev", replicate=0)
        assert open_run(opened, asking).name == "r2"
    assert [one["run"] for one in assistant("runs", "list", "-w", filled, "--json").json] == ["r1"]
    assert defaults(assistant, filled) == before
    priced = assistant("prelabel", "--model", "openai:dev", "--prompt", "moderation@1", "--dry-run", "-w", filled)
    assert "in run r2" in priced.stdout  # what begins is that run, and then it is listed
    answered(assistant, filled, dev_server, "--prompt", "moderation@1", "--limit", "5")
    assert [one["run"] for one in assistant("runs", "list", "-w", filled, "--json").json] == ["r1", "r2"]


def test_a_dry_run_counts_the_replies_of_a_killed_job_and_leaves_them_to_it(
    assistant: Assistant, filled: Path, dev_server: Server
) -> None:
    answered(assistant, filled, dev_server, "--limit", "5")
    dry = ("prelabel", "--model", "openai:dev", "--dry-run", "-w", filled, "--json")
    calls = assistant(*dry).json["calls"]
    with Workspace.open(filled) as opened:
        run, folder = opened.runs.find("r1"), opened.journal_folder
        pending = opened.prelabels.pending(run, opened.policy.id, limit=3)
        kept = [StoredReply(run.key, one.stored.content_digest, 1, "{}", 1.0, "2026-01-01") for one in pending]
    (folder / "replies-00000009.jsonl").write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in kept))
    lying = on_disk(filled)
    assert assistant(*dry).json["calls"] == calls - 3
    assert on_disk(filled) == lying


def test_a_dry_run_of_a_suite_writes_nothing_either(assistant: Assistant, filled: Path, dev_server: Server) -> None:
    dev_server()
    write_suite(filled, items=20)
    listed, lying = assistant("eval", "list", "-w", filled, "--json").stdout, on_disk(filled)
    said = assistant("eval", "run", "prompts", "--dry-run", "-w", filled, "--json")
    assert (said.status, said.json["calls"]) == (0, 40)  # two variants
    assert "would be frozen: 20 items" in said.stderr
    assert on_disk(filled) == lying
    assert assistant("eval", "list", "-w", filled, "--json").stdout == listed
