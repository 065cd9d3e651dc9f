"""Errors about what a command is given."""

from __future__ import annotations

from assistant.messages.language import marked

TEXTS = {
    "cost_not_confirmed": marked("this run would cost about %(cost)s; `confirm_above_usd` is %(limit)s"),
    "draft_kind_unknown": marked("there is no kind %(kind)s; a draft is of a prompt or of a policy"),
    "due_not_a_time": marked("%(text)s is not a time; write 48h, 3d or 2026-12-01T09:00+08:00"),
    "fault_unknown": marked("no fault is called %(fault)s; there are: %(known)s"),
    "fault_when_unknown": marked("%(when)s is not known; use always, first, 30s or after:50"),
    "file_unwritable": marked("can't be written: %(reason_given)s; name another file"),
    "given_several_times": marked("is given %(times)s times; give it once"),
    "items_or_agreed_ones": marked("either items are named, or all that reviewers agree on are taken"),
    "log_unknown": marked("%(log)s is neither file nor stderr"),
    "no_file_of_role": marked("this command reads no file %(role)s; its files are: %(known)s"),
    "no_precedent_of_item": marked("%(item)s is no precedent"),
    "not_a_lack": marked("%(name)s is not known; there are: %(known)s"),
    "port_unusable": marked("port %(port)s can't be used: %(reason_given)s"),
    "secret_not_one_line": marked("the file is not one line with a secret in it"),
    "secret_set_twice": marked("%(name)s is set, too, to something else; leave one of the two out"),
    "secret_unreadable": marked("the secret can't be read: %(reason_given)s"),
    "tasks_would_be_overwritten": marked("this would overwrite existing tasks: %(lost)s"),
    "text_or_suite_needed": marked("a search needs a text, or a suite to measure it on"),
}
