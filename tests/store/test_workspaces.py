"""One database is one workspace: whose it is when a folder opens it, and what becomes of one that is another's."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant.application.workspace.create import make_workspace
from assistant.cli.error_words import error_words
from assistant.domain.items import Content, Item
from assistant.errors import WorkspaceError
from assistant.store.content.items import NewItem
from assistant.store.workspaces import WorkspaceStore
from assistant.wiring.workspace import Workspace
from tests.worded import says


@pytest.fixture
def shared(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A fresh database outside every folder, of each kind, named by the environment."""
    monkeypatch.setenv("ASSISTANT_DATABASE_URL", database_url)
    return database_url


def made(folder: Path, *, policy: str = "community") -> Path:
    make_workspace(folder)
    document = folder / "policies" / "community.md"
    document.write_text(document.read_text("utf-8").replace("policy: community", f"policy: {policy}"), "utf-8")
    return folder


def opened(folder: Path, *items: str) -> str:
    """Opens a folder's database, puts items in, and gives its workspace's id."""
    with Workspace.open(folder) as workspace:
        workspace.items.add([NewItem(Item(one, Content(one), "en"), b"", 1) for one in items])
        return WorkspaceStore(workspace.database).id()


def use(folder: Path) -> None:
    """Register the folder's policy, as a run does."""
    with Workspace.open(folder) as workspace:
        workspace.registry.register_policy(workspace.policy)


@pytest.mark.usefixtures("shared")
def test_folders_with_the_same_policy_share_a_database(tmp_path: Path) -> None:
    first = opened(made(tmp_path / "a"), "x")
    use(tmp_path / "a")
    assert opened(made(tmp_path / "b")) == first
    assert opened(tmp_path / "a") == first
    with Workspace.open(tmp_path / "b") as workspace:
        assert workspace.items.count()["items"] == 1


@pytest.mark.usefixtures("shared")
def test_a_folder_with_another_policy_is_refused_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = opened(made(tmp_path / "a"), "x", "y")
    made(tmp_path / "b", policy="market")
    with pytest.raises(WorkspaceError) as caught:
        opened(tmp_path / "b")
    assert "another workspace's: 2 items of policy community, first opened by" in error_words(caught.value).what
    assert error_words(caught.value).what.endswith(f"{tmp_path / 'a'}; this folder's policy is market")
    assert caught.value.where == "ASSISTANT_DATABASE_URL"
    assert f'workspace_id = "{first}"' in error_words(caught.value).hint
    monkeypatch.setenv("ASSISTANT__STORAGE__WORKSPACE_ID", first)
    assert opened(tmp_path / "b") == first


def test_a_folder_with_work_of_its_own_is_refused_though_its_policy_is_the_same(
    tmp_path: Path, shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(made(tmp_path / "a"), "x")
    monkeypatch.delenv("ASSISTANT_DATABASE_URL")
    opened(made(tmp_path / "b"), "1", "2", "3")
    monkeypatch.setenv("ASSISTANT_DATABASE_URL", shared)
    with pytest.raises(WorkspaceError, check=says("this folder has a database of its own with 3 items")):
        opened(tmp_path / "b")


def test_a_folder_takes_a_new_database_and_can_go_back_to_its_own(
    tmp_path: Path, shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ASSISTANT_DATABASE_URL")
    own = opened(made(tmp_path / "a"), "1")
    monkeypatch.setenv("ASSISTANT_DATABASE_URL", shared)
    assert opened(tmp_path / "a", "x") != own
    monkeypatch.delenv("ASSISTANT_DATABASE_URL")
    assert opened(tmp_path / "a") == own
    monkeypatch.setenv("ASSISTANT_DATABASE_URL", shared)
    assert opened(tmp_path / "a") != own
    monkeypatch.setenv("ASSISTANT_DATABASE_URL", f"sqlite:///{tmp_path / 'a' / '.assistant' / 'assistant.db'}")
    assert opened(tmp_path / "a") == own


@pytest.mark.usefixtures("shared")
def test_the_same_version_in_another_wording_is_another_policy(tmp_path: Path) -> None:
    opened(made(tmp_path / "a"), "x")
    use(tmp_path / "a")
    document = made(tmp_path / "b") / "policies" / "community.md"
    document.write_text(document.read_text("utf-8").replace("Polite contempt", "Feigned concern"), "utf-8")
    with pytest.raises(WorkspaceError, check=says("its community@1 has another wording than this folder's")):
        opened(tmp_path / "b")


@pytest.mark.usefixtures("shared")
def test_a_folder_that_was_let_in_may_change_its_policy(tmp_path: Path) -> None:
    first = opened(made(tmp_path / "a"), "x")
    shutil.rmtree(tmp_path / "a" / "policies")
    made(tmp_path / "new", policy="market")
    shutil.copytree(tmp_path / "new" / "policies", tmp_path / "a" / "policies")
    assert opened(tmp_path / "a") == first


@pytest.mark.usefixtures("shared")
def test_an_id_that_is_stated_must_be_the_databases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(made(tmp_path / "a"))
    monkeypatch.setenv("ASSISTANT__STORAGE__WORKSPACE_ID", "0123456789abcdef")
    with pytest.raises(WorkspaceError, check=says(r"\[storage\] workspace_id says 0123456789abcdef")):
        opened(tmp_path / "a")


@pytest.mark.usefixtures("shared")
def test_a_folder_is_known_by_any_policy_of_its_projects(tmp_path: Path) -> None:
    first = opened(made(tmp_path / "a"), "x")
    with_two = made(tmp_path / "b", policy="market")
    shutil.copytree(tmp_path / "a" / "policies", with_two / "policies" / "others")
    own = with_two / "projects" / "second"
    own.mkdir()
    (own / "project.toml").write_text('[policy]\nfile = "policies/others/community.md"\n', "utf-8")
    with Workspace.open(with_two, project="main") as workspace:
        assert WorkspaceStore(workspace.database).id() == first
        assert workspace.workspaces.identity().policy_ids == {"community", "market"}
