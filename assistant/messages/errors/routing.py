"""Errors about routes and final labels."""

from __future__ import annotations

from assistant.messages.language import marked

TEXTS = {
    "item_without_answer": marked("run %(run)s has no answer to an item %(item)s"),
    "run_not_calibrated": marked(
        "run %(run)s has no calibrated scores: nothing says how far its labels can be trusted"
    ),
    "nothing_to_route": marked("run %(run)s has no answers to route"),
    "run_routed_meanwhile": marked("the run was routed by another process meanwhile"),
}
