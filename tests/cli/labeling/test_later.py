"""`assistant certify --method ltt`, and what becomes of items that come after it: scored, or people's, and why."""

from __future__ import annotations

import shutil
from collections import Counter
from math import ceil, floor
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from assistant.store.tables.certification import classifiers
from assistant.wiring.workspace import Workspace
from tests.cli.certified import score_of
from tests.cli.conftest import Assistant, Server
from tests.cli.files import ingest, write_jsonl
from tests.cli.made_up import MadeUp, give, make_up
from tests.stored import newest_routes

FIRST, LATER = 600, 60
LTT = ("certify", "--declared-random", "--method", "ltt", "--max-error", "0.1")


def take_in(assistant: Assistant, workspace: Path, made: MadeUp, names: list[str], **columns: str) -> None:
    """Items as they come, and the machine's answers to them in the run there is."""
    items = [{"id": name, "text": made.texts[name], "lang": "en", "source": "forum"} | columns for name in names]
    ingest(assistant, workspace, items)
    rows = [{"id": name, "label": made.machine[name][0], "score": made.machine[name][1]} for name in names]
    given = write_jsonl(workspace / "machine.jsonl", rows)
    assert assistant("prelabels", "import", given, "--model", "judge", "-w", workspace).status == 0


@pytest.fixture(scope="session")
def certified_cache() -> dict[str, Path]:
    return {}


@pytest.fixture
def made() -> MadeUp:
    return make_up(FIRST + LATER + 20)


@pytest.fixture
def later(made: MadeUp) -> list[str]:
    """Ids of the items that come after the certificate."""
    return sorted(made.texts)[FIRST : FIRST + LATER]


@pytest.fixture
def certified(
    assistant: Assistant,
    workspace: Path,
    made: MadeUp,
    tmp_path_factory: pytest.TempPathFactory,
    certified_cache: dict[str, Path],
) -> Path:
    """600 items, 300 of them labelled at random, and a threshold for what comes; made once, each test gets a copy."""
    if "it" not in certified_cache:
        first = sorted(made.texts)[:FIRST]
        take_in(assistant, workspace, made, first)
        give(assistant, workspace, {name: made.truth[name] for name in Random(7).sample(first, 300)})
        said = assistant(*LTT, "-w", workspace, "--json")
        assert said.status == 0, said.stdout
        certified_cache["it"] = tmp_path_factory.mktemp("certified") / "workspace"
        shutil.copytree(workspace, certified_cache["it"])
    shutil.copytree(certified_cache["it"], workspace, dirs_exist_ok=True)
    return workspace


def route(assistant: Assistant, workspace: Path) -> Any:
    said = assistant("route", "-w", workspace, "--json")
    assert said.status == 0, said.stderr
    return said.json


def routed(workspace: Path, names: list[str]) -> dict[str, tuple[str, str]]:
    """Route and reason of some items."""
    with Workspace.open(workspace) as opened:
        newest = newest_routes(opened.database, 1)
    return {name: (newest[name].route.value, newest[name].reason) for name in names}


def test_items_that_come_later_are_scored_by_the_certified_classifier_and_accepted_as_often_as_it_says(
    assistant: Assistant, certified: Path, made: MadeUp, later: list[str]
) -> None:
    statement = assistant(*LTT, "-w", certified, "--json").json
    take_in(assistant, certified, made, later)
    said = route(assistant, certified)
    assert (said["scored_later"], said["not_as_certified"]) == (LATER, 0)
    reasons = routed(certified, later)
    accepted = [name for name, (way, _) in reasons.items() if way in {"accept", "accept_audit"}]
    low, high = statement["coverage"]
    assert low <= len(accepted) / LATER <= high
    assert {reason for _, reason in reasons.values()} <= {
        "accepted_by_certificate",
        "drawn_for_monitoring",
        "not_certified",
    }
    with Workspace.open(certified) as opened:
        found = [score_of(opened.database, 1, name) for name in later]
    scores = {one.item_id: one for one in found if one is not None}
    assert len(scores) == LATER
    assert {name for name, one in scores.items() if one.confidence >= statement["threshold"]} == set(accepted)
    assert made.wrong({name: scores[name].labels[0] for name in accepted}) <= 0.1 * LATER
    assert sum(accepted_in_all(said).values()) == statement["accepted"] + len(accepted)


