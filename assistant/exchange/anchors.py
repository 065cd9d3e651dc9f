"""Anchors of the log of changes: its head in small signed files, for a place that the database's owner can't write.

A file `DAY-ROW.json` says which hash the newest row had; `DAY-ROW.sig` is its Ed25519 signature (64 bytes, RFC 8032),
and `public-KEY.pem` the key to check it with, by this program or by any other:

openssl pkeyutl -verify -pubin -inkey public-KEY.pem -rawin -in DAY-ROW.json -sigfile DAY-ROW.sig
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from assistant.errors import WorkspaceError
from assistant.store.audit.log import LogHead

# Loaded where something is signed or checked: most commands do neither.
if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORMAT = "labeling-assistant audit head 1"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head of the log that was noted.

    Args:
        path: its file.
        row: number of the log's newest row then, 0 for an empty log.
        hash: of that row.
        signed_at: ISO 8601 in UTC.
        reason: `day`, `release` or `asked`.
        key: the first 16 hexadecimal digits of the SHA-256 of the public key.
        fault: why it can't be relied on; empty where its signature holds.
    """

    path: Path
    row: int
    hash: str
    signed_at: str
    reason: str
    key: str
    fault: str = ""

    def as_json(self) -> dict[str, object]:
        """For manifests and programs, with the signed bytes and their signature."""
        return {
            "row": self.row,
            "hash": self.hash,
            "signed_at": self.signed_at,
            "reason": self.reason,
            "key": self.key,
            "signed": self.path.read_text(encoding="utf-8"),
            "signature": self.path.with_suffix(".sig").read_bytes().hex(),
            "public_key": _public_path(self.path.parent, self.key).read_text(encoding="ascii"),
        }


class AnchorFolder:
    """A folder of anchors.

    Args:
        folder: where they are; made where there is none.
        key: the file of the private key (PEM, readable by its owner only); made where there is none.
    """

    def __init__(self, folder: Path, key: Path) -> None:
        self.folder = folder
        self._key = key

    def write(self, head: LogHead, reason: str, workspace: str) -> Anchor:
        """Note a head, once a day and row: an anchor that is there already is not replaced.

        Raises:
            WorkspaceError: the folder or the key can't be read or written.
        """
        try:
            return self._write(head, reason, workspace)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise WorkspaceError(
                "anchor_not_written", where=str(error.filename or self.folder), reason=reason
            ) from None

    def of_day(self, day: str) -> bool:
        """Whether there is an anchor of that day (ISO 8601)."""
        return any(self.folder.glob(f"{day}-*.json"))

    def all(self, public_key: Path | None = None) -> list[Anchor]:
        """Every anchor, oldest first, each with what is wrong with it.

        Args:
            public_key: a PEM file: only what is signed with that key holds. None for the keys in the folder.

        Raises:
            WorkspaceError: that file holds no Ed25519 public key.
        """
        keys = self._public_keys() if public_key is None else dict([_read_public(public_key)])
        return [_read(path, keys) for path in self._paths()]

    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob("????-??-??-*.json")) if self.folder.is_dir() else []

    def _write(self, head: LogHead, reason: str, workspace: str) -> Anchor:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = self._private_key()
        name = _fingerprint(key.public_key())
        signed_at = datetime.now(UTC).isoformat(timespec="seconds")
        path = self.folder / f"{signed_at[:10]}-{head.row:012d}.json"
        if not (path.exists() and path.with_suffix(".sig").exists()):
            self._sign(path, self._content(head, reason, workspace, signed_at, name), key)
        made = _read(path, self._public_keys())
        if made.fault or (made.row, made.hash) != (head.row, head.hash):
            raise WorkspaceError("anchor_of_another_log", where=str(path), found=made.fault or made.hash)
        return made

    def _content(self, head: LogHead, reason: str, workspace: str, signed_at: str, key: str) -> dict[str, object]:
        before = self._paths()
        return {
            "format": FORMAT,
            "workspace": workspace,
            "row": head.row,
            "hash": head.hash,
            "logged_at": head.at,
            "signed_at": signed_at,
            "reason": reason,
            "key": key,
            "previous": sha256(before[-1].read_bytes()).hexdigest() if before else "",
        }

    @staticmethod
    def _sign(path: Path, content: dict[str, object], key: Ed25519PrivateKey) -> None:
        """Write both files; one that a killed process left half is signed only where it says the same."""
        _put(path, orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE), 0o644)
        body = path.read_bytes()
        try:
            there = orjson.loads(body)
            same = all(there[name] == content[name] for name in ("format", "row", "hash", "key"))
        except (ValueError, KeyError, TypeError):
            same = False
        if same:
            _put(path.with_suffix(".sig"), key.sign(body), 0o644)

    def _private_key(self) -> Ed25519PrivateKey:
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - as said above
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

        if not self._key.exists():
            self._key.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            made = Ed25519PrivateKey.generate()
            private = made.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            _put(self._key, private, 0o600)
        try:
            key = serialization.load_pem_private_key(self._key.read_bytes(), None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise WorkspaceError("anchor_key_unfit", where=str(self._key))
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        beside = _public_path(self.folder, _fingerprint(key.public_key()))
        if not beside.exists():
            _put(beside, public, 0o644)
        return key

    def _public_keys(self) -> dict[str, Ed25519PublicKey]:
        return dict(_read_public(path) for path in sorted(self.folder.glob("public-*.pem")))


def _read(path: Path, keys: Mapping[str, Ed25519PublicKey]) -> Anchor:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - as said above

    try:
        body = path.read_bytes()
        signature = path.with_suffix(".sig").read_bytes()
        told: dict[str, Any] = orjson.loads(body)
        key = str(told["key"])
        made = Anchor(path, int(told["row"]), str(told["hash"]), str(told["signed_at"]), str(told["reason"]), key)
    except (OSError, ValueError, KeyError, TypeError):
        return Anchor(path, 0, "", "", "", "", fault="it can't be read, or its signature is missing")
    try:
        if key not in keys:
            return _faulty(made, f"it is signed with the key {key}, which is not known here")
        keys[key].verify(signature, body)
    except InvalidSignature:
        return _faulty(made, "its signature doesn't hold: it was changed")
    return made


def _faulty(anchor: Anchor, fault: str) -> Anchor:
    return Anchor(anchor.path, anchor.row, anchor.hash, anchor.signed_at, anchor.reason, anchor.key, fault)


def _read_public(path: Path) -> tuple[str, Ed25519PublicKey]:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - as said above
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise WorkspaceError("anchor_public_key_unfit", where=str(path))
    return _fingerprint(key), key


def _fingerprint(key: Ed25519PublicKey) -> str:
    return sha256(key.public_bytes_raw()).hexdigest()[:16]


def _public_path(folder: Path, key: str) -> Path:
    return folder / f"public-{key}.pem"


def _put(path: Path, content: bytes, mode: int) -> None:
    """A new file, whole or not there; one that is there stays."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(part, path)  # unlike a rename it replaces nothing: two processes at once keep the first one's
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
