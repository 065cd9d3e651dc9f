"""Gold through the API: nothing that a reviewer gets, does or can look up tells it from any other blind item."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from assistant.application.workspace.create import make_workspace
from assistant.domain.opaque_ids import IdKind
from assistant.domain.review_work import Cause, Role, TaskKind
from assistant.review.gold import make_gold
from assistant.routing.sampling import draw
from assistant.store.certification.nonces import WORKSPACE
from assistant.store.review.disagreements.adjudications import add
from assistant.store.tables.review import assignments, tasks
from assistant.web.app import create_app
from assistant.web.server.options import ServeOptions
from assistant.wiring.workspace import Workspace
from tests.web.api.conftest import Program, with_token
from tests.web.conftest import PORT
from tests.workspaces import MadeUp

ASSIGNMENTS = "/api/v1/assignments"


@pytest.fixture
def made_up(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[MadeUp]:
    """Sixty blind items wait, twenty items are gold (settled before, as gold is), and a third of what comes is gold."""
    monkeypatch.setenv("ASSISTANT__REVIEW__GOLD_RATE", "0.33")
    with Workspace.open(workspace.folder) as opened:
        made = MadeUp(opened, 80)
        for name in ("lea", "max"):  # all judge all languages: who is named for an item hangs on nothing of its content
            made.users.change(name, actor="tests", languages=["en", "zh"])
        with opened.database.write() as connection:
            for post in made.posts[60:]:
                add(connection, post.key, post.first, cause=Cause.EDGE_CASE, note="", actor="lea")
                known = {"policy_id": opened.policy.id, "labels": post.first}
                make_gold(connection, post.key, explanation="", actor="lea", **known)
        for post in made.posts[:60]:
            made.task(post, TaskKind.AUDIT)
        yield made
        made.close()


@pytest.fixture
def ana(made_up: MadeUp) -> TestClient:
    return with_token(create_app(made_up.workspace, ServeOptions(port=PORT)), made_up.workspace, Role.REVIEWER)


def is_gold(made_up: MadeUp, task: dict[str, Any]) -> bool:
    return task["item"]["id"] in {post.id for post in made_up.posts[60:]}


def claimed(ana: TestClient, n: int = 20) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = ana.post("/api/v1/queue/claim", json={"n": n}).json()["tasks"]
    return told


def test_what_comes_with_gold_is_what_comes_with_any_blind_item(made_up: MadeUp, ana: TestClient) -> None:
    told = claimed(ana)
    gold = [is_gold(made_up, task) for task in told]
    assert 1 < sum(gold) < len(gold) - 1
    own = {"assignment_id", "task_id", "item"}
    assert len({repr({name: value for name, value in task.items() if name not in own}) for task in told}) == 1
    assert {(type(task["assignment_id"]), len(task["assignment_id"])) for task in told} == {(str, 24)}
    assert {task["token"] for task in told} == {1}  # nor is there a trace of the item it came in place of
    assert not any(str(number) in (task["assignment_id"], task["task_id"]) for task in told for number in range(200))


def test_the_newest_rows_have_no_place_in_the_order_of_ids(made_up: MadeUp, ana: TestClient) -> None:
    """Gold's rows are the newest there are, and its ids stand anywhere."""
    told = claimed(ana)
    numbers: dict[bool, list[int]] = {True: [], False: []}
    for task in told:
        row = made_up.workspace.ids.read(IdKind.ASSIGNMENT, task["assignment_id"])
        assert row is not None
        numbers[is_gold(made_up, task)].append(row.number)
    assert min(numbers[True]) > max(numbers[False])
    assert {one["assignment_id"] < other["assignment_id"] for one, other in pairwise(told)} == {True, False}


Act = Callable[[TestClient, dict[str, Any]], Any]
ACTS: dict[str, tuple[str, dict[str, Any]]] = {
    "answer": ("answer", {"labels": ["spam"]}),
    "labels that are none": ("answer", {"labels": ["nonsense"]}),
    "an old token": ("answer", {"labels": ["spam"], "token": 0}),
    "skip": ("skip", {"reason": "too_hard"}),
    "escalate": ("escalate", {"note": "which clause?"}),
    "hand over to everybody": ("hand-over", {}),
    "hand over": ("hand-over", {"to": "bo"}),
    "hand over to nobody": ("hand-over", {"to": "no.such.person"}),
    "hand over to who can't": ("hand-over", {"to": "ida"}),
    "release": ("release", {}),
    "heartbeat": ("heartbeat", {}),
}


@pytest.mark.parametrize(("what", "body"), ACTS.values(), ids=ACTS)
def test_gold_answers_what_is_done_with_it_as_any_blind_item(
    made_up: MadeUp, ana: TestClient, what: str, body: dict[str, Any]
) -> None:
    found: dict[bool, Any] = {}
    for task in claimed(ana):
        gold = is_gold(made_up, task)
        if gold in found:
            continue
        path = f"{ASSIGNMENTS}/{task['assignment_id']}"
        named = ana.get(f"{path}/colleagues").json()
        behind = [ana.get(f"{path}/{name}").status_code for name in ("text", "precedents", "translation", "media/0")]
        given = {"token": task["token"], "key": f"key-{task['assignment_id']}"} | body
        answers = [ana.post(f"{path}/{what}", json=given) for _ in range(2)]  # the second: as after a lost connection
        later = ana.post(f"{path}/skip", json={"token": task["token"], "reason": "other"})
        found[gold] = [named, behind, *((one.status_code, plain(one.json())) for one in (*answers, later))]
    assert found[True] == found[False]


