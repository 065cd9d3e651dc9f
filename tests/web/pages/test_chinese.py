"""Pages in Chinese say nothing in English but what is data."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pytest

from assistant.domain.review_work import Role
from assistant.messages.language import language
from assistant.store.review.disagreements import disagreement_list
from assistant.store.review.disagreements.disagreement_list import Wanted
from tests.messages.catalogue import collected
from tests.web.conftest import SignedIn
from tests.web.pages.made_up import MadeUp

PATHS = (
    *("/disagreements", "/disagreements?kind=people", "/queue", "/queue/tasks", "/queue/leases", "/runs", "/runs/r1"),
    *("/runs/r1/totals", "/runs/r1/items", "/jobs/new", "/quality", "/quality/panel?run=r1", "/prompts"),
    *("/prompts/moderation@2", "/prompts/diff?old=moderation@1&new=moderation@2", "/policy", "/people"),
    *("/people/ana", "/people/new", "/gold", "/audit", "DISAGREEMENT"),
)
_DATA = re.compile(r"\b(admin|ana|bo|CSV|Excel|hate|safe|spam|sexual|threat|[a-z]+_[a-z_]+|[\w.-]+@\d)\b")


class _Texts(HTMLParser):
    """Everything a reader sees or hears, piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_code = False  # words of files and commands

    def handle_data(self, data: str) -> None:
        if not self._in_code:
            self.found.append(" ".join(data.split()))

    def handle_endtag(self, tag: str) -> None:
        self._in_code = self._in_code and tag != "code"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_code = self._in_code or tag == "code"
        told = {"aria-label", "title", "placeholder", "alt"}
        self.found += [unescape(value) for name, value in attrs if name in told and value]


@pytest.fixture
def english() -> set[str]:
    """What a page says in English where its translation is something else."""
    chinese = language("zh").texts
    return {text.singular for text in collected().values() if chinese.get(text.singular, ("",))[0] != text.singular}


def test_no_text_of_a_page_is_left_in_english(made_up: MadeUp, signed_in: SignedIn, english: set[str]) -> None:
    made_up.work(6)
    made_up.task(made_up.posts[7])
    made_up.task(made_up.posts[8])
    made_up.queue.claim(made_up.principal("ana"))
    client = signed_in(Role.ADMIN)
    one = disagreement_list.page(made_up.workspace.database, Wanted(), limit=1)[0].id
    for path in PATHS:
        address = path.replace("DISAGREEMENT", f"/disagreements/{one}")
        page = client.get(f"{address}{'&' if '?' in address else '?'}lang=zh")
        assert page.status_code == 200, path
        parser = _Texts()
        parser.feed(page.text)
        left = {text for text in parser.found if text in english and not _DATA.fullmatch(text)}
        assert not left, path
