"""`assistant settle`, and what an export says of final labels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.domain.certificates import CertificateEventKind, Origin, Settlement
from assistant.store.certification.settlements import SettlementStore
from assistant.wiring.workspace import Workspace
from tests.cli.certified import SENTENCE, answered_run, certify, fit, happened, people_say
from tests.cli.conftest import Assistant
from tests.cli.files import ingest, read_jsonl
from tests.stored import settlements_of

# Ten items; the surest six pass, of which p0 is audited and p2 is a label that is kept for people.
LABELS = {f"p{number}": "threat" if number == 2 else "safe" for number in range(10)}
SCORES = {name: (label, 0.99 - 0.01 * number) for number, (name, label) in enumerate(LABELS.items())}
MACHINE = ["p1", "p3", "p4", "p5"]
PEOPLE = ["p0", "p2", "p6", "p7", "p8", "p9"]


@pytest.fixture
def certified(assistant: Assistant, workspace: Path) -> Path:
    """A run with a certificate; the audited item is labelled."""
    answered_run(assistant, workspace, LABELS)
    people_say(assistant, workspace, {"p0": "spam"})
    certify(workspace, fit(workspace, SCORES), 6, ("p0",))
    return workspace


def final(workspace: Path) -> dict[str, Settlement]:
    """The newest settlement of each item."""
    with Workspace.open(workspace) as opened:
        return {one.item_id: one for one in SettlementStore(opened.database).newest(1)}


def finals(*, person: int, model: int, not_settled: int, classifier: int = 0) -> dict[str, int]:
    """How many final labels are whose, as the manifest says it."""
    machine = model + classifier
    return {"person": person, "model": model, "classifier": classifier, "machine": machine, "not_settled": not_settled}


def exported(assistant: Assistant, workspace: Path) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """Rows by id, and the manifest."""
    target = workspace / "out.jsonl"
    said = assistant("export", target, "-w", workspace, "--json")
    assert said.status == 0, said.stderr
    return {row["item_id"]: row for row in read_jsonl(target)}, json.loads(
        Path(said.json["manifest"]).read_text("utf-8")
    )


def test_people_settle_what_they_labelled_and_the_machine_what_the_certificate_lets_leave(
    assistant: Assistant, certified: Path
) -> None:
    people_say(assistant, certified, {"p1": "spam", "p7": "safe"})
    people_say(assistant, certified, {"p7": "safe"}, "bob")
    people_say(assistant, certified, {"p7": "hate"}, "eve")
    said = assistant("settle", "-w", certified, "--json")
    assert said.status == 0, said.stderr
    assert final(certified) == {
        "p0": Settlement("p0", ("spam",), Origin.PERSON, None, None, 1, policy_version="1"),
        "p1": Settlement("p1", ("spam",), Origin.PERSON, None, None, 1, policy_version="1"),
        "p3": Settlement("p3", ("safe",), Origin.MODEL, 1, pytest.approx(0.96), 0, 1),
        "p4": Settlement("p4", ("safe",), Origin.MODEL, 1, pytest.approx(0.95), 0, 1),
        "p5": Settlement("p5", ("safe",), Origin.MODEL, 1, pytest.approx(0.94), 0, 1),
        "p7": Settlement("p7", ("safe",), Origin.PERSON, None, None, 2, policy_version="1"),
    }
    told = said.json
    assert (told["people"], told["machine"], told["written"], told["withdrawn"]) == (3, 3, 6, 0)
    assert (told["waiting"], told["waiting_by_route"], told["no_answer"]) == (4, {"review": 4}, 0)


def test_settling_again_writes_nothing_and_a_label_that_came_since_goes_before_the_machines(
    assistant: Assistant, certified: Path
) -> None:
    assistant("settle", "-w", certified)
    assert assistant("settle", "-w", certified, "--json").json["written"] == 0
    people_say(assistant, certified, {"p3": "spam"})
    assert assistant("settle", "-w", certified, "--json").json["written"] == 1
    with Workspace.open(certified) as opened:
        history = settlements_of(opened.database, "p3")
    assert [(one.origin, one.labels) for one in history] == [("model", ("safe",)), ("person", ("spam",))]


def test_what_people_are_split_on_is_not_settled_and_is_named(assistant: Assistant, certified: Path) -> None:
    people_say(assistant, certified, {"p3": "safe", "p8": "safe"})
    people_say(assistant, certified, {"p3": "spam", "p8": "spam"}, "bob")
    said = assistant("settle", "-w", certified, "--json")
    assert (said.json["tied"], said.json["tied_items"]) == (2, ["p3", "p8"])
    assert not {"p3", "p8"} & final(certified).keys()
    assert "2 ties need a third label: p3, p8" in said.stderr


def test_people_read_what_is_settled_what_waits_and_the_next_step(assistant: Assistant, certified: Path) -> None:
    ingest(assistant, certified, [{"id": "late", "text": "arrived after the run"}])
    said = assistant("settle", "-w", certified)
    rows = [line.split() for line in said.stdout.splitlines()]
    assert ["labeled", "by", "people", "1"] in rows
    assert ["auto-accepted,", "certified", "4"] in rows
    assert ["waiting", "for", "review", "review", "5"] in rows
    assert ["without", "any", "answer", "1"] in rows
    assert "next: assistant labels import FILE" in said.stderr
    people_say(assistant, certified, dict.fromkeys(PEOPLE, "safe"), "bob")
    people_say(assistant, certified, {"p0": "safe"}, "eve")
    assert "next: assistant export" in assistant("settle", "-w", certified).stderr


def test_what_waits_under_a_capacity_is_told_as_deferred(assistant: Assistant, certified: Path) -> None:
    assert assistant("route", "--capacity", "4", "-w", certified).status == 0
    told = assistant("settle", "-w", certified, "--json").json
    assert told["waiting"] == 5
    assert told["waiting_by_route"]["deferred"] >= 1


@pytest.mark.parametrize("event", [CertificateEventKind.BROKEN, CertificateEventKind.WITHDRAWN])
def test_without_a_certificate_that_stands_people_settle_and_the_machines_labels_are_withdrawn(
    assistant: Assistant, certified: Path, event: CertificateEventKind
) -> None:
    assistant("settle", "-w", certified)
    happened(certified, event)
    before, manifest = exported(assistant, certified)
    assert [before[name]["final_origin"] for name in ("p0", "p1")] == ["person", None]  # at once, settled again or not
    assert manifest["certificate"]["true_of_this_file"] is False
    people_say(assistant, certified, {"p9": "safe"})
    said = assistant("settle", "-w", certified, "--json")
    assert said.status == (3 if event is CertificateEventKind.BROKEN else 0)
    assert (said.json["people"], said.json["machine"], said.json["withdrawn"], said.json["written"]) == (2, 0, 4, 1)
    assert "certificate 1 of r1 is" in said.stderr
    assert {name: one.origin for name, one in final(certified).items()} == {
        **dict.fromkeys(MACHINE, "withdrawn"),
        **dict.fromkeys(["p0", "p9"], "person"),
    }
    again = assistant("settle", "-w", certified, "--json").json
    assert (again["withdrawn"], again["written"]) == (0, 0)


def test_what_a_newer_certificate_does_not_accept_is_final_no_more(assistant: Assistant, certified: Path) -> None:
    assistant("settle", "-w", certified)
    certify(certified, 1, 4, ("p0",))
    rows, manifest = exported(assistant, certified)
    assert {name for name, row in rows.items() if row["final_origin"]} == {"p0"}
    assert manifest["final_labels"] == finals(person=1, model=0, not_settled=9)
    told = assistant("settle", "-w", certified, "--json").json
    assert (told["machine"], told["withdrawn"], told["written"]) == (2, 2, 2)
    rows, _ = exported(assistant, certified)
    assert {row["final_certificate"] for row in rows.values()} == {None, 2}


def test_without_any_certificate_only_people_settle(assistant: Assistant, workspace: Path) -> None:
    answered_run(assistant, workspace, LABELS)
    people_say(assistant, workspace, {"p4": "safe"})
    said = assistant("settle", "-w", workspace, "--json")
    assert (said.status, said.json["people"], said.json["machine"]) == (0, 1, 0)
    assert said.json["waiting_by_route"] == {"not routed": 9}
    assert "r1 has no certificate" in said.stderr


def test_without_a_run_there_is_nothing_to_settle(assistant: Assistant, workspace: Path) -> None:
    said = assistant("settle", "-w", workspace, "--json")
    assert (said.status, said.json["error"]["what"]) == (1, "no run yet")


def test_the_manifest_of_a_certified_export_whose_items_are_all_settled(assistant: Assistant, certified: Path) -> None:
    people_say(assistant, certified, {name: "safe" for name in PEOPLE if name != "p0"})
    assistant("settle", "-w", certified)
    rows, manifest = exported(assistant, certified)
    assert manifest["final_labels"] == finals(person=6, model=4, not_settled=0)
    told = manifest["certificate"]
    assert (told["id"], told["standing"], told["sentence"]) == (1, "standing", SENTENCE)
    assert told["true_of_this_file"] is True
    assert told["about_this_file"] == (
        "4 labels are the model's: at most 1 of them differ from what the reviewers would have said, with 95.00%"
        " confidence. Labels of people count as right. Every item has a final label, so that the sentence is true"
        " of this file."
    )
    assert told["statement"]["waves"] == [{"sample": 1, "fit": 1, "offered": 6, "passed": 6}]
    assert (told["statement"]["population"], told["statement"]["max_error"]) == (10, 0.05)
    names = ("final_labels", "final_origin", "final_version", "final_confidence", "final_certificate", "final_raters")
    assert [rows["p0"][name] for name in names] == [["spam"], "person", None, None, None, 1]
    assert [rows["p1"][name] for name in names] == [["safe"], "model", "judge", pytest.approx(0.98), 1, 0]
    assert rows["p0"]["labels"] == ["safe"]  # the machine's answer stays beside it


def test_the_manifest_says_of_whom_the_bound_speaks_while_items_wait(assistant: Assistant, certified: Path) -> None:
    assistant("settle", "-w", certified)
    rows, manifest = exported(assistant, certified)
    assert manifest["final_labels"] == finals(person=1, model=4, not_settled=5)
    assert manifest["certificate"]["true_of_this_file"] is False
    assert (
        "5 items in it have no final label yet. The bound speaks of the whole batch of 10 items, and holds for it when"
        " people have labeled the rest."
    ) in manifest["certificate"]["about_this_file"]
    assert rows["p9"]["final_labels"] is None
    said = assistant("export", certified / "out.csv", "-w", certified)
    assert "5 items have no final label" in said.stderr


def test_what_people_labelled_beside_the_batch_is_told_apart_from_it(assistant: Assistant, certified: Path) -> None:
    ingest(assistant, certified, [{"id": "late", "text": "arrived after the certificate"}])
    people_say(assistant, certified, {name: "safe" for name in [*PEOPLE, "late"] if name != "p0"})
    assistant("settle", "-w", certified)
    _, manifest = exported(assistant, certified)
    assert manifest["final_labels"] == finals(person=7, model=4, not_settled=0)
    about = manifest["certificate"]["about_this_file"]
    assert about.endswith("Every item has a final label: the sentence is true of the batch; 1 item came beside it.")


def test_a_thresholds_promise_is_not_told_of_the_items_in_the_file(assistant: Assistant, workspace: Path) -> None:
    answered_run(assistant, workspace, LABELS)
    certify(workspace, fit(workspace, SCORES), 6, method="ltt", threshold=0.945)
    assistant("settle", "-w", workspace)
    rows, manifest = exported(assistant, workspace)
    assert {name for name, row in rows.items() if row["final_origin"] == "model"} == {"p0", "p1", "p3", "p4"}
    assert manifest["certificate"]["true_of_this_file"] is None
    assert manifest["certificate"]["about_this_file"] == (
        "4 labels are the model's, each at least as sure as the threshold asks. 6 items in it have no final label"
        " yet. The guarantee is about what this source sends, on average, and not about just these items."
    )


def test_without_a_certificate_the_manifest_says_that_there_is_none(assistant: Assistant, workspace: Path) -> None:
    answered_run(assistant, workspace, LABELS)
    _, manifest = exported(assistant, workspace)
    assert manifest["certificate"] is None
    assert manifest["final_labels"] == finals(person=0, model=0, not_settled=10)
