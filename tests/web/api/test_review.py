"""The reviewer's loop as programs and the page use it: what comes, what is refused, and what stays behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from assistant.domain.accounts import User
from assistant.domain.items import Content
from assistant.domain.review_work import Role
from assistant.store.people.users import UserStore
from assistant.store.tables.review import assignments, late_answers
from assistant.web.app import create_app
from assistant.web.security.authentication import CSRF_HEADER
from assistant.web.server.options import ServeOptions
from tests.browser.made_up import IMAGE, Site, furnish
from tests.web.conftest import BASE_URL, PORT, browser, sign_in

Client = Callable[..., TestClient]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Posts, a run with confidence over them, and precedents."""
    monkeypatch.setenv("ASSISTANT__EMBEDDER__NAME", "hashing")
    monkeypatch.setenv("ASSISTANT__REVIEW__GOLD_RATE", "0")
    workspace, run, posts = furnish(tmp_path / "workspace", 12)
    with workspace:
        yield Site(workspace, BASE_URL, run, posts)


@pytest.fixture
def client(site: Site) -> Client:
    """A browser of somebody."""
    app = create_app(site.workspace, ServeOptions(port=PORT))

    def enter(user: User) -> TestClient:
        made = browser(app)
        sign_in(made, site.workspace, user)
        return made

    return enter


def claim(client: TestClient, n: int = 1, **more: Any) -> list[dict[str, Any]]:
    """Tasks of the next items."""
    answer = client.post("/api/v1/queue/claim", json={"n": n} | more)
    assert answer.status_code == 200, answer.text
    tasks: list[dict[str, Any]] = answer.json()["tasks"]
    return tasks


def reply(client: TestClient, task: dict[str, Any], *labels: str, what: str = "answer", **more: Any) -> Any:
    """Send an answer, or what is given instead of parts of it."""
    body = {"token": task["token"], "labels": list(labels), "key": f"answer-{task['assignment_id']}-{task['token']}"}
    return client.post(f"/api/v1/assignments/{task['assignment_id']}/{what}", json=body | more)


def test_a_task_has_all_that_an_answer_is_given_by(site: Site, client: Client) -> None:
    user = site.person()
    site.tasks(user, site.posts[1:2], severity=0)
    [task] = claim(client(user))
    assert task["item"] | {"source": ""} == {
        "id": "post-002",
        "kind": "text",
        "language": "zh",
        "direction": "auto",
        "text": site.posts[1].item.content.text,
        "text_length": len(site.posts[1].item.content.text),
        "query": None,
        "context": [],
        "turns": [],
        "media": [],
        "source": "",
    }
    assert [label["key"] for label in task["labels"]] == list("12345678")
    assert (task["label_kind"], task["needs_clause"], task["veil"], task["blind"]) == ("single", [], "none", False)
    assert (task["token"], task["lease_seconds"], task["kind"]) == (1, 300.0, "review")
    told = task["suggestion"]
    assert (told["labels"], told["confidence"], told["words"], told["cited"]) == (["safe"], 0.91, "likely", [])
    assert claim(client(user)) == []


def test_a_claim_can_resume_what_is_held(site: Site, client: Client) -> None:
    user = site.person()
    site.tasks(user, site.posts[:3])
    here = client(user)
    first = claim(here, 2)
    assert claim(here, 2, resume=True) == first
    again = claim(here, 3, resume=True, have=[first[0]["assignment_id"]])
    assert [one["item"]["id"] for one in again] == ["post-002", "post-003"]


def test_words_come_in_the_readers_language(site: Site, client: Client) -> None:
    user = site.person(ui_language="zh")
    site.tasks(user, site.posts[1:2])
    [task] = claim(client(user))
    assert task["suggestion"]["words"] == "可能"
    assert task["clauses"][0]["text"].startswith("不得贬低")


def test_an_answer_is_stored_once_and_undone(site: Site, client: Client) -> None:
    user = site.person()
    site.tasks(user, site.posts[:1])
    here = client(user)
    [task] = claim(here)
    first = reply(here, task, "hate").json()
    assert (first["outcome"], first["message"]) == ("stored", "stored")
    assert reply(here, task, "hate").json() == first | {"outcome": "already", "message": "stored_before"}
    [last] = here.get("/api/v1/queue/last").json()["answers"]
    assert (last["review_id"], last["labels"]) == (first["review_id"], ["hate"])
    again = here.post(f"/api/v1/reviews/{first['review_id']}/undo").json()["task"]
    assert (again["assignment_id"], again["token"]) == (task["assignment_id"], 2)
    assert here.post(f"/api/v1/reviews/{first['review_id']}/undo").status_code == 404
    assert reply(here, again, "safe").json()["outcome"] == "stored"


