"""The texts that the review page gets along are those its scripts show."""

from __future__ import annotations

import re
from pathlib import Path

import assistant.web
from assistant.web.presentation.review_texts import ACTIONS, TEXTS

SCRIPTS = Path(assistant.web.__file__).parent / "static" / "review"
CHOSEN = {  # by a value of the item, the queue or the outbox
    *("passed_escalate", "passed_handover", "practice_right", "practice_wrong", "pause_long", "pause_severe"),
    *("unwell", "signed_out", "stale_page", "training", "qualification", "answered_before"),
}


def source() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(SCRIPTS.glob("*.js")))


def test_every_text_is_shown_somewhere_and_nothing_is_shown_without_one() -> None:
    written = source()
    quoted = set(re.findall(r'"([a-z_]+)"', written))
    assert set(TEXTS) - quoted - CHOSEN == set()
    assert set(re.findall(r'\b(?:say|about)\("([a-z_]+)"', written)) - set(TEXTS) == set()


def test_every_action_has_a_name_and_a_key() -> None:
    own = (SCRIPTS / "keys.js").read_text(encoding="utf-8").partition("export const OWN = {")[2].partition("};")[0]
    assert set(re.findall(r"^\s+(\w+): \[", own, re.MULTILINE)) == set(ACTIONS)


def test_scripts_never_read_html() -> None:
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc|DOMParser"
    assert re.findall(forbidden, source()) == []
