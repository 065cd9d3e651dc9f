"""Drawing a sample: which items people label next, drawn once and kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from assistant.application.certification.batch import RunPopulation, make_pool, read_batch
from assistant.application.certification.campaign_state import (
    History,
    check_batch,
    choose_run,
    read_history,
    unlabelled,
)
from assistant.application.certification.campaign_store import Keeper, drawing
from assistant.application.certification.labeling_sheet import check_sheet, write_sheet
from assistant.domain.certificates import Purpose, Sample
from assistant.domain.runs import Run
from assistant.errors import CertificateError, ConflictError
from assistant.store.certification.nonces import campaign_scope
from assistant.trust.certificates.campaign import Campaign, CertificateTarget, NextRound
from assistant.trust.certificates.plan import plan_audit
from assistant.trust.classifier.calibrated import CalibratedClassifier, Predictions, one_thread
from assistant.trust.human_labels import LabelColumns
from assistant.trust.pool import NONE
from assistant.wiring.actor import actor
from assistant.wiring.workspace import Workspace


@dataclass(frozen=True, slots=True)
class SampleChoice:
    """Which sample is wanted; None for what the campaign has, or the default."""

    run: str | None = None
    max_error: float | None = None
    confidence: float | None = None
    seed: int | None = None
    continued: bool = False  # with what has come into the run since items were first offered


@dataclass(frozen=True, slots=True)
class Split:
    """An item whose answers come to nothing: one more person decides, other than those who have labelled it."""

    item_id: str
    labelled_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DrawnSample:
    """Which items people label next.

    Args:
        run: name of the run.
        target: what is to be certified.
        items: in the batch.
        labelled: items that people have labelled.
        sample: whose labels are wanted; None where none are.
        missing: ids of its items that have no label yet.
        split: those of them that people have labelled, and are evenly split on.
        new: whether it was drawn just now.
        expected_to_leave: items that will probably be auto-accepted, by the newest fit; None where
            nothing was learned yet.
        off_label_set: whether the run has labels that the policy does not.
        notes: what else the user should know, in sentences.
    """

    run: str
    target: CertificateTarget
    items: int
    labelled: int
    sample: Sample | None = None
    missing: tuple[str, ...] = ()
    split: tuple[Split, ...] = ()
    new: bool = False
    expected_to_leave: int | None = None
    off_label_set: bool = False
    notes: tuple[str, ...] = ()


def draw_sample(workspace: Workspace, choice: SampleChoice, sheet: Path) -> DrawnSample:
    """The sample whose labels are missing, or a new one; its unlabelled items go to a file to label in.

    Raises:
        InputError: a target, seed, run or file that can't be.
        CertificateError: a run without machine labels, or whose batch has changed while it was audited.
        StorageError: another process is drawing.
    """
    check_sheet(sheet)
    with drawing(workspace):
        return _sample(workspace, choose_run(workspace, choice.run), choice, sheet)


def _sample(workspace: Workspace, run: Run, choice: SampleChoice, sheet: Path) -> DrawnSample:
    history = read_history(workspace, run)
    _refuse_declared(workspace, history)
    target = history.target(choice.max_error, choice.confidence)
    seed = history.seed(choice.seed, workspace.seed)
    batch = _read(workspace, history, continued=choice.continued)
    labels = batch.labels(history.blind, history.audited)
    labelled = int((labels.codes != NONE).sum())
    found = DrawnSample(run.name, target, len(batch), labelled, off_label_set=batch.classes.off_label_set)
    waiting = unlabelled(history, batch, labels)
    if waiting is not None and choice.continued and waiting[0].purpose is Purpose.REVIEW:
        waiting = None  # what is left of the batches before may wait for its reviewers
    if waiting:
        found = replace(found, sample=waiting[0], missing=waiting[1], split=tuple(_split(batch, labels, waiting[1])))
    else:
        found = _draw(_keeper(workspace, history, batch, seed), labels, found)
    if found.missing:
        write_sheet(workspace, sheet, found.missing, seed=seed)
    return replace(found, notes=tuple(_notes(batch, labels, history)))


def _read(workspace: Workspace, history: History, *, continued: bool) -> RunPopulation:
    """The items of the campaign: those it was designed for, or where it continues also what has come since."""
    design = history.last if history.audits else None
    batch = read_batch(workspace, history.run, last_key=None if continued else history.last_key)
    if design is None:
        return batch
    if not continued:
        check_batch(design, batch)
    elif len(batch) <= design.items:
        raise ConflictError("nothing_to_continue", field="continue", run=history.run.name, items=len(batch))
    return batch


def _draw(keeper: Keeper, labels: LabelColumns, found: DrawnSample) -> DrawnSample:
    workspace, batch = keeper.workspace, keeper.batch
    pool = make_pool(workspace, batch)
    with one_thread():
        classifier = CalibratedClassifier(pool, seed=keeper.seed)
        campaign = keeper.history.resume(workspace, batch, classifier, found.target, keeper.nonce)
        for step, left in _steps(campaign, labels):
            sample = keeper.keep(campaign, step, left)
            if len(step.index):
                return replace(
                    found,
                    sample=sample,
                    missing=tuple(batch.page.ids[at] for at in step.index.tolist()),
                    new=True,
                    expected_to_leave=None if step.predictions is None else _expected(campaign, step.predictions, left),
                )
    return found


def _keeper(workspace: Workspace, history: History, batch: RunPopulation, seed: int) -> Keeper:
    """With the nonce of the campaign: drawn when it begins, and so after the machine's labels were in."""
    nonce = workspace.nonces.get(campaign_scope(history.run.id), actor())
    return Keeper(workspace, history, batch, seed, nonce)