def plain(told: dict[str, Any]) -> dict[str, Any]:
    """An answer without the numbers that every answer has anew."""
    return {name: value for name, value in told.items() if name not in {"review_id", "request_id"}}


def test_who_has_seen_gold_before_is_named_for_it_as_for_any_item(made_up: MadeUp, ana: TestClient) -> None:
    """Most people have: were they left out, the short list would tell."""
    for who in ("bo", "chen"):
        with_gold = with_token(ana.app, made_up.workspace, Role.REVIEWER, name=who)  # type: ignore[arg-type]
        for task in claimed(with_gold):
            path = f"{ASSIGNMENTS}/{task['assignment_id']}/answer"
            body = {"token": task["token"], "labels": ["spam"], "key": f"key-{task['assignment_id']}"}
            assert with_gold.post(path, json=body).status_code == 200
    told: dict[bool, set[str]] = {}
    for task in claimed(ana):
        named = ana.get(f"{ASSIGNMENTS}/{task['assignment_id']}/colleagues").json()["colleagues"]
        told.setdefault(is_gold(made_up, task), set()).add(repr(sorted(one["name"] for one in named)))
    assert told[True] == told[False]
    assert len(told[True]) == 1


@pytest.mark.parametrize("way", ["release", "skip"])
def test_gold_that_goes_back_comes_back_no_other_way(made_up: MadeUp, ana: TestClient, way: str) -> None:
    """What was released is the next to come, what was skipped never comes again: gold or not."""
    for _ in range(12):
        [task] = claimed(ana, 1)
        body = {"token": task["token"]} | ({"reason": "other"} if way == "skip" else {})
        ana.post(f"{ASSIGNMENTS}/{task['assignment_id']}/{way}", json=body)
        [following] = claimed(ana, 1)
        assert (following["item"]["id"] == task["item"]["id"]) == (way == "release"), is_gold(made_up, task)
        answer = {"token": following["token"], "labels": ["spam"], "key": f"key-{following['assignment_id']}"}
        ana.post(f"{ASSIGNMENTS}/{following['assignment_id']}/answer", json=answer)
    with made_up.workspace.database.read() as connection:
        given = connection.execute(sa.select(tasks.c.kind).join(assignments, assignments.c.task_id == tasks.c.id))
        assert TaskKind.GOLD.value in given.scalars().all()


def test_no_id_of_one_person_opens_anything_for_another(made_up: MadeUp, ana: TestClient, program: Program) -> None:
    [task] = claimed(ana, 1)
    eve = program(Role.REVIEWER, name="eve")
    assert made_up.workspace.ids.read(IdKind.ASSIGNMENT, task["assignment_id"]) is not None
    body = {"token": task["token"], "labels": ["nonsense"], "key": "some-key-of-hers"}
    assert eve.post(f"{ASSIGNMENTS}/{task['assignment_id']}/answer", json=body).status_code == 404


def test_gold_is_not_what_the_seed_of_the_settings_draws(made_up: MadeUp, ana: TestClient) -> None:
    """The draw behind gold comes from a nonce: the shipped seed, or the workspace's, foretells none of it."""
    told = [is_gold(made_up, task) for task in claimed(ana)]
    seeds = (20260101, made_up.workspace.seed)
    for seed in seeds:
        assert [draw(seed, f"reviewer.bot:{count}", "gold") < 0.33 for count in range(20)] != told
    nonce = made_up.workspace.review_key
    drawn = [draw(nonce, f"reviewer.bot:{count}", "gold") < 0.33 for count in range(20)]
    there_are = len(made_up.posts[60:])
    assert [gold and sum(drawn[:at]) < there_are for at, gold in enumerate(drawn)] == told  # until all gold was given


def test_two_workspaces_have_different_seeds_and_one_keeps_its_own(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ASSISTANT__ROUTING__SEED")
    seeds = []
    for name in ("one", "other", "one"):
        folder = tmp_path / name
        if not folder.exists():
            make_workspace(folder)
            assert "\nseed" not in (folder / "assistant.toml").read_text(encoding="utf-8")
        with Workspace.open(folder) as opened:
            seeds.append((opened.seed, opened.nonces.get(WORKSPACE).value))
    assert seeds[0] == seeds[2]
    assert len({seed for seed, _ in seeds}) == 2
    assert 20260101 not in {seed for seed, _ in seeds}


def test_a_seed_in_the_settings_is_taken(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT__ROUTING__SEED", "7")
    with Workspace.open(workspace.folder) as opened:
        assert opened.seed == 7
