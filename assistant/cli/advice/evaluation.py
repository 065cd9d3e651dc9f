"""Evaluations."""

from __future__ import annotations

ADVICE = {
    "items_file_needed": "give --items",
    "labels_file_needed": "give --labels, too",
    "labels_file_needed_to_read": "give --labels, too",
    "nothing_to_report_on": "name a suite, or give --labels and --machine",
    "pilot_needs_both_files": "give both --labels and --machine, or neither",
    "machine_answers_needed": "give --machine, or name a suite",
    "runs_to_compare_needed": "assistant runs list  shows them; or give --suite NAME",
    "two_variants_needed": "name the one in use first, then the other",
    "variants_not_two": "--variants A,B, the one in use first; names with commas go as two arguments",
}
