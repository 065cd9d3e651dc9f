"""How often the 95 % intervals of evaluations hold: python -m tests.bench coverage routed [--json]."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from statistics import fmean

from tests.bench import cells
from tests.bench.commands import assistant as command
from tests.bench.commands import run
from tests.bench.research import data_folder
from tests.cli.files import write_jsonl
from tests.cli.made_up import make_up
from tests.cli.routed import play, summary

TABLES, DRAWS, AUDITS, WORKSPACES = 1_000, 1_000, 2_000, 200
WANTED = "93 to 97 %"
Figure = tuple[str, str, str, bool | None]


def coverage(_: Path) -> Iterator[Figure]:
    """Shares exactly; kappa, groups and audits by simulation, of 1,000 draws each (audits 2,000)."""
    yield from shares()
    yield from kappas()
    yield from groups()
    yield from audits()


def shares() -> Iterator[Figure]:
    """Raw agreement in the 16 cells, by enumeration of all counts."""
    for rare, kappa in cells.equal_cells():
        p = cells.agreeing(rare, kappa)
        found = [cells.share_coverage(p, n) for n in cells.SIZES]
        name = f"raw agreement of {p:.1%} (label of {rare:.0%}, kappa {kappa}), n = 50 / 200 / 1,000, exact"
        holds = all(cells.inside(one["ours"]) or not cells.any_inside(one) for one in found)
        yield name, " / ".join(map(_percent, found)), WANTED, holds


def kappas() -> Iterator[Figure]:
    """Kappa and AC1 in the 16 cells and with unequal margins; tables where kappa is undefined are left out."""
    equal = [((rare, rare), kappa) for rare, kappa in cells.equal_cells()]
    unequal = list(product(cells.UNEQUAL, (0.2, 0.4, 0.6)))
    for seed, (margins, kappa) in enumerate([*equal, *unequal]):
        table = cells.cells_of(*margins, kappa)
        if table is None:
            continue
        found = [cells.kappa_coverage(table, n, TABLES, seed) for n in cells.SIZES]
        said = " / ".join(f"{one['kappa']:.1%}" for one in found)
        width, ac1 = (
            " / ".join(f"{one[name]:{how}}" for one in found) for name, how in (("width", ".2f"), ("ac1", ".1%"))
        )
        name = f"kappa of {kappa}, labels of {margins[0]:.0%} and {margins[1]:.0%}, n = 50 / 200 / 1,000"
        holds = all(cells.inside(one["kappa"], TABLES) for one in found)
        yield name, f"{said} (width {width}); AC1 {ac1}", WANTED, holds


def groups() -> Iterator[Figure]:
    """Raw agreement of items in groups."""
    for seed, (design, p, icc) in enumerate(product(cells.DESIGNS, cells.SHARES, cells.ICC)):
        found = cells.group_coverage(design, p, icc, DRAWS, seed)
        others = ", ".join(f"{name} {held:.1%}" for name, held in found.items() if name != "ours")
        holds = cells.inside(found["ours"], DRAWS) or not cells.any_inside(found, DRAWS)
        yield f"{design}, p {p}, icc {icc}", f"{_percent(found, DRAWS)} ({others})", WANTED, holds


def audits() -> Iterator[Figure]:
    """pac_misinfo: what GPT-4o says with 0.9 or more is accepted, and audited at a rate; people label the rest."""
    batch = cells.misinfo(data_folder())
    if batch is None:
        yield "audits of pac_misinfo", "not measured: the data is not beside the repository", WANTED, None
        return
    for seed, rate in enumerate(cells.RATES):
        found = cells.audited_coverage(*batch, rate, AUDITS, seed)
        mean = f"mean {found['mean']:.4f}, true {found['true']:.4f}, width {found['width']:.3f}"
        yield (
            f"pac_misinfo audited at {rate:.0%}",
            f"{found['coverage']:.1%} ({mean})",
            WANTED,
            cells.inside(found["coverage"]),
        )


def routed(folder: Path) -> Iterator[Figure]:
    """Agreement estimated in whole workspaces: a campaign by what the commands call, certificate, routes, monitor."""
    os.environ["ASSISTANT__EMBEDDER__NAME"] = "hashing"
    for items, max_error, machine_error in ((160, 0.1, 0.2), (300, 0.1, 0.25)):
        made = make_up(items, seed=3, machine_error=machine_error)
        base = folder / f"base {items}"
        run("-m", "assistant", "init", str(base))
        rows = [{"id": name, "text": text} for name, text in made.texts.items()]
        command(base, "ingest", str(write_jsonl(folder / "items.jsonl", rows)))
        said = [{"id": name, "label": label, "score": score} for name, (label, score) in made.machine.items()]
        command(base, "prelabels", "import", str(write_jsonl(folder / "machine.jsonl", said)), "--model", "judge")
        command(base, "embed")
        true = fmean(made.machine[name][0] == label for name, label in made.truth.items())
        copies = (
            play(base, folder / f"copy {seed}", made.truth, seed=seed, max_error=max_error)
            for seed in range(WORKSPACES)
        )
        yield _of_workspaces(items, true, summary(copies, true))


def _of_workspaces(items: int, true: float, found: Mapping[str, float]) -> Figure:
    error, bias = found["standard_error"], found["bias"]
    return (
        f"{WORKSPACES} routed workspaces of {items} items, {found['labels']:.0f} labelled: mean error of agreement",
        f"{bias:+.4f} of {true:.4f} (standard error {error:.4f}); intervals {found['width']:.3f} wide cover"
        f" {found['coverage']:.1%}",
        "within 3 standard errors; 93 to 97 %",
        abs(bias) <= 3 * error,
    )


def _percent(found: Mapping[str, float], draws: int | None = None) -> str:
    """Our coverage, with a mark where no interval in use elsewhere lies within what is wanted."""
    return f"{found['ours']:.1%}" + ("" if cells.any_inside(found, draws) else "*")