def accepted_in_all(said: Any) -> Counter[str]:
    return Counter({one["route"]: one["items"] for one in said["routes"] if one["route"].startswith("accept")})


def test_settling_and_checking_count_them_like_all_others(
    assistant: Assistant, certified: Path, made: MadeUp, later: list[str]
) -> None:
    take_in(assistant, certified, made, later)
    said = route(assistant, certified)
    settled = assistant("settle", "-w", certified, "--json").json
    assert settled["machine"] == said["accepted"]
    checked = assistant("check", "-w", certified, "--json").json
    assert checked["drawn"] == said["monitored"] > 0
    monitored = [name for name, (way, _) in routed(certified, later).items() if way == "accept_audit"]
    give(assistant, certified, {name: made.truth[name] for name in monitored}, rater="bo")
    assert assistant("check", "-w", certified, "--json").json["labels"] == len(monitored)


def test_the_same_again_scores_nothing_and_changes_nothing(
    assistant: Assistant, certified: Path, made: MadeUp, later: list[str]
) -> None:
    take_in(assistant, certified, made, later)
    first = route(assistant, certified)
    again = route(assistant, certified)
    assert (again["scored_later"], again["written"], again["repeated"]) == (0, 0, True)
    assert again["routes"] == first["routes"]
    more = sorted(made.texts)[FIRST + LATER :]
    take_in(assistant, certified, made, more)
    before = routed(certified, later)
    assert route(assistant, certified)["scored_later"] == 20
    assert routed(certified, later) == before  # who came before keeps place and draw


def test_explaining_one_writes_nothing(assistant: Assistant, certified: Path, made: MadeUp, later: list[str]) -> None:
    take_in(assistant, certified, made, later)
    said = assistant("route", "--explain", later[0], "-w", certified, "--json").json
    assert said["confidence"] is not None
    with Workspace.open(certified) as opened:
        assert score_of(opened.database, 1, later[0]) is None


@pytest.mark.parametrize(
    ("columns", "detail"), [({"lang": "fr"}, "language fr (60)"), ({"source": "mail"}, "source mail (60)")]
)
def test_what_is_new_in_kind_goes_to_people_with_the_reason(
    assistant: Assistant, certified: Path, made: MadeUp, later: list[str], columns: dict[str, str], detail: str
) -> None:
    take_in(assistant, certified, made, later, **columns)
    said = assistant("route", "-w", certified)
    assert f"60 items are not of the kind that was certified, and go to people: {detail}" in said.stderr
    reasons = {reason for way, reason in routed(certified, later).values() if way not in {"double", "expert"}}
    assert reasons <= {"value_unknown", "language_not_covered"}  # the example policy is written for English and Chinese
    assert not any(way.startswith("accept") for way, _ in routed(certified, later).values())


def test_an_item_without_the_answer_of_a_run_that_taught_waits_for_it(
    assistant: Assistant, workspace: Path, made: MadeUp, later: list[str]
) -> None:
    first = sorted(made.texts)[:FIRST]
    take_in(assistant, workspace, made, first)
    beside(assistant, workspace, made, first)
    give(assistant, workspace, {name: made.truth[name] for name in Random(7).sample(first, 300)})
    assert assistant(*LTT, "--run", "r1", "-w", workspace).status == 0
    take_in(assistant, workspace, made, later)
    said = assistant("route", "--run", "r1", "-w", workspace)
    assert "no answer of r2 (60)" in said.stderr
    assert {reason for _, reason in routed(workspace, later).values()} == {"input_missing"}
    beside(assistant, workspace, made, later)
    assert assistant("route", "--run", "r1", "-w", workspace, "--json").json["scored_later"] == LATER
    assert "accept" in {way for way, _ in routed(workspace, later).values()}


def beside(assistant: Assistant, workspace: Path, made: MadeUp, names: list[str]) -> None:
    """Another model's answers, in a run of its own."""
    given = write_jsonl(workspace / "other.jsonl", [{"id": name, "label": made.machine[name][0]} for name in names])
    assert assistant("prelabels", "import", given, "--model", "other", "-w", workspace).status == 0


