"""`make bench`: measures what the README states, as ratios in one run; asserts nothing, since machines differ.

python -m tests.bench [--json] [--rows N] [startup embedding throughput recovery faults limit streams trust_scale
                                savings evals coverage routed serve decisions review pages projects databases
                                 team attacks policy_change task_changes migration batches]

`--rows` is the size of the sections `databases` and `migration`, a million by default.

With `--json` a line for each figure, {section, what, measured, wanted, holds, commit}; `holds` is null where the
section leaves the predictions to the reader.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import orjson

from tests.bench.attacks import attacks
from tests.bench.batches import batches
from tests.bench.commands import assistant, counts, dev_server, run, start
from tests.bench.content import posts as made_up
from tests.bench.content import write_posts
from tests.bench.coverage import coverage, routed
from tests.bench.databases import ROWS, databases
from tests.bench.decisions import decisions
from tests.bench.embedding import embedding
from tests.bench.evals import evals
from tests.bench.migration import migration
from tests.bench.pages import pages, projects
from tests.bench.policy_change import policy_change
from tests.bench.review import review
from tests.bench.routing import trust_scale
from tests.bench.savings import savings
from tests.bench.serve import serve
from tests.bench.task_changes import task_changes
from tests.bench.team import team

ITEMS = 6144
PRECEDENTS = 300
LATENCY_MS = 300
Figure = tuple[str, str, str] | tuple[str, str, str, bool | None]


def startup(_: Path) -> Iterator[Figure]:
    """CPU of `assistant --help`."""
    taken = [run("-m", "assistant", "--help").cpu_seconds * 1000 for _ in range(11)]
    yield "`assistant --help`, CPU", f"{statistics.median(taken):.0f} ms (least {min(taken):.0f})", "<= 150 ms"


def throughput(workspace: Path) -> Iterator[Figure]:
    """Whole jobs against a fixed latency, beside loops without a product around them."""
    bodies = workspace / "bodies.jsonl"
    bodies.write_bytes(b"".join(_bodies(workspace)))
    for number, (concurrency, count, target) in enumerate(((64, 2560, 1.10), (256, ITEMS, 1.25)), 1):
        ideal = count * LATENCY_MS / 1000 / concurrency
        with dev_server("--latency-ms", str(LATENCY_MS)) as url:
            for kind in ("aiohttp", "openai", "langchain"):
                told = run("-m", "tests.bench.bare", kind, url, str(bodies), str(count), str(concurrency)).json
                yield (
                    f"bare {kind} loop, {count:,} requests at {concurrency}",
                    f"{told['seconds'] / ideal:.2f}x the ideal, {told['cpu_ms_per_item']:.2f} ms CPU each",
                    "",
                )
        with dev_server("--latency-ms", str(LATENCY_MS)) as url:
            job = _prelabel(workspace, url, concurrency, count, replicate=number)
            seen = counts(url)
        yield (
            f"`assistant prelabel`, {count:,} items at {concurrency}: first request to last answer",
            f"{(seen['last'] - seen['first']) / ideal:.2f}x the ideal of {ideal:.1f} s",
            f"<= {target:.2f}x",
        )
        yield "  command to first request", f"{seen['first'] - job:.1f} s", "<= 3 s"
        with dev_server("--latency-ms", str(LATENCY_MS)) as url:
            told = run(
                "-m",
                "tests.bench.job_cpu",
                str(workspace),
                str(concurrency),
                str(count),
                str(10 + number),
                base_url=url,
            ).json
        yield (
            "  CPU an item (retrieve, render, call, parse, route, store)",
            f"{told['cpu_ms_per_item']:.2f} ms",
            "<= 1.5 ms",
        )


def recovery(workspace: Path) -> Iterator[Figure]:
    """kill -9 at half, then the same command."""
    count = 2000
    log = workspace / "askings.jsonl"
    with dev_server("--latency-ms", str(LATENCY_MS), "--log", str(log)) as url:
        words = ("prelabel", "--model", "openai:dev", "--concurrency", "64", "--replicate", "3")
        with start(
            "-m", "assistant", *words, "--limit", str(count), "--workspace", str(workspace), base_url=url
        ) as job:
            while counts(url)["answered"] < count / 2:
                time.sleep(0.01)
            killed = time.time()
            job.kill()
            job.communicate()
        kept = assistant(workspace, "status").json["run"]["statuses"].get("labelled", 0)
        again = assistant(workspace, *words, "--limit", str(count - kept), base_url=url).json
    askings = [orjson.loads(line) for line in log.read_bytes().splitlines()]
    answered = {one["digest"] for one in askings if one["status"] == 200 and one["answered"] <= killed}
    twice = {one["digest"] for one in askings if one["received"] > killed} & answered
    yield f"killed at {len(answered):,} of {count:,} answers: answered items asked again", f"{len(twice):,}", "0"
    lost = count - again["statuses"]["labelled"]
    recovered = again["session"]["recovered_replies"]
    yield "  rows lost", f"{lost:,} ({recovered:,} answers were only in the journal)", "0"


def faults(workspace: Path) -> Iterator[Figure]:
    """Every fifth first attempt goes wrong: 500, reset, malformed, truncated, 429."""
    count = 2000
    with dev_server("--latency-ms", "50", "--faults", "0.2") as url:
        told = assistant(
            workspace,
            *("prelabel", "--model", "openai:dev", "--concurrency", "64", "--limit", str(count), "--replicate", "4"),
            base_url=url,
            check=(0, 3),
        ).json
        seen = counts(url)
    done = told["statuses"].get("labelled", 0)
    explained = sum(told["failures"].values())
    yield (
        f"faults on 20 % of first attempts ({sum(seen['faults'].values()):,} met)",
        f"{done:,} labeled, {explained:,} explained, {count - done - explained:,} neither",
        f"{count:,} labeled or explained",
    )


def limit(workspace: Path) -> Iterator[Figure]:
    """A server that allows 50 requests a second, and no setting that says so."""
    count, rate = 1000, 50
    with dev_server("--latency-ms", str(LATENCY_MS), "--requests-per-second", str(rate)) as url:
        told = assistant(
            workspace,
            *("prelabel", "--model", "openai:dev", "--concurrency", "64", "--limit", str(count), "--replicate", "5"),
            base_url=url,
            check=(0, 3),
        ).json
        seen = counts(url)
    ideal = count / rate
    yield (
        f"server limit of {rate} requests/s, {count:,} items",
        f"{(seen['last'] - seen['first']) / ideal:.2f}x the ideal, {seen['status'].get('429', 0)} 429s, "
        f"{count - told['statuses'].get('labelled', 0)} lost",
        "<= 1.15x, 0 lost",
    )


def streams(folder: Path) -> Iterator[Figure]:
    """A million rows in and out."""
    count = 1_000_000
    workspace, posts, answers = folder / "million", folder / "million.csv", folder / "answers.csv"
    assistant_init(workspace)
    write_posts(posts, count, seed=2)
    with answers.open("w", encoding="utf-8") as file:
        file.write("item_id,label,score\n")
        file.writelines(f"p{number},safe,0.9\n" for number in range(count))
    for what, words in (
        ("ingest", ("ingest", str(posts))),
        ("import of machine answers", ("prelabels", "import", str(answers), "--model", "made-up")),
        ("export to Parquet", ("export", str(folder / "out.parquet"))),
        ("export to JSON lines", ("export", str(folder / "out.jsonl"))),
    ):
        told = run("-m", "tests.bench.peak", *words, "--workspace", str(workspace), "--json")
        yield f"1 M rows, {what}", f"{told.seconds:.0f} s, {told.peak_mb:.0f} MB at most", "< 500 MB"


def assistant_init(workspace: Path) -> None:
    """A fresh workspace."""
    run("-m", "assistant", "init", str(workspace))


def prepare(folder: Path) -> tuple[Path, list[Figure]]:
    """A workspace with posts, precedents and embeddings."""
    workspace = folder / "workspace"
    assistant_init(workspace)
    posts = folder / "posts.csv"
    write_posts(posts, ITEMS + PRECEDENTS, seed=1)
    length = statistics.median(len(text) for _, text, _ in made_up(ITEMS + PRECEDENTS, seed=1))
    assistant(workspace, "ingest", str(posts))
    both = ("--each-rater", "label_a", "--each-rater", "label_b")
    assistant(workspace, "labels", "import", str(posts), *both)
    assistant(workspace, "precedents", "add", "--agreed", "--limit", str(PRECEDENTS))
    told = assistant(workspace, "embed")
    assistant(workspace, "policy", "index")
    each = told.cpu_seconds * 1000 / (ITEMS + PRECEDENTS)
    figure = (
        f"embedding, once per content, made-up posts of {length:.0f} characters (median); with the program's start",
        f"{(ITEMS + PRECEDENTS) / told.seconds:.0f} items/s, {each:.1f} ms CPU each",
        "",
    )
    return workspace, [figure]


def _prelabel(workspace: Path, url: str, concurrency: int, count: int, replicate: int) -> float:
    words = ("--concurrency", str(concurrency), "--limit", str(count), "--replicate", str(replicate))
    return assistant(workspace, "prelabel", "--model", "openai:dev", *words, base_url=url).began


def _bodies(workspace: Path) -> Iterator[bytes]:
    """Requests as large as the product's own, from a sample of rendered items."""
    for number in range(0, 640, 20):
        told = assistant(workspace, "prompts", "render", f"p{number}").json
        schema = {"name": "reply", "strict": True, "schema": told["schema"]}
        body = {
            "model": "dev",
            "messages": told["messages"],
            "response_format": {"type": "json_schema", "json_schema": schema},
        }
        yield orjson.dumps(body, option=orjson.OPT_APPEND_NEWLINE)


