"""Errors about users, sessions and API tokens."""

from __future__ import annotations

from assistant.messages.language import marked

TEXTS = {
    "user_not_found": marked("there is no user of this name"),
    "user_exists": marked("there is a user of this name already"),
    "last_admin": marked("is the last admin: no one could manage users any more"),
    "token_lifetime_out_of_range": marked("a token can't last %(days)s days; choose 1 to %(most)s"),
    "token_not_found": marked("there is no such token"),
}