def test_a_late_answer_is_a_409_and_its_text_is_kept(site: Site, client: Client) -> None:
    user, other = site.person(), site.person()
    site.tasks(user, site.posts[:1])
    here = client(user)
    [task] = claim(here)
    with site.workspace.database.write() as connection:
        connection.execute(sa.update(assignments).values(user_id=other.id, token=2))
    answer = reply(here, task, "hate", note="my reasons")
    assert (answer.status_code, answer.json()["code"], answer.json()["outcome"]) == (409, "late_kept", "late")
    assert answer.headers["content-type"] == "application/problem+json"
    with site.workspace.database.read() as connection:
        assert connection.execute(sa.select(late_answers.c.note)).scalar() == "my reasons"
    assert here.post(f"/api/v1/assignments/{task['assignment_id']}/heartbeat", json={"token": 1}).json() == {
        "held": False
    }


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"labels": ["nonsense"]}, 422, "labels"),
        ({"labels": []}, 422, "labels"),
        ({"labels": ["hate", "spam"]}, 422, "labels"),
        ({"clauses": ["Z9"]}, 422, "clauses"),
        ({"note": "n" * 10_001}, 422, "invalid"),
        ({"key": "short"}, 422, "invalid"),
        ({"key": "spaces are not fine"}, 422, "invalid"),
        ({"seconds": -1}, 422, "invalid"),
        ({"token": "one"}, 422, "invalid"),
        ({"token": 0}, 403, "not_yours"),
    ],
)
def test_what_is_no_answer_is_refused(
    site: Site, client: Client, change: dict[str, Any], status: int, code: str
) -> None:
    user = site.person()
    site.tasks(user, site.posts[:1])
    here = client(user)
    [task] = claim(here)
    answer = reply(here, task, "hate", **change)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert "n" * 100 not in answer.text


def test_others_and_forged_requests_get_nowhere(site: Site, client: Client) -> None:
    user, other, analyst = site.person(), site.person(), site.person(Role.ANALYST)
    site.tasks(user, site.posts[:1])
    here, there = client(user), client(other)
    [task] = claim(here)
    number = task["assignment_id"]
    unknown = {**task, "assignment_id": "A" * len(task["assignment_id"])}
    for what, more in (
        ("answer", {}),
        ("answer", {"token": 0}),
        ("skip", {"reason": "other"}),
        ("escalate", {"note": "?"}),
        ("hand-over", {"to": user.name}),
    ):
        refused = [reply(there, one, "hate", what=what, **more) for one in (task, unknown)]
        assert [one.status_code for one in refused] == [404, 404]
        told, same = (one.json() | {"request_id": ""} for one in refused)
        assert told == same
    for what in ("text", "precedents", "translation", "media/0"):
        assert there.get(f"/api/v1/assignments/{number}/{what}").status_code == 404
    assert client(analyst).post("/api/v1/queue/claim", json={}).json()["code"] == "role_missing"
    del here.headers[CSRF_HEADER]
    assert here.post("/api/v1/queue/claim", json={}).json()["code"] == "csrf"
    assert browser(here.app).post("/api/v1/queue/claim", json={}).status_code == 401


def test_items_are_skipped_escalated_handed_over_and_given_back(site: Site, client: Client) -> None:
    user, friend = site.person(), site.person()
    site.tasks(user, site.posts[:4])
    UserStore(site.workspace.database).change(friend.name, actor="tests", queues=[user.name])
    here = client(user)
    skipped, escalated, handed, back = claim(here, 4)
    assert reply(here, skipped, what="skip", reason="nonsense").status_code == 422
    assert reply(here, skipped, what="skip", reason="too_hard").json()["message"] == "skip"
    assert reply(here, escalated, what="escalate", note="").status_code == 422
    assert reply(here, escalated, what="escalate", note="is it P1?").json()["message"] == "escalate"
    assert reply(here, handed, what="hand-over", to="nobody").json()["code"] == "nobody"
    assert reply(here, handed, what="hand-over", to=friend.name, note="yours").json()["message"] == "handover"
    assert reply(here, back, what="release").json() == {"held": False}
    assert [one["item"]["id"] for one in claim(here, 4)] == [back["item"]["id"]]
    theirs = {one["item"]["id"]: one["passed"] for one in claim(client(friend), 4)}
    assert theirs == {skipped["item"]["id"]: [], handed["item"]["id"]: [{"kind": "handover", "note": "yours"}]}


