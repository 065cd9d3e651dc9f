"""What the embedded embedder takes on real texts: python -m tests.bench embedding [--json]."""

from __future__ import annotations

import csv
import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.bundled import bundled
from assistant.models.embedders.build import build_embedder
from assistant.models.embedders.interface import Embedder
from tests.bench.research import data_folder, texts_of

SETS = ("cold_zh", "mhc", "davidson_tweets", "convabuse", "pac_misinfo", "openai_moderation")
TEXTS = 500
_AT_ONCE = 256  # as the product gives them
Figure = tuple[str, str, str]


def embedding(_: Path) -> Iterator[Figure]:
    """CPU a text by set, with the length of its texts: the research sets where they are there, else the examples."""
    embedder = build_embedder("embedded", threads=1)
    for name, texts in _sets():
        each, median = _measured(embedder, texts)
        yield (
            f"embedding, {len(texts):,} texts of {name}, median {median:.0f} characters (mean {_mean(texts):.0f})",
            f"{each:.1f} ms CPU each, {1000 / each:.0f} texts/s and core",
            "",
        )


def _sets() -> Iterator[tuple[str, list[str]]]:
    folder = data_folder()
    if folder is None:
        with (bundled("examples") / "posts.csv").open(encoding="utf-8", newline="") as file:
            yield "examples/posts.csv", [row["text"] for row in csv.DictReader(file)]
        return
    for name in SETS:
        if (folder / name).is_dir():
            yield name, texts_of(folder / name, TEXTS)


def _measured(embedder: Embedder, texts: Sequence[str]) -> tuple[float, float]:
    """(CPU milliseconds a text, median characters); the best of three, since the machine is shared."""
    taken = []
    for _ in range(3):
        began = time.process_time()
        for start in range(0, len(texts), _AT_ONCE):
            embedder.embed(texts[start : start + _AT_ONCE])
        taken.append((time.process_time() - began) * 1000 / len(texts))
    return min(taken), statistics.median(map(len, texts))


def _mean(texts: Sequence[str]) -> float:
    return statistics.fmean(map(len, texts))
