"""What to do about an error on a page, by its code: where to go and which button to press."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.messages.language import Language, marked

ADVICE: Mapping[str, str] = {
    "labels_refused": marked("Load the page again: the policy may have changed."),
    "not_settled": marked("Settle this item first."),
    "names_hidden": marked("Leave that filter out."),
    "place_unreadable": marked("Begin at the top of the list."),
    "not_a_moment": marked("Take one from the calendar."),
    "too_little_gold": marked("Leads make settled items gold."),
    "reviewer_unfit": marked("Change that on the page People, or choose another language."),
    "round_failed": marked("Your lead can begin another round for you."),
    "policy_version_unknown": marked("Put that version of the policy back."),
    "last_admin": marked("Make another user an admin first."),
}


def advice(code: str, reader: Language) -> str:
    """What to do next, in the reader's language; empty where there is nothing to say."""
    return reader.gettext(ADVICE[code]) if code in ADVICE else ""
