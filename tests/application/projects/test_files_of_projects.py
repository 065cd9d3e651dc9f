"""What a project keeps in files is its own: the journal of replies, the search index, suites and their frozen data."""

from __future__ import annotations

import numpy as np

from assistant.application.evaluation.suites import FOLDER, suite_files
from assistant.domain.policies import Precedent
from tests.project_worlds import three_projects


def test_the_first_projects_files_are_where_they_always_were_and_others_have_folders_of_their_own() -> None:
    with three_projects() as projects:
        first, *others = projects
        assert (first.project_folder, first.project_state) == (first.folder, first.state)
        assert first.journal_folder == first.state / "journal"
        folders = [one.journal_folder for one in projects]
        assert len(set(folders)) == len(folders)
        for one in others:
            assert one.project_folder == first.folder / "projects" / one.key
            assert one.journal_folder == first.state / "projects" / one.key / "journal"


def test_a_suite_is_found_in_its_own_project_alone() -> None:
    with three_projects() as projects:
        second = projects[1]
        (second.project_folder / FOLDER).mkdir()
        (second.project_folder / FOLDER / "mine.toml").write_text("[[variants]]\n", encoding="utf-8")
        assert [[path.stem for path in suite_files(one) if path.stem == "mine"] for one in projects] == [
            [],
            ["mine"],
            [],
        ]


def test_precedents_of_the_same_policy_are_found_in_their_own_project_alone() -> None:
    with three_projects() as projects:
        first, second, _ = projects
        assert first.policy.id == second.policy.id
        vector = np.ones((1, 4), dtype=np.float32) / 2
        first.index.put_precedents(first.policy.id, [Precedent("d" * 32, "text", "en", ("safe",))], vector, "letters")
        assert list(first.index.precedents(first.policy.id, "letters")) == ["d" * 32]
        assert second.index.precedents(second.policy.id, "letters") == {}
        [near] = second.index.search_precedents(second.policy.id, vector, 3, embedder="letters")
        assert near == []