def _steps(campaign: Campaign, labels: LabelColumns) -> Iterator[tuple[NextRound, np.ndarray]]:
    """Steps, and what was left before each. An audit round without any draw passes at once."""
    left = _left(campaign, labels.codes)
    while (step := campaign.next(labels.codes, labels.certifying)) is not None:
        yield step, left
        left = _left(campaign, labels.codes)


def _left(campaign: Campaign, codes: np.ndarray) -> np.ndarray:
    """(k,) items neither labelled nor offered so far: those the next step draws from."""
    left = codes == NONE
    for audit_round in campaign.rounds:
        left[audit_round.order] = False
    return np.flatnonzero(left)


def _expected(campaign: Campaign, predictions: Predictions, left: np.ndarray) -> int:
    errors = np.sort(1 - predictions.confidence[left])
    plan = plan_audit(errors, campaign.allowed, campaign.target.level)
    return round(plan.saved) + len(campaign.accepted().index)


def _split(batch: RunPopulation, labels: LabelColumns, missing: Iterable[str]) -> Iterator[Split]:
    """Of items without a label those that several people have labelled, each time as something else."""
    for name in missing:
        given = {one.rater for one in (*batch.people.by_item.get(name, ()), *batch.people.first.get(name, ()))}
        if len(given) > 1 and name not in labels.in_part:
            yield Split(name, tuple(sorted(given)))


def _refuse_declared(workspace: Workspace, history: History) -> None:
    if workspace.samples.of_run(history.run.id, Purpose.DECLARED):
        raise CertificateError("labels_declared_random", run=history.run.name)


def _notes(batch: RunPopulation, labels: LabelColumns, history: History) -> Iterator[str]:
    known = np.unique(labels.codes[labels.codes != NONE])
    if len(known) == 1:
        yield (
            f"all labels so far are {batch.classes.names[known[0]]!r}: nothing can be learned from that, so more items"
            " are drawn at random"
        )
    if labels.tied:
        yield f"people are evenly split on {len(labels.tied):,} items: one more person has to label them"
    if labels.in_part:
        yield f"labels of {len(labels.in_part):,} items leave categories unknown: only a complete label counts here"
    if lost := len(labels.assisted & history.blind):
        yield (
            f"answers to {lost:,} items don't count: they were given with the model's answer in sight;"
            " a blind one is needed"
        )
    if not batch.has_telling_signals:
        yield "no signal of this run separates its items: confidence rests on the content alone"
