"""Errors about runs and the jobs that work at them."""

from __future__ import annotations

from assistant.messages.language import marked

TEXTS = {
    "run_not_found": marked("no run %(run)s; there are: %(known)s"),
    "no_run_yet": marked("no run yet"),
    "no_run_answered": marked("no run has an answer yet; there are: %(known)s"),
    "run_of_evaluation": marked("run %(run)s holds the answers of an evaluation"),
    "run_not_at_work": marked("no job of %(run)s is running"),
    "jobs_at_work": marked("several jobs are running: %(runs)s"),
    "no_job_at_work": marked("no job is running"),
    "job_at_work": marked("another job is running in this workspace"),
    "job_starting": marked("another job is just being started"),
    "budget_without_price": marked("a budget needs the price of %(model)s"),
    "run_not_offered": marked("this prompt or model is not among those offered here"),
    "run_changed": marked("prompt, policy or settings have changed since this was priced"),
    "run_imported": marked("imported prelabels come from elsewhere: this run can't be continued here"),
    "estimate_slow": marked("the estimate takes too long"),
    "estimate_failed": marked("the estimate failed: %(said)s"),
    "workspace_locked": marked("another job is running in this workspace: %(holder)s"),
    "folder_not_writable": marked("can't be written (%(reason)s)"),
    "journal_disk_full": marked("the disk is full; every answer so far is kept"),
    "every_question_refused": marked("every question is refused now: %(why)s"),
    "no_room_for_answers": marked("no room to keep answers safe (%(megabytes)s MB are held back): %(reason)s"),
}
