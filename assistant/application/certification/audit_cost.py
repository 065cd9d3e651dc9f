"""What certainty would cost: audits of some sizes by the newest fit of a run."""

from __future__ import annotations

import numpy as np

from assistant.application.certification.campaign_state import Design
from assistant.domain.runs import Run
from assistant.stats.certificates.finite import errors_allowed
from assistant.trust.certificates.audit_cost import Price, price_of_certainty
from assistant.trust.certificates.campaign import Target
from assistant.trust.certificates.plan import plan_audit
from assistant.wiring.workspace import Workspace


def price_curve(workspace: Workspace, run: Run, target: Target) -> list[Price]:
    """Audits of some sizes, and what each would probably bring; empty before anything was learned."""
    errors, allowed = _expected(workspace, run, target)
    return price_of_certainty(errors, allowed, target.level)


def probable_audit(workspace: Workspace, run: Run, target: Target) -> str:
    """How many audit labels would probably do, in a sentence."""
    errors, allowed = _expected(workspace, run, target)
    plan = plan_audit(errors, allowed, target.level)
    if plan.rate is None or plan.saved < 1:
        return (
            "by what was learned so far no audit would do: better machine labels are needed, or people label the rest"
        )
    labels, saved = round(plan.rate * plan.passing.sum()), round(plan.saved)
    return f"by what was learned so far an audit of {labels:,} labels would probably let about {saved:,} items leave"


def _expected(workspace: Workspace, run: Run, target: Target) -> tuple[np.ndarray, int]:
    """Chance of each item left at the newest fit to be wrong, surest first, and the wrong labels the batch may hold."""
    fits, samples = workspace.fits, workspace.samples.of_run(run.id)
    fit = fits.latest(run.id)
    if fit is None or not samples:
        return np.zeros(0), 0
    errors = [1 - score.confidence for page in fits.scores(fit.id) for score in page]
    return np.sort(np.array(errors)), errors_allowed(target.max_error, Design.of(samples[-1]).items)
