"""Files and a workspace made of the same files say the same: every figure of the agreement panel, and its n."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Assistant
from tests.cli.files import write_jsonl
from tests.shared_data import shared_file, shared_rows

Rows = Sequence[Mapping[str, Any]]

SETS = {
    "cold_zh": 150,
    "convabuse": 150,
    "davidson_tweets": 150,
    "dices350": 30,  # 123 raters each
    "edos": 150,
    "hatecheck_en": 150,
    "hatexplain_disagreement": 150,
    "llmjudge_dl2023": 150,
    "mhc": 150,
    "openai_moderation": 300,
    "pac_misinfo": 150,
    "sms_spam": 150,
    "xstest": 150,
}
PART = {"llmjudge_dl2023": ("h2oloo-zeroshot2", "willia-umbrela1")}  # of 33 models


def both(
    assistant: Assistant, folder: Path, items: Rows, labels: Rows, machine: Rows, *, any_label: bool = True
) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """The figures of each model by `eval agree`: of the files, and of a workspace made of them."""
    files = {"items": items, "labels": labels, "machine": machine}
    paths = {name: folder / f"{name}.jsonl" for name in files}
    for name, rows in files.items():
        write_jsonl(paths[name], rows)
    workspace = folder / "workspace"
    if not workspace.exists():
        assert assistant("init", workspace).status == 0
        if any(not isinstance(row.get("labels", ""), str) for row in labels):
            # Whatever labels are taken, how many an answer holds is the policy's.
            (workspace / "policies" / "community.md").write_text(POLICY, encoding="utf-8")
    assert assistant("ingest", paths["items"], "-w", workspace).status == 0
    more = ("--any-label",) if any_label else ()
    for noun, name in (("labels", "labels"), ("prelabels", "machine")):
        said = assistant(noun, "import", paths[name], *more, "-w", workspace)
        assert said.status == 0, said.stderr
    given = ("--labels", paths["labels"], "--machine", paths["machine"], "--items", paths["items"], "--json")
    found = {}
    for at, model in enumerate(dict.fromkeys(row["model"] for row in machine), 1):
        of_files = assistant("eval", "agree", *given, "--variant", model)
        of_workspace = assistant("eval", "agree", f"r{at}", "-w", workspace, "--json")
        assert (of_files.status, of_workspace.status) == (0, 0), of_files.stderr + of_workspace.stderr
        found[model] = (of_files.json, of_workspace.json)
    return found


WHOLE_RUN = ("share label", "share_powered", "share_corrected", "raw_powered")


def differences(files: dict[str, Any], workspace: dict[str, Any], fields: Sequence[str]) -> list[str]:
    """What differs, in words; figures of a whole run only a workspace has."""
    workspace = {name: one for name, one in workspace.items() if not name.startswith(WHOLE_RUN)}
    told = [f"only one side has {name}" for name in files.keys() ^ workspace.keys()]
    for name in files.keys() & workspace.keys():
        for field in fields:
            first, second = files[name][field], workspace[name][field]
            alike = (
                math.isclose(first, second, abs_tol=1e-9)
                if isinstance(first, float) and isinstance(second, float)
                else first == second
            )
            told += [] if alike else [f"{name} {field}: {first} in files, {second} in the workspace"]
    return told


def sample(name: str, size: int) -> tuple[Rows, Rows, Rows]:
    """Items, labels and machine answers of a set; where it has no machine's, those of one made up."""
    lots = random.Random(20261130)
    items, labels = shared_rows("data", name, "items.jsonl.gz"), shared_rows("data", name, "labels.jsonl.gz")
    published = shared_file("data", name).joinpath("machine.jsonl.gz").exists()
    machine = shared_rows("data", name, "machine.jsonl.gz") if published else []
    machine = [row for row in machine if name not in PART or row["model"] in PART[name]]
    chosen = set(lots.sample([item["id"] for item in items], size))
    if len({row["item_id"] for row in machine}) < size:  # few answers: all of them
        chosen |= {row["item_id"] for row in machine}
    if name == "llmjudge_dl2023":  # the one answer that is no grade is among them
        chosen |= {row["item_id"] for row in machine if row["label"] not in {0, 1, 2, 3}}
    kept = [row for row in labels if row["item_id"] in chosen]
    answers = [row for row in machine if row["item_id"] in chosen] or made_up(kept, lots)
    return [item for item in items if item["id"] in chosen], kept, answers


def made_up(labels: Rows, lots: random.Random) -> Rows:
    """A machine that says what somebody said to three items of four, and did not answer every item."""
    first = {row["item_id"]: row["label"] for row in reversed(labels)}
    names = sorted(set(first.values()), key=str)
    return [
        {"item_id": item, "model": "made-up", "label": label if lots.random() < 0.75 else lots.choice(names)}
        for item, label in first.items()
        if lots.random() < 0.9
    ]


@pytest.mark.parametrize("name", SETS)
def test_files_and_workspace_give_equal_figures_on_real_sets(assistant: Assistant, tmp_path: Path, name: str) -> None:
    shared_file("data", name)
    items, labels, machine = sample(name, SETS[name])
    for model, (files, workspace) in both(assistant, tmp_path, items, labels, machine).items():
        # Near-duplicates are known to the workspace alone: intervals count these as one, values and n do not.
        assert differences(files, workspace, ("value", "n", "reason")) == [], model
        assert files["raw"]["n"] > 0
    if name == "openai_moderation":
        shown = {key: (one["value"], one["n"]) for key, one in files.items()}
        assert len(shown) > 30  # every category has figures of its own


FIELDS = ("value", "n", "low", "high", "effective_n", "reason", "method")