def test_another_policy_ends_acceptance_and_says_so(
    assistant: Assistant, certified: Path, made: MadeUp, later: list[str]
) -> None:
    take_in(assistant, certified, made, later)
    route(assistant, certified)
    file = certified / "policies" / "community.md"
    file.write_text(file.read_text("utf-8").replace("the ", "any ", 1), "utf-8")
    told = assistant("route", "-w", certified)
    assert "the policy has changed since certificate 1 was issued: nothing is auto-accepted under it" in told.stderr
    said = route(assistant, certified)
    assert said["accepted"] == 0
    assert "policy_changed" in {one["reason"] for one in said["routes"]}
    assert assistant("settle", "-w", certified, "--json").json["machine"] == 0


def test_another_model_that_answers_in_the_same_run_is_not_what_was_certified(
    assistant: Assistant, certified: Path, made: MadeUp, later: list[str]
) -> None:
    take_in(assistant, certified, made, later)
    with Workspace.open(certified) as opened, opened.database.write() as connection:
        connection.execute(sa.text("UPDATE prelabels SET model = 'judge-2' WHERE item_id > 600"))
    said = assistant("route", "-w", certified)
    assert "model judge-2 (60)" in said.stderr
    assert {reason for _, reason in routed(certified, later).values()} == {"value_unknown"}


def test_without_its_classifier_nothing_that_comes_is_scored(
    assistant: Assistant, certified: Path, made: MadeUp, later: list[str]
) -> None:
    take_in(assistant, certified, made, later)
    with Workspace.open(certified) as opened, opened.database.write() as connection:
        connection.execute(sa.update(classifiers).values(digest="0" * 32))
    assert "its digest differs (60)" in assistant("route", "-w", certified).stderr
    assert {reason for _, reason in routed(certified, later).values()} == {"classifier_missing"}
    with Workspace.open(certified) as opened, opened.database.write() as connection:
        connection.execute(sa.delete(classifiers))
    assert "no classifier was kept with that certificate (60)" in assistant("route", "-w", certified).stderr
    refused = assistant(*LTT, "-w", certified, "--json")
    assert (refused.status, refused.json["error"]["what"]) == (
        1,
        "nothing can score what comes later: these labels were split by a version that kept no classifier",
    )


def test_the_sentence_bounds_both_together_and_names_what_it_holds_for(assistant: Assistant, certified: Path) -> None:
    said = assistant(*LTT, "-w", certified, "--json").json
    low, high = floor(100 * said["coverage"][0]), ceil(100 * said["coverage"][1])
    assert said["sentence"] == (
        f"Of the labels this source's items get with a confidence of {said['threshold']:.6g} or more, at most 10 %"
        f" differ from what the reviewers would say, and {low} % to {high} % of what comes is"
        " that sure: both together with 95 % confidence, while items come from the same source and are labelled by the"
        " same model, prompt and policy."
    )
    assert said["valid_for"]["values"]["source"] == ["forum"]
    assert said["valid_for"]["values"]["model"] == ["judge"]
    assert said["classifier"]["bytes"] < 1_000_000


def test_what_is_ingested_and_prelabelled_later_is_accepted_too(
    assistant: Assistant, workspace: Path, made: MadeUp, later: list[str], dev_server: Server
) -> None:
    dev_server()
    first = sorted(made.texts)[:FIRST]

    def come(names: list[str]) -> None:
        ingest(assistant, workspace, [{"id": name, "text": made.texts[name], "lang": "en"} for name in names])
        assert assistant("prelabel", "--model", "openai:dev", "-w", workspace).status == 0

    come(first)
    give(assistant, workspace, {name: made.truth[name] for name in Random(7).sample(first, 300)})
    low, high = assistant(*LTT, "-w", workspace, "--json").json["coverage"]
    come(later)
    assert route(assistant, workspace)["scored_later"] == LATER
    accepted = [name for name, (way, _) in routed(workspace, later).items() if way.startswith("accept")]
    sure = [reason for _, reason in routed(workspace, later).values() if reason != "not_certified"]
    assert low <= len(sure) / LATER <= high
    assert len(accepted) > 0
