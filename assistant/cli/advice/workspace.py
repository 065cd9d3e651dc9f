"""Workspaces: what they hold, backups of them, and the models they ask."""

from __future__ import annotations

ADVICE = {
    "item_not_found": "assistant export items.csv  lists the ids",
    "nothing_to_label": "assistant ingest FILE  takes content in",
    "workspace_exists": "choose another folder",
    "backup_in_state": "name another folder, or another disk",
    "backup_damaged": "take another backup",
    "backup_without_settings": "take another backup",
    "restore_folder_not_empty": "name another",
    "restore_folder_unwritable": "name another folder",
    "model_unnamed": "local, openai:NAME, PROVIDER:NAME (as LangChain names them) or replay:FILE",
    "model_key_unset": "export OPENAI_API_KEY=...",
    "header_variable_unset": "export %(variable)s=...",
    "disk_almost_full": "free some space: a job of 1 M items takes about 3 GB",
    "state_readable_by_others": "chmod -R go-rwx %(folder)s",
}
