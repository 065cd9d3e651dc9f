"""What to type about errors of the review queue, precedents and policies of tasks."""

from __future__ import annotations

ADVICE = {
    "team_given_and_cleared": "give --team or --clear-team",
    "due_given_and_cleared": "give --due or --clear-due",
    "no_human_labels": "assistant labels import FILE",
    "precedent_disputed": "only what two or more people agree on can be one",
    "precedent_labeled_once": "only what two or more people agree on can be one",
    "no_item": "assistant precedents list  shows which items are precedents",
}
