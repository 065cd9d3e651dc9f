"""What to type about errors of the review queue, precedents and policies of tasks."""

from __future__ import annotations

ADVICE = {
    "team_given_and_cleared": "give --team or --clear-team",
    "due_given_and_cleared": "give --due or --clear-due",
    "no_filter": "give --where FILTER=VALUE, or --all if every task is meant",
    "one_change": "give one of --due, --clear-due, --priority, --to, --team, --clear-team, --pause, --resume, "
    "--cancel, --return, --invalidate",
    "change_not_confirmed": "look with --dry-run, then give --yes",
    "change_undone": "assistant queue changes  lists them",
    "no_task_change": "assistant queue changes  lists them",
    "preview_outdated": "look with --dry-run",
    "nothing_to_change": "look with --dry-run",
    "changes_under_way": "try again in a moment",
    "no_human_labels": "assistant labels import FILE",
    "precedent_disputed": "only what two or more people agree on can be one",
    "precedent_labeled_once": "only what two or more people agree on can be one",
    "no_item": "assistant precedents list  shows which items are precedents",
}
