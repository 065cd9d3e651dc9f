"""`assistant eval` on files alone: no workspace, no key, no network."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Assistant

SHAPE = {"value", "low", "high", "n", "reason"}


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    """60 items, two reviewers, two machines: `old` is wrong on every 4th item, `new` on every 12th."""
    items, labels, machine = (tmp_path / f"{name}.jsonl" for name in ("items", "labels", "machine"))
    truth = ["spam" if at % 3 == 0 else "fine" for at in range(60)]
    other = {"spam": "fine", "fine": "spam"}
    with items.open("w") as to:
        for at in range(60):
            to.write(json.dumps({"id": f"p{at}", "text": f"post {at}", "lang": "zh" if at % 2 else "en"}) + "\n")
    with labels.open("w") as to:
        for at, label in enumerate(truth):
            for rater in ("ann", "bo"):
                to.write(json.dumps({"item_id": f"p{at}", "rater_id": rater, "label": label}) + "\n")
    with machine.open("w") as to:
        for at, label in enumerate(truth):
            for model, slips in (("old", 4), ("new", 12)):
                said = other[label] if at % slips == 1 else label
                to.write(json.dumps({"item_id": f"p{at}", "model": model, "label": said, "score": 0.9}) + "\n")
    return items, labels, machine


def test_agree_prints_a_sentence_then_every_figure(assistant: Assistant, files: tuple[Path, Path, Path]) -> None:
    _, labels, machine = files
    said = assistant("eval", "agree", "--labels", labels, "--machine", machine, "--variant", "old")
    assert said.status == 0
    assert said.stdout.startswith("old agrees with reviewers on 75.0 % of items")
    for name in ("raw", "cohen_kappa", "gwet_ac1", "krippendorff_alpha", "human_human_raw"):
        assert name in said.stdout


def test_agree_as_json_maps_names_to_figures(assistant: Assistant, files: tuple[Path, Path, Path]) -> None:
    _, labels, machine = files
    figures = assistant("eval", "agree", "--labels", labels, "--machine", machine, "--variant", "old", "--json").json
    assert all(set(figure) >= SHAPE for figure in figures.values())
    assert figures["raw"]["value"] == 0.75
    assert figures["raw"]["n"] == 60


def test_agree_without_a_machine_is_of_people_alone(assistant: Assistant, files: tuple[Path, Path, Path]) -> None:
    said = assistant("eval", "agree", "--labels", files[1])
    assert said.stdout.startswith("Two reviewers of an item agree on 100.0%")


def test_no_bad_row_stops_a_file_and_none_flatters_the_machine(
    assistant: Assistant, files: tuple[Path, Path, Path]
) -> None:
    """Without the bad rows `old` is right on 45 of 60; its answer to p0 was right and can't be read any more."""
    items, labels, machine = files
    with labels.open("a") as to:
        to.write('{"item_id": "p1", "rater_id": \n')
        to.write('{"item_id": "p1", "label": "fine"}\n{"item_id": "p99", "rater_id": "ann", "label": "fine"}\n')
    rows = [json.loads(line) for line in machine.read_text().splitlines()]
    rows[0]["label"] = "[1, x]"
    rows[4]["score"] = "high"
    machine.write_text("\n".join(map(json.dumps, rows)) + '\n["p1"]\n')
    given = ("eval", "agree", "--labels", labels, "--machine", machine, "--items", items, "--variant", "old")
    said = assistant(*given)
    for part in (
        "1 of 123 rows in labels.jsonl can't be used and are left out (line 121: broken JSON",
        "1 of 122 rows in labels.jsonl can't be used and are left out (line 122: column 'rater_id' is empty)",
        "1 of 121 rows in labels.jsonl can't be used and are left out (line 123: there is no item 'p99')",
        "1 of 121 rows in machine.jsonl can't be used and are left out (line 121:",
        "1 of 120 rows in machine.jsonl have no readable score (line 5: score 'high' is no number)",
        "1 of 120 rows in machine.jsonl have no readable label and count as not agreeing (line 1: '[1, x]' looks",
    ):
        assert part in said.stderr
    assert (said.status, assistant(*given, "--json").json["raw"]["value"]) == (0, pytest.approx(44 / 60))


