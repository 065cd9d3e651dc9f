"""How many drafts were measured on the same items: each further one wears them out."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import orjson

from assistant.errors import StorageError


def count_looks(path: Path, data: str, items: Sequence[str], draft: str) -> int:
    """Note that a draft is measured; how many different ones were, on exactly these items, this one included.

    Args:
        path: of the notes, a JSONL file; made when it is needed.
        data: digest of the frozen data.
        items: ids of the items measured on.
        draft: the draft's text.

    Raises:
        StorageError: the notes can't be kept.
    """
    test = blake2b("\0".join([data, *sorted(items)]).encode(), digest_size=16).hexdigest()
    name = blake2b(draft.encode(), digest_size=16).hexdigest()
    try:
        lines = path.read_bytes().splitlines() if path.exists() else []
        seen = {note[1] for line in lines if (note := _note(line))[0] == test}
        if name not in seen:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as file:
                file.write(orjson.dumps({"test": test, "draft": name}, option=orjson.OPT_APPEND_NEWLINE))
    except OSError as error:
        raise StorageError("draft_notes_unwritable", where=str(path), reason_given=error.strerror) from None
    return len(seen | {name})


def _note(line: bytes) -> tuple[str, str]:
    """(test, draft); of a line that was cut off, nothing."""
    try:
        fields = orjson.loads(line)
        return fields["test"], fields["draft"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return "", ""