def test_those_who_may_take_an_item_are_named_and_others_are_refused_with_the_reason(
    site: Site, client: Client
) -> None:
    users = UserStore(site.workspace.database)
    user, fits, french, averse, skipped, answered = (site.person() for _ in range(6))
    looks, away = site.person(Role.ANALYST), site.person()
    users.change(french.name, actor="tests", languages=["fr"])
    users.change(averse.name, actor="tests", opt_outs=["threat"])
    users.change(away.name, disabled=True, actor="tests")
    for one in (fits, french, averse, skipped, answered, looks):
        users.change(one.name, actor="tests", queues=[user.name])
    outside = site.person()
    site.tasks(user, site.posts[:1], harm="threat", overlap=2)
    reply(client(answered), claim(client(answered))[0], "safe")
    passing = client(skipped)
    reply(passing, claim(passing)[0], what="skip", reason="too_hard")
    here = client(user)
    [task] = claim(here)
    address = f"/api/v1/assignments/{task['assignment_id']}/colleagues"
    named = {one["name"]: one["display_name"] for one in here.get(address).json()["colleagues"]}
    assert named == {fits.name: "Ana"}
    codes = {
        one.name: reply(here, task, what="hand-over", to=one.name).json()["code"]
        for one in (french, averse, skipped, answered, looks, away, outside)
    }
    assert list(codes.values()) == ["language", "opt_out", "met_before", "met_before", "nobody", "nobody", "queue"]
    refused = reply(here, task, what="hand-over", to=averse.name)
    assert refused.status_code == 422
    assert "threat" not in refused.text  # what they don't want to see is theirs to tell
    assert [one["item"]["id"] for one in claim(here, 1, resume=True)] == ["post-001"]  # it stayed
    assert client(fits).get(address).status_code == 404
    assert reply(here, task, what="hand-over", to=fits.name).status_code == 200
    [theirs] = claim(client(fits))
    assert theirs["item"]["id"] == "post-001"


def test_somebody_external_is_named_the_people_of_their_own_queues_alone(site: Site, client: Client) -> None:
    outside, inside, same = site.person(Role.EXTERNAL), site.person(), site.person()
    UserStore(site.workspace.database).change(same.name, actor="tests", queues=[outside.name])
    site.tasks(outside, site.posts[:1])
    here = client(outside)
    [task] = claim(here)
    found = here.get(f"/api/v1/assignments/{task['assignment_id']}/colleagues").json()["colleagues"]
    assert [one["name"] for one in found] == [same.name]
    assert inside.name not in str(found)


def test_how_long_covered_content_was_looked_at_is_recorded_and_shown(site: Site, client: Client) -> None:
    user, lead = site.person(), site.person(Role.LEAD)
    site.tasks(user, site.posts[:4], severity=3, harm="threat")
    here, looking = client(user), client(lead)
    first, second, third, fourth = claim(here, 4)
    assert reply(here, first, "hate", uncovered_ms=0).status_code == 200
    assert reply(here, second, "hate", uncovered_ms=1200).status_code == 200
    assert reply(here, third, "hate").status_code == 200  # a program: nothing says that it wasn't looked at
    assert reply(here, fourth, "hate", uncovered_ms=-1).status_code == 422
    rows = looking.get("/api/v1/reviews", params={"rater": user.name}).json()["rows"]
    never, looked = rows[2]["uncovered_ms"], rows[1]["uncovered_ms"]
    assert (rows[0]["uncovered_ms"], never) == (None, 0)
    assert 0 < looked <= 1200  # no longer than the item was in their hands
    told = looking.get(f"/api/v1/people/{user.name}").json()
    assert (told["seen"], told["seen_by_harm"], told["unlooked"]) == (2, {"threat": 2}, 1)
    assert "1 hidden item answered without viewing" in looking.get(f"/people/{user.name}").text


def test_active_time_is_stored_shown_and_never_more_than_the_time_on_the_item(site: Site, client: Client) -> None:
    user, lead = site.person(), site.person(Role.LEAD)
    site.tasks(user, site.posts[:3])
    here, looking = client(user), client(lead)
    first, second, third = claim(here, 3)
    assert reply(here, first, "hate", seconds=0.001, active_ms=2).status_code == 422
    assert reply(here, first, "hate", seconds=0.002, active_ms=2).status_code == 200
    assert reply(here, second, "hate", seconds=0.003).status_code == 200
    assert reply(here, third, "hate", seconds=0.003, active_ms=-1).status_code == 422
    rows = looking.get("/api/v1/reviews", params={"rater": user.name}).json()["rows"]
    assert [row["active_ms"] for row in rows] == [None, 2]
    told = looking.get(f"/api/v1/people/{user.name}").json()["figures"]
    assert (told["active_seconds"], told["active_unknown"]) == (0.002, 1)
    assert "unknown for 1 answer" in looking.get(f"/people/{user.name}").text
    assert "active_seconds" in looking.get("/people.csv").text


