"""Errors about reports, and about drafts that are made of them."""

from __future__ import annotations

from assistant.messages.language import marked

TEXTS = {
    "report_language_unknown": marked("no report is written in '%(language)s'; there are: %(languages)s"),
    "report_not_written": marked("the report can't be written: %(reason)s"),
    "file_is_no_report": marked("this file is no report, so it is left alone"),
    "chart_format_unknown": marked("no chart is written as '%(ending)s'; its name ends in one of %(endings)s"),
    "dev_share_out_of_range": marked("the share is %(share)s; it lies between 0 and 1, such as 0.5"),
    "items_in_one_group": marked("the %(count)s items can't be split: they all belong together"),
    "no_usable_draft": marked("the model gave no draft that can be used; what was wrong with each reply:%(faults)s"),
    "no_change_proposed": marked("the model proposes to leave the %(kind)s as it is"),
    "no_change_proposed_why": marked("the model proposes to leave the %(kind)s as it is: %(why)s"),
}
