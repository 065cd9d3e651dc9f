"""Whole campaigns in workspaces of their own, whose people know the truth, and the agreement then estimated."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.application.certification.certify_campaign import CertifyChoice, certify_campaign
from assistant.application.certification.draw_sample import SampleChoice, draw_sample
from assistant.application.evaluation.production_data import runs_data
from assistant.application.routing.route_run import RouteOptions, keep_routes, plan_routes
from assistant.domain.reviews import Review
from assistant.errors import CertificateError
from assistant.routing.route import Route
from assistant.stats.agreement.coefficient import Coefficient
from assistant.wiring.workspace import Workspace
from evals.agreement.panel_of_variant import agreement_panel
from evals.data.eval_data import EvalData

MONITORED = 0.2
"""Share of what a certificate accepts that people label all the same."""


@dataclass(frozen=True)
class Played:
    """What one workspace came to.

    Args:
        raw: agreement as `eval agree` estimates it.
        labels: items that people labelled.
        steps: what they were asked for, in order.
        data: what the estimate rests on.
    """

    raw: Coefficient
    labels: int
    steps: tuple[str, ...]
    data: EvalData


def play(base: Path, folder: Path, truth: Mapping[str, str], *, seed: int, max_error: float) -> Played:
    """A copy of a workspace with machine answers: sampled, labelled, certified where it can be, routed, monitored.

    Args:
        base: the workspace to copy; nobody has labelled anything in it.
        folder: of the copy, which is removed.
        truth: what people answer, by item.
        seed: of the workspace's draws.
        max_error: the certificate's target.
    """
    shutil.copytree(base, folder)
    try:
        with _settings(seed=seed, monitor_share=MONITORED), Workspace.open(folder) as opened:
            return _played(opened, truth, SampleChoice(max_error=max_error))
    finally:
        shutil.rmtree(folder)


def summary(played: Iterable[Played], true: float) -> dict[str, float]:
    """Mean error and its standard error, coverage of the intervals, their mean width, and labels."""
    rows = [(one.raw.value, one.raw.low, one.raw.high, one.labels) for one in played]
    values, low, high, labels = np.array(rows, dtype=np.float64).T
    return {
        "bias": float(values.mean()) - true,
        "standard_error": float(values.std(ddof=1)) / len(values) ** 0.5,
        "coverage": float(((low <= true + 1e-9) & (true - 1e-9 <= high)).mean()),
        "width": float((high - low).mean()),
        "labels": float(labels.mean()),
    }


def _played(opened: Workspace, truth: Mapping[str, str], choice: SampleChoice) -> Played:
    run, steps, labels = opened.runs.find(None), [], 0
    while True:
        asked = draw_sample(opened, choice, opened.folder / f"sheet {len(steps)}.csv")
        if asked.sample is None or not asked.missing:
            break
        steps.append(asked.sample.purpose.value)
        labels += _label(opened, asked.missing, truth)
    try:
        certify_campaign(opened, run, CertifyChoice())
    except CertificateError:
        pass  # nothing was audited, or nothing passed: people label all
    else:
        plan = plan_routes(opened, run, RouteOptions())
        keep_routes(opened, plan)
        drawn = plan.routed.on(Route.ACCEPT_AUDIT, Route.REVIEW, Route.DOUBLE, Route.EXPERT)
        steps.append("routed")
        labels += _label(opened, [plan.items.ids[at] for at in np.flatnonzero(drawn)], truth)
    data = runs_data(opened, [run])
    return Played(agreement_panel(data, run.name).coefficients["raw"], labels, tuple(steps), data)


def _label(opened: Workspace, names: Iterable[str], truth: Mapping[str, str]) -> int:
    keyed = [(stored.key, Review(name, "ann", (truth[name],))) for name in names if (stored := opened.items.get(name))]
    opened.reviews.add(keyed)
    return len(keyed)


@contextmanager
def _settings(**routing: object) -> Iterator[None]:
    """Settings as environment variables give them."""
    names = {f"ASSISTANT__ROUTING__{name.upper()}": str(value) for name, value in routing.items()}
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
