"""Erasing by page and by API: admins only, a preview first, and then for good."""

from __future__ import annotations

import re

import pytest

from assistant.domain.items import Content, Item
from assistant.domain.review_work import Role, TaskKind
from assistant.store.content.items import NewItem
from tests.web.conftest import SignedIn
from tests.web.pages.reading import words
from tests.workspaces import MadeUp

ORDER = {"kind": "item", "field": "author", "reason": "request 12"}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_no_one_but_an_admin_erases(made_up: MadeUp, signed_in: SignedIn, role: Role) -> None:
    client, post = signed_in(role), made_up.posts[0]
    assert client.get("/erasures").status_code == 403
    for path in ("/erasures", "/erasures/preview"):
        assert client.post(path, data=ORDER | {"value": post.id, "items": 1}).status_code == 403
    order = ORDER | {"value": post.id, "items": 1}
    assert client.post("/api/v1/erasures", json=order).status_code == 403
    assert made_up.workspace.items.get(post.id).item.content.text == post.text  # type: ignore[union-attr]


def test_an_admin_sees_what_would_go_and_then_erases_it(made_up: MadeUp, signed_in: SignedIn) -> None:
    client, post = signed_in(Role.ADMIN), made_up.posts[0]
    form = client.get(f"/erasures?item={post.id}").text
    assert f'value="{post.id}"' in form
    shown = client.post("/erasures/preview", data=ORDER | {"value": post.id})
    assert f"1 item would be erased for good: {post.id}" in words(shown)
    assert made_up.workspace.items.get(post.id).item.content.text == post.text  # type: ignore[union-attr]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown.text.split('action="/erasures"')[1]))
    done = client.post("/erasures", data=hidden)
    assert done.status_code == 200
    assert "Content of 1 item erased." in words(done)
    page = client.get(f"/items/{post.id}")
    assert post.text not in page.text
    assert "Content erased on" in words(page)
    assert "request 12" in page.text
    assert post.text not in client.get("/runs/r1/items").text
    assert "completed" in words(client.get("/erasures"))


def test_the_api_erases_what_its_preview_counted(made_up: MadeUp, signed_in: SignedIn) -> None:
    workspace, client = made_up.workspace, signed_in(Role.ADMIN)
    for name in ("a", "b"):
        item = Item(name, Content(f"text {name} of one person"), "en", None, {"author": "x.y"})
        workspace.items.add([NewItem(item, b"", 1)])
    chosen = {"kind": "author", "value": "x.y"}
    plan = client.post("/api/v1/erasures/preview", json=chosen).json()
    assert (plan["items"], plan["count"], plan["held"]) == (["a", "b"], 2, [])
    order = chosen | {"reason": "request 12"}
    other = client.post("/api/v1/erasures", json=order | {"items": 1})
    assert (other.status_code, other.json()["code"]) == (409, "erasure_changed")
    done = client.post("/api/v1/erasures", json=order | {"items": 2}).json()
    assert (done["items"], done["remaining"]) == (2, [])
    [listed] = client.get("/api/v1/erasures").json()["rows"]
    assert (listed["kind"], listed["items"], listed["state"]) == ("author", 2, "cleaned")
    assert client.get(f"/api/v1/erasures/{listed['id']}").json() == listed
    assert client.post(f"/api/v1/erasures/{listed['id']}/resume").json()["items"] == 0
    assert client.get("/api/v1/erasures/99").status_code == 404


def test_an_item_somebody_works_on_is_named_with_its_holder(made_up: MadeUp, signed_in: SignedIn) -> None:
    client, post = signed_in(Role.ADMIN), made_up.posts[0]
    made_up.task(post, TaskKind.DOUBLE, overlap=1)
    [claimed] = made_up.queue.claim(made_up.principal("ana"))
    assert claimed.item_id == post.id
    shown = client.post("/erasures/preview", data=ORDER | {"value": post.id})
    assert f"ana holds {post.id} until" in words(shown)
    refused = client.post("/erasures", data=ORDER | {"value": post.id, "items": 1})
    assert refused.status_code == 409
    assert f"Nothing was erased: ana holds item {post.id} until" in words(refused)


@pytest.mark.parametrize(("value", "reason"), [("none such", "r"), ("  ", "r"), ("p", " ")])
def test_what_can_not_be_erased_is_said_on_the_page_with_what_was_typed(
    made_up: MadeUp, signed_in: SignedIn, value: str, reason: str
) -> None:
    post, client = made_up.posts[0], signed_in(Role.ADMIN)
    given = ORDER | {"value": post.id if value == "p" else value, "reason": reason, "items": 1}
    refused = client.post("/erasures", data=given)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