SECTIONS: dict[str, Callable[[Path], Iterable[Figure]]] = {
    "startup": startup,
    "embedding": embedding,
    "throughput": throughput,
    "recovery": recovery,
    "faults": faults,
    "limit": limit,
    "streams": streams,
    "trust_scale": trust_scale,
    "savings": savings,
    "evals": evals,
    "coverage": coverage,
    "routed": routed,
    "review": review,
    "pages": pages,
    "projects": projects,
    "serve": serve,
    "decisions": decisions,
    "databases": databases,
    "migration": migration,
    "team": team,
    "policy_change": policy_change,
    "task_changes": task_changes,
    "batches": batches,
    "attacks": attacks,
}
# Sections that need no workspace made ready.
_ALONE = {
    "startup",
    "embedding",
    "streams",
    "trust_scale",
    "savings",
    "evals",
    "coverage",
    "routed",
    "serve",
    "decisions",
    "review",
    "pages",
    "projects",
    "databases",
    "migration",
    "team",
    "attacks",
    "policy_change",
    "task_changes",
    "batches",
}


def main(words: list[str]) -> None:
    """Run the sections and print the figures, as a Markdown table or as JSON lines."""
    as_json, (words, rows) = "--json" in words, _rows([word for word in words if word != "--json"])
    chosen = words or list(SECTIONS)
    SECTIONS["databases"] = partial(databases, rows=rows)
    SECTIONS["migration"] = partial(migration, rows=rows)
    if unknown := set(chosen) - set(SECTIONS):
        sys.exit(f"no section {', '.join(sorted(unknown))}; there are: {', '.join(SECTIONS)}")
    told = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout
    commit = told.strip() or "unknown"
    if not as_json:
        print(f"commit {commit}, Python {platform.python_version()}, {os.cpu_count()} cores\n")  # noqa: T201 - the result
        print("| what | measured | wanted |\n|---|---|---|")  # noqa: T201
    for section, figure in _figures(chosen):
        _show(section, figure, commit if as_json else None)


def _rows(words: list[str]) -> tuple[list[str], int]:
    """The words without `--rows N`, and N."""
    if "--rows" not in words:
        return words, ROWS
    place = words.index("--rows")
    return words[:place] + words[place + 2 :], int(words[place + 1])


def _figures(chosen: list[str]) -> Iterator[tuple[str, Figure]]:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        workspace, figures = (folder, []) if set(chosen) <= _ALONE else prepare(folder)
        yield from (("prepare", figure) for figure in figures)
        for section in chosen:
            for figure in SECTIONS[section](folder if section in _ALONE else workspace):
                yield section, figure


def _show(section: str, figure: Figure, commit: str | None) -> None:
    """One figure: as JSON where the commit it is of is given."""
    what, measured, wanted = figure[:3]
    if commit is None:
        print(f"| {what} | {measured} | {wanted} |", flush=True)  # noqa: T201 - the result
        return
    holds = figure[3] if len(figure) > 3 else None
    row = {"section": section, "what": what, "measured": measured, "wanted": wanted, "holds": holds, "commit": commit}
    print(orjson.dumps(row).decode(), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
