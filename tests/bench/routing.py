"""Routing at scale: a million scored items under a certificate, as one command, from reading to the last row stored."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from assistant.domain.certificates import Purpose, SampledItem, Score
from assistant.store.certification.certificates import CertificateStore
from assistant.store.certification.fits import FitStore
from assistant.store.certification.samples import SampleStore
from assistant.wiring.workspace import Workspace
from tests.bench.commands import run
from tests.bench.content import write_posts
from tests.statements import made_up_statement

Figure = tuple[str, str, str]
ITEMS = 1_000_000
_OFFERED, _PASSED, _AUDITED = 700_000, 650_000, 2_000
_LABELS = ("safe", "safe", "safe", "spam", "harassment", "hate", "threat")


def trust_scale(folder: Path) -> Iterator[Figure]:
    """A million scored items routed for the first time, again, and into what people have time for."""
    workspace = folder / "million"
    if not workspace.exists():
        fill(folder, workspace, ITEMS)
    certify(workspace)
    for what, words, target in (
        ("routed and stored", (), "< 10 s"),
        ("routed again, nothing has changed", (), ""),
        ("routed into 20,000 reviews", ("--capacity", "20000"), ""),
    ):
        told = run("-m", "tests.bench.peak", "route", *words, "--workspace", str(workspace), "--json")
        yield (
            f"1 M scored items, {what}",
            f"{told.seconds:.1f} s ({told.cpu_seconds:.1f} s CPU), {told.peak_mb:,.0f} MB at most; "
            f"{told.json['written']:,} rows",
            target,
        )


def fill(folder: Path, workspace: Path, count: int) -> None:
    """A workspace with posts and a machine's answers to them, as the section `streams` leaves it."""
    posts, answers = folder / "million.csv", folder / "answers.csv"
    run("-m", "assistant", "init", str(workspace))
    write_posts(posts, count, seed=2)
    with answers.open("w", encoding="utf-8") as file:
        file.write("item_id,label,score\n")
        file.writelines(f"p{number},safe,0.9\n" for number in range(count))
    for words in (("ingest", str(posts)), ("prelabels", "import", str(answers), "--model", "made-up")):
        run("-m", "assistant", *words, "--workspace", str(workspace))


def certify(workspace: Path, share: float = 1.0) -> None:
    """A fit with a score for every item, and a certificate that lets most of them pass; `share` of the full size."""
    chance = random.Random(5)
    with Workspace.open(workspace) as opened:
        run_id, count = opened.runs.find(None).id, opened.items.count()["items"]
        scores = (Score(f"p{n}", (chance.choice(_LABELS),), chance.betavariate(8, 1), "model") for n in range(count))
        fit = FitStore(opened.database).add(run_id, seed=1, labels_used=_AUDITED, report={}, scores=scores)
        audited = [SampledItem(f"p{n}", 0.01) for n in chance.sample(range(count), int(_AUDITED * share))]
        sample = SampleStore(opened.database).add(
            run_id, fit_id=fit.id, purpose=Purpose.AUDIT, population=count, seed=1, detail={}, items=audited
        )
        wave = {
            "sample": sample.id,
            "fit": fit.id,
            "offered": int(_OFFERED * share),
            "passed": int(_PASSED * share),
        }
        CertificateStore(opened.database).issue(run_id, fit.id, sample.id, made_up_statement(waves=[wave]))
