"""`assistant signals`: what each raw signal of a run is worth, on items that people labelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.domain.certificates import Fit, Purpose
from assistant.errors import InputError
from assistant.store.fits import FitStore
from assistant.store.runs import Run
from assistant.store.samples import SampleStore
from assistant.trust.campaign import Wave
from assistant.trust.pool import NONE
from assistant.trust.worth import SignalWorth, signal_worths
from assistant.wiring.trust.batch import Batch, read_batch
from assistant.wiring.trust.history import Design, History, read_history
from assistant.wiring.workspace import Workspace

_ENOUGH = 30  # labels of items drawn at random, for figures that rest on these alone
WEIGHTED = "the whole batch: each label weighted by the chance it had to be asked for"
RANDOM = "the whole batch: a random sample of it"
LABELLED = "the labelled items alone: they were not drawn at random"


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """Labelled items, and whom figures computed on them speak for.

    Args:
        index: (k,) the items.
        inclusion: (k,) chance of each to be labelled.
        speaks_for: in words.
    """

    index: np.ndarray
    inclusion: np.ndarray
    speaks_for: str


@dataclass(frozen=True, slots=True)
class RunSignals:
    """What the signals of one run are worth.

    Args:
        run: its prompt and model.
        labelled: items with a label of a person and a usable answer that the figures rest on.
        wrong: those of them whose machine label is not the person's.
        speaks_for: whom the figures speak for.
        worths: best first.
        fit: the newest, with its report; None where nothing was learned yet.
    """

    run: Run
    labelled: int
    wrong: int
    speaks_for: str
    worths: tuple[SignalWorth, ...]
    fit: Fit | None


def read_signals(workspace: Workspace, name: str | None) -> RunSignals:
    """What the signals of a run are worth; labels given in sight of the machine's don't count.

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
    machine = batch.codes(labels if status == "labelled" else None for status, labels in usable)
    people = batch.votes(blind=batch.page.ids).codes
    sampled = _sampled(workspace, history, batch, people)
    index, inclusion = (column[machine[sampled.index] != NONE] for column in (sampled.index, sampled.inclusion))
    if not len(index):
        hint = "assistant sample  draws items to label; assistant labels import  takes labels in"
        raise InputError(f"people labelled no item of {run.name} without seeing the machine's answer", hint=hint)
    right = machine[index] == people[index]
    columns = {signal: column[index] for signal, column in _columns(batch, machine).items()}
    return RunSignals(
        run=run,
        labelled=len(index),
        wrong=int((~right).sum()),
        speaks_for=sampled.speaks_for,
        worths=signal_worths(columns, right, inclusion),
        fit=FitStore(workspace.database).latest(run.id),
    )


def speaking_labels(workspace: Workspace, run: Run) -> tuple[dict[str, float], str] | None:
    """Items of a campaign whose labels speak for others, with the chance each had to be labelled, and for whom.

    Returns:
        None where no campaign has drawn from the run.
    """
    history = read_history(workspace, run)
    if not history.samples:
        return None
    batch = read_batch(workspace, run, last_key=history.last_key)
    sampled = _sampled(workspace, history, batch, batch.votes(blind=batch.page.ids).codes)
    places = zip(sampled.index.tolist(), sampled.inclusion.tolist(), strict=True)
    return {batch.page.ids[at]: chance for at, chance in places}, sampled.speaks_for


def weighted_sample(waves: Sequence[Wave], rate: float, people: np.ndarray) -> Sampled | None:
    """All labels of a campaign that has come to its end, weighted so that they speak for the whole batch.

    Whatever was offered was labelled with the audit's chance, by a coin of its own; everything else was labelled for
    certain. What was offered, and how, depends on labels that came before, never on the coins still to be thrown, so
    each step's weighted sum is right on average, given those before it, and so is their total. An offered item that
    people labelled for another reason is left out: the audited ones stand for it.

    Args:
        waves: what was offered.
        rate: of the audit.
        people: (n,) what they answered, -1 where they didn't.

    Returns:
        None while items wait that were not offered, or audited labels are missing.
    """
    offered, audited = np.zeros(len(people), dtype=bool), np.zeros(len(people), dtype=bool)
    for wave in waves:
        offered[wave.order] = True
        audited[wave.order] = wave.audited
    if (people[audited | ~offered] == NONE).any():
        return None
    index = np.flatnonzero(audited | ~offered)
    return Sampled(index, np.where(audited[index], rate, 1.0), WEIGHTED)


def _sampled(workspace: Workspace, history: History, batch: Batch, people: np.ndarray) -> Sampled:
    if history.audits:
        rate = Design.of(history.audits[-1]).rate or 1.0
        weighted = weighted_sample(history.waves(workspace, batch), rate, people)
        if weighted is not None:
            return weighted
    random = _drawn_at_random(workspace, history, batch)
    random = random[people[random] != NONE]
    if len(random) >= _ENOUGH:
        return Sampled(random, np.ones(len(random)), RANDOM)
    labelled = np.flatnonzero(people != NONE)
    return Sampled(labelled, np.ones(len(labelled)), LABELLED)


def _drawn_at_random(workspace: Workspace, history: History, batch: Batch) -> np.ndarray:
    """(k,) items that are a simple random sample of the batch: the first drawn, or those declared to be one."""
    store = SampleStore(workspace.database)
    declared = store.of_run(history.run.id, Purpose.DECLARED)[-1:]
    names = [item.item_id for one in declared for item in store.items(one.id)] or history.ids(Purpose.START)
    return batch.positions(name for name in names if name in batch.position)


def _columns(batch: Batch, machine: np.ndarray) -> dict[str, np.ndarray]:
    """The raw signals, and whether each other run gave the same answer."""
    columns = batch.signals()
    for name, answers in batch.others.items():
        codes = batch.codes(answers)
        columns[f"agrees_with_{name}"] = np.where(codes == NONE, np.nan, codes == machine)
    return columns
