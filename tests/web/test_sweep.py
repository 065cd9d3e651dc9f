"""Every address as every role after every step of the README's way: nothing the program didn't expect, ever.

The addresses are the app's own, with numbers and names that are there; beside them, what pages link to.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from html import unescape
from itertools import islice, product
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.routing import APIRoute
from httpx import Response
from starlette.testclient import TestClient

from assistant.domain.opaque_ids import IdKind
from assistant.domain.review_work import Role, SkipReason
from assistant.store.tables.content import items, reviews
from assistant.store.tables.review import assignments, disagreements, gold_items
from assistant.web import api, pages
from assistant.web.app import _routers, create_app
from assistant.web.server.options import ServeOptions
from assistant.wiring.workspace import Workspace
from tests.cli.conftest import (  # noqa: F401 - fixtures
    POSTS,
    Assistant,
    Server,
    assistant,
    dev_server,
    repeatable_nonces,
    workspace,
)
from tests.cli.files import ingest, write_jsonl
from tests.cli.made_up import fill, make_up
from tests.review.conftest import answer
from tests.web.conftest import PORT, browser, make_user, sign_in

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
NONSENSE = (
    (b"", JSON),
    (b"", FORM),
    (b'{"x": [1, {"y": null}], "labels": 7, "n": "\\u0000"}', JSON),
    (b"[]", JSON),
    (b"labels=%00&run=%FF&person=%00&cause=x&due=soon&item=%F0%9F&n=1e999", FORM),
    (b"\xff\x00{", "text/plain"),
)
NOT_SIGNED_IN = "not signed in"
ENDS = ("/profile/sessions/end-all", "/api/v1/me/sessions", "/api/v1/users/{name}/sessions", "/logout")


class Sweep:
    """All addresses of a workspace.

    Args:
        folder: of the workspace.
        log: holds what is logged meanwhile.
        project: the key of a project that every address names; empty where none does.
    """

    def __init__(self, folder: Path, log: pytest.LogCaptureFixture, project: str = "") -> None:
        self._folder, self._log, self._project = folder, log, project
        self._prefix = f"/p/{project}" if project else ""
        self._refused: set[tuple[str, str]] = set()
        self.asked = 0

    def read(self, step: str, *, again: bool = False) -> None:
        """Every address that is read, as everyone, and every kind of link an administrator finds on a page.

        What a role may not see it may not see whatever is in the database: it is asked for once, and `again`. Of the
        things an address can be about an administrator asks for one of each state, the others for the first.
        """
        with Workspace.open(self._folder, project=self._project) as opened:
            app = create_app(opened, ServeOptions(port=PORT))
            every, first = _paths(opened), _paths(opened, most=1)
            for who, client in _clients(app, opened):
                links: dict[tuple[str, ...], str] = {}
                with client:  # one event loop for all requests
                    for path in every if who == Role.ADMIN else first:
                        if again or ((who, path) not in self._refused and not path.endswith(".xlsx")):
                            told = self._ask(client, "GET", path, step, who)
                            links |= _links(told) if who == Role.ADMIN else {}
                    for link in links.values():
                        self._ask(client, "GET", link, step, who)

    def write(self, step: str) -> None:
        """Every address that changes something, as everyone, with nothing and with nonsense in its hands."""
        with Workspace.open(self._folder, project=self._project) as opened:
            app = create_app(opened, ServeOptions(port=PORT))
            changing = [(route, method) for route in _routes() for method in route.methods - {"GET", "HEAD"}]
            changing.sort(key=lambda one: one[0].path in ENDS)  # last: they end the session
            for who, client in _clients(app, opened):
                with client:
                    for route, method in changing:
                        path = next(_filled(route.path, _values(opened)))
                        for body, kind in NONSENSE if who == Role.ADMIN else NONSENSE[:1]:
                            told = self._ask(client, method, path, step, who, body, kind)
                            taken = told.status_code < 400 and route.body_field is not None
                            nonsense = route.path.startswith("/api/") and kind == JSON and body != b""
                            assert not (taken and nonsense), f"{method} {path} took {body!r}"

    def _ask(
        self, client: TestClient, method: str, path: str, step: str, who: str, body: bytes = b"", kind: str = ""
    ) -> Response:
        self.asked += 1
        path = path if path.startswith("/p/") else f"{self._prefix}{path}"
        told: Response = client.request(
            method, path, content=body or None, headers={"content-type": kind} if kind else {}
        )
        place = f"{method} {path} as {who} after: {step}"
        errors = [record.getMessage() for record in self._log.records if record.levelno >= logging.ERROR]
        assert told.status_code < 500, f"{place}: {told.status_code} {errors}"
        assert not errors, f"{place}: {errors[0]}"
        onward = told.headers.get("location", "").removeprefix(self._prefix)
        if told.status_code in {401, 403} or onward.startswith("/login"):
            self._refused.add((who, path))
        return told


def _clients(app: FastAPI, opened: Workspace) -> Iterator[tuple[str, TestClient]]:
    """Browsers of every role, an administrator's last, and one before the login."""
    yield NOT_SIGNED_IN, browser(app)
    for role in sorted(Role, key=lambda one: one is Role.ADMIN):
        client = browser(app)
        sign_in(client, opened, make_user(opened, f"a-{role.value}", role))
        yield role, client


