"""Quality, on its page: the agreement panel with intervals, its trend, suites and reports."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.domain.review_work import Role
from assistant.domain.reviews import HowGiven, Review
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


def test_imported_answers_are_in_the_trend_when_they_were_given_and_what_is_not_known_of_them_is_said(
    made_up: MadeUp, signed_in: SignedIn
) -> None:
    client = signed_in(Role.ANALYST)
    before = client.get("/api/v1/quality/trend?run=r1").json()
    assert before["weeks"] == []
    found = made_up.workspace.prelabels.newest_of(made_up.run, [one.key for one in made_up.posts])
    machine = {key: one.labels for key, (one, _) in found.items() if one.labels}
    posts = [one for one in made_up.posts if one.key in machine][:8]

    def label(number: int, at: str, *, right: bool = True, sight: bool | None = False) -> tuple[int, Review]:
        post = posts[number]
        said = machine[post.key] if right else ("none such",)
        given = HowGiven(f"{at}T10:00:00.000+00:00" if at else "")
        return post.key, Review(post.id, "vendor.zoe", said, shown_suggestion=sight, source="vendor.csv", given=given)

    made_up.workspace.reviews.add(
        [
            *(label(0, "2026-01-07"), label(1, "2026-01-11", right=False)),  # Wednesday and Sunday of one week
            *(label(2, "2026-01-12"), label(3, "2026-01-13"), label(4, "2026-01-13", sight=True)),
            *(label(5, ""), label(6, "2026-01-13", sight=None)),
        ]
    )
    client.app.state.site.remembered.forget()  # type: ignore[attr-defined]
    after = client.get("/api/v1/quality/trend?run=r1").json()
    weeks = [(one["monday"], one["answers"], one["alike"], one["imported"]) for one in after["weeks"]]
    assert weeks[:2] == [("2026-01-05", 2, 1, 2), ("2026-01-12", 2, 2, 2)]
    assert [one[1:] for one in weeks[2:]] == [(1, 1, 1)]
    assert (after["undated"], after["sight_unknown"], before["sight_unknown"]) == (1, 1, 0)
    page = words(client.get("/quality/panel?run=r1"))
    assert re.search(r"Jan 5, 2026 50\.0.?% [\d.]+.?% to [\d.]+.?%, n = 2\b", page), page
    assert "5 of these answers were imported. 1 of them has no date in its file" in page
    assert "1 imported answer is left out: its file doesn't say" in page


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
