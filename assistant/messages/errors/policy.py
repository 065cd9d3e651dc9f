"""Errors about policy documents and the vector index of their clauses and precedents."""

from __future__ import annotations

from assistant.messages.language import marked

TEXTS = {
    "policy_unreadable": marked("the policy document can't be read: %(why)s"),
    "policy_too_large": marked("the document is larger than %(most)s bytes"),
    "policy_not_utf8": marked("byte %(byte)s at offset %(offset)s is no UTF-8"),
    "policy_in_utf16": marked("byte %(byte)s at offset %(offset)s is no UTF-8; it looks like UTF-16"),
    "policy_mistaken": marked("%(report)s"),
    "policy_not_indexed": marked("version %(version)s of policy %(policy)s is not indexed with %(embedder)s"),
    "collection_not_indexed": marked("%(collection)s: not indexed"),
    "collection_of_other_dimensions": marked(
        "%(collection)s: its vectors have %(stored)s dimensions, those given have %(given)s"
    ),
    "index_entry_unreadable": marked("%(collection)s: an entry can't be read"),
    "index_entry_unknown": marked("%(collection)s: the index holds %(entry)s, which is not in its record"),
    "vectors_misshaped": marked("vectors must be a table (n, dims), got shape %(shape)s"),
    "vectors_miscounted": marked("%(entries)s entries but %(vectors)s vectors"),
    "vectors_unfit": marked("%(count)s vectors are zero or not finite, the first at %(place)s"),
    "vector_index_in_use": marked("the vector index is in use by %(holder)s"),
    "vector_index_damaged": marked("the vector index is damaged"),
    "index_file_unreadable": marked("the vector index is damaged: %(why)s"),
    "index_file_of_other_size": marked("the vector index is damaged: it has %(found)s bytes, %(written)s were written"),
    "index_file_altered": marked("the vector index is damaged: it holds other bytes than were written"),
    "index_file_not_removed": marked("can't be removed (%(reason)s)"),
    "index_folder_is_file": marked("a file stands where the folder of the vector index should be"),
    "index_folder_unwritable": marked("can't be written (%(reason)s)"),
    "index_progress_unwritable": marked("can't be written (%(reason)s)"),
    "index_disk_without_locks": marked("this disk gives no locks (%(reason)s)"),
    "chroma_failed": marked("Chroma: %(said)s"),
    "chroma_server_failed": marked("Chroma: %(said)s"),
    "chroma_url_unfit": marked("not the URL of a Chroma server"),
    "chroma_not_there": marked("Chroma: no Chroma server answers there (HTTP %(status)s for a sign of life)"),
    "chroma_database_missing": marked("Chroma: no database %(database)s of tenant %(tenant)s"),
    "chroma_server_unreachable": marked("the Chroma server can't be reached: %(why)s"),
    "chroma_server_gone": marked("the Chroma server has been gone for %(seconds)s s: %(why)s"),
    "policy_change_not_found": marked("there is no policy change %(change)s; there are: %(known)s"),
    "policy_change_other": marked("this is policy %(policy)s, not %(expected)s"),
    "policy_change_same": marked("this is the text of %(policy)s@%(version)s: nothing would change"),
    "policy_change_version": marked("version %(version)s of policy %(policy)s stands for another text already"),
    "policy_change_label_used": marked("the label set loses %(labels)s, which %(count)s labels use"),
    "policy_change_open": marked(
        "change %(change)s to version %(version)s is %(state)s and not in effect yet: one change at a time"
    ),
    "policy_change_state": marked("change %(change)s is %(state)s, not %(wanted)s"),
    "policy_change_superseded": marked(
        "change %(change)s replaces version %(version)s, but version %(current)s is in use"
    ),
    "policy_change_date": marked("%(given)s is no date"),
    "policy_change_past": marked("%(given)s is in the past; today is %(today)s (UTC)"),
    "policy_change_approver": marked("%(name)s may not approve changes of the policy; these may: %(known)s"),
    "policy_change_own": marked("%(name)s proposed change %(change)s: another person approves it"),
    "policy_change_unread": marked(
        "version %(version)s of the policy is in effect: read what changed (%(change)s) before your next item"
    ),
    "labels_of_other_versions": marked(
        "no label counts under %(policy)s@%(version)s: %(count)s labels on %(items)s items were given under other"
        " versions (%(versions)s)"
    ),
    "chroma_server_refuses": marked("the Chroma server refuses who asks (HTTP %(status)s)"),
}