def _routes() -> list[APIRoute]:
    found = [route for package in (pages, api) for router in _routers(package) for route in router.routes]
    return [route for route in found if isinstance(route, APIRoute)]


def _paths(opened: Workspace, most: int | None = None) -> list[str]:
    """Addresses that are read: at most so many of each route."""
    values = _values(opened)
    found = [
        path for route in _routes() if "GET" in route.methods for path in islice(_filled(route.path, values), most)
    ]
    return list(dict.fromkeys(["/healthz", "/metrics", "/api/v1/openapi.json", "/nothing/here", *found]))


def _filled(path: str, values: dict[str, Sequence[str]]) -> Iterator[str]:
    """A path with each of the values its parameters can have."""
    names = re.findall(r"{(\w+)", path)
    noun = path.removeprefix("/api/v1").split("/")[1].split(".")[0]
    known = [values.get(f"{noun}.{name}", values.get(name, ("1",))) for name in names]
    for chosen in product(*known):
        text = path.replace(":path}", "}")
        for name, value in zip(names, chosen, strict=True):
            text = text.replace(f"{{{name}}}", quote(value))
        yield text


def _values(opened: Workspace) -> dict[str, Sequence[str]]:
    """Real values of path parameters by the first word of the path and the name, or the name; and one of no thing."""
    with opened.database.read() as connection:

        def one(column: sa.ColumnElement[object], *where: sa.ColumnElement[bool]) -> list[str]:
            return [str(found) for found in connection.execute(sa.select(column).where(*where).limit(1)).scalars()]

        cases = [
            *one(disagreements.c.id, disagreements.c.kind == "people", disagreements.c.settled.is_(False)),
            *one(disagreements.c.id, disagreements.c.kind == "machine", disagreements.c.settled.is_(False)),
            *one(disagreements.c.id, disagreements.c.settled.is_(True)),
        ]
        states = ("open", "leased", "answered", "closed")
        numbers = [int(number) for state in states for number in one(assignments.c.id, assignments.c.state == state)]
        wanted = [opened.ids.of(IdKind.ASSIGNMENT, number) for number in numbers]
        found: dict[str, Sequence[str]] = {
            "disagreements.number": [*cases, "999999"],
            "assignment_id": [*wanted, "999999"],
            "gold.number": [*one(gold_items.c.id), "999999"],
            "review_id": [*one(reviews.c.id), "999999"],
            "item_id": [*one(items.c.external_id), "no such item"],
            "key": [*one(items.c.external_id), *one(items.c.id), "no such item"],
        }
    return found | {
        "runs.name": [*(run.name for run in opened.runs.all()), "r999"],
        "people.name": ["a-reviewer", "no.such.person"],
        "users.name": ["a-reviewer", "no.such.person"],
        "quality.name": ["none/report.html"],
        "ref": [*(f"{name}@{version}" for name, version in list(opened.prompts.paths())[:1]), "none@1"],
        "version": [opened.policy.version, "none"],
        "ending": ["csv", "xlsx"],
        "place": ["0"],
    }


def _links(told: Response) -> dict[tuple[str, ...], str]:
    """Addresses a page leads to, one for each path and set of filters."""
    found = {}
    if told.headers.get("content-type", "").startswith("text/html"):
        for link in map(unescape, re.findall(r'(?:href|hx-get|src)="(/[^"#]*)"', told.text)):
            parts = urlsplit(link)
            if not parts.path.startswith("/static/"):
                found[re.sub(r"\d+", "1", parts.path), *sorted(name for name, _ in parse_qsl(parts.query))] = link
    return found


def _do(assistant: Assistant, folder: Path) -> Callable[[str], str]:  # noqa: F811 - the fixture
    def do(line: str) -> str:
        said = assistant(*line.split(), "-w", folder)
        assert said.status == 0, f"{line}\n{said.stdout}{said.stderr}"
        return line

    return do


