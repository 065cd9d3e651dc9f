"""Labels that certify, changed afterwards: nothing gets better by it, and everybody sees it."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from assistant.domain.certificates import Purpose
from assistant.store.certification.samples import SampleStore
from assistant.store.tables.content import items, reviews
from assistant.store.tables.review import withdrawals
from assistant.wiring.workspace import Workspace
from tests.cli.certified import score_of
from tests.cli.conftest import Assistant
from tests.cli.files import read_jsonl
from tests.cli.made_up import MadeUp, give, label_them, load, make_up

ITEMS = 300


@pytest.fixture(scope="module")
def made() -> MadeUp:
    return make_up(ITEMS, 3)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a workspace whose campaign has ended is kept: played by the first test that wants it."""
    return tmp_path_factory.mktemp("played") / "workspace"


@pytest.fixture
def certified(assistant: Assistant, workspace: Path, made: MadeUp, played: Path) -> dict[str, Any]:
    """A workspace whose campaign for at most 15 % errors has ended; its certificate."""
    if not played.exists():
        load(assistant, workspace, made)
        sheet = workspace / "to_label.csv"
        while assistant("sample", "--max-error", "0.15", "--out", sheet, "-w", workspace, "--json").json["to_label"]:
            label_them(assistant, workspace, sheet, made.truth)
        shutil.copytree(workspace, played)
    shutil.copytree(played, workspace, dirs_exist_ok=True)
    said = assistant("certify", "-w", workspace, "--json")
    assert said.status == 0, said.stdout
    assert said.json["errors"] > 0
    found: dict[str, Any] = said.json
    return found


def drawn(workspace: Path, purpose: Purpose) -> list[str]:
    """Ids of the items that were drawn for a purpose."""
    with Workspace.open(workspace) as opened:
        store = SampleStore(opened.database)
        return [one.item_id for sample in store.of_run(1, purpose) for one in store.items(sample.id)]


def offered(workspace: Path) -> dict[str, str]:
    """The label each audited item was offered with."""
    with Workspace.open(workspace) as opened:
        samples = SampleStore(opened.database)
        return {
            one.item_id: score.labels[0]
            for sample in samples.of_run(1, Purpose.AUDIT)
            for one in samples.items(sample.id)
            if (score := score_of(opened.database, sample.fit_id or 0, one.item_id)) is not None
        }


def take_back(workspace: Path, names: list[str], *, after: timedelta) -> None:
    """Withdraw all answers to some items so much time after they were given."""
    with Workspace.open(workspace) as opened, opened.database.write() as connection:
        given = sa.select(reviews.c.id, reviews.c.created_at).join(items, items.c.id == reviews.c.item_id)
        for number, at in connection.execute(given.where(items.c.external_id.in_(names))).all():
            stamp = (datetime.fromisoformat(at) + after).astimezone(UTC).isoformat(timespec="milliseconds")
            connection.execute(sa.insert(withdrawals), [{"review_id": number, "actor": "ann", "created_at": stamp}])


