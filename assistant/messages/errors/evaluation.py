"""Errors about evaluations: their files, suites, variants and figures."""

from __future__ import annotations

from assistant.messages.language import marked

TEXTS = {
    "items_file_needed": marked("needs to know the items"),
    "labels_file_needed": marked("goes with a file of human labels"),
    "labels_file_needed_to_read": marked("how files are read goes with a file of human labels"),
    "machine_answers_needed": marked("there are no model predictions to compare"),
    "margin_out_of_range": marked(
        "the margin is %(margin)s; it is a share between 0 and 1, such as 0.02 for two points"
    ),
    "nothing_to_report_on": marked("nothing says what to report on"),
    "pilot_needs_both_files": marked("a pilot needs both human labels and model predictions"),
    "runs_to_compare_needed": marked("two runs are compared, the one in use first"),
    "two_variants_needed": marked("two variants are compared, the one in use first; there are %(variants)s"),
    "variants_not_two": marked("names %(count)s variants, not two"),
}
