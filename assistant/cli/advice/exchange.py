"""Files that go out or come back: exports, backups, signed heads of the log of changes."""

from __future__ import annotations

ADVICE = {
    "export_format_unknown": "end the name in one of %(endings)s",
    "file_not_written": "name another file",
    "folder_not_found": "make it first, or name another file",
    "file_there_already": "--overwrite replaces it",
    "too_many_rows_for_excel": "export to .csv",
    "disk_full_for_backup": "free some space, or name another disk",
    "no_room_to_restore": "free some space, or restore to another disk",
    "backup_format_unknown": "restore it with the program that made it, or a newer one",
    "anchor_not_written": "ASSISTANT__AUDIT__ANCHORS and ASSISTANT__AUDIT__KEY name another folder and another file",
    "anchor_key_unfit": "ASSISTANT__AUDIT__KEY names another file",
    "anchor_of_another_log": "keep it apart and look into it: it may show another history of the log",
    "anchor_public_key_unfit": "it is called public-KEY.pem",
    "backup_unreadable": "take another backup",
    "backup_part_differs": "take another backup",
    "backup_part_damaged": "take another backup",
    "backup_part_too_short": "take another backup",
    "backup_line_too_long": "take another backup",
    "backup_manifest_too_large": "take another backup",
    "backup_without_manifest": "take another backup",
    "backup_manifest_damaged": "take another backup",
    "backup_of_another_program": "take another backup",
    "backup_parts_differ": "take another backup",
    "backup_part_name_unfit": "take another backup",
    "backup_part_no_plain_file": "take another backup",
    "backup_part_packed_otherwise": "take another backup",
    "backup_part_of_another_size": "take another backup",
    "backup_claims_too_much": "take another backup",
}
