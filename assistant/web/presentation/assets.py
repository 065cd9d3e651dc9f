"""Static files: read once, served from memory under an address that changes with their content.

No request ever reaches the disk, so no path can lead out of the folder. All files share one digest, so that a module
may import its neighbour by a relative path.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response

from assistant.web.server.public_routes import open_to_all

FOLDER = Path(__file__).parent.parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
_FOR_EVER = "public, max-age=31536000, immutable"

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file."""

    body: bytes
    packed: bytes
    media_type: str


class Assets:
    """The static files of a folder.

    Args:
        folder: every file below it whose ending is known is served.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in _TYPES)
        self._files = {path.relative_to(folder).as_posix(): _read(path) for path in paths}
        digest = hashlib.sha256()
        for name, asset in self._files.items():
            digest.update(f"{name}\0{len(asset.body)}\0".encode() + asset.body)
        self.digest = digest.hexdigest()[:12]

    def address(self, name: str) -> str:
        """Where a file is, for a page. Raises KeyError when there is no such file."""
        if name not in self._files:
            raise KeyError(f"no static file {name}")
        return f"/static/{self.digest}/{name}"

    def get(self, name: str) -> Asset | None:
        """A file by its name, None when there is none."""
        return self._files.get(name)


@cache
def assets() -> Assets:
    """Those of the package, read when they are first asked for."""
    return Assets()


@router.api_route("/static/{digest}/{name:path}", methods=["GET", "HEAD"])
@open_to_all
async def static_file(request: Request, digest: str, name: str) -> Response:
    """A static file; a page from before an upgrade gets the present one, and may not keep it."""
    asset = assets().get(name)
    if asset is None:
        raise HTTPException(404)
    current = digest == assets().digest
    headers = {"Cache-Control": _FOR_EVER if current else "no-cache", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", "") and len(asset.packed) < len(asset.body):
        return Response(asset.packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=asset.media_type)
    return Response(asset.body, headers=headers, media_type=asset.media_type)


def _read(path: Path) -> Asset:
    body = path.read_bytes()
    return Asset(body, gzip.compress(body, 6, mtime=0), _TYPES[path.suffix])
