"""`assistant simulate` on files: its figures, its words, and what it refuses."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from assistant.models.embedders import multilingual
from assistant.models.local.weights import PackagedFile
from tests.cli.conftest import Assistant, Said
from tests.cli.files import write_jsonl

WORDS = {"safe": ["river", "garden", "window", "paper", "bread"], "spam": ["casino", "bonus", "win", "free", "cash"]}
FIGURES = {"saved_mean", "saved_sd", "error_mean", "error_p95", "violation_share", "human_labels_mean"}


class Files:
    """A made-up labelled set of 90 items: words give the label away, the machine is right in about 85 %."""

    def __init__(self, folder: Path, items: int = 90) -> None:
        chance = random.Random(1)
        truth = [chance.choice(list(WORDS)) for _ in range(items)]
        posts = [
            {
                "id": f"p{number}",
                "text": " ".join(chance.choices([*WORDS[label], "the", "of", "so"], k=6)),
                "source": "made up",
                "meta": {"source": chance.choice(["web", "app"]), "topic": label if chance.random() < 0.8 else "none"},
            }
            for number, label in enumerate(truth)
        ]
        said = [label if chance.random() < 0.85 else "safe" for label in truth]
        self.folder = folder
        self.items = write_jsonl(folder / "items.jsonl", posts)
        self.labels = write_jsonl(
            folder / "labels.jsonl",
            [{"item_id": f"p{number}", "rater_id": "ann", "label": label} for number, label in enumerate(truth)],
        )
        self.machine = write_jsonl(
            folder / "machine.jsonl",
            [
                {"item_id": f"p{number}", "model": model, "label": label, "score": chance.choice([0.7, 0.8, 0.9])}
                for model in ("gpt-a", "gpt-b")
                for number, label in enumerate(said)
            ],
        )

    def words(self, *more: str | Path) -> tuple[str | Path, ...]:
        return ("simulate", "--items", self.items, "--labels", self.labels, "--embedder", "hashing", *more)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_the_json_has_the_figures_of_three_methods_and_the_bytes_owe_nothing_to_the_jobs(
    assistant: Assistant, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(files.folder)  # no workspace there
    words = files.words("--machine", files.machine, "--meta", "source,topic", "--trials", "2", "--json")
    alone = assistant(*words, "--jobs", "1")
    assert alone.status == 0, alone.stderr
    told = alone.json
    assert list(told)[:5] == ["items", "trials", "max_error", "confidence", "methods"]
    assert (told["items"], told["trials"], told["max_error"], told["confidence"]) == (90, 2, 0.05, 0.95)
    assert list(told["methods"]) == ["naive", "pac", "assistant"]
    for figures in told["methods"].values():
        assert set(figures) >= FIGURES
        assert figures["saved_mean"] == pytest.approx(1 - figures["human_labels_mean"] / 90)
    assert told["machine"] == "gpt-a"
    assert told["meta"] == ["source", "topic"]
    assert "90 items, machine gpt-a and 1 other" in alone.stderr
    assert "curve" not in told
    assert assistant(*words, "--jobs", "2").stdout == alone.stdout


def test_several_targets_make_a_curve_and_a_chart(assistant: Assistant, files: Files) -> None:
    chart = files.folder / "saved.svg"
    targets = ("--max-error", "0.1", "--max-error", "0.2", "--max-error", "0.1")
    words = files.words("--machine", files.machine, "--machine-name", "gpt-b", "--trials", "1", *targets)
    said = assistant(*words, "--chart", chart, "--json")
    assert said.status == 0, said.stderr
    first, second = said.json["curve"]
    assert (first["max_error"], second["max_error"]) == (0.1, 0.2)
    assert said.json["methods"] == first["methods"]
    assert said.json["machine"] == "gpt-b"
    assert chart.read_text(encoding="utf-8").startswith("<svg")


def test_people_read_a_table_and_a_sentence_and_no_machine_is_a_local_one(assistant: Assistant, files: Files) -> None:
    said = assistant(*files.words("--trials", "1", "--max-error", "0.1"))
    assert said.status == 0, said.stderr
    lines = said.stdout.splitlines()
    assert lines[0].split("  ")[0] == "at most"
    assert [line.split()[2] for line in lines[1:4]] == ["naive", "PAC", "assistant"]
    assert lines[-1].startswith("On this set people would label ")
    assert lines[-1].endswith("the guarantee (at most 10 % wrong) held in 1 of 1 trials.")
    assert "no model predictions" in said.stderr
    assert "naive and PAC use a local model" in said.stderr


def test_without_the_embedders_package_wording_alone_is_learned_from_and_said_so(
    assistant: Assistant, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = PackagedFile(package="no_such_package", path="x", sha256="0" * 64, install="pip install it")
    monkeypatch.setattr(multilingual, "VOCABULARY", missing)
    said = assistant(*files.words("--embedder", "embedded", "--trials", "1", "--jobs", "1", "--json"))
    assert said.status == 0, said.stderr
    assert said.json["embedder"] == "none"
    assert "items are distinguished by their wording alone" in said.stderr


def test_a_set_too_small_to_save_anything_on_is_played_all_the_same(assistant: Assistant, tmp_path: Path) -> None:
    small = Files(tmp_path, items=30)
    for words in (small.words(), small.words("--machine", small.machine)):
        told = assistant(*words, "--trials", "1", "--jobs", "1", "--json").json["methods"]["assistant"]
        assert (told["saved_mean"], told["error_mean"], told["human_labels_mean"]) == (0, 0, 30)


def refused(said: Said, *parts: str) -> None:
    assert said.status in {1, 2}
    for part in parts:
        assert part in said.stderr
    assert "Traceback" not in said.stderr


def test_a_file_that_is_not_there_is_named(assistant: Assistant, files: Files) -> None:
    refused(assistant(*files.words("--machine", files.folder / "nowhere.jsonl")), "nowhere.jsonl", "no such file")


def test_too_few_labelled_items_are_refused_with_their_number(assistant: Assistant, tmp_path: Path) -> None:
    few = Files(tmp_path, items=29)
    refused(assistant(*few.words()), "labels.jsonl", "29 items can be used, 30 are needed")


def test_one_class_is_refused(assistant: Assistant, files: Files) -> None:
    rows: list[dict[str, Any]] = [json.loads(line) for line in files.labels.read_bytes().splitlines()]
    write_jsonl(files.labels, [row | {"label": "safe"} for row in rows])
    refused(assistant(*files.words()), "labels.jsonl", "all 90 items are labeled 'safe'")


def test_labels_of_unknown_items_are_left_out_with_their_line_and_of_conflicting_ones_the_newest_counts(
    assistant: Assistant, files: Files
) -> None:
    whole = files.labels.read_bytes()
    files.labels.write_bytes(whole + b'{"item_id": "q1", "rater_id": "ann", "label": "safe"}\n')
    said = assistant(*files.words())
    assert said.status == 0
    assert "1 of 91 rows in labels.jsonl can't be used and are left out (line 91: there is no item 'q1')" in said.stderr
    first = json.loads(whole.splitlines()[0])
    other = "spam" if first["label"] == "safe" else "safe"
    files.labels.write_bytes(whole + json.dumps(first | {"label": other}).encode() + b"\n")
    said = assistant(*files.words())
    assert said.status == 0
    assert "1 answers in labels.jsonl were given again to the same item: the newest counts." in said.stderr


def test_an_unknown_field_or_machine_is_answered_with_a_near_name(assistant: Assistant, files: Files) -> None:
    said = assistant(*files.words("--meta", "topics,nothing"))
    refused(
        said, "items.jsonl:1", "no item has a field 'topics', did you mean 'topic'?", "the fields are: source, topic"
    )
    said = assistant(*files.words("--machine", files.machine, "--machine-name", "gpt-c"))
    refused(said, "machine.jsonl", "no model is called 'gpt-c'", "did you mean 'gpt-")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--max-error", "0"), "--max-error: 0 does not lie between 0 and 1"),
        (("--max-error", "0.05", "--max-error", "5"), "5 % is 0.05"),
        (("--max-error", "nan"), "--max-error: NaN does not lie"),
        (("--confidence", "1"), "--confidence: 1 does not lie between 0.5 and 1"),
        (("--confidence", "95"), "--confidence: 95 does not lie"),
        (("--trials", "0"), "--trials"),
        (("--jobs", "0"), "--jobs"),
        (("--seed", "-1"), "--seed"),
        (("--chart", "out.pdf"), "no chart is written as '.pdf'"),
        (("--chart", "nowhere/out.svg"), "there is no such folder"),
        (("--embedder", "embeded"), "no embedder 'embeded'"),
    ],
)
def test_numbers_and_names_out_of_range_are_refused_before_anything_is_played(
    assistant: Assistant, files: Files, words: tuple[str, ...], told: str
) -> None:
    refused(assistant(*files.words(*words)), told)
