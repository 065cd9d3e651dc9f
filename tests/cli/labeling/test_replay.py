"""A campaign that is taken up anew by every command goes the way of one that was never put down."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from assistant.application.certification.batch import RunPopulation, make_pool, read_batch
from assistant.application.certification.campaign_state import read_history
from assistant.domain.certificates import Sample, SampledItem
from assistant.store.certification.nonces import campaign_scope
from assistant.store.certification.samples import SampleStore
from assistant.trust.certificates.campaign import Campaign, CertificateTarget, NextRound
from assistant.trust.classifier.calibrated import CalibratedClassifier, one_thread
from assistant.trust.pool import NONE
from assistant.wiring.workspace import Workspace
from tests.cli.conftest import Assistant
from tests.cli.made_up import label_them, load, make_up

SEED = 20260101


def in_memory(
    workspace: Workspace, batch: RunPopulation, truth: np.ndarray, target: CertificateTarget
) -> list[NextRound]:
    """Every step of a campaign that stays in one process."""
    nonce = workspace.nonces.find(campaign_scope(batch.run.id))
    assert nonce is not None
    classifier = CalibratedClassifier(make_pool(workspace, batch), seed=SEED)
    campaign = Campaign(batch.page.ids, classifier, target, key=nonce.value)
    answers, steps = np.full(len(batch), NONE), list[NextRound]()
    while (step := campaign.next(answers)) is not None:
        steps.append(step)
        if step.audit_round is None and step.predictions is None and len(steps) > 1:
            break  # what people label in any case
        answers[step.index] = truth[step.index]
    return steps


def as_kept(batch: RunPopulation, step: NextRound) -> tuple[str, int, set[SampledItem]]:
    chances = zip(step.index.tolist(), step.inclusion.tolist(), strict=True)
    return step.purpose.value, step.population, {SampledItem(batch.page.ids[at], chance) for at, chance in chances}


def kept(store: SampleStore, sample: Sample) -> tuple[str, int, set[SampledItem]]:
    return sample.purpose.value, sample.population, set(store.items(sample.id))


def test_every_step_is_that_of_a_campaign_in_memory(assistant: Assistant, workspace: Path) -> None:
    made = make_up(260, seed=5)
    load(assistant, workspace, made)
    sheet = workspace / "to_label.csv"
    purpose = "start"
    while purpose not in {None, "review"}:
        said = assistant("sample", "--out", sheet, "--max-error", "0.08", "-w", workspace, "--json")
        purpose = said.json["purpose"]
        if purpose not in {None, "review"}:
            assert label_them(assistant, workspace, sheet, made.truth).status == 0
    with Workspace.open(workspace) as opened, one_thread():
        run = opened.runs.find("r1")
        batch, history, store = read_batch(opened, run), read_history(opened, run), SampleStore(opened.database)
        truth = batch.codes((made.truth[name],) for name in batch.page.ids)
        steps = in_memory(opened, batch, truth, CertificateTarget(0.08, 0.95))
        rounds = [step.audit_round for step in steps if step.audit_round is not None]
        assert [kept(store, sample) for sample in history.samples] == [as_kept(batch, step) for step in steps]
        assert len(rounds) >= 2
        for stored, offered in zip(history.rounds(opened, batch), rounds, strict=True):
            for name in ("order", "codes", "confidence", "audited"):
                assert np.array_equal(getattr(stored, name), getattr(offered, name)), name
