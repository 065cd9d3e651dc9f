"""Many trials over processes: the same figures for any number of jobs, and worked summaries."""

import json
import os
from dataclasses import dataclass

import numpy as np
import pytest

from assistant.errors import InputError
from assistant.trust.simulation.outcome import BatchOutcome
from assistant.trust.simulation.simulation import MethodSummary, Simulation, simulate


@dataclass(frozen=True)
class Drawn:
    """Saves and errs at random, by the number of the trial."""

    spread: int

    def __call__(self, trial: int) -> BatchOutcome:
        generator = np.random.default_rng(trial)
        return BatchOutcome(100, int(generator.integers(self.spread)), int(generator.integers(10)))


@dataclass(frozen=True)
class Threads:
    """Tells by its figures which process played, and on how many threads."""

    def __call__(self, trial: int) -> BatchOutcome:  # noqa: ARG002 - as every method
        return BatchOutcome(10_000_000, os.getpid(), int(os.environ["OMP_NUM_THREADS"]))


@dataclass(frozen=True)
class Refuses:
    """Fails with an error for the user."""

    def __call__(self, trial: int) -> BatchOutcome:
        raise InputError(f"trial {trial} can't be played", hint="do something")


def test_the_figures_are_the_same_for_any_number_of_jobs_and_come_with_progress() -> None:
    methods = {"wide": Drawn(90), "narrow": Drawn(5)}
    seen: list[int] = []
    alone = simulate(methods, 15, 0.05, jobs=1, progress=seen.append)
    assert seen == list(range(1, 31))
    assert alone == simulate(methods, 15, 0.05, jobs=2)
    assert list(alone) == ["wide", "narrow"]
    assert alone["wide"] == MethodSummary.of([Drawn(90)(trial) for trial in range(15)], 0.05)


def test_trials_are_played_in_other_processes_on_one_thread_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    summary = simulate({"threads": Threads()}, 2, 0.05, jobs=1)["threads"]
    assert summary.error_mean == pytest.approx(1 / 10_000_000)
    assert summary.human_labels_mean != os.getpid()
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "OPENBLAS_NUM_THREADS" not in os.environ


def test_an_error_in_a_trial_is_told_as_it_is() -> None:
    with pytest.raises(InputError, match="trial 0 can't be played\n  do something"):
        simulate({"refuses": Refuses()}, 3, 0.05, jobs=1)


@pytest.mark.parametrize("numbers", [{"trials": 0}, {"trials": 1, "jobs": 0}])
def test_no_trials_and_no_jobs_are_refused(numbers: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must be 1 or more"):
        simulate({"drawn": Drawn(5)}, max_error=0.05, **numbers)


def test_a_summary_counts_a_violation_only_beyond_the_target() -> None:
    # Of 100 items 5 may be wrong. Saved 20, 40 and 60 %: mean 40, standard deviation sqrt((20^2 + 0 + 20^2) / 2).
    summary = MethodSummary.of([BatchOutcome(100, 80, 5), BatchOutcome(100, 60, 6), BatchOutcome(100, 40, 1)], 0.05)
    assert summary.saved_mean == pytest.approx(0.4)
    assert summary.saved_sd == pytest.approx(0.2)
    assert (summary.saved_p05, summary.saved_p95) == (pytest.approx(0.22), pytest.approx(0.58))
    assert summary.error_mean == pytest.approx(0.04)
    assert summary.error_p95 == pytest.approx(0.059)  # nine tenths of the way from 5 to 6 %
    assert summary.human_labels_mean == 60
    assert summary.violation_share == pytest.approx(1 / 3)
    # Exact interval of 1 in 3: 1 - 0.975^(1/3) = 0.0084 below; above where P(X <= 1) = 0.025: 3 p^2 - 2 p^3 = 0.975.
    assert summary.violation_interval == (pytest.approx(0.0084, abs=1e-4), pytest.approx(0.9057, abs=1e-4))
    assert MethodSummary.of([BatchOutcome(100, 80, 5)], 0.05).saved_sd == 0


def test_a_simulation_says_as_json_what_each_method_did() -> None:
    methods = {
        "naive": MethodSummary.of([BatchOutcome(100, 50, 9)] * 20, 0.05),
        "pac": MethodSummary.of([BatchOutcome(100, 50, 2)] * 19 + [BatchOutcome(100, 50, 9)], 0.05),
    }
    simulation = Simulation(items=100, trials=20, max_error=0.05, confidence=0.95, methods=methods)
    told = json.loads(json.dumps(simulation.as_dict()))
    assert list(told) == ["items", "trials", "max_error", "confidence", "methods"]
    assert list(told["methods"]) == ["naive", "pac"]
    wanted = {"saved_mean", "saved_sd", "error_mean", "error_p95", "violation_share", "human_labels_mean"}
    assert wanted <= set(told["methods"]["naive"])
    assert told["methods"]["pac"]["violation_share"] == pytest.approx(0.05)
    assert simulation.breaks_promise("naive")  # 20 of 20
    assert not simulation.breaks_promise("pac")  # 1 of 20 was promised
