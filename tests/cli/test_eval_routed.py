"""Agreement in a workspace whose items were drawn, audited, routed, monitored: right on average, exact at the end."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from statistics import fmean

import pytest

from assistant.stats.coefficient_intervals import CENSUS
from assistant.store.samples import SampleStore
from assistant.wiring.workspace import Workspace
from tests.cli.conftest import Assistant
from tests.cli.made_up import MadeUp, give, label_them, load, make_up
from tests.cli.routed import play, summary

WORKSPACES = 40  # `make bench` plays 200 of each size


@pytest.fixture
def base(assistant: Assistant, workspace: Path) -> tuple[Path, MadeUp]:
    """Items with a machine's answers and their vectors; nobody has labelled anything."""
    made = make_up(160, seed=3, machine_error=0.2)
    load(assistant, workspace, made)
    assert assistant("embed", "-w", workspace).status == 0
    return workspace, made


def test_the_estimate_is_right_on_average_over_whole_workspaces_and_its_interval_holds(
    base: tuple[Path, MadeUp], tmp_path: Path
) -> None:
    folder, made = base
    true = fmean(made.machine[name][0] == label for name, label in made.truth.items())
    played = [
        play(folder, tmp_path / f"copy {seed}", made.truth, seed=seed, max_error=0.1) for seed in range(WORKSPACES)
    ]
    found = summary(played, true)
    assert all(one.raw.n == one.labels for one in played)  # every label counts, of whatever phase
    assert abs(found["bias"]) <= 3 * found["standard_error"]
    assert found["coverage"] >= 0.95 - 3 * (0.95 * 0.05 / WORKSPACES) ** 0.5
    first = 2 * 1.96 * (true * (1 - true) / 60 * (1 - 60 / 160)) ** 0.5  # of the items drawn first alone
    assert found["width"] < 1.1 * first


def campaign(assistant: Assistant, workspace: Path, truth: Mapping[str, str]) -> list[str]:
    """`sample` and `labels import` until nothing is asked any more; the purposes."""
    sheet, purposes = workspace / "to_label.csv", []
    while (drawn := assistant("sample", "--out", sheet, "-w", workspace, "--json").json)["to_label"]:
        purposes.append(drawn["purpose"])
        assert label_them(assistant, workspace, sheet, truth).status == 0
    return purposes


def labelled_throughout(assistant: Assistant, workspace: Path) -> MadeUp:
    """A campaign's batch whose other items were labelled too, elsewhere."""
    made = make_up(90, seed=5, machine_error=0.28)
    load(assistant, workspace, made)
    assert campaign(assistant, workspace, made.truth)[0] == "start"
    give(assistant, workspace, made.truth)
    return made


def test_where_people_labelled_everything_the_figure_is_that_of_all_labels_and_exact(
    assistant: Assistant, workspace: Path
) -> None:
    made = labelled_throughout(assistant, workspace)
    right = sum(made.machine[name][0] == label for name, label in made.truth.items())
    raw = assistant("eval", "agree", "-w", workspace, "--json").json["raw"]
    assert (raw["n"], raw["value"]) == (90, pytest.approx(right / 90))
    assert (raw["low"], raw["high"], raw["method"]) == (raw["value"], raw["value"], CENSUS)
    assert "people labelled every item" in assistant("eval", "agree", "-w", workspace).stderr


def test_an_item_that_people_are_split_on_does_not_throw_away_the_labels_of_all_others(
    assistant: Assistant, workspace: Path
) -> None:
    made = labelled_throughout(assistant, workspace)
    name = next(iter(made.truth))
    other = next(label for label in made.truth.values() if label != made.truth[name])
    give(assistant, workspace, {name: other}, rater="bob")
    shown = assistant("eval", "agree", "-w", workspace)
    assert "r1 agrees with reviewers on" in shown.stdout
    assert "n = 89" in shown.stdout
    assert "left out: 1 tied" in shown.stderr
    assert "but for 1 of its items that people have not settled" in shown.stderr


def test_labels_there_were_before_the_campaign_count_for_themselves_beside_its_first_sample(
    assistant: Assistant, workspace: Path
) -> None:
    made = make_up(400, seed=2, machine_error=0.2)
    load(assistant, workspace, made)
    before = dict(list(made.truth.items())[:20])
    give(assistant, workspace, before)
    sheet = workspace / "to_label.csv"
    drawn = assistant("sample", "--out", sheet, "-w", workspace, "--json").json
    assert (drawn["purpose"], drawn["to_label"]) == ("start", 40)
    assert label_them(assistant, workspace, sheet, made.truth).status == 0
    raw = assistant("eval", "agree", "-w", workspace, "--json").json["raw"]
    with Workspace.open(workspace) as opened:
        store = SampleStore(opened.database)
        names = [one.item_id for one in store.items(store.of_run(opened.runs.find(None).id)[0].id)]
    known = [made.machine[name][0] == label for name, label in before.items()]
    random = [made.machine[name][0] == made.truth[name] for name in names]
    # 20 for themselves, and 40 for the other 380
    assert raw["n"] == 60
    assert raw["value"] == pytest.approx((sum(known) + 380 / 40 * sum(random)) / 400)
