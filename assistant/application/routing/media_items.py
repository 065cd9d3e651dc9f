"""Items with media go to people whatever their stored route says.

Apart from routing by scores, which loads scipy: the queue's pages need this alone.
"""

from __future__ import annotations

from dataclasses import replace

from assistant.domain.runs import Run
from assistant.routing.doubts import media_not_seen
from assistant.routing.route import Route
from assistant.wiring.workspace import Workspace


def send_unseen_to_people(workspace: Workspace, run: Run) -> int:
    """Give items with media a route to people where a stored one lets them leave; returns how many were given one.

    Routes that were stored before the doubt `media_not_seen` existed, and first routes that no scores have replaced,
    are mended by this: whatever reads routes may take it that no item with media is accepted.
    """
    if not workspace.items.count()["with_media"]:
        return 0
    read, doubt = workspace.routing_rounds.read(run.id), media_not_seen.__name__
    stored = [read.routes.decisions[code] if code >= 0 else None for code in read.routes.codes.tolist()]
    mended = [
        (name, replace(one, route=Route.REVIEW, reason=doubt, doubts=(doubt, *one.doubts), inclusion_probability=1.0))
        for name, one, media in zip(read.ids, stored, read.media.tolist(), strict=True)
        if media and one is not None and one.route in {Route.ACCEPT, Route.ACCEPT_AUDIT}
    ]
    return workspace.routes.append(run.id, mended)
