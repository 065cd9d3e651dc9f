"""Drafts beside the text in use, under versions of their own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.application.optimization.files import check_out, place_draft
from assistant.application.workspace.create import make_workspace
from assistant.errors import InputError
from assistant.wiring.workspace import Workspace
from evals.proposals.clarification import PolicyClarification
from evals.proposals.draft import DraftKind
from evals.proposals.revision import PromptRevision
from tests.evals.proposals.made_up import POLICY, PROMPT


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    make_workspace(tmp_path / "w")
    (tmp_path / "w" / "policies" / "posts.md").write_text(POLICY.source, encoding="utf-8")
    return Workspace.open(tmp_path / "w")


def revision(word: str) -> PromptRevision:
    return PromptRevision(PROMPT, f"{PROMPT.system}\n{word}", PROMPT.user, ())


def clarification(word: str) -> PolicyClarification:
    return PolicyClarification(POLICY, {"H1": {"en": word}}, ())


def test_the_same_draft_is_written_once_and_another_one_beside_it(workspace: Workspace) -> None:
    here = Path()
    with workspace:
        first = place_draft(workspace, revision("Be fair."), here, None)
        again = place_draft(workspace, revision("Be fair."), here, None)
        other = place_draft(workspace, revision("Be kind."), here, None)
    assert (first.name, first.fresh) == ("judge@2-proposal1", True)
    assert again == replace(first, fresh=False)
    assert other.name == "judge@2-proposal2"
    assert first.path == workspace.folder / "prompts" / "judge" / "2-proposal1.md"
    assert first.path.read_text(encoding="utf-8") == first.source


def test_a_version_that_was_used_and_removed_is_not_taken_for_another_text(workspace: Workspace) -> None:
    with workspace:
        first = place_draft(workspace, revision("Be fair."), Path(), None)
        workspace.registry.register_prompt("judge", "2-proposal1", "0" * 32, first.source)
        first.path.unlink()
        assert place_draft(workspace, revision("Be kind."), Path(), None).name == "judge@2-proposal2"
        assert place_draft(workspace, revision("Be fair."), Path(), None).name == "judge@2-proposal1"


def test_a_policy_gets_the_next_draft_version_and_a_file_beside_it(workspace: Workspace) -> None:
    present = workspace.folder / "policies" / "posts.md"
    with workspace:
        first = place_draft(workspace, clarification("Be fair."), present, None)
        second = place_draft(workspace, clarification("Be kind."), present, None)
        again = place_draft(workspace, clarification("Be fair."), present, None)
    assert (first.name, first.path.name) == ("posts 4-proposal1", "posts-4-proposal1.md")
    assert (second.name, second.path.name) == ("posts 4-proposal2", "posts-4-proposal2.md")
    assert again == replace(first, fresh=False)
    assert present.read_text(encoding="utf-8") == POLICY.source


def test_a_file_that_was_named_is_not_written_over(workspace: Workspace) -> None:
    out = workspace.folder / "policies" / "mine.md"
    with workspace:
        assert place_draft(workspace, clarification("Be fair."), out, out).path == out
        with pytest.raises(InputError, match="draft_file_taken"):
            place_draft(workspace, clarification("Be kind."), out, out)
    assert "Be fair." in out.read_text(encoding="utf-8")


def test_a_prompts_file_must_be_where_prompts_are_found(workspace: Workspace, tmp_path: Path) -> None:
    folder = workspace.folder / "prompts" / "judge"
    check_out(workspace, DraftKind.PROMPT, "judge", folder / "3.md")  # the settings name a version, so 3 isn't used
    check_out(workspace, DraftKind.POLICY, "judge", tmp_path / "any.md")
    with pytest.raises(InputError, match="draft_outside_prompts"):
        check_out(workspace, DraftKind.PROMPT, "judge", tmp_path / "3.md")
    with pytest.raises(InputError, match="draft_not_markdown"):
        check_out(workspace, DraftKind.POLICY, "judge", tmp_path / "any.txt")


def test_a_file_that_would_be_in_use_at_once_is_refused(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT__PROMPT__NAME", "judge")
    newest = Workspace.open(workspace.folder)
    folder = workspace.folder / "prompts" / "judge"
    with pytest.raises(InputError, match="draft_in_use_at_once"):
        check_out(newest, DraftKind.PROMPT, "judge", folder / "3.md")
    check_out(newest, DraftKind.PROMPT, "judge", folder / "3-proposal1.md")
