"""`assistant project`: projects with policies, settings, states and members of their own, and which one is meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.application.labeling.prelabel_jobs import RunRequest, start_run
from assistant.application.projects.projects import refuse_asking_models
from assistant.domain.review_work import Role
from assistant.domain.runs import JobOrigin
from assistant.errors import ConflictError
from assistant.wiring.workspace import Workspace
from tests.cli.commands import commands, options
from tests.cli.conftest import Assistant, Said
from tests.cli.files import write_jsonl


@pytest.fixture
def two(assistant: Assistant, workspace: Path) -> Path:
    """A workspace with a second project, whose policy has another name."""
    community = (workspace / "policies" / "community.md").read_text("utf-8")
    (workspace / "policies" / "market.md").write_text(community.replace("policy: community", "policy: market"), "utf-8")
    said = assistant(
        *("project", "init", "market", "--policy", workspace / "policies" / "market.md"),
        *("--title-en", "Market", "--title-zh", "集市", "--languages", "zh", "-w", workspace),
    )
    assert said.status == 0, said.stderr
    return workspace


def posts(folder: Path, *ids: str) -> Path:
    return write_jsonl(folder / "posts.jsonl", [{"id": one, "text": f"a post {one}"} for one in ids])


def states(assistant: Assistant, folder: Path) -> dict[str, str]:
    return {one["project"]: one["state"] for one in assistant("project", "list", "-w", folder, "--json").json}


def refused(said: Said) -> str:
    assert said.status == 1
    assert "Traceback" not in said.stderr
    return said.stderr


def test_a_project_has_its_own_policy_settings_and_items(assistant: Assistant, two: Path) -> None:
    assert assistant("ingest", posts(two, "a", "b"), "--project", "market", "-w", two).status == 0
    assert assistant("ingest", posts(two, "a"), "--project", "main", "-w", two).status == 0
    found = {one["project"]: one for one in assistant("project", "list", "-w", two, "--json").json}
    assert {key: one["items"] for key, one in found.items()} == {"main": 1, "market": 2}
    shown = assistant("project", "show", "market", "-w", two, "--json").json
    assert shown["policy"] == {"id": "market", "version": "1"}
    assert shown["title"] == {"en": "Market", "zh": "集市"}
    assert shown["languages"] == ["zh"]
    with Workspace.open(two, project="market") as opened:
        assert (opened.policy.id, opened.of_project("main").policy.id) == ("market", "community")


def test_where_several_are_open_one_must_be_named_and_the_errors_say_which_there_are(
    assistant: Assistant, two: Path
) -> None:
    said = refused(assistant("status", "-w", two))
    assert "the workspace has several projects: main, market" in said
    assert "--project" in said
    said = refused(assistant("status", "--project", "markt", "-w", two))
    assert "there is no project markt; there are: main, market" in said
    assert "did you mean market?" in said


def test_the_ways_to_name_one_go_before_each_other(
    assistant: Assistant, two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant("ingest", posts(two, "a", "b"), "--project", "market", "-w", two)

    def items(*words: str) -> int:
        count: int = assistant("status", *words, "-w", two, "--json").json["content"]["items"]
        return count

    assert assistant("project", "use", "market", "-w", two).status == 0
    assert items() == 2
    assert [one["project"] for one in assistant("project", "list", "-w", two, "--json").json if one["used"]] == [
        "market"
    ]
    monkeypatch.setenv("ASSISTANT_PROJECT", "main")
    assert items() == 0
    assert items("--project", "market") == 2


def test_a_project_in_use_that_is_gone_is_named_and_another_can_be_chosen(assistant: Assistant, two: Path) -> None:
    assert assistant("project", "use", "market", "-w", two).status == 0
    (two / ".assistant" / "assistant.db").unlink()  # as where the folder is pointed at another database
    (two / "projects" / "market").rename(two / "market")
    assert "there is no project market" in refused(assistant("status", "-w", two))
    assert list(states(assistant, two)) == ["main"]
    assert assistant("project", "use", "main", "-w", two).status == 0
    assert assistant("status", "-w", two).status == 0


def test_an_admin_needs_no_project(assistant: Assistant, two: Path) -> None:
    assert "several projects" in refused(assistant("users", "add", "ana", "--no-password", "-w", two))
    assert assistant("users", "add", "root", "--role", "admin", "--no-password", "-w", two).status == 0


def test_the_next_command_names_the_project_that_this_one_was_given(assistant: Assistant, two: Path) -> None:
    said = assistant("ingest", posts(two, "a"), "--project", "market", "-w", two)
    assert "--project market" in next(line for line in said.stderr.splitlines() if line.startswith("next:"))


def test_the_only_open_project_is_the_default(assistant: Assistant, two: Path) -> None:
    assert assistant("project", "close", "market", "-w", two).status == 0
    assert assistant("ingest", posts(two, "a"), "-w", two).status == 0
    assert assistant("status", "-w", two, "--json").json["content"]["items"] == 1


def test_every_command_with_a_workspace_takes_a_project_but_those_about_all() -> None:
    without = {
        name
        for name, command in commands().items()
        if "--workspace" in options(command) and "--project" not in options(command)
    }
    of_all = {name for name in without if name.split()[0] in {"audit", "backup", "db", "project", "serve", "tokens"}}
    users = {f"users {name}" for name in ("list", "roles", "password", "disable", "enable", "sessions", "link")}
    assert without == of_all | users
    assert {"ingest", "prelabel", "users add", "queue list"} <= {
        name for name, command in commands().items() if "--project" in options(command)
    }


@pytest.mark.parametrize("key", ["", "Market", "1st", "a b", "../up", "ma/rk", "é", "x" * 41])
def test_a_key_that_cant_be_one_is_refused_and_nothing_is_made(assistant: Assistant, workspace: Path, key: str) -> None:
    before = sorted(workspace.rglob("*"))
    said = refused(assistant("project", "init", "--policy", workspace / "policies/community.md", "-w", workspace, key))
    assert "is no key" in said
    assert [path for path in sorted(workspace.rglob("*")) if ".assistant" not in path.parts] == before


def test_a_policy_with_mistakes_or_a_key_that_is_taken_makes_nothing(assistant: Assistant, two: Path) -> None:
    broken = two / "broken.md"
    broken.write_text("---\npolicy: x\n---\n", "utf-8")
    assert "broken.md" in refused(assistant("project", "init", "new", "--policy", broken, "-w", two))
    assert "has no policy" in refused(assistant("project", "init", "new", "-w", two))
    for key in ("market", "main"):
        said = assistant("project", "init", key, "--policy", two / "policies/market.md", "-w", two)
        assert "already" in refused(said)
    assert not (two / "projects" / "new").exists()
    assert list(states(assistant, two)) == ["main", "market"]


def test_a_policy_from_elsewhere_is_copied_into_the_project(assistant: Assistant, workspace: Path) -> None:
    elsewhere = workspace.parent / "other.md"
    elsewhere.write_text((workspace / "policies/community.md").read_text("utf-8"), "utf-8")
    assert assistant("project", "init", "other", "--policy", elsewhere, "-w", workspace).status == 0
    elsewhere.unlink()
    with Workspace.open(workspace, project="other") as opened:
        assert opened.policy_path == workspace / "projects" / "other" / "policies" / "other.md"
        assert opened.policy.id == "community"


def test_a_prompt_of_the_project_goes_before_the_workspaces(two: Path) -> None:
    shared = two / "prompts" / "moderation" / "2.md"
    own = two / "projects" / "market" / "prompts" / "moderation" / "2.md"
    own.parent.mkdir(parents=True)
    own.write_text(shared.read_text("utf-8") + "\nBe brief.\n", "utf-8")
    with Workspace.open(two, project="market") as opened:
        assert "Be brief." in opened.prompts.get("moderation@2").source
        assert "Be brief." not in opened.of_project("main").prompts.get("moderation@2").source


def test_a_folder_without_a_row_and_a_row_without_a_folder_say_what_to_do(assistant: Assistant, two: Path) -> None:
    folder = two / "projects" / "market"
    folder.rename(two / "projects" / "bazaar")
    said = refused(assistant("status", "--project", "market", "-w", two))
    assert "no settings of the project market" in said
    assert "assistant project init market --policy FILE" in said
    said = refused(assistant("status", "--project", "bazaar", "-w", two))
    assert "this folder has the project bazaar, the database does not" in said
    assert assistant("project", "init", "bazaar", "-w", two).status == 0
    assert assistant("project", "show", "bazaar", "-w", two, "--json").json["title"] == {"en": "Market", "zh": "集市"}
    assert assistant("project", "init", "market", "--policy", two / "policies/market.md", "-w", two).status == 0
    assert assistant("status", "--project", "market", "-w", two).status == 0


def test_a_title_changes_in_the_settings_too_and_all_else_stays_there(assistant: Assistant, two: Path) -> None:
    file = two / "projects" / "market" / "project.toml"
    before = file.read_text("utf-8")
    assert assistant("project", "rename", "market", "--title-zh", "跳蚤市场", "-w", two).status == 0
    assert file.read_text("utf-8") == before.replace("集市", "跳蚤市场")
    file.write_text(before.replace('en = "Market"', 'en = "Fair"'), "utf-8")
    found = assistant("project", "show", "market", "-w", two, "--json").json
    assert found["title"] == {"en": "Fair", "zh": "集市"}
    file.write_text(before.replace('[title]\nen = "Market"\nzh = "集市"', 'title = { en = "Market" }'), "utf-8")
    assert "make it a table" in refused(assistant("project", "rename", "market", "--title-en", "x", "-w", two))


def test_states_follow_each_other_in_turn(assistant: Assistant, two: Path) -> None:
    def moved(word: str) -> bool:
        return assistant("project", word, "market", "-w", two).status == 0

    assert moved("pause")
    assert states(assistant, two) == {"main": "active", "market": "paused"}
    assert moved("activate")
    assert moved("close")
    assert states(assistant, two)["market"] == "closed"
    assert not moved("pause")
    assert not moved("activate")  # a closed one is opened again on purpose
    assert moved("reopen")
    assert states(assistant, two)["market"] == "active"


WRITING: dict[str, Callable[[Path], tuple[Any, ...]]] = {
    "ingest": lambda folder: ("ingest", posts(folder, "new")),
    "labels import": lambda folder: ("labels", "import", folder / "labels.jsonl", "--rater-name", "ann"),
    "prelabels import": lambda folder: ("prelabels", "import", folder / "labels.jsonl", "--model", "other"),
    "prelabel": lambda _: ("prelabel", "--model", "openai:dev"),
    "enqueue": lambda _: ("enqueue",),
    "sample": lambda _: ("sample",),
    "settle": lambda _: ("settle",),
}


@pytest.fixture
def answered(assistant: Assistant, two: Path) -> Path:
    """The second project with items, a machine's answers and a person's labels."""
    names = [f"p{number}" for number in range(30)]
    write_jsonl(two / "labels.jsonl", [{"id": name, "label": "safe"} for name in names])
    market = ("--project", "market", "-w", two)
    assert assistant("ingest", posts(two, *names), *market).status == 0
    assert assistant("prelabels", "import", two / "labels.jsonl", "--model", "judge", *market).status == 0
    write_jsonl(two / "labels.jsonl", [{"id": name, "label": "safe"} for name in names[:10]])
    assert assistant("labels", "import", two / "labels.jsonl", "--rater-name", "bo", *market).status == 0
    return two


def rows_of(folder: Path) -> dict[str, int]:
    with Workspace.open(folder, project="market") as opened, opened.database.read() as connection:
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
        changing = {"audit_log", "project_events", "nonces", "embeddings"}
        of_project = [one for one in names if one not in changing]
        return {one: connection.exec_driver_sql(f'SELECT count(*) FROM "{one}"').scalar_one() for one in of_project}  # noqa: S608


def test_a_closed_project_is_read_and_no_command_changes_it(assistant: Assistant, answered: Path) -> None:
    assert assistant("project", "close", "market", "-w", answered).status == 0
    before = rows_of(answered)
    for name, words in WRITING.items():
        said = assistant(*words(answered), "--project", "market", "-w", answered)
        assert "the project market is closed" in refused(said), name
    assert rows_of(answered) == before
    for words in (("status",), ("runs", "list"), ("export", answered / "out.jsonl"), ("precedents", "list")):
        said = assistant(*words, "--project", "market", "-w", answered)
        assert said.status == 0, said.stderr
    assert assistant("project", "reopen", "market", "-w", answered).status == 0
    assert assistant("settle", "--project", "market", "-w", answered).status == 0


def test_a_paused_project_takes_labels_and_asks_nothing_new(assistant: Assistant, answered: Path) -> None:
    assert assistant("project", "pause", "market", "-w", answered).status == 0
    for name in ("prelabel", "enqueue"):
        said = assistant(*WRITING[name](answered), "--project", "market", "-w", answered)
        assert "the project market is paused" in refused(said), name
    assert assistant("settle", "--project", "market", "-w", answered).status == 0
    with Workspace.open(answered, project="market") as opened:
        ana = opened.users.add("ana", role=Role.REVIEWER, actor="tests").principal()
        with pytest.raises(ConflictError, match="project_paused"):
            opened.queue.claim(ana)
        with pytest.raises(ConflictError, match="project_paused"):
            start_run(opened, RunRequest(prompt="moderation@2", model="local"), 1.0, actor="tests")


def test_a_draft_asks_models_and_not_people_until_it_is_activated(assistant: Assistant, workspace: Path) -> None:
    words = ("project", "init", "trial", "--policy", workspace / "policies/community.md", "--draft", "-w", workspace)
    assert assistant(*words).status == 0
    with Workspace.open(workspace, project="trial") as opened:
        refuse_asking_models(opened)
        ana = opened.users.add("ana", role=Role.REVIEWER, actor="tests").principal()
        with pytest.raises(ConflictError, match="project_draft"):
            opened.queue.claim(ana)
        assert assistant("project", "activate", "trial", "-w", workspace).status == 0
        assert opened.queue.claim(ana) == []  # as it is now, though it was opened as a draft


def test_jobs_of_a_project_that_is_paused_are_asked_to_stop(assistant: Assistant, answered: Path) -> None:
    with Workspace.open(answered, project="market") as opened:
        run = opened.runs.find(None)
        job = opened.jobs.begin(run.id, JobOrigin.COMMAND, "ana", {})
        assert not opened.jobs.stop_wanted(job)
        assert assistant("project", "pause", "market", "-w", answered).status == 0
        assert opened.jobs.stop_wanted(job)


def test_new_users_are_members_of_the_project_at_hand(assistant: Assistant, two: Path) -> None:
    def members(key: str) -> dict[str, str]:
        found = assistant("project", "members", key, "-w", two, "--json").json
        return {one["name"]: one["role"] for one in found}

    said = assistant("users", "add", "ana", "--role", "lead", "--no-password", "--project", "market", "-w", two)
    assert said.status == 0, said.stderr
    assert (members("main"), members("market")) == ({}, {"ana": "lead"})
    assert assistant("project", "members", "main", "--add", "ana", "--role", "analyst", "-w", two).status == 0
    assert assistant("users", "roles", "ana", "manager", "-w", two).status == 0
    assert (members("main"), members("market")) == ({"ana": "analyst"}, {"ana": "manager"})
    assert assistant("project", "members", "market", "--remove", "ana", "-w", two).status == 0
    assert members("market") == {}
    assert "is no member" in refused(assistant("project", "members", "market", "--remove", "ana", "-w", two))
    assert refused(assistant("project", "members", "market", "--add", "nobody", "-w", two))


def test_a_backup_has_the_folders_of_projects(assistant: Assistant, two: Path, tmp_path: Path) -> None:
    assert assistant("backup", tmp_path / "b.zip", "-w", two).status == 0
    assert assistant("restore", tmp_path / "b.zip", tmp_path / "copy").status == 0
    for name in ("projects/main/project.toml", "projects/market/project.toml", "policies/market.md"):
        assert (tmp_path / "copy" / name).read_bytes() == (two / name).read_bytes()
    assert assistant("project", "show", "market", "-w", tmp_path / "copy", "--json").json["policy"]["id"] == "market"


def test_doctor_names_the_project_whose_policy_is_wrong(assistant: Assistant, two: Path) -> None:
    policy = two / "policies" / "market.md"
    policy.write_text(policy.read_text("utf-8").replace("version:", "vers:", 1), "utf-8")
    found = assistant("doctor", "--project", "main", "-w", two, "--json").json
    [wrong] = [one for one in found if one["check"] == "projects"]
    assert not wrong["ok"]
    assert "market" in wrong["found"]
