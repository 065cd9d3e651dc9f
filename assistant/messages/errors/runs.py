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
    "no_run_of_population": marked("no run has an answer about %(population)s yet"),
    "run_of_other_population": marked("run %(run)s is about %(about)s, not about %(population)s"),
    "condition_not_read": marked("%(text)s is no condition: one is FIELD=VALUE, of language, source or meta.NAME"),
    "condition_given_twice": marked("%(name)s can't be both of %(values)s"),
    "ids_file_unreadable": marked("the list of ids can't be read: %(said)s"),
    "ids_not_there": marked("%(count)s of the %(given)s ids are not there: %(ids)s"),
    "ids_ambiguous": marked("%(count)s of the %(given)s ids could mean several items: %(ids)s"),
    "population_empty": marked("no item is in %(population)s"),
    "population_not_found": marked("no run is about the items %(population)s"),
    "batch_not_found": marked("no batch %(batch)s; there are: %(known)s"),
    "batch_closed": marked("batch %(batch)s is %(state)s: nothing joins it and nothing about it changes"),
    "batch_not_asked": marked("batch %(batch)s is %(state)s: nothing is asked about it"),
    "batch_event_refused": marked("batch %(batch)s is %(state)s and can't be %(event)s now; it may be: %(allowed)s"),
    "batch_name_wrong": marked("%(name)s can't name a batch: 1 to %(longest)s printable characters can"),
    "due_in_past": marked("%(due)s is in the past"),
    "workspace_locked": marked("another job is running in this workspace: %(holder)s"),
    "folder_not_writable": marked("can't be written (%(reason)s)"),
    "journal_disk_full": marked("the disk is full; every answer so far is kept"),
    "every_question_refused": marked("every question is refused now: %(why)s"),
    "no_room_for_answers": marked("no room to keep answers safe (%(megabytes)s MB are held back): %(reason)s"),
}
