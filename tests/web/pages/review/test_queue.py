"""The queue, as leads see and steer it."""

from __future__ import annotations

import re
from html import unescape

import pytest

from assistant.domain.opaque_ids import IdKind
from assistant.domain.prelabels import RunIdentity
from assistant.domain.review_work import Role, SkipReason, TaskKind
from assistant.domain.reviews import Review
from assistant.routing.route import Decision, Route
from assistant.store.audit import log as audit
from assistant.store.runs.routes import RouteStore
from tests.web.conftest import SignedIn
from tests.web.pages.reading import csv_rows, excel_rows, older, rows, words
from tests.workspaces import MadeUp

LOOKING = {Role.ANALYST, Role.LEAD, Role.MANAGER, Role.ADMIN}
STEERING = LOOKING - {Role.ANALYST}


@pytest.fixture
def waiting(made_up: MadeUp) -> MadeUp:
    """Every post waits for one reviewer."""
    for post in made_up.posts:
        made_up.task(post)
    return made_up


@pytest.mark.parametrize("role", Role)
def test_who_may_look_and_who_may_steer(waiting: MadeUp, signed_in: SignedIn, role: Role) -> None:
    client = signed_in(role)
    [claimed] = waiting.queue.claim(waiting.principal("ana"))
    for path in ("/queue", "/queue.csv", "/queue/tasks", "/queue/tasks.csv", "/queue/leases"):
        assert client.get(path).status_code == (200 if role in LOOKING else 403), path
    one = f"/queue/{waiting.workspace.ids.of(IdKind.ASSIGNMENT, claimed.assignment_id)}"
    for path, data, done in (
        (f"{one}/assign", {"person": "bo"}, 303),
        (f"{one}/return", {}, 409),
        ("/queue/enqueue", {"run": "r1"}, 200),
    ):
        assert client.post(path, data=data).status_code == (done if role in STEERING else 403), path


def test_what_waits_is_told_by_language_and_label(waiting: MadeUp, signed_in: SignedIn) -> None:
    waiting.queue.claim(waiting.principal("ana"), 3)
    client = signed_in(Role.ANALYST)
    told = words(client.get("/queue"))
    assert "Unassigned 21" in told
    assert "In progress 3" in told
    groups = csv_rows(client.get("/queue.csv"))
    assert sum(int(group["open"]) for group in groups) == 21
    assert groups == [
        {name: str(value or "") for name, value in row.items()} for row in excel_rows(client.get("/queue.xlsx"))
    ]


def test_items_are_filtered_and_stand_in_the_order_of_work(waiting: MadeUp, signed_in: SignedIn) -> None:
    client = signed_in(Role.LEAD)
    tasks = csv_rows(client.get("/queue/tasks.csv"))
    assert [task["item_id"] for task in tasks] == rows(client.get("/queue/tasks"))
    priorities = [float(task["priority"]) for task in tasks]
    assert priorities == sorted(priorities, reverse=True)
    english = [task["item_id"] for task in tasks if task["language"] == "en"]
    assert rows(client.get("/queue/tasks?language=en")) == english
    harmless = [task["item_id"] for task in tasks if not task["label"]]
    assert rows(client.get("/queue/tasks?harm=-")) == harmless
    assert rows(client.get("/queue/tasks?team=nights")) == []
    [first] = waiting.queue.claim(waiting.principal("ana"))
    assert first.item_id == tasks[0]["item_id"]


def test_pages_don_t_move_while_tasks_are_added(waiting: MadeUp, signed_in: SignedIn) -> None:
    for post in waiting.posts * 3:
        waiting.task(post)
    client = signed_in(Role.LEAD)
    expected = [task["assignment_id"] for task in csv_rows(client.get("/queue/tasks.csv"))]
    first = client.get("/queue/tasks")
    waiting.task(waiting.posts[0], priority=1e9)
    second = client.get(older(first))
    assert len(rows(first)) == 50
    assert len(rows(first)) + len(rows(second)) == len(expected)
    assert client.get("/queue/tasks?after=nonsense").status_code == 422


def test_a_lease_is_taken_back_and_the_item_offered_again(waiting: MadeUp, signed_in: SignedIn) -> None:
    [claimed] = waiting.queue.claim(waiting.principal("ana"))
    client = signed_in(Role.LEAD)
    told = words(client.get("/queue/leases"))
    assert f"{claimed.item_id} ana" in told
    assert f"{claimed.item_id} ana" not in words(signed_in(Role.ANALYST).get("/queue/leases"))
    [action] = re.findall(r'action="(/queue/[\w-]+/return)"', client.get("/queue/leases").text)
    assert client.post(action).status_code == 303
    assert "Nothing is in progress" in words(client.get("/queue/leases"))
    [again] = waiting.queue.claim(waiting.principal("bo"))
    assert (again.assignment_id, again.token) == (claimed.assignment_id, claimed.token + 1)
    [entry] = audit.entries(waiting.workspace.database, action="task.return")
    assert (entry.actor, entry.detail["item"]) == ("lead", claimed.item_id)


