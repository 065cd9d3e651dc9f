"""Answers made elsewhere, by people and by machines, and settled items as precedents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.store.certification.pool import PoolStore
from assistant.wiring.workspace import Workspace
from tests.cli.conftest import Assistant
from tests.cli.files import Record, ingest, read_jsonl, write_jsonl


@pytest.fixture
def three(assistant: Assistant, workspace: Path) -> Path:
    """A workspace with the items a, b and c."""
    texts = {"a": "You are a waste of a seat", "b": "Lovely weather today", "c": "Buy followers here, cheap"}
    ingest(assistant, workspace, [{"id": name, "text": text} for name, text in texts.items()])
    return workspace


def labels(assistant: Assistant, workspace: Path, records: list[Record], *words: str) -> Any:
    given = write_jsonl(workspace / "labels.jsonl", records)
    return assistant("labels", "import", given, *words, "-w", workspace, "--json")


def test_labels_with_a_row_for_each_rater_go_in_once(assistant: Assistant, three: Path) -> None:
    rows = [
        {"id": "a", "who": "ann", "answer": "harassment"},
        {"id": "a", "who": "bo", "answer": "safe"},
        {"id": "b", "who": "ann", "answer": "Safe"},
    ]
    words = ("--rater-column", "who", "--label-column", "answer")
    first = labels(assistant, three, rows, *words)
    assert (first.status, first.json["added"], first.json["refused"]) == (0, 3, 0)
    again = labels(assistant, three, rows, *words)
    assert (again.status, again.json["added"], again.json["unchanged"]) == (0, 0, 3)
    status = assistant("status", "-w", three, "--json").json
    assert status["reviews"] == {"labels": 3, "items": 2, "raters": 2}


def test_labels_with_a_column_for_each_rater_go_in_and_an_empty_cell_is_no_answer(
    assistant: Assistant, three: Path
) -> None:
    rows = [{"id": "a", "ann": "harassment", "bo": "safe"}, {"id": "b", "ann": "safe", "bo": ""}]
    said = labels(assistant, three, rows, "--each-rater", "ann", "--each-rater", "bo")
    assert (said.status, said.json["added"]) == (0, 3)


def test_labels_for_items_that_arent_there_are_refused_and_the_others_go_in(assistant: Assistant, three: Path) -> None:
    rows = [{"id": "a", "label": "safe"}, {"id": "nobody", "label": "safe"}, {"label": "safe"}]
    said = labels(assistant, three, rows, "--rater-name", "ann")
    assert (said.status, said.json["added"]) == (3, 1)
    assert said.json["reasons"] == {"unknown_item": 1, "no_item": 1}
    assert "labels.jsonl:2: refused (unknown_item): there is no item 'nobody'; ingest it first" in said.stderr


def test_labels_off_the_label_set_are_refused_and_taken_on_request(assistant: Assistant, three: Path) -> None:
    rows = [{"id": "a", "label": "toxic"}, {"id": "b", "label": "safe"}]
    said = labels(assistant, three, rows, "--rater-name", "ann")
    assert (said.status, said.json["added"], said.json["reasons"]) == (3, 1, {"off_label_set": 1})
    assert "--any-label" in said.stderr
    taken = labels(assistant, three, rows, "--rater-name", "ann", "--any-label")
    assert (taken.status, taken.json["added"], taken.json["unchanged"]) == (0, 1, 1)


def test_a_file_that_doesnt_say_who_labelled_is_told_how_to_say_it(assistant: Assistant, three: Path) -> None:
    said = labels(assistant, three, [{"id": "a", "label": "safe"}])
    assert (said.status, said.json["error"]["what"]) == (1, "no column names the labeler")
    assert "--rater-name" in said.json["error"]["hint"]


def test_a_name_too_long_to_be_one_is_refused(assistant: Assistant, three: Path) -> None:
    said = labels(assistant, three, [{"id": "a", "label": "safe", "rater": "x" * 600}], "--rater-column", "rater")
    assert (said.status, said.json["reasons"]) == (3, {"bad_id": 1})


def machine(assistant: Assistant, workspace: Path, records: list[Record], *words: str) -> Any:
    given = write_jsonl(workspace / "answers.jsonl", records)
    return assistant("prelabels", "import", given, *words, "-w", workspace, "--json")


def test_machine_answers_become_a_run_that_status_and_export_show(assistant: Assistant, three: Path) -> None:
    rows = [
        {"id": "a", "label": "harassment", "score": 0.8, "rationale": "mocks a person"},
        {"id": "c", "label": "spam", "score": "0.9"},
        {"id": "b", "label": "rude"},
    ]
    said = machine(assistant, three, rows, "--model", "gpt-elsewhere")
    assert (said.status, said.json["added"], said.json["reasons"]) == (3, 2, {"off_label_set": 1})
    assert said.json["runs"] == ["r1"]
    status = assistant("status", "-w", three, "--json").json["run"]
    assert (status["model"], status["origin"], status["prompt"]) == ("gpt-elsewhere", "import", None)
    assert status["labels"] == {"harassment": 1, "spam": 1}
    assert (status["statuses"]["labelled"], status["statuses"]["pending"]) == (2, 1)
    assert assistant("export", three / "out.jsonl", "-w", three).status == 0
    found = {row["item_id"]: row for row in read_jsonl(three / "out.jsonl")}
    assert (found["a"]["labels"], found["a"]["signals"]) == (["harassment"], {"score": 0.8})
    assert (found["a"]["rationale"], found["a"]["model"]) == ("mocks a person", "gpt-elsewhere")
    assert (found["b"]["status"], found["b"]["labels"]) == ("pending", [])
    again = machine(assistant, three, rows[:2], "--model", "gpt-elsewhere")
    assert (again.status, again.json["added"], again.json["unchanged"]) == (0, 0, 2)


def test_each_model_of_a_file_becomes_a_run(assistant: Assistant, three: Path) -> None:
    rows = [{"id": "a", "label": "safe", "model": name} for name in ("first", "second")]
    assert machine(assistant, three, rows).json["runs"] == ["r1", "r2"]
    runs = assistant("status", "-w", three, "--json").json["runs"]
    assert [one["model"] for one in runs] == ["first", "second"]


def test_a_models_later_answer_supersedes_its_earlier_one(assistant: Assistant, three: Path) -> None:
    machine(assistant, three, [{"id": "a", "label": "safe"}, {"id": "b", "label": "safe"}], "--model", "m")
    later = [{"id": "a", "label": "harassment"}, {"id": "b", "label": "safe"}]
    said = machine(assistant, three, later, "--model", "m")
    assert (said.status, said.json["added"], said.json["unchanged"]) == (0, 1, 1)
    status = assistant("status", "-w", three, "--json").json["run"]
    assert (status["statuses"]["labelled"], status["labels"]) == (2, {"harassment": 1, "safe": 1})
    # Twice in one file, the last one counts.
    said = machine(assistant, three, [{"id": "b", "label": "spam"}, {"id": "b", "label": "hate"}], "--model", "m")
    assert said.json["added"] == 2
    assert assistant("status", "-w", three, "--json").json["run"]["labels"] == {"harassment": 1, "hate": 1}


def test_what_people_agree_on_becomes_a_precedent_and_what_they_dispute_does_not(
    assistant: Assistant, three: Path
) -> None:
    rows = [
        {"id": "a", "ann": "harassment", "bo": "harassment"},
        {"id": "b", "ann": "safe", "bo": "spam"},
        {"id": "c", "ann": "spam", "bo": ""},
    ]
    labels(assistant, three, rows, "--each-rater", "ann", "--each-rater", "bo")
    said = assistant("precedents", "add", "--agreed", "-w", three, "--json")
    assert said.status == 0
    assert said.json == {"added": 1, "already": 0, "total": 1, "disputed": 1, "labelled_once": 1, "off_label_set": 0}
    [known] = assistant("precedents", "list", "-w", three, "--json").json
    assert (known["text"], known["labels"]) == ("You are a waste of a seat", ["harassment"])
    disputed = assistant("precedents", "add", "b", "-w", three, "--json")
    assert (disputed.status, disputed.json["error"]["what"]) == (1, "this can't be a precedent: people disagree on it")
    unknown = assistant("precedents", "add", "nobody", "-w", three, "--json")
    assert "there are no human labels for nobody" in unknown.json["error"]["what"]


def test_adding_precedents_again_changes_nothing(assistant: Assistant, three: Path) -> None:
    rows = [{"id": name, "ann": "safe", "bo": "safe"} for name in "abc"]
    labels(assistant, three, rows, "--each-rater", "ann", "--each-rater", "bo")
    for _ in range(2):
        assert assistant("precedents", "add", "--agreed", "--limit", "2", "-w", three, "--json").json["total"] == 2


def test_a_precedent_can_be_withdrawn_once(assistant: Assistant, three: Path) -> None:
    labels(assistant, three, [{"id": "a", "x": "spam", "y": "spam"}], "--each-rater", "x", "--each-rater", "y")
    assert assistant("precedents", "add", "a", "-w", three).status == 0
    assert assistant("precedents", "withdraw", "a", "-w", three, "--json").json == {"withdrawn": "a"}
    assert assistant("precedents", "list", "-w", three, "--json").json == []
    again = assistant("precedents", "withdraw", "a", "-w", three, "--json")
    assert (again.status, again.json["error"]["what"]) == (1, "a is no precedent")


@pytest.mark.parametrize("words", [(), ("a", "--agreed")])
def test_precedents_are_either_named_or_all_agreed_ones(
    assistant: Assistant, three: Path, words: tuple[str, ...]
) -> None:
    said = assistant("precedents", "add", *words, "-w", three, "--json")
    assert (said.status, said.json["error"]["code"]) == (1, "items_or_agreed_ones")


def test_labels_say_whether_the_machines_answer_was_in_sight(assistant: Assistant, three: Path) -> None:
    rows = [
        {"id": "a", "label": "safe", "rater": "ann", "shown_suggestion": "yes"},
        {"id": "b", "label": "safe", "rater": "ann", "shown_suggestion": False},
        {"id": "c", "label": "safe", "rater": "ann", "shown_suggestion": "perhaps"},
        {"id": "c", "label": "spam", "rater": "bo"},
    ]
    said = labels(assistant, three, rows)
    assert (said.status, said.json["added"], said.json["reasons"]) == (3, 3, {"bad_sight": 1})
    with Workspace.open(three) as opened:
        answers = {one.item_id: one.newest for one in PoolStore(opened.database).human_answers()}
    assert {name: given[0].shown_suggestion for name, given in answers.items()} == {"a": True, "b": False, "c": None}
