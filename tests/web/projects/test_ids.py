"""Ids of another project: they open nothing, change nothing, and are told from ids of no thing by no answer."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.routing import APIRoute

from assistant.domain.opaque_ids import IdKind
from assistant.domain.review_work import Role
from assistant.review.gold import make_gold
from assistant.store.tables.content import items, reviews
from assistant.store.tables.review import assignments, disagreements, gold_items
from assistant.web import api, pages
from assistant.web.server.public_routes import needs_project
from assistant.wiring.workspace import Workspace
from tests.web.projects.conftest import Three
from tests.web.projects.test_matrix import operations

_HELD = {"token": 1}
BODIES: dict[str, dict[str, Any]] = {
    "answer": {"token": 1, "labels": ["safe"], "seconds": 2.0, "key": "a-key-of-mine"},
    "heartbeat": _HELD,
    "release": _HELD,
    "skip": {"token": 1, "reason": "too_hard"},
    "escalate": {"token": 1, "note": "which clause?"},
    "hand-over": {"token": 1, "to": None, "note": ""},
    "assign": {"person": "ana"},
    "start": {"budget": 1.0},
}


def ids_of(opened: Workspace) -> dict[str, str]:
    """Ids of things of one project, by the first word of a path and the parameter's name, or the name alone."""
    own = items.c.project_id == opened.project.id
    with opened.database.read() as connection:

        def one(query: sa.Select[Any]) -> str:
            return str(connection.execute(query.limit(1)).scalar_one())

        wanted = sa.select(assignments.c.id).join(items, items.c.id == assignments.c.item_id).where(own)
        return {
            "assignment_id": opened.ids.of(IdKind.ASSIGNMENT, int(one(wanted.where(assignments.c.state == "open")))),
            "disagreements.number": one(
                sa.select(disagreements.c.id).where(disagreements.c.project_id == opened.project.id)
            ),
            "gold.number": one(sa.select(gold_items.c.id).where(gold_items.c.project_id == opened.project.id)),
            "review_id": one(sa.select(reviews.c.id).join(items, items.c.id == reviews.c.item_id).where(own)),
            "key": one(sa.select(items.c.id).where(own)),
            "item_id": "only-in-market",
            "runs.name": opened.runs.all()[-1].name,
        }


NOTHING = {
    "assignment_id": "AAAAAAAAAAAAAAAAAAAAAAAA",
    "disagreements.number": "999999",
    "gold.number": "999999",
    "review_id": "999999",
    "key": "999999",
    "item_id": "nothing",
    "runs.name": "r999",
}


def paths(route: APIRoute, ids: dict[str, str]) -> str | None:
    """A path with these ids in it; None where it has none of them."""
    names = re.findall(r"{(\w+)", route.path)
    noun = route.path.removeprefix("/api/v1").split("/")[1].split(".")[0]
    known = [name for name in names if f"{noun}.{name}" in ids or name in ids]
    if not known or not needs_project(route.endpoint):
        return None
    filled = route.path.replace(":path}", "}")
    for name in names:
        value = ids.get(f"{noun}.{name}", ids.get(name, "csv" if name == "ending" else "0"))
        filled = filled.replace(f"{{{name}}}", value)
    return filled


@pytest.fixture
def stocked(three: Three) -> Three:
    """With gold in `market`, and an item there whose id is nowhere else."""
    made = three.made["market"]
    with made.workspace.database.write() as connection:
        make_gold(connection, made.posts[5].key, policy_id="community", labels=("safe",), explanation="", actor="tests")
        connection.execute(items.update().where(items.c.id == made.posts[4].key).values(external_id="only-in-market"))
    return three


@pytest.mark.parametrize("package", [api, pages], ids=["api", "pages"])
def test_an_id_of_another_project_is_one_of_no_thing(stocked: Three, package: object) -> None:
    client = stocked.program("admin") if package is api else stocked.browser("admin")
    theirs, differing, asked = ids_of(stocked.workspace.of_project("market")), [], 0
    for method, route in operations(package):
        path, none = paths(route, theirs), paths(route, NOTHING)
        if path is None or none is None:
            continue
        body = BODIES.get(route.path.rpartition("/")[2], {})
        prefix = "/p/main" if package is pages else "/api/v1/projects/main"
        found, lost = (
            client.request(
                method,
                prefix + one.removeprefix("/api/v1"),
                **({} if method == "GET" else {"json": body} if package is api else {"data": body}),
            )
            for one in (path, none)
        )
        asked += 1
        code = [one.json()["code"] if package is api and one.status_code >= 400 else "" for one in (found, lost)]
        if (
            found.status_code != lost.status_code
            or code[0] != code[1]
            or "only-in-market" in _without(found.text, path)
        ):
            differing.append((method, route.path, found.status_code, lost.status_code, code))
        if package is api and method == "GET" and found.status_code != 404:
            differing.append((method, route.path, found.status_code))
    assert differing == []
    assert asked > 20


def _without(text: str, path: str) -> str:
    """An answer without the id it was asked about."""
    return text.replace(path.rpartition("/")[2], "")


def test_what_they_are_there_for_in_their_own_project_works(stocked: Three) -> None:
    """The ids of the test above are those of things that are there."""
    client, theirs = stocked.program("admin"), ids_of(stocked.workspace.of_project("market"))
    base = "/api/v1/projects/market"
    there = {
        path: client.get(base + path).status_code
        for path in (
            f"/tasks/{theirs['assignment_id']}",
            f"/disagreements/{theirs['disagreements.number']}",
            f"/reviews/{theirs['review_id']}",
            f"/items/{theirs['key']}",
            f"/runs/{theirs['runs.name']}",
        )
    }
    assert set(there.values()) == {200}, there
    assert client.post(f"{base}/gold/{theirs['gold.number']}/retire").status_code in {200, 204}


def test_forms_of_one_project_change_no_thing_of_another(stocked: Three) -> None:
    """By somebody who may do it in both: the address decides, not the id."""
    lead = stocked.browser("lea", main=Role.LEAD, market=Role.LEAD)
    theirs = ids_of(stocked.workspace.of_project("market"))
    number, assignment = theirs["disagreements.number"], theirs["assignment_id"]
    for path, data in (
        (f"/disagreements/{number}/settle", {"labels": "safe", "cause": "edge_case"}),
        (f"/disagreements/{number}/gold", {}),
        (f"/disagreements/{number}/precedent", {}),
        (f"/gold/{theirs['gold.number']}/retire", {}),
        (f"/queue/{assignment}/assign", {"person": "ana"}),
        (f"/queue/{assignment}/return", {}),
        (f"/runs/{theirs['runs.name']}/stop", {}),
    ):
        refused = lead.post(f"/p/main{path}", data=data)
        assert refused.status_code in {403, 404, 409}, (path, refused.status_code)
    told = stocked.program("lea")
    assert told.get(f"/api/v1/projects/market/tasks/{assignment}").json()["for_name"] is None
    assert told.get("/api/v1/projects/market/adjudications").json()["rows"] == []
    assert [row["retired_at"] for row in told.get("/api/v1/projects/market/gold").json()["rows"]] == [None]
