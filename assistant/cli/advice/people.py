"""Users and API tokens."""

from __future__ import annotations

ADVICE = {
    "user_not_found": "assistant users list  shows them all",
    "user_exists": "assistant users list  shows them all",
    "last_admin": "make another user an admin first: assistant users roles NAME admin",
    "token_not_found": "assistant tokens list  shows them",
}
