"""What a command is given."""

from __future__ import annotations

ADVICE = {
    "cost_not_confirmed": "give --yes to run it anyway, or --budget to bound it",
    "draft_kind_unknown": "--kind prompt or --kind policy",
    "fault_unknown": "assistant dev-server --list-faults  shows them",
    "items_or_agreed_ones": "name items, or give --agreed",
    "log_unknown": "leave it out for the file",
    "no_precedent_of_item": "assistant precedents list  shows them",
    "not_a_lack": "assistant dev-server --list-faults  shows what there is",
    "port_unusable": "choose another with --port",
    "tasks_would_be_overwritten": "--yes does it, --dry-run shows what would change; "
    "without --due and --team only new tasks are added",
    "text_or_suite_needed": 'assistant policy search "buy followers"',
}
