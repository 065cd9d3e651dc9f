"""One campaign over batches that arrive in turn: it continues where it was, and its certificate names the batches."""

from __future__ import annotations

from pathlib import Path

from tests.cli.certification.test_trust import play
from tests.cli.conftest import Assistant
from tests.cli.files import write_jsonl
from tests.cli.made_up import MadeUp, label_them, make_up


def arrive(assistant: Assistant, workspace: Path, made: MadeUp, names: list[str], batch: str) -> None:
    """Some of the made up items come in a batch, and the model's answers to them into the run."""
    posts = [{"id": name, "text": made.texts[name], "lang": made.languages[name]} for name in names]
    rows = [{"id": name, "label": made.machine[name][0], "score": made.machine[name][1]} for name in names]
    assert assistant("ingest", write_jsonl(workspace / "p.jsonl", posts), "--batch", batch, "-w", workspace).status == 0
    given = write_jsonl(workspace / "m.jsonl", rows)
    said = assistant("prelabels", "import", given, "--model", "judge", "-w", workspace, "--json")
    assert said.json["runs"] == ["r1"]


def test_a_campaign_continues_over_batches_and_says_what_holds_of_each_and_of_all(
    assistant: Assistant, workspace: Path
) -> None:
    made = make_up(600)
    names = list(made.texts)
    arrive(assistant, workspace, made, names[:350], "week-1")
    play(assistant, workspace, made, "--max-error", "0.1")
    first = assistant("certify", "-w", workspace, "--json").json
    assert first["population"] == 350
    assert [(one["batch"], one["population"]) for one in first["batches"]] == [("week-1", 350)]
    nothing = assistant("sample", "--continue", "--out", workspace / "s.csv", "-w", workspace, "--json")
    assert nothing.json["error"]["code"] == "nothing_to_continue"

    arrive(assistant, workspace, made, names[350:], "week-2")
    # unless it is told to continue, the campaign stays with what it was designed for
    assert assistant("certify", "-w", workspace, "--json").json["population"] == 350
    before = first["labels"]["total"]
    asked = assistant("sample", "--continue", "--out", workspace / "to_label.csv", "-w", workspace, "--json").json
    assert asked["items"] == 600
    assert asked["purpose"] != "start"  # what was learned of the first batch serves the second
    assert label_them(assistant, workspace, workspace / "to_label.csv", made.truth).status == 0
    play(assistant, workspace, made)
    said = assistant("certify", "-w", workspace, "--json")
    both = said.json
    assert both["population"] == 600
    assert both["allowed"] == 60  # 10 % of all
    assert both["rate"] == first["rate"]  # the audit continues at the rate it began with
    assert [(one["batch"], one["population"], one["allowed"]) for one in both["batches"]] == [
        ("week-1", 350, 35),
        ("week-2", 250, 25),
    ]
    assert "They came in 2 batches: week-1 and week-2." in both["sentence"]
    assert sum(one["passed"] for one in both["batches"]) == both["passed"]
    assert before < both["labels"]["total"] < 600

    # every item is accepted or labeled: the guarantee holds, and both batches are certified
    assert both["complete"]
    assert {one["state"] for one in assistant("batch", "list", "-w", workspace, "--json").json} == {"certified"}
    noted = assistant("batch", "show", "week-2", "-w", workspace, "--json").json["events"][-1]
    assert (noted["event"], noted["detail"]["certificate"]) == ("certified", both["certificate"])

    assert assistant("route", "-w", workspace).status == 0
    assert assistant("settle", "-w", workspace).status == 0
    finals = assistant("export", workspace / "out.jsonl", "-w", workspace, "--json").json
    assert finals["final_labels"]["machine"] == both["leaving"]["machine"]
