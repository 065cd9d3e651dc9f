"""Errors about files that go out or come back: exports, backups, signed heads of the log of changes."""

from __future__ import annotations

from assistant.messages.language import marked

TEXTS = {
    "file_not_written": marked("can't be written: %(reason)s"),
    "file_not_read": marked("can't be read: %(reason)s"),
    "folder_not_found": marked("there is no such folder"),
    "file_there_already": marked("there is a file of this name already"),
    "export_format_unknown": marked("can't export to %(file)s"),
    "too_many_rows_for_excel": marked("more than %(rows)s rows don't fit into an Excel sheet"),
    "disk_full_for_backup": marked("the disk is full; no backup was made"),
    "no_room_to_restore": marked("restoring needs %(needed)s GB, and %(free)s GB are free"),
    "backup_unreadable": marked("it is no backup, or its end is missing; nothing was restored"),
    "backup_part_differs": marked("%(part)s is not what the manifest says; nothing was restored"),
    "backup_part_damaged": marked("%(part)s is damaged; nothing was restored"),
    "backup_part_too_short": marked("%(part)s is not as long as the manifest says; nothing was restored"),
    "backup_line_too_long": marked("%(part)s has a line of more than %(megabytes)s MB; nothing was restored"),
    "backup_manifest_too_large": marked("its manifest is too large; nothing was restored"),
    "backup_without_manifest": marked(
        "it is no backup of a workspace: there is no manifest in it; nothing was restored"
    ),
    "backup_manifest_damaged": marked("its manifest is damaged; nothing was restored"),
    "backup_of_another_program": marked("it is no backup of a workspace; nothing was restored"),
    "backup_parts_differ": marked("what is in it is not what its manifest names; nothing was restored"),
    "backup_part_name_unfit": marked("'%(part)s' is a name no backup has; nothing was restored"),
    "backup_part_no_plain_file": marked("'%(part)s' is no plain file; nothing was restored"),
    "backup_part_packed_otherwise": marked("'%(part)s' is packed in another way; nothing was restored"),
    "backup_part_of_another_size": marked("'%(part)s' has another size than its manifest says; nothing was restored"),
    "backup_claims_too_much": marked("it claims to hold more than can be in it; nothing was restored"),
    "backup_format_unknown": marked("it is a backup of another format (%(version)s)"),
    "anchor_not_written": marked("a signed head of the log of changes can't be written: %(reason)s"),
    "anchor_of_another_log": marked("the signed head that is there is of another log: %(found)s"),
    "anchor_key_unfit": marked("holds no Ed25519 private key in PEM"),
    "anchor_public_key_unfit": marked("holds no Ed25519 public key in PEM"),
}
