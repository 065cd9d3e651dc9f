"""Files from real reports (`shared/cases`), with the value that is right for each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.wiring.workspace import Workspace
from tests.cli.certification.test_answers import SINGLE, begin, given
from tests.cli.conftest import Assistant, Said
from tests.cli.files import ingest
from tests.shared_data import shared_file


def agree(assistant: Assistant, case: Path) -> tuple[Any, str]:
    machine = next(case.glob("machine.*"), None)
    words = ("--machine", machine) if machine else ()
    said = assistant("eval", "agree", "--labels", case / "labels.csv", *words, "--json")
    assert said.status == 0, said.stderr
    return said.json, said.stderr


@pytest.mark.parametrize(
    ("name", "raw", "human", "told"),
    [
        ("label-case-differs", 1.0, 1.0, "'SPAM' (4) as 'spam'"),
        ("label-case-some", 1.0, 1.0, "Labels written in several ways are one"),
        ("multi-python-list", 1.0, 1.0, ""),
        ("ordinal-float-text-vs-int", 1.0, 1.0, ""),
        ("pandas-nan-text-as-label", 1.0, 1.0, "16 cells in labels.csv hold no answer"),
        # One row of the machine holds no answer: of 40 items 39 agree.
        ("empty-label-cells", 39 / 40, 1.0, "8 cells in labels.csv hold no answer"),
        ("score-nan", 1.0, 1.0, "1 of 40 model predictions in machine.csv have no score"),
        ("score-percent", 1.0, 1.0, ""),
    ],
)
def test_a_machine_that_says_what_people_say_agrees_with_them(
    assistant: Assistant, name: str, raw: float, human: float, told: str
) -> None:
    figures, said = agree(assistant, shared_file("cases", name))
    assert (figures["raw"]["value"], figures["raw"]["n"]) == (pytest.approx(raw), 40)
    assert figures["human_human_raw"]["value"] == human
    assert told in said


def test_of_a_rater_who_labels_twice_the_newest_answer_counts(assistant: Assistant) -> None:
    figures, said = agree(assistant, shared_file("cases", "rater-labels-twice"))
    assert figures["raw"]["n"] == 40
    assert "1 answers in labels.csv were given again to the same item: the newest counts." in said


@pytest.fixture
def six(assistant: Assistant, workspace: Path) -> Path:
    return begin(assistant, workspace, SINGLE)


def take(assistant: Assistant, workspace: Path, name: str, *words: str) -> Said:
    [path] = [path for path in shared_file("cases", name).iterdir() if path.name != "README"]
    return assistant("labels", "import", path, *words, "-w", workspace, "--json")


def test_one_rater_in_two_spellings_settles_nothing(assistant: Assistant, six: Path) -> None:
    assert take(assistant, six, "import-one-rater-as-two").status == 0
    said = assistant("precedents", "add", "--agreed", "-w", six, "--json").json
    assert (said["added"], said["labelled_once"]) == (0, 2)


def test_numeric_raters_and_names_in_three_spellings_are_two_people(assistant: Assistant, six: Path) -> None:
    assert take(assistant, six, "import-rater-numeric").status == 0
    assert {rater for _, rater, _ in given(six)} == {"3", "Ana"}


def test_float_ids_name_the_items(assistant: Assistant, six: Path) -> None:
    said = take(assistant, six, "import-float-ids")
    assert (said.status, given(six)) == (0, [("1", "ana", ["spam"]), ("2", "ana", ["safe"])])


@pytest.mark.parametrize(("name", "label"), [("import-prodigy", "spam"), ("import-prodigy-choice", "spam")])
def test_prodigy_rows_that_reject_or_ignore_are_no_labels(
    assistant: Assistant, six: Path, name: str, label: str
) -> None:
    said = take(assistant, six, name, "--rater-column", "_annotator_id")
    assert (said.status, said.json["added"], said.json["no_answer"]) == (0, 1, 2)
    assert given(six) == [("1", "ana", [label])]


def test_of_prodigys_forty_rows_the_accepted_ones_count(assistant: Assistant, workspace: Path) -> None:
    begin(assistant, workspace, SINGLE)
    ingest(assistant, workspace, [{"id": f"p{number}", "text": f"post p{number}"} for number in range(40)])
    said = take(assistant, workspace, "prodigy-reject-rows")
    assert (said.status, said.json["added"], said.json["no_answer"]) == (0, 14, 26)


def test_argillas_discarded_response_is_no_answer(assistant: Assistant, six: Path) -> None:
    said = take(assistant, six, "import-argilla")
    assert (said.status, said.json["no_answer"]) == (0, 1)
    assert given(six) == [("1", "u-ana", ["spam"])]


def test_label_studios_cancelled_annotation_is_no_answer(assistant: Assistant, workspace: Path) -> None:
    begin(assistant, workspace, SINGLE)
    ingest(assistant, workspace, [{"id": str(number), "text": f"task {number}"} for number in (11, 12)])

    said = take(assistant, workspace, "label-studio-tasks")
    assert (said.status, said.json["added"], said.json["no_answer"]) == (0, 2, 1)
    assert [(rater, labels) for _, rater, labels in given(workspace)] == [("3", ["spam"]), ("x@example.com", ["safe"])]


def test_doccanos_empty_list_is_no_answer_and_two_labels_are_never_taken_for_one(
    assistant: Assistant, six: Path
) -> None:
    for words in ((), ("--any-label",)):
        said = take(assistant, six, "import-doccano", "--rater-name", "team", *words)
        assert (said.status, said.json["no_answer"], said.json["refused"]) == (3, 1, 2)
        assert "--any-label" not in said.stderr
    assert given(six) == [("1", "team", ["spam"])]


@pytest.mark.parametrize(("name", "texts"), [("csv-text-nan", ["ok then"]), ("xlsx-errors", ["ok then", "date id"])])
def test_error_cells_and_words_for_nothing_are_no_posts(
    assistant: Assistant, workspace: Path, name: str, texts: list[str]
) -> None:
    [path] = [path for path in shared_file("cases", name).iterdir() if path.name != "README"]
    said = assistant("ingest", path, "-w", workspace, "--json")
    [report] = said.json["files"]
    assert (said.status, report["added"]) == (3, len(texts))
    assert report["error_cells"] == ({"label": 1} if name == "xlsx-errors" else {})
    with Workspace.open(workspace) as opened:
        assert [stored.item.content.text for page in opened.items.pages() for stored in page] == texts
