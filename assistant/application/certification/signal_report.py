"""The discrimination of each raw signal of a run, on items with human labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.application.certification.batch import RunPopulation, read_batch
from assistant.application.certification.campaign_state import read_history
from assistant.application.certification.sampled_labels import sampled_labels
from assistant.domain.certificates import Fit
from assistant.domain.runs import Run
from assistant.errors import NotFoundError
from assistant.trust.pool import NONE
from assistant.trust.signals.discrimination import SignalDiscrimination, signal_discriminations
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class RunSignals:
    """The discrimination of the signals of one run.

    Args:
        run: its prompt and model.
        labelled: items with a label of a person and a usable answer that the figures rest on.
        wrong: those of them whose machine label is not the person's.
        speaks_for: whom the figures speak for.
        discriminations: best first.
        fit: the newest, with its report; None where nothing was learned yet.
    """

    run: Run
    labelled: int
    wrong: int
    speaks_for: str
    discriminations: tuple[SignalDiscrimination, ...]
    fit: Fit | None


def read_signals(workspace: Workspace, name: str | None) -> RunSignals:
    """The discrimination of the signals of a run; labels given in sight of the machine's don't count.

    Args:
        workspace: the opened workspace.
        name: of the run, None for the newest.

    Raises:
        InputError: no such run, or people labelled none of its items.
        CertificateError: the run has no usable answer.
    """
    run = workspace.runs.find(name)
    history = read_history(workspace, run)
    batch = read_batch(workspace, run, last_key=history.last_key)
    usable = zip(batch.page.statuses, batch.page.labels, strict=True)
    machine = batch.codes(answer if status == "labelled" else None for status, answer in usable)
    labels = batch.labels(blind=batch.page.ids)
    people, sampled = labels.codes, sampled_labels(workspace, history, batch, labels)
    index, inclusion = (column[machine[sampled.index] != NONE] for column in (sampled.index, sampled.inclusion))
    if not len(index):
        raise NotFoundError("no_blind_labels", run=run.name)
    right = machine[index] == people[index]
    columns = {signal: column[index] for signal, column in _columns(batch, machine).items()}
    return RunSignals(
        run=run,
        labelled=len(index),
        wrong=int((~right).sum()),
        speaks_for=sampled.speaks_for,
        discriminations=signal_discriminations(columns, right, inclusion),
        fit=workspace.fits.latest(run.id),
    )


def _columns(batch: RunPopulation, machine: np.ndarray) -> dict[str, np.ndarray]:
    """The raw signals, and whether each other run gave the same answer."""
    columns = batch.signals()
    for name, answers in batch.others.items():
        codes = batch.codes(answers)
        columns[f"agrees_with_{name}"] = np.where(codes == NONE, np.nan, codes == machine)
    return columns
