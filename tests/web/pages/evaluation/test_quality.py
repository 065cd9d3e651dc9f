"""Quality, on its page: the agreement panel with intervals, its trend, suites and reports."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.domain.review_work import Role
from assistant.reports.page import MARK
from assistant.store.tables.content import reviews
from tests.web.conftest import SignedIn
from tests.web.pages.reading import words
from tests.workspaces import MadeUp

LOOKING = {Role.ANALYST, Role.LEAD, Role.MANAGER, Role.ADMIN}


@pytest.mark.usefixtures("made_up")
@pytest.mark.parametrize("role", Role)
def test_who_may_look(signed_in: SignedIn, role: Role) -> None:
    for path in ("/quality", "/quality/panel?run=r1", "/quality/suites"):
        assert signed_in(role).get(path).status_code == (200 if role in LOOKING else 403), path


def test_agreement_is_told_with_intervals_beside_the_naive_figure(made_up: MadeUp, signed_in: SignedIn) -> None:
    made_up.work()
    client = signed_in(Role.ANALYST)
    page = client.get("/quality/panel?run=r1")
    told = words(page)
    assert re.search(r"r1 agrees with reviewers on [\d.]+ % of items \([\d.]+ to [\d.]+ %, n = \d+[,)]", told)
    assert "Naive: plain average over reviewed items" in told
    assert "Two reviewers of an item agree" in told
    assert "Blind: model suggestion hidden" in told
    assert "<svg" in page.text
    assert "style=" not in page.text
    link = re.search(r'<a href="(/disagreements\?first=[^"]+)">items</a>', page.text)
    assert link is not None
    assert client.get(link[1].replace("&amp;", "&")).status_code == 200


def test_chinese_figures_are_chinese(made_up: MadeUp, signed_in: SignedIn) -> None:
    made_up.work()
    told = words(signed_in(Role.ANALYST, preferences={"ui_language": "zh"}).get("/quality/panel?run=r1&lang=zh"))
    assert "与标注员的一致率为" in told
    assert "items got no usable answer" not in told
    assert "never gave this label" not in told


def test_undefined_figures_say_why(made_up: MadeUp, signed_in: SignedIn) -> None:
    assert made_up
    client = signed_in(Role.ANALYST)
    told = words(client.get("/quality/panel?run=r1"))
    assert "no item that r1 answered has a human label" in told
    assert "no items of this run have been answered blind" in told
    assert client.get("/quality/panel?run=r9").status_code == 404
    assert "there is no suite of this name: nothing" in words(client.get("/quality/panel?suite=nothing"))


def test_without_a_run_the_page_says_what_to_do(signed_in: SignedIn) -> None:
    client = signed_in(Role.ANALYST)
    assert "assistant prelabel --dry-run" in words(client.get("/quality"))
    assert client.get("/quality/panel").status_code == 404


def test_a_trend_needs_two_weeks(made_up: MadeUp, signed_in: SignedIn) -> None:
    made_up.work(8)
    client = signed_in(Role.ANALYST)
    assert "for one week only" in words(client.get("/quality/panel?run=r1"))
    with made_up.workspace.database.write() as connection:
        moved = sa.update(reviews).where(reviews.c.id <= 6).values(created_at="2026-01-07T08:00:00.000+00:00")
        connection.execute(moved)
    client.app.state.site.remembered.forget()  # type: ignore[attr-defined]
    assert "Jan 5, 2026" in words(client.get("/quality/panel?run=r1"))


def test_reports_are_shown_cut_off_from_everything_else(made_up: MadeUp, signed_in: SignedIn) -> None:
    folder: Path = made_up.workspace.folder / "reports" / "first"
    folder.mkdir(parents=True)
    source = f'<meta name="generator" content="{MARK}"><style>p {{color: red}}</style><script>alert(1)</script>'
    (folder / "report.html").write_text(source)
    (made_up.workspace.folder / "policies" / "report.html").write_text("not one")
    client = signed_in(Role.ANALYST)
    page = client.get("/quality")
    assert 'href="/quality/reports/reports/first"' in page.text
    assert "/quality/reports/policies" not in page.text
    report = client.get("/quality/reports/reports/first")
    policy = report.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    for other in ("policies", "%2E%2E%2F%2E%2E", "reports/first/report.html"):
        assert client.get(f"/quality/reports/{other}").status_code == 404, other
