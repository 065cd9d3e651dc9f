"""`--slice` and `--where` mean the same on files, on a workspace's runs and on a suite, and give the same figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Assistant, Server
from tests.cli.files import write_jsonl

# 24 items: every second is Chinese, every third has a picture, topics by number; the machine errs on every fourth.
ITEMS = [
    {
        "id": f"p{at}",
        "text": f"post number {at} about {['loans', 'cats'][at // 12]} {at * 7919}",
        "lang": "zh" if at % 2 else "en",
        "topic": ["loans", "cats"][at // 12],
        "image": f"{at}.png" if at % 3 == 0 else None,
    }
    for at in range(24)
]
TRUTH = ["spam" if at % 5 == 0 else "safe" for at in range(24)]
WRONG = {"spam": "safe", "safe": "spam"}
LABELS = [
    {"item_id": f"p{at}", "rater_id": rater, "label": TRUTH[at], "shown_suggestion": False}
    for at in range(24)
    for rater in ("ann", "bo")
]
MACHINE = [
    {
        "item_id": f"p{at}",
        "model": "m",
        "label": WRONG[TRUTH[at]] if at % 4 == 0 else TRUTH[at],
        "clauses": ["P1", "H1"] if at % 6 == 0 else ["P1"],
    }
    for at in range(24)
]
SUITE = """name = "mixed"
[data]
labels = "labels.jsonl"
items = "items.jsonl"
machine = "machine.jsonl"
{more}
[[variants]]
name = "m"
import = "m"
"""
Eval = Callable[..., Any]


@pytest.fixture
def evals(assistant: Assistant, workspace: Path, tmp_path: Path) -> dict[str, tuple[str | Path, ...]]:
    """What to give `eval agree` for files, a workspace made of them, and a suite of that workspace."""
    paths = {name: tmp_path / f"{name}.jsonl" for name in ("items", "labels", "machine")}
    for name, rows in (("items", ITEMS), ("labels", LABELS), ("machine", MACHINE)):
        write_jsonl(paths[name], rows)
    assert assistant("ingest", paths["items"], "--media", "image", "-w", workspace).status == 0
    for noun, name in (("labels", "labels"), ("prelabels", "machine")):
        said = assistant(noun, "import", paths[name], "-w", workspace)
        assert said.status == 0, said.stderr
    folder = workspace / "evals"
    folder.mkdir()
    for name, rows in (("items", ITEMS), ("labels", LABELS), ("machine", MACHINE)):
        write_jsonl(folder / f"{name}.jsonl", rows)
    (folder / "mixed.toml").write_text(SUITE.format(more=""), encoding="utf-8")
    assert assistant("eval", "freeze", "mixed", "-w", workspace).status == 0
    return {
        "files": ("--labels", paths["labels"], "--machine", paths["machine"], "--items", paths["items"]),
        "workspace": ("r1", "-w", workspace),
        "suite": ("--suite", "mixed", "-w", workspace),
    }


def slices(said: Any) -> dict[str, tuple[float, int]]:
    """By `column=value`, raw agreement and n."""
    found = {}
    for name, figure in said.json.items():
        if name.startswith("raw ") and "=" in name:
            found[name.removeprefix("raw ")] = (figure["value"], figure["n"])
    return found


ORIGINS = ("files", "workspace", "suite")


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ("language = zh", lambda at: at % 2 == 1),
        ("lang=ZH", lambda at: at % 2 == 1),
        ("language != zh", lambda at: at % 2 == 0),
        ("media = yes", lambda at: at % 3 == 0),
        ("media = false", lambda at: at % 3 != 0),
        ("topic = cats", lambda at: at >= 12),
        ('meta.topic != "cats"', lambda at: at < 12),
        ("id = p7", lambda at: at == 7),
    ],
)
def test_a_condition_leaves_the_figures_of_the_items_that_fit(
    assistant: Assistant, evals: dict[str, Any], origin: str, condition: str, kept: Callable[[int], bool]
) -> None:
    said = assistant("eval", "agree", *evals[origin], "--where", condition, "--json")
    assert said.status == 0, said.stderr
    wanted = [at for at in range(24) if kept(at)]
    right = sum(at % 4 != 0 for at in wanted)
    raw = said.json["raw"]
    assert (raw["n"], raw["value"]) == (len(wanted), pytest.approx(right / len(wanted)))
    assert f"{24 - len(wanted)} left out by the filter" in said.stderr


@pytest.mark.parametrize("origin", ORIGINS)
def test_conditions_and_slices_go_together(assistant: Assistant, evals: dict[str, Any], origin: str) -> None:
    words = ("--where", "media = no", "--where", "topic = loans", "--slice", "lang,topic", "--slice", "media,label")
    said = assistant("eval", "agree", *evals[origin], *words)
    assert said.status == 0, said.stderr
    assert "all items have the same topic: it makes no slices" in said.stderr
    assert "all items have the same media: it makes no slices" in said.stderr


@pytest.mark.parametrize("origin", ORIGINS)
def test_items_are_sliced_by_language_media_clause_and_fields(
    assistant: Assistant, evals: dict[str, Any], origin: str
) -> None:
    asked = "language,media,topic,length" + (",clause" if origin != "workspace" else "")
    found = slices(assistant("eval", "agree", *evals[origin], "--slice", asked, "--json"))

    def expected(kept: Callable[[int], bool]) -> tuple[Any, int]:
        wanted = [at for at in range(24) if kept(at)]
        return pytest.approx(sum(at % 4 != 0 for at in wanted) / len(wanted)), len(wanted)

    wanted = {
        "language=zh": expected(lambda at: at % 2 == 1),
        "language=en": expected(lambda at: at % 2 == 0),
        "media=yes": expected(lambda at: at % 3 == 0),
        "media=no": expected(lambda at: at % 3 != 0),
        "topic=cats": expected(lambda at: at >= 12),
        "topic=loans": expected(lambda at: at < 12),
    }
    if origin != "workspace":  # `prelabels import` keeps no clauses; the next test has a run that does
        wanted |= {"clause=P1": expected(lambda at: at % 6 != 0), "clause=P1 + H1": expected(lambda at: at % 6 == 0)}
    assert {name: found.get(name) for name in wanted} == wanted


def test_a_run_is_sliced_by_the_clauses_its_answers_cite(
    assistant: Assistant, filled: Path, dev_server: Server
) -> None:
    dev_server()
    assert assistant("prelabel", "--model", "openai:dev", "-w", filled).status == 0
    said = assistant("eval", "agree", "-w", filled, "--slice", "clause", "--json")
    assert said.status == 0, said.stderr
    assert "clause: as r1 cited them" in said.stderr
    by_clause = [n for name, (_, n) in slices(said).items() if name.startswith("clause=")]
    assert len(by_clause) > 1
    assert 0 < sum(by_clause) <= said.json["raw"]["n"]


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--where", "language ~ zh"), "is no condition"),
        (("--where", "length = 5"), "items can't be chosen by their length"),
        (("--where", "language = fr"), "no labeled item fits all conditions"),
        (("--where", "topik = cats"), "no item has a field 'topik' in its meta"),
        (("--slice", "topik"), "no item has a field 'topik' in its meta"),
    ],
)
def test_what_no_item_has_is_refused_with_what_there_is(
    assistant: Assistant, evals: dict[str, Any], origin: str, words: tuple[str, str], told: str
) -> None:
    said = assistant("eval", "agree", *evals[origin], *words)
    assert said.status == 1
    assert told in said.stderr
    if "topik" in words[1]:
        assert "topic" in said.stderr
    if "fr" in words[1]:
        assert "language is en (12), zh (12)" in said.stderr or "language is zh (12), en (12)" in said.stderr


def test_files_of_labels_alone_can_be_sliced_by_clause_and_need_items_for_the_rest(
    assistant: Assistant, evals: dict[str, Any]
) -> None:
    alone = evals["files"][:4]
    assert "clause=P1" in slices(assistant("eval", "agree", *alone, "--slice", "clause", "--json"))
    assert "--where: needs to know the items" in assistant("eval", "agree", *alone, "--where", "language = zh").stderr
    assert "--slice: needs to know the items" in assistant("eval", "agree", *alone, "--slice", "media").stderr
    people = assistant("eval", "agree", *alone[:2], "--slice", "clause")
    assert "human labels alone cite no clauses" in people.stderr


@pytest.mark.parametrize("origin", ORIGINS)
def test_comparisons_and_reports_take_the_same_options(
    assistant: Assistant, evals: dict[str, Any], origin: str, tmp_path: Path, workspace: Path
) -> None:
    second = [{**row, "model": "n", "label": "safe"} for row in MACHINE]
    given = evals[origin]
    if origin == "files":
        both = write_jsonl(tmp_path / "both.jsonl", [*MACHINE, *second])
        given = (*given[:3], both, *given[4:])
        names = ("m", "n")
    elif origin == "workspace":
        path = write_jsonl(tmp_path / "second.jsonl", second)
        assert assistant("prelabels", "import", path, "-w", workspace).status == 0
        given, names = given[1:], ("r1", "r2")
    else:
        machine = workspace / "evals" / "machine.jsonl"
        write_jsonl(machine, [*MACHINE, *second])
        path = workspace / "evals" / "mixed.toml"
        path.write_text(path.read_text() + '[[variants]]\nname = "n"\nimport = "n"\n')
        names = ("m", "n")
    said = assistant("eval", "compare", *names, *given, "--where", "id != p0", "--slice", "topic", "--json")
    assert said.status == 0, said.stderr
    assert said.json["n_pairs"] == 23
    sliced = {row["name"]: row["n"] for row in said.json["slices"] if row["column"] == "topic"}
    assert sliced == {"loans": 11, "cats": 12}
    if origin != "workspace":
        report = ("eval", "report", *(("mixed", *given[2:]) if origin == "suite" else given))
        told = assistant(*report, "--where", "id != p0", "--slice", "topic", "--out", tmp_path / "report")
        assert told.status == 0, told.stderr
        assert "topic" in (tmp_path / "report" / "report.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("data", "count"),
    [
        ('where = ["media = no", "language = zh"]', 8),
        ('where = ["meta.topic = cats"]', 12),
    ],
)
def test_a_suite_freezes_the_items_its_conditions_ask_for(
    assistant: Assistant, evals: dict[str, Any], workspace: Path, data: str, count: int
) -> None:
    assert evals
    path = workspace / "evals" / "mixed.toml"
    path.write_text(SUITE.format(more=data), encoding="utf-8")
    told = assistant("eval", "freeze", "mixed", "--again", "-w", workspace, "--json")
    assert told.status == 0, told.stderr
    assert told.json["items"] == count
    assert told.json["excluded"] == {"left out by the filter": 24 - count}
    found = assistant("eval", "agree", "--suite", "mixed", "-w", workspace, "--json").json
    assert found["raw"]["n"] == count


@pytest.mark.parametrize(("media", "count"), [("true", 8), ("false", 16)])
def test_a_query_asks_for_items_with_or_without_media_and_a_suite_is_sliced_by_media_and_clause(
    assistant: Assistant, evals: dict[str, Any], workspace: Path, media: str, count: int
) -> None:
    assert evals
    text = f"""name = "asked"
slices = ["label", "media", "clause", "meta.topic"]
[data.query]
media = {media}
[[variants]]
name = "m"
run = "r1"
"""
    (workspace / "evals" / "asked.toml").write_text(text, encoding="utf-8")
    told = assistant("eval", "freeze", "asked", "-w", workspace, "--json")
    assert told.status == 0, told.stderr
    assert told.json["items"] == count
    found = slices(assistant("eval", "agree", "--suite", "asked", "-w", workspace, "--json"))
    assert {name for name in found if name.startswith("meta.topic")} == {"meta.topic=cats", "meta.topic=loans"}


def test_a_suite_with_a_condition_that_is_none_is_told_with_its_place(
    assistant: Assistant, evals: dict[str, Any], workspace: Path
) -> None:
    assert evals
    (workspace / "evals" / "mixed.toml").write_text(SUITE.format(more='where = ["length > 5"]'), encoding="utf-8")
    said = assistant("eval", "freeze", "mixed", "-w", workspace)
    assert said.status == 1
    assert "data.where" in said.stderr
    assert "is no condition" in said.stderr
