"""A Chromium, a workspace served on loopback, and people before it; skipped with a line where there is no Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa

from assistant.domain.accounts import User
from assistant.domain.items import StoredItem
from assistant.store.tables.content import items, reviews
from assistant.store.tables.review import review_details
from tests.browser.made_up import Site, served

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed here: make setup-dev")

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
NAMES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """A Chromium of this machine: what ASSISTANT_CHROMIUM names, or one on the path."""
    named = os.environ.get("ASSISTANT_CHROMIUM")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A running browser."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium is installed here: make chromium")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A workspace with posts, served."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSISTANT__EMBEDDER__NAME", "hashing")
        patch.setenv("ASSISTANT__REVIEW__GOLD_RATE", "0")
        with served(tmp_path_factory.mktemp("browser") / "workspace") as opened:
            yield opened


@dataclass
class Seen:
    """A page and what went wrong or out of it."""

    page: Any
    user: User
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def ready(self) -> Seen:
        """Wait for the first item."""
        self.page.locator("#labels button").first.wait_for()
        return self

    @property
    def item(self) -> str:
        """The id of the item that is shown; between two items, of the next one."""
        self.wait("() => Boolean(document.querySelector('#item-title bdi')?.textContent)")
        return str(self.page.locator("#item-title bdi").inner_text())

    def keys(self, *names: str) -> None:
        """Press keys one after the other."""
        for name in names:
            self.page.keyboard.press(name)

    def wait(self, script: str, argument: Any = None) -> None:
        """Wait until a script says so."""
        self.page.wait_for_function(script, arg=argument)

    def wait_item(self, name: str) -> None:
        """Wait until an item is shown."""
        self.wait("name => document.querySelector('#item-title bdi')?.textContent === name", name)

    def next_item(self) -> None:
        """Give the first label and wait for another item."""
        before = self.item
        self.keys("1", "Enter")
        self.wait("id => ![id, ''].includes(document.querySelector('#item-title bdi')?.textContent ?? '')", before)

    def settle(self) -> None:
        """Wait until nothing is on its way."""
        self.wait("() => Object.entries(localStorage).every(([k, v]) => !k.includes('outbox') || v === '[]')")


Opened = Callable[..., Seen]


@pytest.fixture
def opened(chromium: Any, site: Site) -> Iterator[Opened]:
    """Open the review page as somebody new: `opened(items, blind=True, preferences={...}, viewport={...})`."""
    with ExitStack() as closing:
        pages: list[Seen] = []

        def open_page(
            wanted: list[StoredItem] | None = None,
            *,
            user: User | None = None,
            preferences: dict[str, Any] | None = None,
            tasks: dict[str, Any] | None = None,
            path: str = "/review",
            **context: Any,
        ) -> Seen:
            who = user or site.person(**preferences or {})
            site.tasks(who, wanted or [], **tasks or {})
            made = chromium.new_context(**{"viewport": {"width": 1280, "height": 800}} | context)
            closing.callback(made.close)
            made.add_cookies([site.cookie(who)])
            made.set_default_timeout(20_000)  # a busy machine is slow, not wrong
            page = made.new_page()
            closing.callback(page.unroute_all, behavior="ignoreErrors")
            seen = Seen(page, who)
            page.on("pageerror", lambda error: seen.errors.append(str(error)))
            page.on("console", lambda told: seen.errors.append(told.text) if "Content Security" in told.text else None)
            page.on("request", lambda request: seen.requests.append(request.url))
            page.goto(site.base_url + path)
            pages.append(seen)
            return seen

        yield open_page
        assert [error for one in pages for error in one.errors] == []


def given(site: Site, user: User) -> list[sa.Row[Any]]:
    """Somebody's answers, in order: item, labels and what was measured."""
    query = (
        sa.select(
            *(items.c.external_id, reviews.c.labels, reviews.c.shown_suggestion, review_details.c.seconds),
            *(review_details.c.changed, review_details.c.accepted_suggestion, review_details.c.note),
            *(review_details.c.clauses, review_details.c.ui),
        )
        .select_from(
            reviews.join(items, items.c.id == reviews.c.item_id).join(
                review_details, review_details.c.review_id == reviews.c.id
            )
        )
        .where(reviews.c.rater == user.name)
        .order_by(reviews.c.id)
    )
    with site.workspace.database.read() as connection:
        return list(connection.execute(query))
