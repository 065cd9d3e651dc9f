"""What one campaign over batches saves on public sets that are cut into batches, and whether its guarantees hold.

python -m tests.bench.batches SET BATCHES TRIALS [METHOD ...]

prints, after every five trials, a JSON line for each method over the trials so far: `continued` is one campaign that
continues over the batches, `separate` a campaign for each of them, `once` one campaign over all items at once. A set is
cut once, in the order of its file; it is not drawn again in a trial.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import orjson

from assistant.application.certification.labelled_pool import labelled_pool
from assistant.application.certification.simulation import SimulationOptions, Trials, batch_methods
from assistant.trust.certificates.campaign import CertificateTarget
from assistant.trust.simulation.outcome import BatchOutcome
from assistant.trust.simulation.simulation import Method, MethodSummary
from assistant.trust.simulation.trial import AssistedTrial

DATA = Path(os.environ.get("BENCH_DATA") or Path(__file__).parents[3] / "shared" / "data")
SETS = ("pac_misinfo", "xstest", "convabuse")
CUTS = (3, 5, 10)
TRIALS = 200
TARGET = CertificateTarget(0.05, 0.95)
_EACH = 5


def batches(_: Path) -> Iterator[tuple[str, str, str, bool | None]]:
    """Labels saved, and the share of trials whose guarantee was broken, for each set and number of batches."""
    for name in SETS:
        if not (DATA / name).is_dir():
            yield f"{name}: not there", "-", "", None
            continue
        for cut in CUTS:
            for method, summary in last(measured(name, cut, TRIALS)).items():
                shares = summary.batches
                told = "" if shares is None else f"; alone {shares.alone:.0%}, broken {shares.alone_broken:.1%} of them"
                yield (
                    f"{name} in {cut} batches, {method}: saved; broken of {TRIALS} trials",
                    f"{summary.saved_mean:.1%}; {summary.violation_share:.1%}{told}",
                    "broken <= 5 %",
                    summary.violation_share <= TARGET.level,
                )


def measured(
    name: str, cut: int, trials: int, wanted: tuple[str, ...] = ("continued", "separate")
) -> Iterator[tuple[int, dict[str, MethodSummary]]]:
    """Trials so far, and the summary of each method over them, after every five trials."""
    methods = _methods(name, cut)
    played: dict[str, list[BatchOutcome]] = {method: [] for method in wanted}
    for trial in range(trials):
        for method, outcomes in played.items():
            outcomes.append(methods[method](trial))
        if (trial + 1) % _EACH == 0 or trial + 1 == trials:
            yield trial + 1, {method: MethodSummary.of(one, TARGET.max_error) for method, one in played.items()}


def last(found: Iterator[tuple[int, dict[str, MethodSummary]]]) -> dict[str, MethodSummary]:
    """The summaries over all trials."""
    return list(found)[-1][1]


def _methods(name: str, cut: int) -> Mapping[str, Method]:
    folder = DATA / name
    machine = folder / "machine.jsonl.gz"
    choice = SimulationOptions(
        items=folder / "items.jsonl.gz",
        labels=folder / "labels.jsonl.gz",
        machine=machine if machine.exists() else None,
        machine_name=None,
        meta=(),
        max_errors=(TARGET.max_error,),
        confidence=TARGET.confidence,
        trials=1,
        seed=0,
        jobs=1,
        embedder="embedded",
    )
    ready = Trials(choice)
    _, vectors = ready.embed(lambda _: None, lambda _: None)
    pool, truth = labelled_pool(ready.labelled, vectors)
    return {**batch_methods(pool, truth, TARGET, cut), "once": AssistedTrial(pool, truth, TARGET)}


def main() -> None:
    """Measure as the command line says."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    name, cut, trials, *wanted = sys.argv[1:]
    for done, summaries in measured(name, int(cut), int(trials), tuple(wanted) or ("continued", "separate")):
        for method, summary in summaries.items():
            line = {"set": name, "batches": int(cut), "trials": done, "method": method, **asdict(summary)}
            sys.stdout.write(orjson.dumps(line).decode() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
