"""Stable names for people in figures that are read without knowing who they are."""

from __future__ import annotations

import hmac

_LENGTH = 8  # hexadecimal digits: two of a thousand people share them once in 8,000 workspaces


class Pseudonyms:
    """Gives each person a name like `P-3f09c2aa`, always the same in one workspace and another one elsewhere.

    Args:
        secret: of the workspace; who has it can try out names.
    """

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), b"pseudonyms of people", "sha256")

    def of(self, name: str) -> str:
        """The pseudonym of a person, by the name they sign in with or were imported under."""
        return "P-" + hmac.digest(self._key, name.encode(), "sha256").hex()[:_LENGTH]
