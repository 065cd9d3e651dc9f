"""Secrets that are handed out once and kept as digests, names people sign in with, and their passwords."""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
import unicodedata
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from assistant.errors import InputError
from assistant.messages.language import marked
from assistant.web.security.passwords import guessable

TOKEN_PREFIX = "lat_"  # noqa: S105 - no secret: lets scanners of leaked secrets know ours
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1024
_NAME = re.compile(r"[\w.@+-]{1,64}")

# OWASP's recommendation of 19 MiB and two passes: a flood of logins must not cost the server its memory.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_HASHING = threading.BoundedSemaphore(2)


def new_secret() -> str:
    """256 random bits, safe in an address and a header."""
    return secrets.token_urlsafe(32)


def new_token() -> str:
    """The secret of an API token."""
    return TOKEN_PREFIX + new_secret()


def digest(secret: str) -> str:
    """What is kept of a secret: SHA-256 in hex. Enough for random secrets; passwords need `hash_password`."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def clean_name(name: str) -> str:
    """A name as it is kept: NFKC, lower case, without spaces around it.

    Raises:
        InputError: it is empty, too long, or holds something other than letters, digits and `._@+-`.
    """
    cleaned = unicodedata.normalize("NFKC", name).strip().lower()
    if not _NAME.fullmatch(cleaned):
        raise InputError(
            "can't be a name to sign in with", where=repr(name[:80]), hint="1 to 64 letters, digits or . _ @ + -"
        )
    return cleaned


class UnfitPasswordError(InputError):
    """A password that isn't taken.

    Args:
        told: the same for a page, to be translated.
    """

    def __init__(self, what: str, *, hint: str, told: str) -> None:
        super().__init__(what, hint=hint)
        self.told = told


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
        raise UnfitPasswordError(
            f"the password has {len(cleaned)} characters",
            hint=f"take {SHORTEST_PASSWORD} to {LONGEST_PASSWORD}",
            told=marked("A password has 12 to 1,024 characters."),
        )
    if name and cleaned.casefold().strip(" 0123456789!?._-") == name.casefold():
        raise UnfitPasswordError(
            "the password is the name itself",
            hint="take something others don't know",
            told=marked("The password is the name itself. Take something others don't know."),
        )
    if guessable(cleaned, (name, *context)):
        raise UnfitPasswordError(
            "the password is easy to guess: it is made of common words, names, dates, rows of keys or repeats",
            hint="take more words, or less usual ones: four or five that have nothing to do with each other",
            told=marked(
                "This password is easy to guess: it is made of common words, names, dates, rows of keys or repeats."
                " Take four or five words that have nothing to do with each other."
            ),
        )
    with _HASHING:
        return _HASHER.hash(cleaned)


def password_fits(password: str, kept: str | None) -> bool:
    """Whether a password is the one behind a hash; takes about as long where there is no hash at all."""
    cleaned = unicodedata.normalize("NFKC", password[: LONGEST_PASSWORD + 1])
    nobodys = _nobodys_hash()  # before anything is known about this one
    try:
        with _HASHING:
            return _HASHER.verify(kept or nobodys, cleaned) and kept is not None
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_urlsafe(16))
