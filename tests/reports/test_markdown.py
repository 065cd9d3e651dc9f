"""Markdown for a pull request: short, and inert whatever the data holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.domain.reasons import as_written
from assistant.reports.markdown import as_markdown, code, escaped
from assistant.reports.page import MARK
from evals.report.document import as_report
from tests.evals.report import made_up


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<img src=x onerror=y>", "&lt;img src=x onerror=y&gt;"),
        ("[click](javascript:alert(1))", r"\[click\](javascript:alert(1))"),
        ("ping @octocat and a@b", "ping @&#8203;octocat and a@b"),
        ("fixes #12", "fixes #&#8203;12"),
        ("see https://evil.example", "see https:&#8203;//evil.example"),
        ("# big\n- list", r"\# big - list"),
        ("1. one", r"1\. one"),
        ("- one", r"\- one"),
        ("+3.2", "+3.2"),
        ("83.1 %", "83.1 %"),
        ("a|b `c` *d* _e_ ~f~ &amp;", r"a\|b \`c\` \*d\* \_e\_ \~f\~ &amp;amp;"),
        ("bidi \u202e!", r"bidi \\u202e!"),
    ],
)
def test_text_becomes_no_markup(text: str, shown: str) -> None:
    assert escaped(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("@octocat <b> | https://x", r"`@octocat <b> \| https://x`"),
        ("a ` b `` c", "```a ` b `` c```"),
        ("`x`", "`` `x` ``"),
        ("two\nlines", "`two lines`"),
        ("", "` `"),
    ],
)
def test_names_and_texts_are_code(text: str, shown: str) -> None:
    assert code(text) == shown


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_holds_sentences_tables_and_changed_items_and_is_the_same_every_time(language: str) -> None:
    made = as_markdown(as_report(made_up.full(), language))
    assert made == as_markdown(as_report(made_up.full(), language))
    assert made.startswith(f"<!-- {MARK} -->\n\n# ")
    assert "community@2" in made
    assert "`post-0000`" in made
    assert "<b>left</b>" not in made.replace("`", "\0").split("\0")[0]


def test_rows_are_as_wide_as_their_head() -> None:
    names = {"a | b": "c"}
    evaluation = made_up.full()
    evil = replace(
        evaluation,
        subject=replace(
            evaluation.subject,
            title="x | y",
            left_out={as_written("p | q"): 1, **dict.fromkeys(map(as_written, names), 2)},
        ),
    )
    for block in as_markdown(as_report(evil)).split("\n\n"):
        if block.startswith("|"):
            widths = {line.replace("\\|", "").count("|") for line in block.split("\n")}
            assert len(widths) == 1


def test_long_tables_are_cut_with_a_pointer_to_the_page() -> None:
    made = as_markdown(as_report(made_up.ranked(33)))
    assert "18 more rows are in report.html." in made
    assert len(made) < 40_000
