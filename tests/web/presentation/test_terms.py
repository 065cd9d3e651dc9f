"""Every stored code that a page can show has a name, in both languages."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import assistant
from assistant.domain.prelabels import FailureReason
from assistant.domain.review_work import Cause, QualificationState, Role, SkipReason, TaskKind
from assistant.messages.language import language
from assistant.routing import route_scored
from assistant.routing.doubts import DOUBTS
from assistant.routing.instructions.patterns import InstructionKind
from assistant.routing.route import HIGH_PROBABILITY, LOW_PROBABILITY, Route
from assistant.web.pages.evaluation.runs import STATES
from assistant.web.presentation import terms
from assistant.web.presentation.review_texts import SKIP_REASONS

NAMES = {
    "causes": (Cause, terms.CAUSES),
    "routes": (Route, terms.ROUTES),
    "failures": (FailureReason, terms.FAILURES),
    "kinds of tasks": (TaskKind, terms.KINDS),
    "qualifications": (QualificationState, terms.QUALIFICATIONS),
    "kinds of instructions": (InstructionKind, terms.INSTRUCTIONS),
    "roles": (Role, terms.ROLES),
    "reasons to skip": (SkipReason, SKIP_REASONS),
    "reasons of routes": (
        {*route_scored.REASONS, *(doubt.__name__ for doubt in DOUBTS), HIGH_PROBABILITY, LOW_PROBABILITY},
        terms.REASONS,
    ),
    "events of runs": ({"started", "ended", "interrupted", "routed"}, terms.EVENTS),
    "states of runs": ({"here", "elsewhere", "ended", "interrupted", "cut_off", "imported", "new"}, STATES),
    "states of answers": ({"labelled", "failed", "settled", "pending"}, terms.STATUSES),
}
_ACTION = re.compile(r"[a-z]+\.[a-z_]+")
_FILES = re.compile(r"\.(html|toml|log|jsonl?|csv|py|txt|key|css|pickle|lock|xml|id|start|request|completion)$")


def _logged_actions() -> set[str]:
    """What the code writes to the audit log: texts such as `user.add` in modules that use the log."""
    found: set[str] = set()
    for path in sorted(Path(assistant.__file__).parent.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if not re.search(r"audit|security_events|Event\(", source) or path.is_relative_to(_OWN):
            continue
        texts = [one.value for one in ast.walk(ast.parse(source)) if isinstance(one, ast.Constant)]
        found |= {one for one in texts if isinstance(one, str) and _ACTION.fullmatch(one) and not _FILES.search(one)}
    return found


_OWN = Path(terms.__file__).parent


@pytest.mark.parametrize("what", NAMES)
def test_every_code_has_a_name(what: str) -> None:
    codes, names = NAMES[what]
    assert {str(code) for code in codes} == {str(code) for code in names}


def test_every_action_of_the_audit_log_has_a_name() -> None:
    actions = _logged_actions()
    assert {"user.add", "run.route", "login.refused"} <= actions  # the search finds them
    assert not actions - terms.ACTIONS.keys()


def test_no_name_is_a_code_and_each_has_a_chinese_one() -> None:
    chinese = language("zh")
    tables = [*(names for _, names in NAMES.values()), terms.ACTIONS, terms.DETAILS, terms.DISGUISES]
    for names in tables:
        for name in names.values():
            assert "_" not in name
            assert chinese.gettext(name) != name
