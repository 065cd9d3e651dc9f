"""Users and API tokens."""

from __future__ import annotations

ADVICE = {
    "user_not_found": "assistant users list  shows them all",
    "user_exists": "assistant users list  shows them all",
    "user_not_among_others": "assistant serve --user %(first)s"
    " (or, beside a running server, assistant users link %(first)s);"
    " or assistant users add %(name)s --role admin --no-password",
    "no_user_can_sign_in": "assistant users add %(name)s --role admin --no-password",
    "user_disabled": "assistant users enable NAME  lets them sign in again",
    "password_is_the_name": "choose something others don't know",
    "password_guessable": "use more words, or less usual ones: four or five that have nothing to do with each other",
    "last_admin": "make another user an admin first: assistant users roles NAME admin",
    "token_not_found": "assistant tokens list  shows them",
}
