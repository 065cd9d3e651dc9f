"""Raw numbers that may tell how sure to be of an answer: those stored with it, and those of answers side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from assistant.domain.runs import Run
from assistant.trust.pool import NONE

Columns = dict[str, np.ndarray]
"""(n,) numbers by name, NaN where an item lacks one."""


def stored_signals(stored: Sequence[Mapping[str, float]]) -> Columns:
    """What was stored with the answers, see `prelabel.signals`.

    Args:
        stored: (n,) the signals of each item by name.
    """
    names = sorted({name for given in stored for name in given})
    return {name: np.array([number(given.get(name)) for given in stored]) for name in names}


def compared_signals(
    texts: Sequence[str], machine: np.ndarray, others: Mapping[str, np.ndarray], same: Sequence[str]
) -> Columns:
    """The signals that take answers and items side by side.

    Args:
        texts: (n,) of the items.
        machine: (n,) the run's answers, -1 for none.
        others: (n,) answers of other runs by name.
        same: names of the runs among them that are replicates of this one.

    Returns:
        `length`: characters of the text;
        `vote_share` (0, 1]: share of all answers to the same question that are this run's; where there are replicates;
        `agreement` [0, 1]: share of the other prompts, policies and models that gave this run's answer.
    """
    columns = {"length": np.array([float(len(text)) for text in texts])}
    again = [codes for name, codes in others.items() if name in same]
    beside = [codes for name, codes in others.items() if name not in same]
    if again:
        columns["vote_share"] = _share([machine, *again], machine)
    if len(beside) > 1:  # one alone adds nothing to its own answer
        columns["agreement"] = _share(beside, machine)
    return columns


def replicates(run: Run, others: Sequence[Run]) -> list[str]:
    """Names of the runs that differ from this one in nothing but the replicate."""
    asked = [other for other in others if other.origin == run.origin == "prelabel"]
    return [other.name for other in asked if _question(other) == _question(run)]


def number(value: float | None) -> float:
    """As it is, NaN for None."""
    return np.nan if value is None else float(value)


def _question(run: Run) -> tuple[object, ...]:
    return run.prompt_digest, run.policy_digest, run.model, sorted(run.parameters.items(), key=str)


def _share(answers: Sequence[np.ndarray], machine: np.ndarray) -> np.ndarray:
    """Share of the answers given that equal the machine's; NaN where there are none, or it has none itself."""
    table = np.stack(answers)
    given, equal = (table != NONE).sum(axis=0), ((table == machine) & (table != NONE)).sum(axis=0)
    known = (given > 0) & (machine != NONE)
    return np.where(known, equal / np.maximum(given, 1), np.nan)
