"""What to do about an error on a page, by its code: where to go and which button to press."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.errors import AssistantError
from assistant.messages import wording
from assistant.messages.language import Language, marked

ADVICE: Mapping[str, str] = {
    "run_without_human_labels": marked("Items are labeled first: create tasks on the page Queue."),
    "labels_refused": marked("Reload the page: the policy may have changed."),
    "not_settled": marked("Adjudicate this item first."),
    "names_hidden": marked("Remove that filter."),
    "place_unreadable": marked("Start from the top."),
    "not_a_moment": marked("Choose one from the calendar."),
    "too_little_gold": marked("Leads add adjudicated items to gold."),
    "reviewer_unfit": marked("Change that on the page People, or choose another language."),
    "round_failed": marked("Your lead can start another test for you."),
    "task_policy_unknown": marked("Put that version of the policy back."),
    "password_is_the_name": marked("Take something others don't know."),
    "password_guessable": marked("Take four or five words that have nothing to do with each other."),
    "token_without_scope": marked("Choose a scope."),
    "job_at_work": marked("Wait until it is done, or stop it; both keep all answers."),
    "job_starting": marked("Look again in a moment."),
    "budget_without_price": marked("Add it to assistant.toml, in US$ per million tokens."),
    "run_not_offered": marked("Choose one of the listed prompts and models; use the command line for others."),
    "run_changed": marked("Look again what it costs."),
    "estimate_slow": marked("Estimate it on the server's command line, by a dry run."),
    "prompt_edited": marked("Undo the edit, or save it as the next version."),
    "policy_edited": marked("Give the new text a new version in its front matter."),
    "project_not_named": marked("Choose one of them on the page Projects."),
    "project_closed": marked("A manager or an admin can open it again on the page of the project."),
    "not_a_member": marked("Choose another one on the page Projects, or ask its lead to add you."),
    "no_project_of_theirs": marked("Ask a lead or an admin to add you to one."),
    "role_not_of_a_project": marked("Make them an admin on the page People."),
    "role_above_own": marked("Ask a member with that role, or an admin."),
    "member_of_other_projects": marked("An admin can change that, or a lead of all their projects."),
    "policy_change_unread": marked("Read it on the page Policy and confirm."),
    "policy_change_open": marked("Withdraw that one first, or wait until it is in effect."),
    "policy_change_own": marked("Ask a colleague to approve it."),
    "policy_change_superseded": marked("Withdraw it and propose it again."),
    "last_admin": marked("Make another user an admin first."),
}


def sentences(error: AssistantError, reader: Language) -> str:
    """An error as a form shows it: what was wrong and what to do next, in the reader's language."""
    place = f"{error.where}: " if error.where else ""
    wrong = f"{place}{wording.what(error, reader)}"
    stop = "。" if reader.code == "zh" else "."
    next_step = advice(error.code, reader) or error.hint
    return f"{wrong[:1].upper()}{wrong[1:]}{stop} {next_step}".strip()


def advice(code: str, reader: Language) -> str:
    """What to do next, in the reader's language; empty where there is nothing to say."""
    return reader.gettext(ADVICE[code]) if code in ADVICE else ""
