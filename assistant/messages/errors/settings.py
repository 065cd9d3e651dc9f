"""Errors about `assistant.toml` and the environment."""

from __future__ import annotations

from assistant.messages.language import marked, marked_plural

TEXTS = {
    "no_workspace": marked("no workspace here"),
    "settings_unreadable": marked("can't be read: %(why)s"),
    "settings_not_toml": marked("not valid TOML: %(why)s"),
    "settings_wrong": marked_plural("%(count)s wrong setting%(settings)s", "%(count)s wrong settings%(settings)s"),
}
