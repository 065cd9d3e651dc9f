"""Agreement in a workspace whose items were drawn, audited, routed, monitored: right on average, exact at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from random import Random
from statistics import fmean

import pytest

from assistant.application.evaluation.production_data import runs_data
from assistant.domain.certificates import Purpose, SampledItem
from assistant.domain.reviews import Review
from assistant.stats.agreement.coefficient_intervals import CENSUS
from assistant.store.certification.samples import SampleStore
from assistant.store.review.queue.routed_items import reviews_by_sight
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
    assert "people labeled every item" in assistant("eval", "agree", "-w", workspace).stderr


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
    assert "but for 1 of its items without a final human label" in shown.stderr


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


def test_reviews_given_in_sight_of_the_machines_answer_are_stood_for_by_those_drawn_to_be_blind(
    assistant: Assistant, workspace: Path
) -> None:
    # 60 of 300 items are drawn at random and labelled; the others go to reviewers, who repeat what the machine says
    # where they see it. The stores are as a campaign whose batch was too hard to audit leaves them.
    made = make_up(300, seed=5, machine_error=0.4)
    truth, names = made.truth, Random(1).sample(list(made.truth), 300)
    load(assistant, workspace, made)
    give(assistant, workspace, {name: truth[name] for name in names[:60]})
    with Workspace.open(workspace) as opened:
        store, run = SampleStore(opened.database), opened.runs.find(None)
        design = {"max_error": 0.05, "confidence": 0.95, "items": 300, "last_key": 300}
        for purpose, drawn, chance in ((Purpose.START, names[:60], 0.2), (Purpose.REVIEW, names[60:], 1.0)):
            items = [SampledItem(name, chance) for name in drawn]
            store.add(run.id, fit_id=None, purpose=purpose, population=300, seed=1, detail=design, items=items)
    assert assistant("enqueue", "-w", workspace).status == 0
    with Workspace.open(workspace) as opened:
        shown, blind = reviews_by_sight(opened.database, opened.runs.find(None).id)
        said = {name: made.machine[name][0] for name in shown} | {name: truth[name] for name in blind}
        reviews = [Review(name, "ann", (label,), shown_suggestion=name in shown) for name, label in said.items()]
        opened.reviews.add([(opened.items.get(one.item_id).key, one) for one in reviews])
        data = runs_data(opened, [opened.runs.find(None)])
    assert min(len(shown), len(blind)) > 20
    assert len(shown) + len(blind) == 240
    weights = dict(zip(data.ids, data.weights.tolist(), strict=True))
    assert not shown & weights.keys()
    assert [weights[name] for name in blind] == pytest.approx([240 / len(blind)] * len(blind))
    raw = assistant("eval", "agree", "-w", workspace, "--json").json["raw"]
    true = fmean(made.machine[name][0] == label for name, label in truth.items())
    assert raw["low"] < true < raw["high"]
    assert fmean(made.machine[name][0] == said.get(name, truth[name]) for name in truth) > raw["high"]


def test_a_random_sample_of_labels_and_the_machines_answers_give_the_shares_of_the_whole_run(
    assistant: Assistant, workspace: Path
) -> None:
    made = make_up(400, seed=9, machine_error=0.1)
    load(assistant, workspace, made)
    sheet = workspace / "to_label.csv"
    assert assistant("sample", "--out", sheet, "-w", workspace, "--json").json["to_label"]
    assert label_them(assistant, workspace, sheet, made.truth).status == 0
    figures = assistant("eval", "agree", "-w", workspace, "--json").json
    true = Counter(made.truth.values())
    for label, count in true.items():
        alone, powered = figures[f"share label={label}"], figures[f"share_powered label={label}"]
        width = powered["high"] - powered["low"]  # with four standard errors each way it holds whatever is drawn
        assert powered["low"] - width / 2 <= count / 400 <= powered["high"] + width / 2
        assert (powered["method_code"], powered["n"]) == ("prediction_powered", alone["n"])
    best = max(true, key=lambda label: figures[f"share_powered label={label}"]["more_labels"])
    alone, powered = figures[f"share label={best}"], figures[f"share_powered label={best}"]
    assert powered["high"] - powered["low"] < alone["high"] - alone["low"]
    assert powered["more_labels"] > 0
    shown = assistant("eval", "agree", "-w", workspace).stdout
    assert "all 400 items of the run" in shown
    assert "equivalent extra labels" in shown
