"""Errors about the database: its schema, its server, its file."""

from __future__ import annotations

from assistant.messages.language import marked, marked_plural

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
    "prompt_edited": marked_plural(
        "prompt %(prompt)s was edited: run %(runs)s used another text under this version",
        "prompt %(prompt)s was edited: runs %(runs)s used another text under this version",
    ),
    "policy_edited": marked_plural(
        "policy %(policy)s version %(version)s was edited: run %(runs)s used another text under this version",
        "policy %(policy)s version %(version)s was edited: runs %(runs)s used another text under this version",
    ),
    "restore_database_not_empty": marked("the database to restore into is not empty: it has %(tables)s tables"),
    "backup_newer": marked("it was made by a newer version (schema %(found)s, this program knows %(known)s)"),
    "backup_row_missing": marked("a row of %(table)s refers to a row of %(other)s that is not there"),
    "backup_table_unknown": marked("table %(table)s is not as this schema has it; nothing was restored"),
    "backup_rows_unfit": marked("a row of table %(table)s is not as this schema has it; nothing was restored"),
    "backup_row_unfit": marked("row %(row)s of table %(table)s is not as this schema has it; nothing was restored"),
    "table_unfillable": marked("table %(table)s can't be filled: %(said)s"),
    "items_not_imported": marked("%(items)s of the items given are not in this workspace: %(named)s"),
    "database_of_other_folder": marked(
        "the database is another workspace's: %(items)s items of policy %(policies)s, first opened by %(folder)s;"
        " %(why)s"
    ),
    "database_of_other_policy": marked(
        "the database is another workspace's: %(items)s items of policy %(policies)s; %(why)s"
    ),
    "database_of_other_workspace": marked("the database is another workspace's: %(items)s items; %(why)s"),
    "other_workspace_id": marked("its id is %(id)s, [storage] workspace_id says %(stated)s"),
    "folder_has_own_database": marked("this folder has a database of its own with %(items)s items"),
    "folder_has_other_policy": marked("this folder's policy is %(policy)s"),
    "policy_differs_from_folder": marked("its %(policy)s has another wording than this folder's"),
    "driver_missing": marked("the driver %(driver)s is not installed"),
}
