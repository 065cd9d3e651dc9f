"""Passwords: which are taken, how they are kept, and whether one is right."""

from __future__ import annotations

import secrets
import threading
import unicodedata
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from assistant.application.people.guessing import guessable
from assistant.errors import InvalidValueError

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1024

# OWASP's recommendation of 19 MiB and two passes: a flood of logins must not cost the server its memory.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_HASHING = threading.BoundedSemaphore(2)


class UnfitPasswordError(InvalidValueError):
    """A password that is not taken; the code says why."""


def hash_password(password: str, *, name: str = "", context: Iterable[str] = ()) -> str:
    """A password as it is kept: argon2id with its own salt. Every way to set one leads through here.

    Args:
        password: as it was typed.
        name: whose it is.
        context: more that others connect with them: the name as they write it, the workspace's.

    Raises:
        UnfitPasswordError: too short, too long, the name itself, or one that others would guess.
    """
    cleaned = unicodedata.normalize("NFKC", password)
    if not SHORTEST_PASSWORD <= len(cleaned) <= LONGEST_PASSWORD:
        raise UnfitPasswordError("password_length", length=len(cleaned), least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD)
    if name and cleaned.casefold().strip(" 0123456789!?._-") == name.casefold():
        raise UnfitPasswordError("password_is_the_name")
    if guessable(cleaned, (name, *context)):
        raise UnfitPasswordError("password_guessable")
    with _HASHING:
        return _HASHER.hash(cleaned)


def password_fits(password: str, kept: str | None) -> bool:
    """Whether a password is the one behind a hash; takes about as long where there is no hash at all."""
    cleaned = unicodedata.normalize("NFKC", password[: LONGEST_PASSWORD + 1])
    decoy = _decoy_hash()  # before anything is known about this one
    try:
        with _HASHING:
            return _HASHER.verify(kept or decoy, cleaned) and kept is not None
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False


@cache
def _decoy_hash() -> str:
    return _HASHER.hash(secrets.token_urlsafe(16))
