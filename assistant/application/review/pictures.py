"""Pictures of items: only files of known kinds, only inside the workspace, never an address elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assistant.wiring.workspace import STATE

LARGEST_PICTURE = 20 * 1024 * 1024
_KINDS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_HEAD = 12  # bytes that tell what a file is


@dataclass(frozen=True, slots=True)
class Found:
    """A picture: where it is and its media type, as its first bytes tell."""

    path: Path
    media_type: str


def find_picture(folder: Path, name: str) -> Found | None:
    """A picture of the workspace; None where there is none, it lies elsewhere, or it is too large.

    Args:
        folder: the workspace's.
        name: as the item has it: a path, from the workspace's folder on or absolute.
    """
    if "\0" in name or "://" in name or name.startswith(("//", "\\\\", "data:")):
        return None
    try:
        home = folder.resolve(strict=True)
        path = (home / name).resolve(strict=True)  # follows links: what counts is where they lead
        inside = path.is_relative_to(home) and STATE not in path.relative_to(home).parts
        if not inside or not path.is_file() or path.stat().st_size > LARGEST_PICTURE:
            return None
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except (OSError, ValueError, RuntimeError):  # RuntimeError: links in a circle
        return None
    kind = media_type(head)
    return None if kind is None else Found(path, kind)


def media_type(head: bytes) -> str | None:
    """What the first bytes of a file say it is; None for all but PNG, JPEG, GIF and WebP: SVG can hold scripts."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _KINDS.items() if head.startswith(magic)), None)
