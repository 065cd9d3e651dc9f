"""Statuses and codes of problems that the REST API had before errors were codes: programs rely on them."""

from __future__ import annotations

from collections.abc import Mapping

KEPT: Mapping[str, tuple[int, str]] = {
    "labels_refused": (422, "labels"),
    "labels_miscounted": (422, "labels"),
    "cause_missing": (422, "cause"),
    "no_label": (422, "no_label"),
    "no_such_clause": (422, "clauses"),
    "clause_missing": (422, "clause_missing"),
    "no_labeler": (422, "nobody"),
    "colleague_lacks_queue": (422, "queue"),
    "colleague_lacks_language": (422, "language"),
    "colleague_lacks_skill": (422, "skill"),
    "colleague_opted_out": (422, "opt_out"),
    "colleague_not_qualified": (422, "qualification"),
    "met_before": (422, "met_before"),
    "assignment_gone": (404, "gone"),
    "assignment_closed": (409, "closed"),
    "names_hidden": (403, "names"),
    "place_unreadable": (422, "place"),
    "not_a_moment": (422, "due"),
    "team_given_and_cleared": (422, "given_and_cleared"),
    "due_given_and_cleared": (422, "given_and_cleared"),
    "round_passed": (409, "passed"),
    "round_failed": (409, "failed"),
    "reviewer_unfit": (409, "unfit"),
    "user_not_found": (404, "nobody"),
}
"""Status and code of a problem, by the code of the error it reports."""
