"""Row numbers as outsiders see them: texts that can't be guessed, ordered or shared.

A row number says when a row was made, and gold is made at the moment it is handed out: who sees numbers knows gold
by the newest one. So no face shows them. An id is a deterministic authenticated encryption of the number and of the
person it was given to (the construction of SIV, Rogaway & Shrimpton 2006, with HMAC-SHA-256): equal for equal input,
without any order, and made by no one who hasn't the workspace's secret. An id that was given to one person opens
nothing for another.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from enum import StrEnum
from typing import NamedTuple

_ROW, _USER, _TAG = 6, 4, 8  # bytes
ID_LENGTH = 24
"""Characters of an id: letters, digits, `-` and `_`."""


class IdKind(StrEnum):
    """What an id names."""

    ASSIGNMENT = "assignment"
    TASK = "task"


class OpaqueRow(NamedTuple):
    """A row number, and the user the id was given to; 0 for one that a list for leads shows."""

    number: int
    user_id: int


class OpaqueIds:
    """Makes and reads ids.

    Args:
        secret: of the workspace; anyone who has it can read every id.
    """

    def __init__(self, secret: str) -> None:
        key = secret.encode()
        self._keys = {kind: hmac.digest(key, f"opaque id: {kind}".encode(), "sha256") for kind in IdKind}

    def of(self, kind: IdKind, number: int, user_id: int = 0) -> str:
        """The id of a row, for one person.

        Args:
            kind: of what.
            number: row number, 0 to 2^48 - 1.
            user_id: the person, 0 to 2^32 - 1; 0 for a list that leads see.
        """
        plain = number.to_bytes(_ROW, "big") + user_id.to_bytes(_USER, "big")
        tag = self._digest(kind, b"tag" + plain)[:_TAG]
        return urlsafe_b64encode(tag + self._crypt(kind, tag, plain)).decode()

    def read(self, kind: IdKind, text: str) -> OpaqueRow | None:
        """The row an id names; None for what was never an id of this workspace."""
        try:
            given = urlsafe_b64decode(text.encode("ascii")) if len(text) == ID_LENGTH else b""
        except (Error, UnicodeEncodeError):
            return None
        tag, hidden = given[:_TAG], given[_TAG:]
        plain = self._crypt(kind, tag, hidden)
        right = self._digest(kind, b"tag" + plain)[:_TAG]
        if len(hidden) != _ROW + _USER or not hmac.compare_digest(tag, right):
            return None
        return OpaqueRow(int.from_bytes(plain[:_ROW], "big"), int.from_bytes(plain[_ROW:], "big"))

    def _crypt(self, kind: IdKind, tag: bytes, text: bytes) -> bytes:
        return bytes(one ^ other for one, other in zip(text, self._digest(kind, b"text" + tag), strict=False))

    def _digest(self, kind: IdKind, message: bytes) -> bytes:
        return hmac.digest(self._keys[kind], message, "sha256")
