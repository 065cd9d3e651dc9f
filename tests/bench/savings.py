"""What certified labels save on public sets with human labels, beside PAC labels, and what learning at scale takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.commands import run

DATA = Path(__file__).parents[2].parent / "shared" / "data"
Figure = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Batch:
    """A public set to be played.

    Args:
        name: its folder.
        about: whose answers, and what is learned from.
        trials: as many as a quarter of an hour allows: a trial of many classes takes half a minute.
        wanted: what the assistant's figures should be.
        words: more options.
    """

    name: str
    about: str
    trials: int
    wanted: str
    words: tuple[str, ...] = ()


_GPT4 = "gpt-4 (xstest judge prompt)"
_NEVER_WORSE = "promise kept, no less than PAC"
BATCHES = (
    Batch("pac_misinfo", "GPT-4o, text alone", 200, "broken <= 5 %, >= 2.2x PAC"),
    Batch("pac_misinfo", "GPT-4o, source and topic", 200, "broken <= 5 %, >= 3.0x PAC", ("--meta", "source,topic")),
    Batch("xstest", "GPT-4 as judge", 60, _NEVER_WORSE, ("--machine-name", _GPT4)),
    Batch("llmjudge_dl2023", "one judge, 32 others as signals", 10, _NEVER_WORSE),
    Batch("davidson_tweets", "local model", 20, _NEVER_WORSE),
    Batch("cold_zh", "local model", 20, _NEVER_WORSE),
    Batch("convabuse", "local model", 20, _NEVER_WORSE),
)


def savings(_: Path) -> Iterator[Figure]:
    """Human labels saved at most 5 % wrong with 95 % confidence, every label counted; and fits at scale."""
    for batch in BATCHES:
        if (DATA / batch.name).is_dir():
            yield from _played(batch)
        else:
            yield f"{batch.name}", f"skipped: there is no {DATA / batch.name}", batch.wanted
    yield from _at_scale()


def _played(batch: Batch) -> Iterator[Figure]:
    files = {name: DATA / batch.name / f"{name}.jsonl.gz" for name in ("items", "labels", "machine")}
    words = [word for name, path in files.items() if path.exists() for word in (f"--{name}", str(path))]
    trials = ("--trials", str(batch.trials))
    told = run("-m", "assistant", "simulate", *words, *batch.words, *trials, "--json", timeout=7200)
    methods = told.json["methods"]
    ratio = methods["assistant"]["saved_mean"] / methods["pac"]["saved_mean"]
    yield (
        f"{batch.name}, {told.json['items']:,} items, {batch.about}, {batch.trials} trials: assistant",
        f"{_figures(methods['assistant'])}; {ratio:.1f}x PAC; {told.seconds / 60:.0f} min",
        batch.wanted,
    )
    yield "  PAC labels as published", _figures(methods["pac"]), ""
    yield "  naive threshold", _figures(methods["naive"]), ""


def _figures(method: dict[str, Any]) -> str:
    low, high = method["violation_interval"]
    return (
        f"saved {method['saved_mean']:.1%} ± {100 * method['saved_sd']:.1f}, "
        f"wrong {method['error_mean']:.1%} (95th {method['error_p95']:.1%}), "
        f"broken {method['violation_share']:.1%} ({100 * low:.1f} to {100 * high:.1f})"
    )


def _at_scale() -> Iterator[Figure]:
    told = run("-m", "tests.bench.fit", "100000", "2000").json
    yield (
        "fit + certify, 100,000 items x 2,000 labels",
        f"{told['seconds']:.0f} s, {told['features']:.0f} of them what is computed once; {told['peak_mb']:,.0f} MB at "
        f"most; {told['accepted']:,} pass unseen",
        "< 30 s",
    )
