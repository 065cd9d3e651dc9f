"""What to do about errors of the database, on the command line."""

from __future__ import annotations

_AGAIN = "run the same command to resume"
_MORE = "raise [storage] connections, or max_connections of the server where all processes together have too many"

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
    "driver_missing": 'pip install "labeling-assistant[postgres]"',
}
