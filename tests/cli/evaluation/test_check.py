"""`assistant check`: fresh blind labels keep testing a certificate, and a broken one says so for good."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.domain.certificates import CertificateEventKind
from assistant.domain.reviews import Review
from assistant.routing.route import Decision, Route
from assistant.store.certification.certificates import CertificateStore
from assistant.store.runs.routes import RouteStore
from assistant.wiring.workspace import Workspace
from tests.cli.certified import answered_run, certify, fit, happened, people_say
from tests.cli.conftest import Assistant

# All 200 labels leave; 1 of them may be wrong, and 40 were drawn to be labelled all the same.
NAMES = [f"p{number:03}" for number in range(200)]
DRAWN = NAMES[:40]


@pytest.fixture
def leaving(assistant: Assistant, workspace: Path) -> Path:
    """A certificate under which 200 items leave, routed."""
    answered_run(assistant, workspace, dict.fromkeys(NAMES, "safe"))
    certify(workspace, fit(workspace, dict.fromkeys(NAMES, ("safe", 0.9))), 200)
    return workspace


@pytest.fixture
def routed(leaving: Path) -> Path:
    def decision(name: str) -> Decision:
        return Decision(Route.ACCEPT_AUDIT if name in DRAWN else Route.ACCEPT, "certificate", (), 0.2, 1)

    with Workspace.open(leaving) as opened:
        RouteStore(opened.database).append(1, [(name, decision(name)) for name in NAMES])
    return leaving


def check(assistant: Assistant, workspace: Path) -> Any:
    said = assistant("check", "-w", workspace, "--json")
    assert said.status in {0, 3}, said.stderr
    assert (said.status == 3) == (said.json["standing"] == "broken")
    return said.json


def events(workspace: Path) -> list[CertificateEventKind]:
    with Workspace.open(workspace) as opened:
        return [event.event for event in CertificateStore(opened.database).events(1)]


def test_right_labels_leave_it_standing_and_each_is_counted_once(assistant: Assistant, routed: Path) -> None:
    before = check(assistant, routed)
    assert (before["labels"], before["waiting"]) == (0, 40)
    people_say(assistant, routed, dict.fromkeys(DRAWN[:10], "safe"))
    first = check(assistant, routed)
    assert (first["standing"], first["labels"], first["new"], first["waiting"]) == ("standing", 10, 10, 30)
    assert first["permitted"] == 1 / 200
    again = check(assistant, routed)
    assert (again["labels"], again["new"], again["interval"]) == (10, 0, first["interval"])
    people_say(assistant, routed, dict.fromkeys(DRAWN, "safe"), rater="bo")
    assert check(assistant, routed)["new"] == 30
    assert events(routed) == [CertificateEventKind.ISSUED, CertificateEventKind.CHECKED, CertificateEventKind.CHECKED]


def test_too_many_wrong_ones_break_it_for_good(assistant: Assistant, routed: Path) -> None:
    people_say(assistant, routed, dict.fromkeys(DRAWN[:8], "hate"))
    assert check(assistant, routed)["standing"] == "broken"
    assert events(routed)[-1] is CertificateEventKind.BROKEN
    people_say(assistant, routed, dict.fromkeys(DRAWN[:8], "safe"))
    assert check(assistant, routed)["standing"] == "broken"
    said = assistant("check", "-w", routed)
    assert said.stdout.startswith("certificate 1 of r1 is broken")
    assert "nothing more is auto-accepted under this certificate" in said.stderr


def test_labels_of_other_items_and_those_given_in_sight_of_the_machines_answer_test_nothing(
    assistant: Assistant, routed: Path
) -> None:
    people_say(assistant, routed, dict.fromkeys(NAMES[40:90], "hate"))
    with Workspace.open(routed) as opened:
        keys = opened.items.keys_of(DRAWN)
        opened.reviews.add([(keys[name], Review(name, "ann", ("hate",), True, "queue")) for name in DRAWN])
    said = check(assistant, routed)
    assert (said["standing"], said["labels"], said["waiting"]) == ("standing", 0, 40)


def test_without_a_certificate_or_anything_drawn_there_is_nothing_to_check(
    assistant: Assistant, workspace: Path
) -> None:
    answered_run(assistant, workspace, {"a": "safe", "b": "safe"})
    said = assistant("check", "-w", workspace, "--json")
    assert (said.status, said.json["error"]["what"]) == (1, "there is no certificate of r1 to check")
    certify(workspace, fit(workspace, {"a": ("safe", 0.9), "b": ("safe", 0.8)}), 2)
    said = assistant("check", "-w", workspace, "--json")
    assert said.status == 1
    assert "was drawn for monitoring" in said.json["error"]["what"]


def test_one_that_was_withdrawn_is_not_checked(assistant: Assistant, routed: Path) -> None:
    happened(routed, CertificateEventKind.WITHDRAWN)
    said = assistant("check", "-w", routed, "--json")
    assert (said.status, said.json["error"]["what"]) == (1, "certificate 1 of r1 was withdrawn")