def test_an_answer_in_place_of_one_taken_back_unknowing_counts_and_any_other_second_one_does_not(
    site: Site, client: Client
) -> None:
    user = site.person()
    site.tasks(user, site.posts[:1])
    here = client(user)
    [task] = claim(here)
    first = reply(here, task, "hate", key="first-try").json()
    other = reply(here, task, "spam", key="other-try", instead_of=["not-that-one"]).json()
    assert (other["outcome"], other["message"]) == ("already", "answered_before")
    later = reply(here, task, "safe", key="later-try", instead_of=["first-try"]).json()
    assert (later["outcome"], later["review_id"] > first["review_id"]) == ("stored", True)
    assert reply(here, task, "safe", key="later-try", instead_of=["first-try"]).json()["outcome"] == "already"
    [last] = here.get("/api/v1/queue/last").json()["answers"]
    assert last["labels"] == ["safe"]


def test_a_page_of_an_earlier_session_learns_the_token_of_the_present_one(site: Site, client: Client) -> None:
    user, other = site.person(), site.person()
    site.tasks(user, site.posts[:1])
    here = client(user)
    told = here.get("/api/v1/profile/session").json()
    assert told["csrf"] == here.headers[CSRF_HEADER]
    assert f'"desk": "{told["desk"]}"' in here.get("/review").text
    assert client(other).get("/api/v1/profile/session").json()["desk"] != told["desk"]
    here.headers[CSRF_HEADER] = "of an earlier session"
    assert here.post("/api/v1/queue/claim", json={}).json()["code"] == "csrf"


def test_pictures_come_from_the_workspace_alone(site: Site, client: Client, tmp_path: Path) -> None:
    folder = site.workspace.folder
    (tmp_path / "outside.png").write_bytes((folder / "pictures" / "one.png").read_bytes())
    (folder / "pictures" / "link.png").symlink_to(tmp_path / "outside.png")
    (folder / "pictures" / "page.png").write_text("<svg onload=alert(1)>")
    (folder / ".assistant" / "secret.png").write_bytes((tmp_path / "outside.png").read_bytes())
    tricks = ("pictures/link.png", "pictures/page.png", ".assistant/secret.png", "/etc/passwd", "pictures", "a\0b", "")
    media = (*IMAGE.media, *tricks, str(tmp_path / "outside.png"), str(folder / "pictures" / "one.png"))
    user = site.person()
    site.tasks(user, [site.item(Content("x", IMAGE.kind, None, media))])
    here = client(user)
    [task] = claim(here)
    assert [place for place, one in enumerate(task["item"]["media"]) if one["here"]] == [0, len(media) - 1]
    address = f"/api/v1/assignments/{task['assignment_id']}/media"
    for number in range(1, len(media) - 1):
        assert here.get(f"{address}/{number}").status_code == 404, media[number]
    shown = here.get(f"{address}/0")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert here.get(f"{address}/-1").status_code == 404
    assert here.get(f"{address}/99").status_code == 404


def test_blind_items_have_no_precedents_and_assisted_ones_never_themselves(site: Site, client: Client) -> None:
    user = site.person()
    site.tasks(user, [site.posts[5]], blind=True)
    site.tasks(user, [site.posts[6]])
    here = client(user)
    for task in claim(here, 2):
        found = here.get(f"/api/v1/assignments/{task['assignment_id']}/precedents").json()["precedents"]
        assert len(found) == (0 if task["blind"] else 3)
        assert task["item"]["text"] not in [one["text"] for one in found]


def test_preferences_are_kept_and_unknown_actions_refused(site: Site, client: Client) -> None:
    here = client(site.person())
    wanted = {"keys": "prodigy", "remapped": {"skip": ["x"]}, "tap": True, "cover_all": False, "at_once": True}
    assert here.put("/api/v1/profile/review", json=wanted).json() == {"saved": True}
    assert '"remapped": {"skip": ["x"]}' in here.get("/review").text
    assert here.put("/api/v1/profile/review", json={"remapped": {"explode": ["x"]}}).json()["code"] == "action"
