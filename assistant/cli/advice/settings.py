"""`assistant.toml` and the environment."""

from __future__ import annotations

ADVICE = {
    "no_workspace": "assistant init %(folder)s  makes one",
    "settings_unreadable": "make it readable",
    "settings_not_toml": "correct that line",
    "settings_wrong": "fix them and run again",
}
