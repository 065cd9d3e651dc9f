"""The whole loop played many times on a labelled set: what each method saves, and how often it breaks its promise."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing import active_children, get_context

import numpy as np

from assistant.stats.certificates.finite import errors_allowed
from assistant.stats.intervals import clopper_pearson
from assistant.trust.simulation.outcome import BatchOutcome

Method = Callable[[int], BatchOutcome]
"""Plays one trial, whose number is its seed. It goes to other processes: an instance of a class, not a closure."""

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
_OF_ONE_SEED = 1_000_000  # trials


@dataclass(frozen=True, slots=True)
class BatchShares:
    """What was guaranteed of batches that came one after the other; shares from 0 to 1, intervals as of violations.

    Args:
        batches: in each trial.
        alone: share of the batches that have a guarantee of their own.
        alone_broken, alone_interval: share of these with more wrong labels than it allows; 0 where there are none.
        broken_on_the_way: share of the deliveries at which what had been delivered by then held too many wrong labels.
    """

    batches: int
    alone: float
    alone_broken: float
    alone_interval: tuple[float, float]
    broken_on_the_way: float

    @classmethod
    def of(cls, outcomes: Sequence[BatchOutcome]) -> BatchShares | None:
        """The shares over at least one trial; None where all items came at once."""
        batches = outcomes[0].batches
        if not batches:
            return None
        alone, broken = (sum(getattr(one, name) for one in outcomes) for name in ("guaranteed_alone", "broken_alone"))
        deliveries = batches * len(outcomes)
        return cls(
            batches=batches,
            alone=alone / deliveries,
            alone_broken=broken / alone if alone else 0.0,
            alone_interval=clopper_pearson(broken, alone) if alone else (0.0, 1.0),
            broken_on_the_way=sum(one.broken_then for one in outcomes) / deliveries,
        )


@dataclass(frozen=True, slots=True)
class MethodSummary:
    """What one method did over all trials; shares from 0 to 1.

    Args:
        saved_mean, saved_sd, saved_p05, saved_p95: share of the items that no person labelled; mean, standard
            deviation (of a sample; 0 for one trial), 5th and 95th percentile.
        error_mean, error_p95: share of all items whose final label is wrong; mean and 95th percentile.
        violation_share: share of the trials with more wrong labels than the target allows.
        violation_interval: exact (Clopper-Pearson) two-sided 95 % interval for it.
        human_labels_mean: labels people gave, whatever for.
        batches: what was guaranteed of single batches; None where all items came at once.
    """

    saved_mean: float
    saved_sd: float
    saved_p05: float
    saved_p95: float
    error_mean: float
    error_p95: float
    violation_share: float
    violation_interval: tuple[float, float]
    human_labels_mean: float
    batches: BatchShares | None = None

    @classmethod
    def of(cls, outcomes: Sequence[BatchOutcome], max_error: float) -> MethodSummary:
        """The summary of at least one trial."""
        saved = np.array([outcome.saved for outcome in outcomes])
        error = np.array([outcome.error for outcome in outcomes])
        broken = sum(outcome.errors > errors_allowed(max_error, outcome.items) for outcome in outcomes)
        return cls(
            saved_mean=float(saved.mean()),
            saved_sd=float(saved.std(ddof=1)) if len(saved) > 1 else 0.0,
            saved_p05=float(np.quantile(saved, 0.05)),
            saved_p95=float(np.quantile(saved, 0.95)),
            error_mean=float(error.mean()),
            error_p95=float(np.quantile(error, 0.95)),
            violation_share=broken / len(outcomes),
            violation_interval=clopper_pearson(broken, len(outcomes)),
            human_labels_mean=float(np.mean([outcome.human_labels for outcome in outcomes])),
            batches=BatchShares.of(outcomes),
        )


@dataclass(frozen=True, slots=True)
class Simulation:
    """One error target, played by several methods.

    Args:
        items: in the batch.
        trials: of each method.
        max_error: the target, a share of all items.
        confidence: with which each method promises to meet it.
        methods: by name.
    """

    items: int
    trials: int
    max_error: float
    confidence: float
    methods: Mapping[str, MethodSummary]

    def as_dict(self) -> dict[str, object]:
        """As plain values for JSON."""
        return asdict(self)

    def breaks_promise(self, method: str) -> bool:
        """Whether the trials show that the method misses the target more often than 1 - confidence."""
        return self.methods[method].violation_interval[0] > 1 - self.confidence


def simulate(
    methods: Mapping[str, Method],
    trials: int,
    max_error: float,
    *,
    seed: int = 0,
    jobs: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> dict[str, MethodSummary]:
    """Play so many trials of every method, each on its own, over processes.

    The result is the same for any number of jobs: a trial knows only its number, and every process computes on one
    thread, since sums in another order differ in their last digits.

    Args:
        methods: by name; each must survive pickling.
        trials: of each method, 1 or more.
        max_error: the target that a trial must meet, a share of all items.
        seed: 0 or more; trials are numbered from a million times this one, so that no two seeds share a trial.
        jobs: processes; None takes one for each processor.
        progress: called with the number of trials done, of all methods together, after each.

    Raises:
        ValueError: no trials, more than a million of them, or no jobs.
    """
    if not 1 <= trials <= _OF_ONE_SEED or (jobs is not None and jobs < 1):
        raise ValueError(f"trials and jobs must be 1 or more, got {trials} and {jobs}")
    tasks = [(name, seed * _OF_ONE_SEED + trial) for trial in range(trials) for name in methods]
    outcomes: dict[str, list[BatchOutcome]] = {name: [] for name in methods}
    with _workers(methods, min(jobs or os.cpu_count() or 1, len(tasks) or 1)) as pool:
        for done, ((name, _), outcome) in enumerate(zip(tasks, pool.map(_play, tasks), strict=True), start=1):
            outcomes[name].append(outcome)
            if progress is not None:
                progress(done)
    return {name: MethodSummary.of(played, max_error) for name, played in outcomes.items()}


_methods: dict[str, Method] = {}  # of this worker process: sent once, not with every trial


def _keep(methods: Mapping[str, Method]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that waits for this one
    _methods.update(methods)


def _play(task: tuple[str, int]) -> BatchOutcome:
    name, trial = task
    return _methods[name](trial)


@contextmanager
def _workers(methods: Mapping[str, Method], jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Fresh processes that compute on one thread each; what they inherit says so before they load a library."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        # A fork would copy the threads of libraries in any state.
        context = get_context("spawn")
        others = set(active_children())
        with ProcessPoolExecutor(jobs, context, _keep, (dict(methods),)) as pool:
            try:
                yield pool
            except BaseException:
                for worker in set(active_children()) - others:
                    worker.terminate()  # a trial can take half a minute, and no one waits for it any more
                pool.shutdown(cancel_futures=True)
                raise
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
