"""What to do about errors of the database, on the command line."""

from __future__ import annotations

_AGAIN = "run the same command to resume"
_MORE = "raise [storage] connections, or max_connections of the server where all processes together have too many"
_FOREIGN = "is this a file of ours?"
_OWN_DATABASE = (
    "give this folder a database of its own; or, where it is meant to share this one, say so in its assistant.toml:"
    ' [storage] workspace_id = "%(id)s"'
)

ADVICE = {
    "database_newer": "upgrade labeling-assistant",
    "database_older": "assistant backup FILE, end older programs that use it, then: assistant db upgrade",
    "database_copy_failed": "free some space; then again",
    "database_locked": f"end it; {_AGAIN}",
    "database_silent": _AGAIN,
    "database_busy": _AGAIN,
    "database_replica": "let ASSISTANT_DATABASE_URL name the primary server",
    "database_slow": "ask for less at once, or let [storage] page_seconds allow more",
    "database_full": _MORE,
    "connections_taken": _MORE,
    "database_disk_full": f"free some space; {_AGAIN}",
    "database_read_only": "give yourself the right: chmod u+w on it and on its folder",
    "database_damaged": "restore a copy of it: assistant restore FILE FOLDER",
    "tables_not_owned": "upgrade as the role that owns the tables: assistant db upgrade",
    "database_url_unknown": "postgresql://USER@HOST:PORT/DATABASE, with special characters of a password as %%XX",
    "prompt_edited": "undo the edit, or save it as the next version: prompts/%(name)s/<next>.md",
    "policy_edited": "give the new text a new version in its front matter",
    "restore_database_not_empty": "let ASSISTANT_DATABASE_URL name an empty database, of either kind",
    "backup_newer": "upgrade labeling-assistant",
    "backup_table_unknown": _FOREIGN,
    "backup_rows_unfit": _FOREIGN,
    "backup_row_unfit": _FOREIGN,
    "items_not_imported": "import them first: assistant ingest FILE",
    "database_of_other_folder": _OWN_DATABASE,
    "database_of_other_policy": _OWN_DATABASE,
    "database_of_other_workspace": _OWN_DATABASE,
    "driver_missing": 'pip install "labeling-assistant[postgres]"',
}
