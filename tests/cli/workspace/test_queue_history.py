"""`assistant queue history`: what happened to wanted answers."""

from __future__ import annotations

from pathlib import Path

from tests.cli.certified import answered_run, fit
from tests.cli.conftest import Assistant

LABELS = {f"p{number}": "safe" for number in range(8)}


def test_the_history_of_an_item_is_printed_with_its_times(assistant: Assistant, workspace: Path) -> None:
    answered_run(assistant, workspace, LABELS)
    fit(workspace, {name: (label, 0.5) for name, label in LABELS.items()})
    assistant("route", "-w", workspace)
    assistant("enqueue", "-w", workspace)
    said = assistant("queue", "history", "--item", "p3", "-w", workspace, "--json")
    assert said.status == 0, said.stderr
    [one] = said.json["assignments"]
    assert [event["event"] for event in one["events"]] == ["offered"]
    assert (one["item_id"], said.json["total"]["handling"]) == ("p3", 0)
    for option, name in (("--assignment", "id"), ("--task", "task_id")):
        same = assistant("queue", "history", option, one[name], "-w", workspace)
        assert "handling 0 s" in same.stdout
    assert "p3" in assistant("queue", "history", "--item", "p3", "-w", workspace).stdout


def test_one_thing_is_asked_about_and_it_is_there(assistant: Assistant, workspace: Path) -> None:
    answered_run(assistant, workspace, LABELS)
    for words in ((), ("--item", "p1", "--task", "x"), ("--item", "nothing"), ("--assignment", "x")):
        said = assistant("queue", "history", *words, "-w", workspace)
        assert said.status != 0, words
    never = assistant("queue", "history", "--item", "p1", "-w", workspace)
    assert "never been in the queue" in never.stderr