def manifest(assistant: Assistant, workspace: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    said = assistant("export", workspace / "out.jsonl", "-w", workspace, "--json")
    rows = {row["item_id"]: row for row in read_jsonl(workspace / "out.jsonl")}
    return rows, json.loads(Path(said.json["manifest"]).read_text("utf-8"))


def test_labels_imported_again_that_now_agree_with_the_machine_take_no_error_away(
    assistant: Assistant, workspace: Path, made: MadeUp, certified: dict[str, Any]
) -> None:
    wrong = {name: label for name, label in offered(workspace).items() if label != made.truth[name]}
    give(assistant, workspace, wrong)
    said = assistant("certify", "-w", workspace, "--json")
    assert said.json["changed"] == len(wrong) > 0
    for name in ("errors", "allowed", "accepted", "estimate", "sentence"):
        assert said.json[name] == certified[name]
    assert "were changed after they were given" in said.stderr


def test_a_second_opinion_on_the_errors_alone_takes_none_away(
    assistant: Assistant, workspace: Path, made: MadeUp, certified: dict[str, Any]
) -> None:
    wrong = {name: label for name, label in offered(workspace).items() if label != made.truth[name]}
    for rater in ("bob", "cem"):  # two of three now agree with the machine
        give(assistant, workspace, wrong, rater=rater)
    said = assistant("certify", "-w", workspace, "--json").json
    assert (said["errors"], said["accepted"]) == (certified["errors"], certified["accepted"])
    assert (said["changed"], said["answers_wanted"]) == (len(wrong), 1)
    assert said["answers"] == said["labels"]["total"] + 2 * len(wrong)


@pytest.mark.usefixtures("certified")
def test_answers_taken_back_open_their_items_and_certificate_settlement_and_file_say_so(
    assistant: Assistant, workspace: Path, made: MadeUp
) -> None:
    assistant("settle", "-w", workspace)
    _, before = manifest(assistant, workspace)
    assert before["certificate"]["true_of_this_file"] is True
    gone = drawn(workspace, Purpose.START)[:4]
    take_back(workspace, gone, after=timedelta(hours=1))
    said = assistant("settle", "-w", workspace, "--json")
    assert (said.json["reopened"], said.json["reopened_items"], said.json["waiting"]) == (4, sorted(gone), 4)
    assert "4 adjudicated items are open again" in said.stderr
    rows, after = manifest(assistant, workspace)
    assert all(rows[name]["final_labels"] is None for name in gone)
    assert (after["final_labels"]["not_settled"], after["certificate"]["true_of_this_file"]) == (4, False)
    assert "4 items settled by people were opened again" in after["certificate"]["about_this_file"]
    certificate = assistant("certify", "-w", workspace, "--json").json
    assert (certificate["changed"], certificate["left"]) == (0, 4)
    assert certificate["sentence"].endswith("It holds once people have labeled the other 4.")
    give(assistant, workspace, {name: made.truth[name] for name in gone}, rater="bob")
    assert assistant("settle", "-w", workspace, "--json").json["waiting"] == 0


def test_an_audited_answer_taken_back_counts_as_an_error_until_it_is_given_again(
    assistant: Assistant, workspace: Path, made: MadeUp, certified: dict[str, Any]
) -> None:
    name = next(name for name, label in offered(workspace).items() if label == made.truth[name])
    take_back(workspace, [name], after=timedelta(hours=1))
    said = assistant("certify", "-w", workspace, "--json").json
    assert said["changed"] == 1
    assert said["errors"] == certified["errors"] + 1 or said["accepted"] < certified["accepted"]
    give(assistant, workspace, {name: made.truth[name]}, rater="bob")
    again = assistant("certify", "-w", workspace, "--json").json
    assert (again["changed"], again["errors"]) == (0, certified["errors"])


@pytest.mark.usefixtures("certified")
def test_new_ties_open_their_items(assistant: Assistant, workspace: Path, made: MadeUp) -> None:
    assistant("settle", "-w", workspace)
    labelled = [name for name, row in manifest(assistant, workspace)[0].items() if row["final_origin"] == "person"]
    split = dict.fromkeys(labelled[:20], "hate")
    give(assistant, workspace, split, rater="bob")
    assert assistant("settle", "-w", workspace, "--json").json["reopened"] == 20
    rows, told = manifest(assistant, workspace)
    assert {name for name, row in rows.items() if row["final_labels"] is None} == set(split)
    assert told["certificate"]["true_of_this_file"] is False
    assert [one["event"] for one in told["certificate"]["history"]] == ["issued", "reopened"]
    assert made.truth[labelled[0]] != "hate"


def test_an_answer_taken_back_within_minutes_was_a_slip(
    assistant: Assistant, workspace: Path, made: MadeUp, certified: dict[str, Any]
) -> None:
    slips = drawn(workspace, Purpose.AUDIT)[:3]
    take_back(workspace, slips, after=timedelta(minutes=2))
    give(assistant, workspace, {name: made.truth[name] for name in slips})
    said = assistant("certify", "-w", workspace, "--json").json
    assert (said["changed"], said["errors"]) == (0, certified["errors"])


def test_what_is_printed_is_what_settling_and_the_manifest_do(
    assistant: Assistant, workspace: Path, made: MadeUp, certified: dict[str, Any]
) -> None:
    asked = {*drawn(workspace, Purpose.START), *drawn(workspace, Purpose.AUDIT), *drawn(workspace, Purpose.LEARN)}
    accepted = [name for name in made.truth if name not in asked]
    give(assistant, workspace, dict.fromkeys(accepted[:40], "spam"), rater="bob")
    give(assistant, workspace, dict.fromkeys(accepted[:30], "safe"), rater="cem")
    said = assistant("certify", "-w", workspace)
    told = assistant("certify", "-w", workspace, "--json").json["leaving"]
    settled = assistant("settle", "-w", workspace, "--json").json
    final = manifest(assistant, workspace)[1]["final_labels"]
    assert told["machine"] == settled["machine"] == final["machine"] < certified["accepted"]
    unseen = next(line for line in said.stdout.splitlines() if "auto-accepted without review" in line)
    assert unseen.split()[-1] == str(told["machine"])


def test_whose_label_it_is_and_of_which_version(
    assistant: Assistant, workspace: Path, made: MadeUp, certified: dict[str, Any]
) -> None:
    assistant("settle", "-w", workspace)
    rows, told = manifest(assistant, workspace)
    machine = {name: row for name, row in rows.items() if row["final_origin"] in {"model", "classifier"}}
    assert len(machine) == told["final_labels"]["machine"] == certified["accepted"]
    for name, row in machine.items():
        if row["final_origin"] == "model":
            assert (row["final_labels"], row["final_version"]) == ([made.machine[name][0]], "judge")
        else:
            assert row["final_version"].startswith("fit ")
    assert told["final_labels"]["classifier"] == sum(row["final_origin"] == "classifier" for row in machine.values())