def _people_work(folder: Path) -> str:
    """Answers, a skip, an escalation, a lease under way, an item given to one person; a case settled and made gold."""
    with Workspace.open(folder) as opened:
        app = create_app(opened, ServeOptions(port=PORT))
        ana, ben = (make_user(opened, f"a-{role.value}", role).principal() for role in (Role.REVIEWER, Role.ADMIN))
        for who, label in ((ana, "spam"), (ana, "self_harm"), (ben, "safe"), (ben, "hate")):
            [claimed] = opened.queue.claim(who)
            assert opened.queue.submit(who, answer(claimed, label)).review_id is not None
        [skipped] = opened.queue.claim(ana)
        opened.queue.skip(ana, skipped.assignment_id, skipped.token, SkipReason.TOO_HARD)
        [escalated] = opened.queue.claim(ana)
        opened.queue.escalate(ana, escalated.assignment_id, escalated.token, "which clause?")
        opened.queue.claim(ana, 2)
        with opened.database.read() as connection:
            free = connection.execute(sa.select(sa.func.min(assignments.c.id)).where(assignments.c.state == "open"))
            given, case = free.scalar_one(), connection.execute(sa.select(sa.func.max(disagreements.c.id))).scalar_one()
        lead = browser(app)
        sign_in(lead, opened, make_user(opened, "a-lead", Role.LEAD))
        for path, data in (
            (f"/queue/{opened.ids.of(IdKind.ASSIGNMENT, given)}/assign", {"person": "a-manager"}),
            (f"/disagreements/{case}/settle", {"labels": "self_harm", "cause": "edge_case"}),
            (f"/disagreements/{case}/gold", {}),
            (f"/disagreements/{case}/precedent", {}),
        ):
            assert lead.post(path, data=data).status_code == 303, path
    return "people at work"


@pytest.fixture
def sweep(workspace: Path, caplog: pytest.LogCaptureFixture) -> Sweep:  # noqa: F811 - the fixture
    """Of a fresh workspace."""
    return Sweep(workspace, caplog)


def test_no_address_fails_after_any_step_of_the_main_job_nor_when_nonsense_is_sent(
    assistant: Assistant,  # noqa: F811 - the fixtures
    dev_server: Server,  # noqa: F811
    workspace: Path,  # noqa: F811
    sweep: Sweep,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dev_server(models=("dev",))
    monkeypatch.setenv("ASSISTANT__MODEL__SPEC", "openai:dev")
    do = _do(assistant, workspace)
    sweep.read("init")
    for line in (
        f"ingest {POSTS}",
        f"labels import {POSTS} --each-rater label_a --each-rater label_b",
        "precedents add --agreed --limit 150",
        "prelabel",
        "enqueue --due 48h --again",
    ):
        sweep.read(do(line))
    sweep.read(_people_work(workspace))
    sweep.read(do("settle"))
    do(f"export {workspace / 'labels.csv'}")
    sweep.write("everything")
    sweep.read("nonsense was sent everywhere", again=True)
    assert sweep.asked > 2000


def test_no_address_of_a_second_project_fails(
    assistant: Assistant,  # noqa: F811 - the fixtures
    workspace: Path,  # noqa: F811
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every address below `/p/shop`, beside a first project that holds the same items."""
    do = _do(assistant, workspace)
    do(f"ingest {POSTS}")
    do(f"project init shop --policy {workspace / 'policies' / 'community.md'} --title-en Shop")
    monkeypatch.setenv("ASSISTANT_PROJECT", "shop")
    sweep = Sweep(workspace, caplog, "shop")
    sweep.read("project init")
    for line in (
        f"ingest {POSTS}",
        f"labels import {POSTS} --each-rater label_a --each-rater label_b",
        f"labels import {POSTS} --rater-name cleo --label-column label_a",
    ):
        do(line)
    sweep.read("labels import", again=True)
    sweep.write("labels import")
    with Workspace.open(workspace, project="main") as first:
        assert first.items.count()["items"] > 0
        assert first.reviews.count()["labels"] == 0
    assert sweep.asked > 700


def test_no_address_fails_on_the_way_to_a_certificate(
    assistant: Assistant,  # noqa: F811 - the fixtures
    workspace: Path,  # noqa: F811
    sweep: Sweep,
) -> None:
    """A run whose answers were made elsewhere: sampled, labelled until only review is left, certified and released."""
    made, do, sheet = make_up(160), _do(assistant, workspace), workspace / "to_label.csv"
    ingest(assistant, workspace, [{"id": name, "text": text, "lang": "en"} for name, text in made.texts.items()])
    rows = [{"id": name, "label": label, "score": score} for name, (label, score) in made.machine.items()]
    do(f"prelabels import {write_jsonl(workspace / 'machine.jsonl', rows)} --model judge")
    sweep.read("prelabels import")
    purpose = "start"
    while purpose not in {None, "review"}:
        do(f"sample --max-error 0.2 --out {sheet}")
        if purpose == "start":
            sweep.read("sample")
        fill(sheet, made.truth)
        do(f"labels import {sheet} --rater-name ana")
        purpose = assistant("sample", "--max-error", "0.2", "--out", sheet, "-w", workspace, "--json").json["purpose"]
    sweep.read("labels import")
    for line in ("certify", "route --capacity 2000", "enqueue", "settle", "check"):
        sweep.read(do(line))
    do(f"export {workspace / 'labels.parquet'}")
    sweep.read("export", again=True)
    assert sweep.asked > 1500
