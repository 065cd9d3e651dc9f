"""Reports, and about drafts that are made of them."""

from __future__ import annotations

ADVICE = {
    "report_not_written": "name another folder",
    "file_is_no_report": "name another folder",
    "items_in_one_group": "have more items labeled, and freeze the suite again",
    "no_usable_draft": "try another model with --drafter, or the other --kind",
    "no_change_proposed": "have more items labeled, or try another model with --drafter",
    "no_change_proposed_why": "have more items labeled, or try another model with --drafter",
}
