"""Errors about drafts of prompts and policies."""

from __future__ import annotations

from assistant.messages.language import marked

TEXTS = {
    "dev_share_out_of_range": marked("the share is %(value)s; give one between 0 and 1, such as 0.5"),
    "draft_file_taken": marked("there is another text in this file"),
    "draft_in_use_at_once": marked("%(prompt)s would be in use at once: the settings take the newest version"),
    "draft_not_asked": marked("the draft was asked nothing yet"),
    "draft_not_markdown": marked("a draft is a Markdown file; its name ends in .md"),
    "draft_notes_unwritable": marked("the notes on drafts can't be kept: %(reason_given)s"),
    "draft_outside_prompts": marked(
        "prompts are found by name and version only in the workspace's own folder, e.g. %(example)s"
    ),
    "draft_unwritable": marked("the draft can't be written: %(reason_given)s"),
    "drafter_too_small": marked("the embedded model is too small to draft"),
    "items_inseparable": marked("the %(items)s items can't be split: they all belong together"),
    "kept_reply_unreadable": marked("a kept reply can't be read: %(reason_given)s"),
    "no_change_proposed": marked("the model proposes to leave the %(kind)s as it is: %(why)s"),
    "no_usable_draft": marked("the model gave no draft that can be used; what was wrong with each reply:%(faults)s"),
    "nothing_to_learn_from": marked("on the %(items)s items to draft from %(variant)s differs from no human label"),
    "reply_not_kept": marked("the reply can't be kept: %(reason_given)s; it was paid for and is lost"),
    "variant_answered_elsewhere": marked(
        "%(variant)s was answered elsewhere, so a draft of it can't be measured; asked here are: %(asked)s"
    ),
    "variant_unanswered": marked("%(variant)s has answered none of the items of %(suite)s yet"),
}
