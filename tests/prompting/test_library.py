"""Prompts by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.prompting.library import PromptLibrary, draft_version, is_draft
from tests.evals.proposals.made_up import PROMPT


@pytest.fixture
def library(tmp_path: Path) -> PromptLibrary:
    (tmp_path / "judge").mkdir()
    for version in ("9", "10", "10-proposal1", "10-proposal2"):
        text = PROMPT.source.replace('"2"', f'"{version}"')
        (tmp_path / "judge" / f"{version}.md").write_text(text, encoding="utf-8")
    return PromptLibrary(tmp_path)


def test_the_newest_version_is_no_draft(library: PromptLibrary) -> None:
    assert library.get("judge").version == "10"


def test_a_draft_is_found_by_its_version(library: PromptLibrary) -> None:
    assert library.get("judge@10-proposal2").version == "10-proposal2"


def test_a_draft_of_a_draft_is_numbered_on() -> None:
    assert draft_version("3", 1) == "3-proposal1"
    assert draft_version("3-proposal1", 2) == "3-proposal2"
    assert [is_draft(one) for one in ("3", "3-proposal1", "proposal", "3-proposal")] == [False, True, False, False]
