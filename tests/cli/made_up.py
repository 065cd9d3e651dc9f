"""A made-up batch with a truth to hold promises against, and a person who knows it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.cli.conftest import Assistant, Said
from tests.cli.files import ingest, write_jsonl

_WORDS = {
    "safe": ["lovely", "weather", "garden", "walk", "tea", "music", "friend", "morning", "bread", "river"],
    "spam": ["cheap", "followers", "click", "offer", "discount", "crypto", "prize", "winner", "subscribe", "deal"],
    "harassment": ["idiot", "loser", "stupid", "pathetic", "clown", "worthless", "moron", "shame", "disgrace", "fool"],
}
_COMMON = ["the", "a", "today", "we", "you", "they", "this", "some", "with", "from", "about", "really", "here", "now"]


@dataclass(frozen=True)
class MadeUp:
    """Items, what people say of them, and what the machine said with which score."""

    texts: dict[str, str]
    truth: dict[str, str]
    machine: dict[str, tuple[str, float]]
    languages: dict[str, str]

    def wrong(self, labels: dict[str, str]) -> int:
        """How many of some labels differ from what people say."""
        return sum(self.truth[name] != label for name, label in labels.items())


def make_up(items: int, seed: int = 1, *, machine_error: float = 0.15) -> MadeUp:
    """A batch on which the machine errs now and then, mostly where its score is low."""
    random = Random(seed)
    texts, truth, machine, languages = {}, {}, {}, {}
    for number in range(items):
        name = f"p{number:04d}"
        label = random.choices(list(_WORDS), (6, 3, 2))[0]
        words = random.choices(_WORDS[label], k=random.randint(1, 4)) + random.choices(_COMMON, k=6)
        random.shuffle(words)
        texts[name], truth[name] = " ".join([*words, name]), label
        wrong = random.random() < machine_error
        answer = random.choice([one for one in _WORDS if one != label]) if wrong else label
        score = random.uniform(0.3, 0.8) if wrong else random.uniform(0.55, 1.0)
        machine[name] = (answer, round(score, 3))
        languages[name] = "de" if number % 4 == 0 else "en"
    return MadeUp(texts, truth, machine, languages)


def load(assistant: Assistant, workspace: Path, made: MadeUp, model: str = "judge") -> str:
    """Take items and machine answers in; returns the run's name."""
    ingest(
        assistant,
        workspace,
        [{"id": name, "text": text, "lang": made.languages[name]} for name, text in made.texts.items()],
    )
    rows = [{"id": name, "label": label, "score": score} for name, (label, score) in made.machine.items()]
    given = write_jsonl(workspace / "machine.jsonl", rows)
    said = assistant("prelabels", "import", given, "--model", model, "-w", workspace, "--json")
    assert said.status == 0, said.stdout
    run: str = said.json["runs"][0]
    return run


def fill(sheet: Path, truth: dict[str, str], *, only: int | None = None) -> None:
    """Write the right label into the last column of a sheet, as a person would."""
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        names, rows = list(reader.fieldnames or ()), list(reader)
    for row in rows[:only]:
        row["label"] = truth[row["id"]]
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows[:only])


def label_them(assistant: Assistant, workspace: Path, sheet: Path, truth: dict[str, str]) -> Said:
    """Fill a sheet and take it in."""
    fill(sheet, truth)
    return assistant("labels", "import", sheet, "--rater-name", "ann", "-w", workspace)


def give(assistant: Assistant, workspace: Path, labels: dict[str, str], rater: str = "ann") -> None:
    """Labels of some items, made elsewhere."""
    rows = [{"id": name, "label": label} for name, label in labels.items()]
    given = write_jsonl(workspace / f"labels-{rater}.jsonl", rows)
    assert assistant("labels", "import", given, "--rater-name", rater, "-w", workspace).status == 0
