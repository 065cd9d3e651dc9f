"""How many accepted items are drawn for people follows from what they are to notice, and commands say what that is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli.certified import answered_run, certify, fit, people_say
from tests.cli.conftest import Assistant

NAMES = [f"p{number:03}" for number in range(400)]  # all are accepted; 27 of them may be wrong
ANSWERS = dict.fromkeys(NAMES, "safe")
POWER = "a chance of "


@pytest.fixture
def certified(assistant: Assistant, workspace: Path) -> Path:
    """A workspace in which nothing is set about monitoring."""
    answered_run(assistant, workspace, ANSWERS)
    certify(workspace, fit(workspace, dict.fromkeys(NAMES, ("safe", 0.95))), 400, allowed=27)
    return workspace


def route(assistant: Assistant, workspace: Path) -> Any:
    said = assistant("route", "-w", workspace, "--json")
    assert said.status == 0, said.stderr
    return said.json


def test_as_many_are_drawn_as_notice_twice_the_permitted_errors_with_80_per_cent(
    assistant: Assistant, certified: Path
) -> None:
    said = route(assistant, certified)
    plan = said["monitoring"]
    assert (plan["power"], plan["factor"], plan["accepted"], plan["chosen"]) == (0.8, 2, 400, False)
    assert plan["permitted"] == 27 / 400
    drawn = said["monitored"]
    assert plan["labels"] == drawn
    assert abs(drawn - 400 * plan["share"]) <= 3 * (400 * plan["share"] * (1 - plan["share"])) ** 0.5
    assert 0.7 < plan["chances"]["2"] < 0.9
    told = assistant("route", "-w", certified).stdout
    shown = re.search(r"draws (\d+) of 400 accepted items \(([\d.]+)%\): notices twice the permitted errors", told)
    assert shown is not None
    assert int(shown[1]) == drawn
    assert f"{POWER}{plan['chances']['2']:.0%}, 1.5 times with {plan['chances']['1.5']:.0%}" in told


def test_asking_for_more_draws_more(assistant: Assistant, certified: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shares = []
    for factor, power in (("3", "0.8"), ("2", "0.5"), ("2", "0.8"), ("2", "0.95"), ("1.5", "0.95")):
        monkeypatch.setenv("ASSISTANT__ROUTING__MONITOR_FACTOR", factor)
        monkeypatch.setenv("ASSISTANT__ROUTING__MONITOR_POWER", power)
        shares.append(route(assistant, certified)["monitoring"]["share"])
    assert shares == sorted(shares)
    assert len(set(shares)) == 5


def test_a_share_that_is_set_is_drawn_and_what_it_misses_is_said(
    assistant: Assistant, certified: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT__ROUTING__MONITOR_SHARE", "0.02")
    said = assistant("route", "-w", certified)
    assert "[routing] monitor_share is set to 0.02: without it" in said.stderr
    told = route(assistant, certified)["monitoring"]
    assert (told["share"], told["chosen"]) == (0.02, True)
    assert told["chances"]["2"] < 0.2


def test_labels_that_come_change_neither_the_round_nor_the_share(assistant: Assistant, certified: Path) -> None:
    first = route(assistant, certified)
    people_say(assistant, certified, dict.fromkeys(NAMES[:150], "safe"))
    again = route(assistant, certified)
    assert (again["round"], again["repeated"]) == (1, True)
    assert again["monitoring"] == first["monitoring"]  # those labelled since are counted as the drawn ones they were


def test_check_says_what_the_labels_so_far_would_have_noticed(assistant: Assistant, certified: Path) -> None:
    drawn = route(assistant, certified)["monitored"]
    none_yet = assistant("check", "-w", certified)
    assert "0 labels notice twice the permitted errors with a chance of 0%, 1.5 times with 0%" in none_yet.stdout
    people_say(assistant, certified, ANSWERS)
    told = assistant("check", "-w", certified, "--json").json
    assert told["labels"] == told["monitoring"]["labels"] == drawn
    assert 0.7 < told["monitoring"]["chances"]["2"] < 0.9


def test_where_few_are_accepted_nearly_all_are_drawn(assistant: Assistant, workspace: Path) -> None:
    answered_run(assistant, workspace, dict.fromkeys(NAMES[:40], "safe"))
    certify(workspace, fit(workspace, dict.fromkeys(NAMES[:40], ("safe", 0.95))), 40, allowed=None)
    said = assistant("route", "-w", workspace)
    assert "draws 40 of 40 accepted items (100.0%)" in said.stdout
    assert "too few are accepted for the 80% asked for, so all of them are drawn" in said.stdout
