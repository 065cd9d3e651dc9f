"""Runs and the jobs that work at them."""

from __future__ import annotations

ADVICE = {
    "no_run_yet": "assistant prelabel  makes one",
    "no_run_answered": "assistant prelabel  continues one; a run without answers is looked at by its name",
    "run_of_evaluation": "assistant eval report SUITE  shows them",
    "run_not_at_work": "assistant runs list  shows every run",
    "jobs_at_work": "name the run, e.g. assistant runs stop r1",
    "no_job_at_work": "assistant runs list  shows every run",
    "budget_without_price": 'add [prices."%(model)s"] with input and output in US$ per million tokens',
    "no_run_of_population": "assistant prelabel with the same --batch, --where or --ids makes one",
    "run_of_other_population": "name the run alone, or leave --run out",
    "ids_not_there": "assistant ingest FILE  imports items; take these ids out of the list otherwise",
    "ids_ambiguous": "write the ids as they were imported",
    "batch_not_found": "assistant batch list  shows every batch",
    "batch_closed": "give what comes now another --batch; assistant batch return NAME  opens a delivered one",
    "batch_not_asked": "assistant batch resume NAME  resumes a paused one; assistant batch show NAME  says more",
    "batch_event_refused": "assistant batch show NAME  shows what happened to it",
    "workspace_locked": "wait until it is done, or end it; what it has answered is kept",
    "folder_not_writable": "check who owns the folder, and that its disk gives locks",
    "journal_disk_full": "free some space, then run the same command to resume",
    "every_question_refused": (
        "A harmless control question was refused like the last items (%(items)s). Put right what the server complains"
        " of (key, credit, model, parameters); the same command then asks these items again."
    ),
    "no_room_for_answers": "free some space, then run the same command",
}
