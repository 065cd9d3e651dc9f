"""The whole loop played many times on a labelled set, with what others do beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from assistant.application.certification.labelled_pool import check_fields, embed, labelled_pool
from assistant.errors import InvalidValueError
from assistant.ingest.labels.labelled_set import read_labelled_set
from assistant.ingest.reading.problems import AS_THEY_ARE, Readings
from assistant.trust.certificates.batch_statement import percent
from assistant.trust.certificates.campaign import CertificateTarget
from assistant.trust.pool import Pool
from assistant.trust.simulation.baselines import Baseline, naive, pac_labels
from assistant.trust.simulation.batched import BatchedTrial, SeparateTrial, cut_evenly
from assistant.trust.simulation.local_machine import LocalMachineTrial
from assistant.trust.simulation.outcome import BatchOutcome
from assistant.trust.simulation.simulation import Method, Simulation, simulate
from assistant.trust.simulation.trial import AssistedTrial

LEAST_CONFIDENCE = 0.5  # PAC labels promise nothing below


@dataclass(frozen=True, slots=True)
class SimulationOptions:
    """What is to be played, as the user asked for it.

    Args:
        items, labels: files, see `read_labelled_set`.
        machine: file of machine answers; None for a local model as the machine of the other methods.
        machine_name: whose answers are the machine's; None for the one with most.
        meta: fields of metadata that may be learned from.
        max_errors: targets, shares of all items, at least one.
        confidence: with which each is promised.
        trials: of each method at each target.
        seed: of all draws.
        jobs: processes; None for one for each processor.
        embedder: as `embed` takes it.
        readings: what the user says of the files.
        batches: how many batches the set is cut into, in the order of the file; None for one.
    """

    items: Path
    labels: Path
    machine: Path | None
    machine_name: str | None
    meta: tuple[str, ...]
    max_errors: tuple[float, ...]
    confidence: float
    trials: int
    seed: int
    jobs: int | None
    embedder: str
    readings: Readings = AS_THEY_ARE
    batches: int | None = None

    def check(self) -> None:
        """Makes sure of the numbers, before a file is read.

        Raises:
            InputError: one is out of range.
        """
        for share in self.max_errors:
            if not 0 < share < 1:
                meant = share / 100 if 1 <= share < 100 else 0.05  # a share was given in percent
                raise InvalidValueError(
                    "max_error_out_of_range", field="max_error", value=share, percent=percent(meant), meant=meant
                )
        if not LEAST_CONFIDENCE <= self.confidence < 1:
            raise InvalidValueError(
                "confidence_out_of_range", field="confidence", value=self.confidence, least=LEAST_CONFIDENCE
            )


class Trials:
    """A labelled set made ready to be played.

    Args:
        choice: checked.

    Attributes:
        labelled: the set.

    Raises:
        InputError: as `read_labelled_set` and `check_fields`.
    """

    def __init__(self, choice: SimulationOptions) -> None:
        self._choice = choice
        self.labelled = read_labelled_set(
            choice.items, choice.labels, choice.machine, machine_name=choice.machine_name, readings=choice.readings
        )
        check_fields(self.labelled, choice.meta, choice.items)

    @property
    def total(self) -> int:
        """Trials that will be played, of all methods and targets together."""
        return (3 if self._choice.batches is None else 5) * self._choice.trials * len(self._choice.max_errors)

    def embed(self, note: Callable[[str], None], report: Callable[[int], None]) -> tuple[str, np.ndarray]:
        """The items' vectors and what made them; arguments and errors as `labelled_pool.embed`."""
        return embed(self.labelled.texts, self._choice.embedder, note=note, report=report)

    def play(self, vectors: np.ndarray, report: Callable[[int], None]) -> list[Simulation]:
        """Every method at every target, in the order of the targets.

        Args:
            vectors: of `embed`.
            report: told how many trials are done.
        """
        pool, truth = labelled_pool(self.labelled, vectors, self._choice.meta)
        each = self.total // len(self._choice.max_errors)
        return [
            self._play(pool, truth, max_error, _after(number * each, report))
            for number, max_error in enumerate(self._choice.max_errors)
        ]

    def _play(self, pool: Pool, truth: np.ndarray, max_error: float, report: Callable[[int], None]) -> Simulation:
        choice = self._choice
        target = CertificateTarget(max_error, choice.confidence)
        methods = build_methods(pool, truth, target, local=choice.machine is None)
        if choice.batches is not None:
            methods = {**methods, **batch_methods(pool, truth, target, choice.batches)}
        summaries = simulate(methods, choice.trials, max_error, seed=choice.seed, jobs=choice.jobs, progress=report)
        return Simulation(len(pool), choice.trials, max_error, choice.confidence, summaries)


def _after(done: int, report: Callable[[int], None]) -> Callable[[int], None]:
    return lambda count: report(done + count)


def batch_methods(pool: Pool, truth: np.ndarray, target: CertificateTarget, batches: int) -> Mapping[str, Method]:
    """The set as batches that arrive one after the other: one campaign that continues, and one for each batch."""
    if batches > len(pool):
        raise InvalidValueError("batches_too_many", field="batches", batches=batches, items=len(pool))
    ends = cut_evenly(len(pool), batches)
    return {
        "continued": BatchedTrial(pool, truth, target, ends),
        "separate": SeparateTrial(pool, truth, target, ends),
    }


def build_methods(pool: Pool, truth: np.ndarray, target: CertificateTarget, *, local: bool) -> Mapping[str, Method]:
    """The three methods, ready to be sent to other processes.

    Args:
        pool, truth: of `labelled_pool`.
        target: what each promises.
        local: the others teach a machine of their own, since none has answered.
    """

    def other(method: Callable[..., BatchOutcome]) -> Method:
        if local:
            return LocalMachineTrial(method, pool, truth, target.max_error)
        return Baseline(method, pool.machine.codes, pool.machine.scores, truth, target.max_error)

    published = partial(pac_labels, level=target.level)
    return {"naive": other(naive), "pac": other(published), "assistant": AssistedTrial(pool, truth, target)}
