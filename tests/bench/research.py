"""Public research sets beside the repository, where they are there: they are no part of it."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import orjson

_HERE = Path(__file__).resolve()


def data_folder() -> Path | None:
    """`shared/data` beside the repository or above it, or what `SHARED_DATA` names; None where there is none."""
    named = os.environ.get("SHARED_DATA")
    places = [Path(named)] if named else [parent / "shared" / "data" for parent in _HERE.parents]
    return next((place for place in places if place.is_dir()), None)


def answers_of(folder: Path) -> list[tuple[bool, float]] | None:
    """Of a set with one label and one machine answer an item: whether they agree, and the machine's score."""
    if not folder.is_dir():
        return None
    people = {row["item_id"]: row["label"] for row in _rows(folder / "labels.jsonl.gz")}
    return [(people[row["item_id"]] == row["label"], row["score"]) for row in _rows(folder / "machine.jsonl.gz")]


def texts_of(folder: Path, count: int) -> list[str]:
    """So many texts spread evenly over a set, those of the whole set where it has fewer."""
    texts = [str(row["text"]) for row in _rows(folder / "items.jsonl.gz")]
    return texts[:: max(1, len(texts) // count)][:count]


def _rows(path: Path) -> Iterator[dict[str, object]]:
    with gzip.open(path, "rb") as file:
        yield from map(orjson.loads, file)