def test_they_do_on_several_reviewers_who_differ(assistant: Assistant, tmp_path: Path) -> None:
    """Ties, answers in sight of the machine's, weights, groups, items without an answer, a label only it gave."""
    lots = random.Random(1)
    labels, machine = [], []
    for at in range(80):
        share = 0.25 if at % 2 else 1.0
        for rater in ("ana", "bo", "cy")[: 1 + at % 3]:
            seen = rater == "cy"
            row = {"item_id": f"i{at}", "rater_id": rater, "label": lots.choice(["safe", "hate", "spam"])}
            labels.append(row | {"shown_suggestion": seen, "inclusion_probability": share})
        if at < 60:
            own = "satire" if at == 7 else lots.choice(["safe", "hate"])
            machine.append({"item_id": f"i{at}", "model": "m", "label": own, "score": 0.5})
    items = [{"id": f"i{at}", "text": _unlike(at), "meta": {"group": f"g{at // 2}"}} for at in range(80)]
    files, workspace = both(assistant, tmp_path, items, labels, machine)["m"]
    assert differences(files, workspace, FIELDS) == []
    assert {"naive_raw", "assisted_pull", "human_human_alpha"} <= files.keys()


def test_they_do_on_grades_with_one_that_only_the_machine_gave(assistant: Assistant, tmp_path: Path) -> None:
    lots = random.Random(2)
    labels = [{"item_id": f"i{at}", "rater_id": "nist", "label": lots.choice([0, 0, 1, 2, 3])} for at in range(60)]
    machine = [
        {"item_id": f"i{at}", "model": "m", "label": 10 if at == 3 else min(3, max(0, row["label"] + at % 3 - 1))}
        for at, row in enumerate(labels)
    ]
    items = [{"id": f"i{at}", "text": _unlike(at), "meta": {"group": f"q{at % 6}"}} for at in range(60)]
    files, workspace = both(assistant, tmp_path, items, labels, machine)["m"]
    assert differences(files, workspace, FIELDS) == []
    assert (files["raw"]["n"], files["gwet_ac2"]["n"], files["ndcg_10"]["n"]) == (60, 59, 6)


POLICY = """---
policy: categories
version: "1"
title: Categories
languages: [en]
label_set:
  kind: multi
  labels:
    - {name: H, definition: "Hate.", severity: 2}
    - {name: S, definition: "Sexual.", severity: 1}
    - {name: V, definition: "Violence.", severity: 2}
---

# Categories

## C1 All of them
labels: H, S, V

Mark what applies.
"""


def categories(at: int, lots: random.Random) -> dict[str, int | None]:
    """Votes on H, S and V, of which a third leaves S out, and every tenth says nothing of H."""
    votes: dict[str, int | None] = {name: int(lots.random() < 0.3) for name in "HSV"}
    if at % 3 == 0:
        del votes["S"]
    if at % 10 == 0:
        votes["H"] = None
    return votes


@pytest.mark.parametrize("own_policy", [False, True])
def test_they_do_on_categories_of_which_some_are_unknown(
    assistant: Assistant, tmp_path: Path, own_policy: bool
) -> None:
    lots = random.Random(3)
    labels = [
        {"item_id": f"i{at}", "rater_id": rater, "labels": categories(at + shift, lots)}
        for at in range(60)
        for shift, rater in enumerate(("ana", "bo")[: 1 + at % 2])
    ]
    machine = [
        {"item_id": f"i{at}", "model": "m", "labels": {name: int(lots.random() < 0.3) for name in "HSV"}}
        for at in range(50)
    ]
    machine[4]["labels"] = {"H": 1, "S": None, "V": 0}  # no complete answer
    items = [{"id": f"i{at}", "text": _unlike(at)} for at in range(60)]
    if own_policy:
        assert assistant("init", tmp_path / "workspace").status == 0
        (tmp_path / "workspace" / "policies" / "community.md").write_text(POLICY, encoding="utf-8")
    files, workspace = both(assistant, tmp_path, items, labels, machine, any_label=not own_policy)["m"]
    assert differences(files, workspace, FIELDS) == []
    # V is known of every item but those that two reviewers are split on.
    assert files["raw"]["n"] < files["raw category=S"]["n"] < files["raw category=V"]["n"] < 50


def test_a_category_that_people_only_ever_denied_is_known_to_both(assistant: Assistant, tmp_path: Path) -> None:
    labels = [
        {"item_id": f"i{at}", "rater_id": "gold", "labels": {"H": at % 2, "V": 0} | ({"S": 0} if at else {})}
        for at in range(12)
    ]
    machine = [
        {"item_id": f"i{at}", "model": "m", "labels": {"H": at % 2, "S": 0, "V": int(at == 5)}} for at in range(12)
    ]
    items = [{"id": f"i{at}", "text": _unlike(at)} for at in range(12)]
    files, workspace = both(assistant, tmp_path, items, labels, machine)["m"]
    assert differences(files, workspace, FIELDS) == []
    # V: people say no to all twelve, the machine yes to one of them; S is unknown of i0.
    assert (files["raw category=V"]["value"], files["raw category=V"]["n"]) == (pytest.approx(11 / 12), 12)
    assert (files["raw"]["value"], files["raw"]["n"]) == (pytest.approx(10 / 11), 11)
    assert (files["raw category=S"]["value"], files["raw category=S"]["n"]) == (1.0, 11)


def _unlike(at: int) -> str:
    """A text that is no near-duplicate of another one."""
    lots = random.Random(at)
    return " ".join("".join(lots.choices("abcdefghijklmnopqrstuvwxyz", k=6)) for _ in range(8))
