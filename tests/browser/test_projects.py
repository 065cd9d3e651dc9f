"""One person in two projects at once: each tab works in its own, and what waits in the browser waits for its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from assistant.application.people.credentials import digest, new_secret
from assistant.application.projects.project_folder import EXAMPLE, ProjectChoice
from assistant.application.projects.projects import init_project
from assistant.application.workspace.create import make_workspace
from assistant.domain.review_work import Role
from assistant.store.people.sessions import SessionStore
from assistant.store.tables.content import items, reviews
from assistant.wiring.workspace import Workspace
from tests.browser.made_up import serving
from tests.web.conftest import make_user
from tests.workspaces import MadeUp


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Workspace, str]]:
    """Two projects in which nia reviews, served; each has work for her."""
    monkeypatch.setenv("ASSISTANT__EMBEDDER__NAME", "hashing")
    make_workspace(tmp_path / "workspace")
    with Workspace.open(tmp_path / "workspace", project="main") as workspace:
        choice = ProjectChoice(policy=EXAMPLE, title={"en": "Market listings", "zh": "商品标注"})
        init_project(workspace, "market", choice, actor="tests")
        made = {key: MadeUp(workspace.of_project(key), 4) for key in ("main", "market")}
        make_user(workspace, "nia", Role.REVIEWER)
        workspace.members.set_role(workspace.projects.get("market"), "nia", Role.REVIEWER, actor="tests")
        for one in made.values():
            for post in one.posts:
                one.task(post)
        with serving(workspace) as base_url:
            yield workspace, base_url
        for one in made.values():
            one.close()


def enter(chromium: Any, workspace: Workspace, base_url: str) -> Any:
    """A browser in which nia is signed in."""
    secret = new_secret()
    user = workspace.users.get("nia")
    SessionStore(workspace.database).open(user, digest=digest(secret), csrf=new_secret(), seconds=3600, how="password")
    context = chromium.new_context()
    context.set_default_timeout(20_000)
    name = f"assistant-session-{base_url.rpartition(':')[2]}"
    context.add_cookies([{"name": name, "value": secret, "url": base_url}])
    return context


def answers(workspace: Workspace, key: str) -> int:
    """How many answers of hers a project has."""
    project = workspace.projects.get(key).id
    query = sa.select(sa.func.count()).select_from(reviews.join(items, items.c.id == reviews.c.item_id))
    with workspace.database.read() as connection:
        counted = connection.execute(query.where(items.c.project_id == project, reviews.c.rater == "nia"))
        return int(counted.scalar_one())


def give(page: Any) -> None:
    """Give the first label to the item that is shown."""
    page.locator("#labels button").first.wait_for()
    page.keyboard.press("1")
    page.keyboard.press("Enter")


def test_two_tabs_work_in_two_projects_and_nothing_of_one_reaches_the_other(
    chromium: Any, two: tuple[Workspace, str]
) -> None:
    workspace, base_url = two
    context = enter(chromium, workspace, base_url)
    first, second = context.new_page(), context.new_page()
    asked: list[str] = []
    second.on("request", lambda request: asked.append(request.url.removeprefix(base_url)))
    first.goto(f"{base_url}/p/main/review")
    second.goto(f"{base_url}/p/market/review")
    context.route("**/answer", lambda route: route.abort())
    give(first)
    give(second)
    second.wait_for_function("() => Object.values(localStorage).filter((v) => v.includes('answer')).length === 2")
    names = second.evaluate("() => Object.keys(localStorage).filter((k) => k.startsWith('assistant.outbox.'))")
    assert len(set(names)) == 2  # what waits in one project is never sent in the other
    context.unroute("**/answer")
    second.evaluate("dispatchEvent(new Event('online'))")
    second.wait_for_function(
        "() => Object.entries(localStorage).filter(([k, v]) => k.includes('outbox') && v !== '[]').length === 1"
    )
    assert (answers(workspace, "main"), answers(workspace, "market")) == (0, 1)
    first.evaluate("dispatchEvent(new Event('online'))")
    first.wait_for_function("() => Object.entries(localStorage).every(([k, v]) => !k.includes('outbox') || v === '[]')")
    assert (answers(workspace, "main"), answers(workspace, "market")) == (1, 1)
    own = [path for path in asked if "/api/" in path]
    assert own
    assert [path for path in own if not path.startswith("/p/market/api/v1/")] == []
    context.close()


def test_the_switcher_leads_to_the_other_project_and_the_next_visit_there(
    chromium: Any, two: tuple[Workspace, str]
) -> None:
    workspace, base_url = two
    context = enter(chromium, workspace, base_url)
    page = context.new_page()
    page.goto(base_url)
    assert page.url.startswith(f"{base_url}/projects")
    page.locator(".project-menu > summary").click()
    page.locator(".project-menu button", has_text="Market listings").click()
    page.wait_for_url(f"{base_url}/p/market/")
    page.goto(f"{base_url}/policy")
    assert page.url == f"{base_url}/p/market/policy"
    context.close()


def test_a_page_from_before_there_were_two_projects_goes_on_in_its_own(
    chromium: Any, two: tuple[Workspace, str]
) -> None:
    """Its scripts name the project, though its address doesn't."""
    workspace, base_url = two
    workspace.members.remove(workspace.projects.get("market"), "nia", actor="tests")
    context = enter(chromium, workspace, base_url)
    page = context.new_page()
    page.goto(f"{base_url}/review")
    page.locator("#labels button").first.wait_for()
    assert page.url == f"{base_url}/review"
    workspace.members.set_role(workspace.projects.get("market"), "nia", Role.REVIEWER, actor="tests")
    give(page)
    page.wait_for_function("() => Object.entries(localStorage).every(([k, v]) => !k.includes('outbox') || v === '[]')")
    assert (answers(workspace, "main"), answers(workspace, "market")) == (1, 0)
    context.close()