def test_an_item_given_to_one_person_comes_to_nobody_else(made_up: MadeUp, signed_in: SignedIn) -> None:
    made_up.task(made_up.posts[0])
    client = signed_in(Role.LEAD)
    [task] = csv_rows(client.get("/queue/tasks.csv"))
    assert client.post(f"/queue/{task['assignment_id']}/assign", data={"person": "bo"}).status_code == 303
    assert made_up.queue.claim(made_up.principal("ana")) == []
    assert [one.item_id for one in made_up.queue.claim(made_up.principal("bo"))] == [task["item_id"]]
    client.post(f"/queue/{task['assignment_id']}/assign", data={"person": "-"})
    assert [one.item_id for one in made_up.queue.claim(made_up.principal("ana"))] == [task["item_id"]]


def test_a_list_comes_back_as_it_was_filtered_with_a_word_on_who_has_the_item_now(
    waiting: MadeUp, signed_in: SignedIn
) -> None:
    client = signed_in(Role.LEAD)
    filtered = "/queue/tasks?language=en"
    [action, *_] = re.findall(r'action="(/queue/[\w-]+/assign[^"]*)"', client.get(filtered).text)
    done = client.post(unescape(action), data={"person": "bo"})
    assert done.status_code == 303
    page = client.get(done.headers["location"])
    assert rows(page) == rows(client.get(filtered))
    assert {task["language"] for task in csv_rows(client.get("/queue/tasks.csv?language=en"))} == {"en"}
    assert f"{rows(page)[0]} assigned to Bo Lindqvist." in words(page)
    assert re.findall(r'<option value="(\w+)" selected>Bo Lindqvist', page.text) == ["bo"]
    assert waiting


def test_pressing_assign_with_nothing_chosen_takes_the_item_from_no_person(
    made_up: MadeUp, signed_in: SignedIn
) -> None:
    made_up.task(made_up.posts[0])
    client = signed_in(Role.LEAD)
    [task] = csv_rows(client.get("/queue/tasks.csv"))
    path = f"/queue/{task['assignment_id']}/assign"
    client.post(path, data={"person": "bo"})
    told = client.post(path, data={"person": ""})  # as from a page loaded before it was bo's
    assert told.status_code == 422
    assert f"Choose an assignee for {task['item_id']}." in words(told)
    [claimed] = made_up.queue.claim(made_up.principal("bo"))
    assert client.post(path, data={"person": "bo"}).status_code == 303  # theirs already: not taken out of their hands
    assert [one.assignment_id for one in made_up.queue.held(made_up.principal("bo"))] == [claimed.assignment_id]


def test_only_people_who_can_take_an_item_are_offered_for_it(made_up: MadeUp, signed_in: SignedIn) -> None:
    """Bo judges another language, Chen has answered it, Max has passed it on: Ana and Lea are left."""
    post = next(one for one in made_up.posts if one.language == "en")
    made_up.users.change("bo", actor="tests", languages=["sw"])
    made_up.task(post, TaskKind.DOUBLE, overlap=2)
    made_up.answer("chen", post.first)
    max_ = made_up.principal("max")
    [held] = made_up.queue.claim(max_)
    made_up.queue.skip(max_, held.assignment_id, held.token, SkipReason.TOO_HARD)
    page = signed_in(Role.LEAD, name="lea").get("/queue/tasks")
    [select] = re.findall(r'<select name="person".*?</select>', page.text)
    assert re.findall(r'value="(\w+)"', select) == ["ana", "lea"]


def test_nobody_is_given_what_they_could_not_take(made_up: MadeUp, signed_in: SignedIn) -> None:
    made_up.users.change("bo", actor="tests", languages=["sw"])
    made_up.task(made_up.posts[0])
    client = signed_in(Role.LEAD)
    [task] = csv_rows(client.get("/queue/tasks.csv"))
    path = f"/queue/{task['assignment_id']}/assign"
    told = client.post(path, data={"person": "bo"})
    assert told.status_code == 422
    assert f"can't assign {task['item_id']} to bo: doesn't review en" in words(told)
    assert rows(told) == [task["item_id"]]  # in place: the list is still there
    assert client.post(path, data={"person": "nobody"}).status_code == 422
    assert client.post(path, data={"person": "ida"}).status_code == 422
    assert client.post("/queue/999999/assign", data={"person": "ana"}).status_code == 404


def test_the_queue_is_filled_from_a_run_s_routes_once(made_up: MadeUp, signed_in: SignedIn) -> None:
    client = signed_in(Role.LEAD)
    reviewed = sum(
        count for (route, _), count in made_up.workspace.results.totals(made_up.run).routes.items() if route == "review"
    )
    filled = client.post("/queue/enqueue", data={"run": "r1", "team": "days", "due": "2026-12-01T09:00"})
    assert f"Added {reviewed}" in words(filled)
    assert "Added 0" in words(
        client.post("/queue/enqueue", data={"run": "r1", "team": "days", "due": "2026-12-01T09:00"})
    )
    assert len(rows(client.get("/queue/tasks?team=days"))) == reviewed
    assert client.get("/queue/enqueue").headers["location"] == "/queue"  # the page was loaded again
    assert client.post("/queue/enqueue", data={"run": "r1", "due": "soon"}).status_code == 422
    assert client.post("/queue/enqueue", data={"run": "r9"}).status_code == 404


