"""Whether a text still lies in a file, in any of the forms a program writes it in."""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, zip_longest
from pathlib import Path

import orjson

_WINDOW = 64  # characters of one piece that is looked for
_PIECES = 24  # of one text
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")
_SEARCHED_BYTES = 16 << 30  # of one file, for all forms together: ten seconds
_FEWEST_FORMS = 20
_FEWEST_BYTES = 10  # a shorter text is found everywhere


def forms_of(texts: Iterable[str]) -> list[bytes]:
    """The bytes to look for: pieces of each text as UTF-8, then as UTF-16 and JSON, with either spelling of escapes.

    Pieces, since a database cuts long texts into pages; the first of each text come first. Texts of fewer than ten
    bytes have none: they are found everywhere.
    """
    pieces = [list(islice(_pieces(text), _PIECES)) for text in texts]
    ordered = [one for row in zip_longest(*pieces) for one in row if one is not None]
    spelled = [list(_forms(piece)) for piece in ordered]
    found = dict.fromkeys(form for row in zip_longest(*spelled) for form in row if form is not None)
    return [form for form in found if len(form) >= _FEWEST_BYTES]


def holds_any(path: Path, forms: Sequence[bytes]) -> bool:
    """Whether a file holds any of these bytes; a very large one is searched for the first of them, as time allows.

    A file that goes away meanwhile holds none.
    """
    try:
        with path.open("rb") as file:
            if not (size := path.stat().st_size):
                return False
            most = max(_FEWEST_FORMS, _SEARCHED_BYTES // size)
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                return any(content.find(form) >= 0 for form in forms[:most])
    except (OSError, ValueError):  # gone, no file, or emptied just now
        return False


def files_with(folder: Path, forms: list[bytes]) -> Iterator[Path]:
    """The files below a folder that hold any of these bytes; links are not followed."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and forms and holds_any(path, forms):
            yield path


def _pieces(text: str) -> Iterator[str]:
    """Pieces spread over the whole text; a short text is one."""
    text = text.strip()
    if len(text) <= _WINDOW:
        if text:
            yield text
        return
    step = max(_WINDOW, (len(text) - _WINDOW) // (_PIECES - 1) or 1)
    for start in range(0, len(text) - _WINDOW + 1, step):
        yield text[start : start + _WINDOW]


def _forms(piece: str) -> Iterator[bytes]:
    plain = piece.encode("utf-8", "surrogatepass")
    yield plain
    for encoding in ("utf-16-le", "utf-16-be"):
        yield piece.encode(encoding, "surrogatepass")
    escaped = json.dumps(piece)[1:-1]
    yield escaped.encode()
    yield _ESCAPE.sub(lambda found: f"\\u{found[1].upper()}", escaped).encode()
    try:
        yield orjson.dumps(piece)[1:-1]
    except orjson.JSONEncodeError:  # half a surrogate pair
        return
