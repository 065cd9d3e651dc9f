"""Projects: their keys, settings, states and members."""

from __future__ import annotations

ADVICE = {
    "project_not_found": "assistant project list  shows them",
    "project_misspelled": "did you mean %(near)s?",
    "project_exists": "choose another key",
    "project_not_named": "name one with --project, or choose one: assistant project use KEY",
    "project_key_unfit": "e.g. market-zh",
    "project_without_settings": "assistant project init %(project)s --policy FILE  writes them",
    "project_not_in_database": "assistant project init %(project)s  adds it",
    "project_unwritable": "make the folder writable",
    "project_policy_missing": "name one with --policy FILE",
    "project_closed": "assistant project reopen %(project)s  opens it again",
    "project_paused": "assistant project activate %(project)s  ends the pause",
    "project_draft": "assistant project activate %(project)s  begins the work",
    "project_state_out_of_turn": "assistant project show %(project)s  shows the state; reopen opens a closed one",
    "project_folder_exists": "leave --policy out: assistant project init %(project)s",
    "project_title_elsewhere": "[title], and below it en = ... and zh = ...",
    "project_title_missing": "--title-en, --title-zh or both",
    "member_not_found": "assistant project members %(project)s  lists them",
}
