"""Names to sign in with, and random secrets that are handed out once and kept as digests."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata

from assistant.errors import InvalidValueError

TOKEN_PREFIX = "lat_"  # noqa: S105 - no secret: lets scanners of leaked secrets know ours
_NAME = re.compile(r"[\w.@+-]{1,64}")


def new_secret() -> str:
    """256 random bits, safe in an address and a header."""
    return secrets.token_urlsafe(32)


def new_token() -> str:
    """The secret of an API token."""
    return TOKEN_PREFIX + new_secret()


def digest(secret: str) -> str:
    """What is kept of a secret: SHA-256 in hex. Enough for random secrets; passwords need `passwords.hash_password`."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def clean_name(name: str) -> str:
    """A name as it is kept: NFKC, lower case, without spaces around it.

    Raises:
        InvalidValueError: it is empty, too long, or holds something other than letters, digits and `._@+-`.
    """
    cleaned = unicodedata.normalize("NFKC", name).strip().lower()
    if not _NAME.fullmatch(cleaned):
        raise InvalidValueError("user_name_unfit", where=repr(name[:80]))
    return cleaned
