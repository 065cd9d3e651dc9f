"""Policy documents and the vector index."""

from __future__ import annotations

_BUILD = "assistant policy index  builds it from the vectors in the database"
_REBUILD = "assistant policy index --rebuild  builds it again from the vectors in the database"
_CHECK = "assistant policy verify  checks the index"
_START = f"is the server running? chroma run --path DIR  starts one; {_CHECK}, {_BUILD}"

ADVICE = {
    "policy_unreadable": "check the path and who may read it",
    "policy_too_large": "a policy is text for people and prompts: split it into several policies",
    "policy_not_utf8": "save the document as UTF-8",
    "policy_in_utf16": "save the document as UTF-8",
    "policy_not_indexed": _BUILD,
    "collection_not_indexed": _BUILD,
    "collection_of_other_dimensions": _BUILD,
    "index_entry_unreadable": _BUILD,
    "index_entry_unknown": _BUILD,
    "vectors_unfit": "the embedder made them; embed these texts again",
    "vector_index_in_use": (
        "wait until it is done; for several processes at once run a Chroma server and set [storage] chroma_url"
    ),
    "vector_index_damaged": _REBUILD,
    "index_file_unreadable": _REBUILD,
    "index_file_of_other_size": _REBUILD,
    "index_file_altered": _REBUILD,
    "index_file_not_removed": "check who owns the folder",
    "index_folder_is_file": "move it away, then: assistant policy index --rebuild",
    "index_folder_unwritable": "check who owns the folder and whether the disk is full",
    "index_disk_without_locks": "keep the workspace on a local disk, or use a Chroma server: [storage] chroma_url",
    "policy_change_not_found": "assistant policy change list  shows them",
    "policy_change_other": "a change is a new version of the same policy: keep `policy:` in the front matter",
    "policy_change_same": "edit it and give it a new version; --replaces VERSION compares it with another one",
    "policy_change_version": "give the new text a version of its own in the front matter",
    "policy_change_label_used": (
        "keep the label, or say --lose-labels: what holds it is stale then and has to be labeled again"
    ),
    "policy_change_open": "assistant policy change withdraw %(change)s  gives it up",
    "policy_change_state": "assistant policy change show %(change)s  shows what became of it",
    "policy_change_superseded": "assistant policy change withdraw %(change)s, then propose it again",
    "policy_change_date": "like 2026-12-01, 2026-12-01T08:00+01:00, or now",
    "policy_change_past": "a change takes effect today or later",
    "policy_change_approver": "--by NAME, with the name of one of them",
    "policy_change_own": "--by NAME, with the name of another person",
    "policy_change_unread": "assistant policy change acknowledge %(change)s --by NAME, or open it on the page Policy",
    "labels_of_other_versions": (
        "assistant policy change propose FILE  carries labels over by a recorded decision;"
        " assistant enqueue --stale  asks for new ones"
    ),
    "chroma_failed": f"{_CHECK}, {_REBUILD}",
    "chroma_server_failed": _START,
    "chroma_url_unfit": "like http://127.0.0.1:8000",
    "chroma_not_there": "check host, port and path of [storage] chroma_url",
    "chroma_database_missing": ("[storage] chroma_tenant and chroma_database name them; make them on the server first"),
    "chroma_server_unreachable": _START,
    "chroma_server_gone": (
        "start it again, then the same command resumes; [storage] chroma_wait_seconds says how long it is waited for"
    ),
    "chroma_server_refuses": (
        "set ASSISTANT_CHROMA_TOKEN to the token it asks for; [storage] chroma_token_header says how it is given:"
        " %(headers)s"
    ),
}