def test_an_empty_form_leaves_due_times_teams_and_owners_as_they_are(made_up: MadeUp, signed_in: SignedIn) -> None:
    client = signed_in(Role.LEAD)
    client.post("/queue/enqueue", data={"run": "r1", "team": "days", "due": "2026-12-01T09:00"})
    before = csv_rows(client.get("/queue/tasks.csv"))
    given = before[0]["assignment_id"]
    client.post(f"/queue/{given}/assign", data={"person": "ana"})
    told = words(client.post("/queue/enqueue", data={"run": "r1", "team": "", "due": ""}))
    assert f"Unchanged {len(before)}" in told
    assert csv_rows(client.get("/queue/tasks.csv")) == before
    assert {row["due_at"] for row in before} == {"2026-12-01T09:00:00.000+00:00"}
    assert made_up.users.find("ana") is not None
    moved = client.post("/queue/enqueue", data={"run": "r1", "due": "2026-12-02T09:00", "confirmed": "true"})
    assert f"Updated {len(before)}" in words(moved)
    page = client.get("/queue/tasks").text
    assert re.search(rf'id="answer-{given}".*?<option value="ana" selected>', page, re.DOTALL)


def test_due_times_and_teams_are_taken_away_only_expressly_and_after_a_preview(
    made_up: MadeUp, signed_in: SignedIn
) -> None:
    client = signed_in(Role.LEAD)
    client.post("/queue/enqueue", data={"run": "r1", "team": "days", "due": "2026-12-01T09:00"})
    before = csv_rows(client.get("/queue/tasks.csv"))
    form = {"run": "r1", "clear": ["team", "due"]}
    told = client.post("/queue/enqueue", data=form)
    assert f"{len(before)} due times would be removed." in words(told)
    assert f"{len(before)} tasks would move to another team or queue." in words(told)
    assert csv_rows(client.get("/queue/tasks.csv")) == before
    shown = dict(re.findall(r'<input type="hidden" name="(run|confirmed)" value="([^"]*)"', told.text))
    assert shown == {"run": "r1", "confirmed": "true"}
    assert re.findall(r'name="clear" value="(\w+)"', told.text) == ["team", "due"]
    client.post("/queue/enqueue", data=form | shown)
    after = csv_rows(client.get("/queue/tasks.csv"))
    assert {(row["team"], row["due_at"]) for row in after} == {("", "")}
    both = client.post("/queue/enqueue", data={"run": "r1", "clear": "due", "due": "2026-12-01T09:00"})
    assert both.status_code == 422
    assert made_up.posts


def test_items_that_people_labelled_elsewhere_are_told_and_can_be_labelled_again(
    made_up: MadeUp, signed_in: SignedIn
) -> None:
    workspace = made_up.workspace
    imported = [(post.key, Review(post.id, "vendor", post.first, False)) for post in made_up.posts]
    workspace.reviews.add(imported)
    client = signed_in(Role.LEAD)
    told = client.post("/queue/enqueue", data={"run": "r1"})
    routed = sum(n for (way, _), n in workspace.results.totals(made_up.run).routes.items() if way == "review")
    assert f"{routed} items already have imported human labels" in words(told)
    assert re.search(r"Adjudicate \d+ model vs. human disagreements", words(told))
    assert "is not routed" not in words(told)
    assert f"Added {routed}" in words(client.post("/queue/enqueue", data={"run": "r1", "again": "true"}))
    assert f"Unchanged {routed}" in words(client.post("/queue/enqueue", data={"run": "r1"}))  # asked in spite of them


def test_an_unrouted_run_and_one_that_sends_nothing_are_told_apart(made_up: MadeUp, signed_in: SignedIn) -> None:
    workspace, client = made_up.workspace, signed_in(Role.LEAD)
    identity = RunIdentity("p", "q", "elsewhere", "{}")
    unrouted = workspace.runs.open(identity, prompt=("demo", "1"), policy=("community", "1"))
    told = words(client.post("/queue/enqueue", data={"run": unrouted.name}))
    assert f"{unrouted.name} is not routed yet" in told
    assert f"assistant sample --run {unrouted.name}" in told
    names = [post.id for post in made_up.posts]
    RouteStore(workspace.database).append(
        made_up.run.id, [(name, Decision(Route.ACCEPT, "high_probability", (), 0.05, 1)) for name in names]
    )
    assert "r1 needs no human review" in words(client.post("/queue/enqueue", data={"run": "r1"}))


def test_an_empty_queue_says_how_to_fill_it(signed_in: SignedIn) -> None:
    assert "There is no run yet" in words(signed_in(Role.LEAD).get("/queue"))
