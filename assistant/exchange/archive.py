"""The file of a backup: a ZIP of parts with a manifest of their sizes and digests. Bounded memory both ways.

Written under another name and renamed when it is whole. Read with mistrust: whatever is not as the manifest says it is
is refused before anything is taken out.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, Self

import orjson

from assistant.errors import ConflictError, InputError, StorageError

FORMAT = "labeling-assistant backup"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"
_LARGEST_MANIFEST = 64 << 20
_LONGEST_LINE = 128 << 20
_CHUNK = 1 << 20
_DEFLATE = 1_100  # no honest part is more than so many times as large as what it is packed into
_LEVEL = 3
_KINDS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ENCRYPTED = 0x1
_NAME = re.compile(r"(?:tables|workspace)/[^\x00-\x1f\\:]+")
_MOST_FOLDERS = 32


@dataclass(frozen=True, slots=True)
class ArchivePart:
    """One file of an archive: its name in it, its bytes unpacked, and their SHA-256."""

    name: str
    bytes: int
    sha256: str


class ArchiveWriter:
    """Puts parts into an archive one after the other."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.parts: list[ArchivePart] = []

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """Add a part from its bytes, piece by piece."""
        digest, size = sha256(), 0
        with self._archive.open(name, "w", force_zip64=True) as file:
            for chunk in chunks:
                file.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        self.parts.append(ArchivePart(name, size, digest.hexdigest()))

    def finish(self, facts: Mapping[str, object]) -> None:
        """Write the manifest: what is said of the whole, and each part."""
        manifest = {"format": FORMAT, "format_version": FORMAT_VERSION, **facts}
        manifest["parts"] = [asdict(part) for part in self.parts]
        self._archive.writestr(MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))


@contextmanager
def writing(path: Path, *, overwrite: bool) -> Iterator[ArchiveWriter]:
    """A new archive, its owner's only, which appears under its name when the block ends well, whole.

    Raises:
        InputError: there is a file of that name already, and it is not to be overwritten; or no such folder.
        StorageError: the disk is full; nothing is left of the new file, and one of before is as it was.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    _refuse_existing(path, overwrite=overwrite)
    try:
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(descriptor, "w+b") as file:
                with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
                    yield ArchiveWriter(archive)
                file.flush()
                os.fsync(file.fileno())
            _refuse_existing(path, overwrite=overwrite)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise StorageError("disk_full_for_backup", where=str(path)) from None
        raise InputError("file_not_written", where=str(path), reason=error.strerror) from None


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return _digest(iter(lambda: file.read(_CHUNK), b""))


class ArchiveReader:
    """An archive whose parts are all there, as its manifest says.

    Args:
        path: the file.
        room: bytes there is room for where the parts are to go.

    Raises:
        InputError: it is no backup of ours, is damaged or cut off, or holds what a backup never does.
    """

    def __init__(self, path: Path, *, room: int) -> None:
        self._path = path
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            raise self._refused("backup_unreadable") from None
        except OSError as error:
            raise InputError("file_not_read", where=str(path), reason=error.strerror) from None
        try:
            self.facts = self._read_manifest()
            self.parts = self._read_parts(room)
        except BaseException:
            self._archive.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archive.close()

    def verify(self) -> None:
        """Read every part and compare it with its digest. Raises InputError for the first that differs."""
        for part in self.parts:
            if _digest(self.chunks(part)) != part.sha256:
                raise self._refused("backup_part_differs", part=part.name)

    def chunks(self, part: ArchivePart) -> Iterator[bytes]:
        """A part's bytes, piece by piece; never more than it says it has."""
        left = part.bytes
        try:
            with self._archive.open(part.name) as file:
                while chunk := file.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        break
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError):
            raise self._refused("backup_part_damaged", part=part.name) from None
        if left:
            raise self._refused("backup_part_too_short", part=part.name)

    def lines(self, part: ArchivePart) -> Iterator[bytes]:
        """A part's lines with their ends. Raises InputError for one that is longer than any row."""
        rest = b""
        for chunk in self.chunks(part):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole
            if len(rest) > _LONGEST_LINE:
                raise self._refused("backup_line_too_long", part=part.name, megabytes=_LONGEST_LINE >> 20)
        if rest:
            yield rest

    def _read_manifest(self) -> dict[str, Any]:
        try:
            info = self._archive.getinfo(MANIFEST)
            if info.file_size > _LARGEST_MANIFEST:
                raise self._refused("backup_manifest_too_large")
            with self._archive.open(info) as file:
                facts = orjson.loads(file.read(_LARGEST_MANIFEST))
        except KeyError:
            raise self._refused("backup_without_manifest") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, NotImplementedError, OSError):
            raise self._refused("backup_manifest_damaged") from None
        if not isinstance(facts, dict) or facts.get("format") != FORMAT:
            raise self._refused("backup_of_another_program")
        if facts.get("format_version") != FORMAT_VERSION:
            version = str(facts.get("format_version"))
            raise InputError("backup_format_unknown", where=str(self._path), version=version)
        return facts

    def _read_parts(self, room: int) -> list[ArchivePart]:
        """What the manifest names, which must be what is there, each a plain file with a name of ours."""
        try:
            parts = [
                ArchivePart(str(one["name"]), int(one["bytes"]), str(one["sha256"])) for one in self.facts["parts"]
            ]
        except (KeyError, TypeError, ValueError):
            raise self._refused("backup_manifest_damaged") from None
        there = {info.filename: info for info in self._archive.infolist() if info.filename != MANIFEST}
        named = {part.name: part for part in parts}
        if len(self._archive.infolist()) != len(there) + 1 or len(named) != len(parts) or named.keys() != there.keys():
            raise self._refused("backup_parts_differ")
        for part in parts:
            if reason := _fault(part, there[part.name]):
                raise self._refused(reason, part=part.name)
        size = sum(part.bytes for part in parts)
        if size > _DEFLATE * self._path.stat().st_size:
            raise self._refused("backup_claims_too_much")
        if size > room:
            needed, free = round(size / 1e9, 1), round(room / 1e9, 1)
            raise StorageError("no_room_to_restore", where=str(self._path), needed=needed, free=free)
        return parts

    def _refused(self, code: str, *, part: str = "", megabytes: int = 0) -> InputError:
        return InputError(code, where=str(self._path), part=part, megabytes=megabytes)


def _fault(part: ArchivePart, info: zipfile.ZipInfo) -> str:
    """Why an entry can't be one of ours; empty where it can."""
    path = PurePosixPath(part.name)
    mode = info.external_attr >> 16
    if not _NAME.fullmatch(part.name) or str(path) != part.name or ".." in path.parts:
        return "backup_part_name_unfit"
    if len(path.parts) > _MOST_FOLDERS or (mode and stat.S_IFMT(mode) not in {0, stat.S_IFREG}):
        return "backup_part_no_plain_file"
    if info.flag_bits & _ENCRYPTED or info.compress_type not in _KINDS:
        return "backup_part_packed_otherwise"
    return "" if info.file_size == part.bytes >= 0 else "backup_part_of_another_size"


def _refuse_existing(path: Path, *, overwrite: bool) -> None:
    if not overwrite and (path.exists() or path.is_symlink()):
        raise ConflictError("file_there_already", where=str(path))


def _digest(chunks: Iterable[bytes]) -> str:
    digest = sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()
