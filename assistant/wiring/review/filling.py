"""Filling the queue with what a run's routes and samples want people to look at."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from assistant.review.enqueue import Batch, enqueue
from assistant.review.queue import utc_now
from assistant.store.nonces import REVIEW
from assistant.store.runs import Run
from assistant.store.writer import Writer
from assistant.wiring.trust.unseen import send_unseen_to_people
from assistant.wiring.workspace import Workspace


def fill_queue(
    workspace: Workspace, run: Run, *, actor: str, team: str = "", due: datetime | None = None
) -> Counter[str]:
    """Make the queue what a run wants; reviewers go on meanwhile. Items with media are wanted, whatever was stored.

    Args:
        workspace: where.
        run: its newest routes and samples decide.
        actor: who fills it.
        team: whose queue; empty for everybody's.
        due: when it is due, with its time zone; None for no deadline.

    Returns:
        Counts as of `enqueue`.
    """
    send_unseen_to_people(workspace, run)
    batch = Batch(run.id, workspace.policy, actor, team, due, key=workspace.nonces.get(REVIEW).value)
    with Writer(workspace.database) as writer:
        return enqueue(workspace.database, writer, batch, workspace.settings.review, utc_now)
