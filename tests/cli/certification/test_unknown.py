"""What reviewers leave unknown is never a no: from the import to final labels, exports, precedents and figures."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from assistant.application.evaluation.data import suite_data
from assistant.application.evaluation.snapshots import freeze_suite
from assistant.domain.certificates import Origin, Settlement
from assistant.domain.disagreements import DisagreementFilter
from assistant.review.adjudicate import open_case
from assistant.store.certification.pool import PoolStore
from assistant.store.certification.settlements import SettlementStore
from assistant.store.review.disagreements import disagreement_list
from assistant.store.review.disagreements import found as disagreements
from assistant.trust.human_labels import HumanLabels
from assistant.wiring.workspace import Workspace
from tests.cli.certified import certify, fit
from tests.cli.conftest import Assistant
from tests.cli.evaluation.test_same_figures import POLICY
from tests.cli.files import ingest, read_jsonl, write_jsonl

GIVEN: dict[str, dict[str, int | None]] = {
    "whole": {"H": 1, "S": 0, "V": 0},
    "left_out": {"H": 1, "V": 0},  # S is not mentioned
    "empty": {"H": 0, "S": None, "V": None},
    "denied": {"H": 0, "S": 0, "V": 0},
}
UNKNOWN = {"whole": [], "left_out": ["S"], "empty": ["S", "V"], "denied": []}
LABELS = {"whole": ["H"], "left_out": ["H"], "empty": [], "denied": []}


def rows(votes: dict[str, Any], rater: str = "gold") -> list[dict[str, Any]]:
    return [{"item_id": name, "rater_id": rater, "labels": given} for name, given in votes.items()]


@pytest.fixture
def labelled(assistant: Assistant, workspace: Path) -> Path:
    """Four items, labelled by `gold`, each answered H by a machine; `waits` has no label."""
    (workspace / "policies" / "community.md").write_text(POLICY, encoding="utf-8")
    ingest(assistant, workspace, [{"id": name, "text": f"content of {name}"} for name in [*GIVEN, "waits"]])
    said = assistant("labels", "import", write_jsonl(workspace / "l.jsonl", rows(GIVEN)), "-w", workspace, "--json")
    assert (said.status, said.json["with_unknown_categories"]) == (0, 2)
    answers = [{"item_id": name, "model": "m", "labels": ["H"]} for name in [*GIVEN, "waits"]]
    assert assistant("prelabels", "import", write_jsonl(workspace / "m.jsonl", answers), "-w", workspace).status == 0
    return workspace


def exported(assistant: Assistant, workspace: Path, ending: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    target = workspace / f"out.{ending}"
    assert assistant("export", target, "-w", workspace).status == 0
    manifest = json.loads((workspace / f"out.{ending}.manifest.json").read_text())
    if ending == "jsonl":
        return read_jsonl(target), manifest
    if ending == "parquet":
        return pq.read_table(target).to_pylist(), manifest
    if ending == "csv":
        with target.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file)), manifest
    header, *cells = openpyxl.load_workbook(target)["labels"].iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in cells], manifest


def test_a_final_label_names_the_categories_that_nobody_answered(assistant: Assistant, labelled: Path) -> None:
    said = assistant("settle", "-w", labelled, "--json")
    assert (said.status, said.json["people"], said.json["in_part"]) == (0, 2, 2)
    assert "2 items have categories that no reviewer answered" in said.stderr
    assert "labeled by people in part, categories unknown" in assistant("settle", "-w", labelled).stdout
    with Workspace.open(labelled) as opened:
        newest = {one.item_id: one for one in SettlementStore(opened.database).newest(1)}
    assert newest["empty"] == Settlement(
        "empty", (), Origin.PERSON, None, None, 1, unknown=("S", "V"), policy_version="1"
    )
    assert newest["whole"].unknown == ()
    again = assistant("settle", "-w", labelled, "--json").json
    assert again["written"] == 0


@pytest.mark.parametrize("ending", ["jsonl", "parquet", "csv", "xlsx"])
def test_every_format_tells_unknown_from_no(assistant: Assistant, labelled: Path, ending: str) -> None:
    assistant("settle", "-w", labelled)
    out, manifest = exported(assistant, labelled, ending)
    found = {row["item_id"]: row for row in out}
    for name, unknown in UNKNOWN.items():
        lists = (LABELS[name], unknown)
        expected = lists if ending in {"jsonl", "parquet"} else ("|".join(lists[0]) or "[]", "|".join(unknown))
        assert (found[name]["final_labels"] or expected[0], found[name]["final_unknown"] or expected[1]) == expected
        assert bool(found[name]["final_unknown"]) is bool(unknown)
        assert found[name]["final_origin"] == "person"
    assert not found["waits"]["final_unknown"]
    assert not found["waits"]["final_origin"]
    assert manifest["final_labels"] == {
        **dict.fromkeys(("model", "classifier", "machine"), 0),
        "person": 2,
        "not_settled": 1,
        "in_part": 2,
    }
    assert manifest["final_unknown"] == {"items": 2, "by_category": {"S": 2, "V": 1}}


def test_an_export_says_that_labels_are_known_in_part_and_gives_them_back_as_such(
    assistant: Assistant, labelled: Path, tmp_path: Path
) -> None:
    assistant("settle", "-w", labelled)
    said = assistant("export", tmp_path / "out.jsonl", "-w", labelled)
    assert "2 final labels leave categories unknown" in said.stderr
    other = tmp_path / "other"
    assistant("init", other)
    (other / "policies" / "community.md").write_text(POLICY, encoding="utf-8")
    ingest(assistant, other, [{"id": name, "text": name} for name in GIVEN])
    settled = [row for row in read_jsonl(tmp_path / "out.jsonl") if row["final_origin"]]
    file = write_jsonl(tmp_path / "back.jsonl", settled)
    words = ("--item-column", "item_id", "--label-column", "final_labels", "--rater-name", "release")
    taken = assistant("labels", "import", file, *words, "-w", other, "--json")
    assert (taken.status, taken.json["added"], taken.json["with_unknown_categories"]) == (0, 4, 2)
    with Workspace.open(other) as opened:
        answers = {one.item_id: one.newest for one in PoolStore(opened.database).human_answers()}
    assert {name: list(given[0].unknown) for name, given in answers.items()} == UNKNOWN


def test_a_complete_label_of_another_person_fills_what_was_unknown(assistant: Assistant, labelled: Path) -> None:
    more = rows({"left_out": {"H": 1, "S": 1, "V": 0}, "empty": {"H": 0, "S": 0, "V": 1}}, "ana")
    assert assistant("labels", "import", write_jsonl(labelled / "more.jsonl", more), "-w", labelled).status == 0
    said = assistant("settle", "-w", labelled, "--json").json
    assert (said["people"], said["in_part"], said["tied"]) == (4, 0, 0)
    with Workspace.open(labelled) as opened:
        newest = {one.item_id: one.labels for one in SettlementStore(opened.database).newest(1)}
    assert (newest["left_out"], newest["empty"]) == (("H", "S"), ("V",))


def test_the_same_labels_again_with_less_left_unknown_are_another_answer(assistant: Assistant, labelled: Path) -> None:
    again = assistant("labels", "import", labelled / "l.jsonl", "-w", labelled, "--json").json
    assert (again["added"], again["unchanged"]) == (0, 4)
    now_known = write_jsonl(labelled / "l.jsonl", rows({"left_out": {"H": 1, "S": 0, "V": 0}}))
    said = assistant("labels", "import", now_known, "-w", labelled, "--json").json
    assert (said["added"], said["with_unknown_categories"]) == (1, 0)
    assert assistant("settle", "-w", labelled, "--json").json["in_part"] == 1


def test_labels_taken_without_the_policys_set_keep_what_they_leave_out(assistant: Assistant, workspace: Path) -> None:
    policy = POLICY.replace("name: S", "name: T").replace("labels: H, S, V", "labels: H, T, V")
    (workspace / "policies" / "community.md").write_text(policy, encoding="utf-8")
    ingest(assistant, workspace, [{"id": name, "text": name} for name in GIVEN])
    file = write_jsonl(workspace / "l.jsonl", rows(GIVEN))
    said = assistant("labels", "import", file, "--any-label", "-w", workspace, "--json")
    assert (said.status, said.json["with_unknown_categories"]) == (0, 2)
    with Workspace.open(workspace) as opened:
        answers = {one.item_id: one.newest for one in PoolStore(opened.database).human_answers()}
    assert {name: list(given[0].unknown) for name, given in answers.items()} == UNKNOWN


def test_a_column_that_happens_to_be_called_unknown_is_no_list_of_categories(
    assistant: Assistant, workspace: Path
) -> None:
    ingest(assistant, workspace, [{"id": "a", "text": "a"}])
    row = {"item_id": "a", "rater_id": "ana", "label": "safe", "unknown": "perhaps", "denied": ["x"]}
    assert assistant("labels", "import", write_jsonl(workspace / "l.jsonl", [row]), "-w", workspace).status == 0
    with Workspace.open(workspace) as opened:
        [(_, [answer], _)] = list(PoolStore(opened.database).human_answers())
    assert (answer.labels, answer.unknown) == (("safe",), ())


def test_votes_on_labels_of_which_one_applies_leave_nothing_unknown(assistant: Assistant, workspace: Path) -> None:
    ingest(assistant, workspace, [{"id": "a", "text": "a"}])
    row = {"item_id": "a", "rater_id": "ana", "labels": {"spam": 1, "hate": 0}}
    said = assistant("labels", "import", write_jsonl(workspace / "l.jsonl", [row]), "-w", workspace, "--json")
    assert (said.status, said.json["with_unknown_categories"]) == (0, 0)


def test_a_machine_that_leaves_a_category_out_gave_no_usable_answer(assistant: Assistant, labelled: Path) -> None:
    answers = [{"item_id": "whole", "model": "partial", "labels": {"H": 1, "V": 0}}]
    said = assistant("prelabels", "import", write_jsonl(labelled / "p.jsonl", answers), "-w", labelled, "--json")
    assert (said.status, said.json["with_unknown_categories"]) == (0, 1)
    status = assistant("status", "--run", "r2", "-w", labelled, "--json").json
    assert status["run"]["failures"] == {"incomplete": 1}
    assert status["failed_items"] == [{"item_id": "whole", "reason": "incomplete", "detail": "it leaves unknown: S"}]


def test_items_known_in_part_are_no_votes_and_no_precedents(assistant: Assistant, labelled: Path) -> None:
    assistant("labels", "import", write_jsonl(labelled / "b.jsonl", rows(GIVEN, "ana")), "-w", labelled)
    with Workspace.open(labelled) as opened:
        people = HumanLabels.of(PoolStore(opened.database).human_answers(), PoolStore(opened.database).adjudicated())
    found = people.consensus()
    assert found.labels == {"whole": ("H",), "denied": ()}
    assert {name: one.unknown for name, one in found.in_part.items()} == {"left_out": ("S",), "empty": ("S", "V")}
    assert people.occurring() == {("H",), ()}
    said = assistant("precedents", "add", "--agreed", "-w", labelled, "--json")
    assert (said.json["added"], said.json["in_part"], said.json["disputed"]) == (2, 2, 0)
    refused = assistant("precedents", "add", "empty", "-w", labelled, "--json")
    assert (refused.status, refused.json["error"]["what"]) == (
        1,
        "this can't be a precedent: its human labels leave categories unknown",
    )


def test_no_certificate_accepts_what_people_know_in_part(assistant: Assistant, labelled: Path) -> None:
    names = [*GIVEN, "waits"]
    certify(labelled, fit(labelled, {name: ("H", 0.99 - at / 100) for at, name in enumerate(names)}), 5)
    told = assistant("route", "-w", labelled, "--json")
    assert told.status == 0, told.stderr
    said = assistant("settle", "-w", labelled, "--json").json
    assert (said["people"], said["in_part"], said["machine"]) == (2, 2, 1)
    _, manifest = exported(assistant, labelled, "jsonl")
    assert manifest["certificate"]["true_of_this_file"] is False
    assert "2 items are known in part" in manifest["certificate"]["about_this_file"]


def test_a_label_known_in_part_differs_from_the_machines_only_in_what_it_knows(
    assistant: Assistant, labelled: Path
) -> None:
    answers = [{"item_id": name, "model": "m", "labels": ["H", "S"]} for name in GIVEN]
    assistant("prelabels", "import", write_jsonl(labelled / "m.jsonl", answers), "-w", labelled)
    with Workspace.open(labelled) as opened, opened.database.write() as connection:
        disagreements.catch_up(connection, 1)
    with Workspace.open(labelled) as opened:
        found = {one.item_id: one for one in disagreement_list.page(opened.database, DisagreementFilter())}
        # Of `left_out` S is unknown, and H is what both say; of `empty` H is denied.
        assert found.keys() == {"whole", "empty", "denied"}
        assert (found["empty"].unknown, found["whole"].unknown) == (("S", "V"), ())
        [answer] = open_case(opened.database, opened.adjudications, found["empty"].item_key, 1).answers
        assert answer.unknown == ("S", "V")


SUITE = """
name = "categories"
slices = ["label"]
[data]
labels = "labels.jsonl"
machine = "machine.jsonl"
[[variants]]
name = "m"
import = "m"
"""


def test_a_frozen_suite_keeps_what_is_unknown(labelled: Path, tmp_path: Path) -> None:
    write_jsonl(tmp_path / "labels.jsonl", rows(GIVEN))
    answers = [{"item_id": name, "model": "m", "labels": {"H": 1, "S": 0, "V": 0}} for name in GIVEN]
    write_jsonl(tmp_path / "machine.jsonl", answers)
    of_files = tmp_path / "categories.toml"
    of_files.write_text(SUITE, encoding="utf-8")
    of_workspace = tmp_path / "own.toml"
    of_workspace.write_text('name = "own"\n[data.query]\n[[variants]]\nname = "m"\nimport = "m"\n', encoding="utf-8")
    for path in (of_files, of_workspace):
        with Workspace.open(labelled) as opened:
            frozen = freeze_suite(opened, path)
            assert freeze_suite(opened, path).digest == frozen.digest
            data = suite_data(opened, path)[0]
        assert data.categories is not None
        known = {name: (data.categories.people[:, at] >= 0).sum() for at, name in enumerate(data.categories.names)}
        assert known == {"H": 4, "S": 2, "V": 3}
        assert {reason.code: count for reason, count in data.left_out.items()} == {"open": 2}
        assert (data.reference >= 0).sum() == 2
