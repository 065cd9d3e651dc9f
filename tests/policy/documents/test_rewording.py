"""Other wordings in a document that stays as it was written."""

from __future__ import annotations

import difflib

from assistant.bundled import bundled
from assistant.policy.documents.documents import parse_policy
from assistant.policy.documents.rewording import reword

COMMUNITY = (bundled("examples") / "policies" / "community.md").read_text(encoding="utf-8")


def test_without_other_wordings_only_the_version_changes() -> None:
    assert reword(COMMUNITY, {}, "1") == COMMUNITY
    changed = [
        line for line in difflib.ndiff(COMMUNITY.split("\n"), reword(COMMUNITY, {}, "7").split("\n")) if line[0] in "+-"
    ]
    assert changed == ['- version: "1"', '+ version: "7"']


def test_each_wording_takes_the_place_of_its_own_language_and_clause() -> None:
    made = parse_policy(
        reword(COMMUNITY, {"H1": {"en": "One.\n\nTwo.", "zh": "一。"}, "P1": {"zh": "二。"}}, "2"), "made"
    )
    was = parse_policy(COMMUNITY, "was")
    assert made.clause("H1").texts == {"en": "One.\n\nTwo.", "zh": "一。"}  # type: ignore[union-attr]
    assert made.clause("P1").texts["zh"] == "二。"  # type: ignore[union-attr]
    assert made.clause("P1").texts["en"] == was.clause("P1").texts["en"]  # type: ignore[union-attr]
    assert [clause.examples for clause in made.clauses] == [clause.examples for clause in was.clauses]
    assert made.clauses[2:] == was.clauses[2:]


def test_what_is_not_there_is_passed_over() -> None:
    assert reword(COMMUNITY, {"Z9": {"en": "x"}, "H1": {"fr": "x"}}, "1") == COMMUNITY


def test_windows_line_ends_are_read() -> None:
    assert reword(COMMUNITY.replace("\n", "\r\n"), {}, "1") == COMMUNITY
