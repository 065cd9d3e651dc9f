"""What to do about an error on a page, by its code: where to go and which button to press."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.messages.language import Language, marked

ADVICE: Mapping[str, str] = {
    "last_admin": marked("Make another user an admin first."),
}


def advice(code: str, reader: Language) -> str:
    """What to do next, in the reader's language; empty where there is nothing to say."""
    return reader.gettext(ADVICE[code]) if code in ADVICE else ""
