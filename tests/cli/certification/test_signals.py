"""`assistant signals`: what each signal is worth, whom the figures speak for, and the newest fit's report."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.trust.weighted_sample import LABELLED, RANDOM, WEIGHTED
from tests.cli.certified import answered_run
from tests.cli.conftest import Assistant
from tests.cli.files import write_jsonl
from tests.cli.made_up import MadeUp, give, label_them, load, make_up


@pytest.fixture
def made(assistant: Assistant, workspace: Path) -> MadeUp:
    """A run whose score is higher where the machine is right."""
    batch = make_up(120)
    load(assistant, workspace, batch)
    return batch


def test_each_signal_has_its_worth_on_the_labelled_items(assistant: Assistant, workspace: Path, made: MadeUp) -> None:
    labelled = dict(list(made.truth.items())[:80])
    give(assistant, workspace, labelled)
    told = assistant("signals", "-w", workspace, "--json").json
    wrong = sum(made.machine[name][0] != label for name, label in labelled.items())
    assert (told["run"], told["model"], told["labelled"], told["wrong"]) == ("r1", "judge", 80, wrong)
    assert told["speaks_for"] == LABELLED
    (score,) = (one for one in told["signals"] if one["name"] == "score")
    assert (score["name"], score["n"], score["wrong"]) == ("score", 80, wrong)
    # AUROC by its definition: pairs of a right and a wrong answer that the score puts in order.
    right = [made.machine[name][1] for name, label in labelled.items() if made.machine[name][0] == label]
    others = [made.machine[name][1] for name, label in labelled.items() if made.machine[name][0] != label]
    pairs = [(one > two) + (one == two) / 2 for one in right for two in others]
    assert score["auroc"] == pytest.approx(sum(pairs) / len(pairs))
    assert score["direction"] == "higher is right"
    assert told["fit"] is None


def test_answers_of_another_run_are_a_signal_of_their_own(assistant: Assistant, workspace: Path, made: MadeUp) -> None:
    give(assistant, workspace, made.truth)
    rows = [{"id": name, "label": label} for name, label in made.truth.items()]
    other = write_jsonl(workspace / "other.jsonl", rows)
    assert assistant("prelabels", "import", other, "--model", "other", "-w", workspace).status == 0
    said = assistant("signals", "--run", "r1", "-w", workspace)
    assert said.status == 0
    first = next(line for line in said.stdout.splitlines() if line.startswith("agrees_with"))
    # The other run is always right, so that it agrees just where this one is right: wholly apart, no interval.
    assert first.split()[:5] == ["agrees_with_r2", "120", "1", "0", "1.00"]
    assert "wholly apart" in said.stdout


def test_a_campaign_first_speaks_by_its_random_sample_then_with_a_fit_and_in_the_end_by_all_its_labels(
    assistant: Assistant, workspace: Path, made: MadeUp
) -> None:
    sheet, told = workspace / "to_label.csv", {}
    for _ in range(20):
        drawn = assistant("sample", "--max-error", "0.2", "--out", sheet, "-w", workspace, "--json").json
        if not drawn["to_label"]:
            break
        assert label_them(assistant, workspace, sheet, made.truth).status == 0
        told.setdefault("first", assistant("signals", "-w", workspace, "--json").json)
    told["last"] = assistant("signals", "-w", workspace, "--json").json
    assert (told["first"]["speaks_for"], told["first"]["labelled"]) == (RANDOM, 60)
    assert told["last"]["speaks_for"] == WEIGHTED
    assert told["last"]["labelled"] >= 60
    shown = assistant("signals", "-w", workspace).stdout
    fit = told["last"]["fit"]
    assert f"fit {fit['fit']}, trained on {fit['labels_used']} labels, tested on 60 held-out labels" in shown
    assert shown.splitlines()[-1].split()[1] == "to"  # a bin of the reliability diagram: `0.93 to 0.98 ...`


def test_without_labels_there_is_nothing_to_hold_signals_against(assistant: Assistant, workspace: Path) -> None:
    answered_run(assistant, workspace, {"a": "safe", "b": "spam"})
    said = assistant("signals", "-w", workspace)
    assert said.status == 1
    assert "people labeled no item of r1" in said.stderr
    assert "assistant sample" in said.stderr
