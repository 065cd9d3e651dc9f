"""Pages in Chinese say nothing in English but what is data."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pytest

from assistant.domain.disagreements import DisagreementFilter
from assistant.domain.review_work import Role
from assistant.messages.language import language
from assistant.routing.route import Decision, Route
from assistant.store.review.disagreements import disagreement_list
from assistant.web.presentation import terms
from tests.messages.catalogue import collected
from tests.web.conftest import SignedIn
from tests.workspaces import CLAUSES, MadeUp

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
    one = disagreement_list.page(made_up.workspace.database, DisagreementFilter(), limit=1)[0].id
    for path in PATHS:
        address = path.replace("DISAGREEMENT", f"/disagreements/{one}")
        page = client.get(f"{address}{'&' if '?' in address else '?'}lang=zh")
        assert page.status_code == 200, path
        parser = _Texts()
        parser.feed(page.text)
        left = {text for text in parser.found if text in english and not _DATA.fullmatch(text)}
        assert not left, path


NOTES = "/quality/panel?run=r1"
"""Its notes and figures are the report's; tests/reports holds them to the reader's language."""
_SENTENCE = re.compile(r"[A-Za-z][A-Za-z']*(?:,? [A-Za-z][A-Za-z']*){2,}")
_IDENTIFIER = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_SETTINGS = re.compile(r"assistant\.toml|gold_rate|ASSISTANT_\w+")  # named as they are typed
_NO_TEXT = re.compile(r"<(script|style|datalist)\b.*?</\1>", re.DOTALL)


def _written_in_english(made_up: MadeUp) -> str:
    """What people, models and files wrote, which no page translates: blanks folded."""
    workspace = made_up.workspace
    policies = [path.read_text(encoding="utf-8") for path in workspace.folder.glob("policies/*.md")]
    prompts = [path.read_text(encoding="utf-8") for path in workspace.folder.glob("prompts/*/*.md")]
    names = [f"{one.display_name} {one.name}" for one in made_up.users.all()]
    answers = ["Nothing here names a person or a group.", "no JSON in it"]
    answers += [f"Falls under {clause}." for clause in CLAUSES.values()]
    answers += [", ".join(workspace.policy.label_set.names)]
    return " ".join(" ".join([*policies, *prompts, *names, *answers, *(one.text for one in made_up.posts)]).split())


def _of_a_program(text: str, data: str) -> list[str]:
    """English sentences and identifiers in a text that isn't data itself."""
    if text.rstrip("…").strip() in data or text.startswith("@"):
        return []
    rest = _SETTINGS.sub("", text)
    found = (*_SENTENCE.findall(rest), *_IDENTIFIER.findall(rest))
    return [one for one in found if not _is_data(one, data)]


def _is_data(found: str, data: str) -> bool:
    """Whether people or a model wrote it; the sign for an invisible character may cling to its first word."""
    rest = found.partition(" ")[2]
    return found in data or bool(rest and rest in data)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.LEAD, Role.ADMIN])
def test_no_english_sentence_and_no_identifier_is_on_a_chinese_page(
    role: Role, made_up: MadeUp, signed_in: SignedIn
) -> None:
    """Three English words in a row are a sentence. Routes have many reasons, those of a certificate, too."""
    made_up.work(6)
    made_up.task(made_up.posts[7])
    made_up.queue.claim(made_up.principal("ana"))
    _with_every_reason(made_up)
    data, client = _written_in_english(made_up), signed_in(role)
    [one] = disagreement_list.page(made_up.workspace.database, DisagreementFilter(), limit=1)
    found: dict[str, list[str]] = {}
    for path in (
        *(path for path in PATHS if path != NOTES),
        "/",
        "/review",
        "/profile",
        "/profile/sessions",
        "/tokens",
        "/nowhere",
    ):
        address = path.replace("DISAGREEMENT", f"/disagreements/{one.id}")
        page = client.get(f"{address}{'&' if '?' in address else '?'}lang=zh", headers={"accept-language": "zh"})
        assert page.status_code in {200, 303, 403, 404}, path
        parser = _Texts()
        parser.feed(_NO_TEXT.sub("", page.text))
        if left := [bad for text in parser.found for bad in _of_a_program(text, data)]:
            found[path] = left
    assert not found


def _with_every_reason(made_up: MadeUp) -> None:
    """Route each item of the run again, for another reason: as many as there are items, a certificate's among them."""
    decisions = [Decision(Route.REVIEW, reason, (), 1.0, 1) for reason in reversed(terms.REASONS)]
    rows = [(post.id, decision) for post, decision in zip(made_up.posts, decisions, strict=False)]
    assert "accepted_by_certificate" in {decision.reason for _, decision in rows}
    made_up.workspace.routes.append(made_up.run.id, rows)


def test_a_sentence_and_an_identifier_of_the_program_are_seen_and_data_is_not() -> None:
    assert _of_a_program("Fill the queue now", "") == ["Fill the queue now"]
    assert _of_a_program("分流 high_probability", "") == ["high_probability"]
    assert _of_a_program("You bot", "") == []
    assert _of_a_program("the words of a post", "all the words of a post are data") == []