def test_compare_as_json_holds_the_whole_result(assistant: Assistant, files: tuple[Path, Path, Path]) -> None:
    items, labels, machine = files
    result = assistant(
        "eval", "compare", "--labels", labels, "--machine", machine, "--items", items, "--variants", "old,new", "--json"
    ).json
    assert result["difference"] == pytest.approx(10 / 60)
    assert (result["fixed"], result["broken"], result["n_pairs"]) == (10, 0, 60)
    assert result["p_value"] == pytest.approx(2 * 0.5**10 * 0.5)  # mid-p of 10 against 0
    assert result["verdict"] == "better"
    assert 0 < result["minimum_detectable_difference"] < 0.2
    assert result["fixed_items"][0]["text"] == "post 5"  # both slip on post 1
    assert len(result["fixed_items"]) == 10


def test_compare_ends_in_a_sentence_a_manager_can_repeat(assistant: Assistant, files: tuple[Path, Path, Path]) -> None:
    _, labels, machine = files
    said = assistant("eval", "compare", "old", "new", "--labels", labels, "--machine", machine)
    assert said.stdout.splitlines()[0].endswith("new is better than old.")


def test_when_nothing_can_be_told_it_says_how_many_more(assistant: Assistant, files: tuple[Path, Path, Path]) -> None:
    _, labels, machine = files
    lines = machine.read_text().splitlines()
    machine.write_text("\n".join(lines[:24]) + "\n")
    result = assistant("eval", "compare", "old", "new", "--labels", labels, "--machine", machine, "--json").json
    assert result["verdict"].startswith("can't tell, needs about ")
    assert result["missing"] == {"neither_answered": 48}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("eval", "agree", "--labels", "{labels}", "--machine", "{machine}", "--variant", "olt"),
            "did you mean old?",
        ),
        (("eval", "agree", "--labels", "{labels}", "--machine", "none.jsonl"), "none.jsonl"),
        (("eval", "agree", "--machine", "{machine}"), "--machine: goes with a file of human labels"),
        (("eval", "compare", "--labels", "{labels}", "--machine", "{machine}", "--variants", "old"), "not two"),
        (("eval", "compare", "old", "old", "--labels", "{labels}", "--machine", "{machine}"), "with itself"),
        (("eval", "compare", "old", "--labels", "{labels}", "--machine", "{machine}"), "there are old, new"),
        (
            ("eval", "compare", "old", "new", "--labels", "{labels}", "--machine", "{machine}", "--margin", "2"),
            "the margin is 2",
        ),
        (("eval", "plan", "--detect", "0.03", "--labels", "{labels}"), "needs both"),
        (("eval", "plan", "--detect", "3"), "--detect: the difference is 3"),
        (("eval", "report", "--out", "{out}"), "no suite and no files to report on"),
    ],
)
def test_wrong_words_are_answered_in_a_line(
    assistant: Assistant, files: tuple[Path, Path, Path], tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    _, labels, machine = files
    said = assistant(*(word.format(labels=labels, machine=machine, out=tmp_path / "out") for word in words))
    assert said.status != 0
    assert told in said.stderr
    assert "Traceback" not in said.stderr
    assert not said.stdout


def test_plan_says_how_many_items_tell(assistant: Assistant) -> None:
    said = assistant("eval", "plan", "--detect", "0.03")
    assert said.stdout.startswith("870 labeled items detect a difference of 3 points in 80% of such comparisons")


def test_plan_learns_from_a_pilot(assistant: Assistant, files: tuple[Path, Path, Path]) -> None:
    _, labels, machine = files
    result = assistant("eval", "plan", "--detect", "0.05", "--labels", labels, "--machine", machine, "--json").json
    assert result["origin"] == "pilot"
    assert result["pilot"]["discordant"] == 10
