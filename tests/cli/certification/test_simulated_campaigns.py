"""What `simulate` plays is what the commands do: the same items asked about, the same labels leave, on ten sets."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import pytest
import yaml

from assistant.application.certification.accepted_items import accepted_scores
from assistant.application.certification.labelled_pool import embed, labelled_pool
from assistant.domain.certificates import Purpose
from assistant.ingest.labels.labelled_set import read_labelled_set
from assistant.store.certification.certificates import CertificateStore
from assistant.store.certification.nonces import campaign_scope
from assistant.store.certification.samples import SampleStore
from assistant.trust.certificates.campaign import Campaign, CertificateTarget
from assistant.trust.classifier.calibrated import CalibratedClassifier
from assistant.trust.pool import NONE
from assistant.wiring.workspace import Workspace
from tests.cli.conftest import Assistant
from tests.cli.files import write_jsonl
from tests.cli.made_up import label_them, make_up

SHARED = next((one / "shared" / "data" for one in Path(__file__).parents if (one / "shared" / "data").is_dir()), None)
SETS = (
    "pac_misinfo", "xstest", "cold_zh", "convabuse", "davidson_tweets", "edos", "hatecheck_en", "mhc", "sms_spam",
    "llmjudge_dl2023",
)  # fmt: skip
ITEMS = 150
TARGET = CertificateTarget(0.1, 0.9)


@dataclass(frozen=True)
class LabelledFiles:
    """Items, what people and a machine said of them, as files."""

    items: Path
    labels: Path
    machine: Path
    truth: dict[str, str]


def made_up(folder: Path) -> LabelledFiles:
    made = make_up(ITEMS, 4)
    rows = [{"id": name, "text": text, "lang": made.languages[name]} for name, text in made.texts.items()]
    return _written(folder, rows, made.truth, {name: (label, score) for name, (label, score) in made.machine.items()})


def real(folder: Path, name: str) -> LabelledFiles:
    """Some items of a public set with one label each; where no machine's answers are published, a made-up machine's."""
    assert SHARED is not None
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for row in _rows(SHARED / name / "labels.jsonl.gz"):
        if row.get("label") is not None:
            votes[row["item_id"]][str(row["label"])] += 1
    settled = {item: count.most_common(1)[0][0] for item, count in votes.items()}
    usable = [row for row in _rows(SHARED / name / "items.jsonl.gz") if row["id"] in settled]
    random = Random(f"{name} 1")
    chosen = sorted(random.sample(range(len(usable)), ITEMS))
    rows = [{key: usable[at][key] for key in ("id", "text", "lang")} for at in chosen]
    truth = {row["id"]: _named(settled[row["id"]]) for row in rows}
    return _written(folder, rows, truth, _machine(name, truth, random))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
        yield from map(json.loads, file)


def _named(label: str) -> str:
    """As a policy can name it; `-1` and `1` stay two labels, which `l__1` and `l_1` would not."""
    return "l_" + re.sub(r"\W+", "_", label.lower().replace("-", "minus_"))


def _machine(name: str, truth: dict[str, str], random: Random) -> dict[str, tuple[str, float]]:
    assert SHARED is not None
    published = SHARED / name / "machine.jsonl.gz"
    said: dict[str, str] = {}
    for row in _rows(published) if published.exists() else ():
        if row["item_id"] in truth and row.get("label") is not None:
            said.setdefault(row["item_id"], _named(str(row["label"])))
    labels = sorted(set(truth.values()))
    found = {}
    for item, label in truth.items():
        answer = said.get(item) or (label if random.random() < 0.88 else random.choice(labels))
        found[item] = (answer, round(random.uniform(0.3, 0.9) + 0.1 * (answer == label), 3))
    return found


def _written(
    folder: Path, rows: list[dict[str, str]], truth: dict[str, str], machine: dict[str, tuple[str, float]]
) -> LabelledFiles:
    answers = [
        {"item_id": name, "model": "m", "label": label, "score": score} for name, (label, score) in machine.items()
    ]
    labels = [{"item_id": name, "rater_id": "gold", "label": label} for name, label in truth.items()]
    return LabelledFiles(
        write_jsonl(folder / "items.jsonl", rows),
        write_jsonl(folder / "labels.jsonl", labels),
        write_jsonl(folder / "machine.jsonl", answers),
        truth,
    )


Steps = list[tuple[Purpose, set[str]]]


def by_commands(assistant: Assistant, workspace: Path, files: LabelledFiles) -> tuple[Steps, dict[str, str]]:
    """A campaign from its first label to its last by `sample` and `labels import`; what leaves by `certify`."""
    names = sorted({label for path in (files.labels, files.machine) for label in _labels_in(path)})
    _write_policy(workspace, names)
    assert assistant("ingest", files.items, "-w", workspace).status == 0
    imported = assistant("prelabels", "import", files.machine, "-w", workspace)
    assert imported.status == 0, imported.stderr
    sheet = workspace / "to_label.csv"
    words = ("--max-error", str(TARGET.max_error), "--confidence", str(TARGET.confidence))
    while (asked := assistant("sample", *words, "--out", sheet, "-w", workspace, "--json").json)["to_label"]:
        if asked["purpose"] == "review":
            break
        label_them(assistant, workspace, sheet, files.truth)
    certified = assistant("certify", "-w", workspace, "--json")
    with Workspace.open(workspace) as opened:
        store, certificates = SampleStore(opened.database), CertificateStore(opened.database)
        drawn = [(one.purpose, {item.item_id for item in store.items(one.id)}) for one in store.of_run(1)]
        issued = certificates.latest(1)
        left = {} if issued is None else {one.item_id: one.labels[0] for one in accepted_scores(opened, issued)}
    assert (issued is None) == bool(certified.status)
    return [step for step in drawn if step[0] is not Purpose.REVIEW and step[1]], left


def _labels_in(path: Path) -> Iterator[str]:
    yield from (json.loads(line)["label"] for line in path.read_text("utf-8").splitlines())


def _write_policy(workspace: Path, names: list[str]) -> None:
    policy = {
        "policy": "parity",
        "version": "1",
        "title": "Labels of one set",
        "languages": ["en"],
        "label_set": {
            "kind": "single",
            "labels": [{"name": name, "definition": f"What is {name}.", "severity": 0} for name in names],
        },
    }
    (workspace / "policies").mkdir(exist_ok=True)
    clause = f"## R1 Everything\nlabels: {', '.join(names)}\n\nEvery text has one of these labels.\n"
    text = f"---\n{yaml.safe_dump(policy)}---\n\n# Labels\n\n{clause}"
    (workspace / "policies" / "parity.md").write_text(text, encoding="utf-8")
    settings = workspace / "projects" / "main" / "project.toml"
    settings.write_text(re.sub(r'file = "[^"]*"', 'file = "policies/parity.md"', settings.read_text("utf-8"), count=1))


def by_simulation(workspace: Path, files: LabelledFiles) -> tuple[Steps, dict[str, str]]:
    """The same campaign as `simulate` plays it, by the nonce that the workspace drew."""
    with Workspace.open(workspace) as opened:
        nonce, seed = opened.nonces.find(campaign_scope(1)), opened.seed
    assert nonce is not None
    labelled = read_labelled_set(files.items, files.labels, files.machine)
    _, vectors = embed(labelled.texts, "hashing", note=str, report=lambda _: None)
    pool, truth = labelled_pool(labelled, vectors)
    campaign = Campaign(pool.ids, CalibratedClassifier(pool, seed=seed), TARGET, key=nonce.value)
    answers, steps = np.full(len(truth), NONE), []
    while (step := campaign.next(answers)) is not None and step.purpose is not Purpose.REVIEW:
        answers[step.index] = truth[step.index]
        if len(step.index):
            steps.append((step.purpose, {pool.ids[at] for at in step.index.tolist()}))
    left = campaign.accepted()
    return steps, {
        pool.ids[at]: pool.classes[code] for at, code in zip(left.index.tolist(), left.codes.tolist(), strict=True)
    }


def check(assistant: Assistant, workspace: Path, files: LabelledFiles) -> None:
    commands, simulated = by_commands(assistant, workspace, files), by_simulation(workspace, files)
    assert [purpose for purpose, _ in commands[0]] == [purpose for purpose, _ in simulated[0]]
    assert commands == simulated


def test_a_made_up_set_is_played_as_the_commands_do_it(assistant: Assistant, workspace: Path, tmp_path: Path) -> None:
    check(assistant, workspace, made_up(tmp_path))


@pytest.mark.skipif(SHARED is None, reason="there is no ../shared/data beside the repository")
@pytest.mark.parametrize("name", SETS)
def test_a_public_set_is_played_as_the_commands_do_it(
    assistant: Assistant, workspace: Path, tmp_path: Path, name: str
) -> None:
    check(assistant, workspace, real(tmp_path, name))
