"""Errors about the database: its schema, its server, its file."""

from __future__ import annotations

from assistant.messages.language import marked

TEXTS = {
    "database_newer": marked(
        "the database was written by a newer version (schema %(found)s, this program knows %(known)s)"
    ),
    "database_older": marked("the database has schema %(found)s, this program needs %(needed)s"),
    "database_copy_failed": marked("the database can't be copied before it is upgraded: %(said)s"),
    "database_locked": marked("another process keeps the database locked"),
    "database_silent": marked("the database does not answer: %(said)s"),
    "database_busy": marked("other writers stood in the way; nothing was written"),
    "database_replica": marked("the database takes no changes: it is a replica, or set to read only"),
    "database_slow": marked("the database took too long over one question and was stopped"),
    "database_full": marked("the database has no connection free"),
    "connections_taken": marked("all connections to the database are in use"),
    "database_disk_full": marked("the disk is full"),
    "database_read_only": marked("the database file can't be written"),
    "database_damaged": marked("the database file is damaged: %(said)s"),
    "database_denied": marked("the database refuses: %(said)s"),
    "tables_not_owned": marked("the database refuses this role: %(said)s"),
    "database_url_unknown": marked("not a database URL this program knows"),
    "driver_missing": marked("the driver %(driver)s is not installed"),
}
