"""An item as a page shows it: conversations split by who speaks, pictures of the workspace, long texts in parts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.application.review.task_view import Picture, Remark, ShownItem, Translation
from assistant.domain.items import UNKNOWN_LANGUAGE, Item, StoredItem
from assistant.errors import NotFoundError
from assistant.settings import STATE
from assistant.wiring.workspace import Workspace

TEXT_SHOWN = 100_000  # characters that come with a task; the rest is asked for
_CONTEXT_SHOWN = 200  # remarks before the one that is judged
_RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_SPEAKERS = "user|agent|assistant|human|bot|system|customer|support|moderator|用户|客服|助手|机器人|系统|客户"
_SPEAKER = re.compile(rf"^[ \t]*({_SPEAKERS})(?: ?\d{{1,3}})?[ \t]*[:：]", re.IGNORECASE | re.MULTILINE)
_FEWEST_TURNS = 2  # one such line may be anything

LARGEST_PICTURE = 20 * 1024 * 1024
_KINDS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_HEAD = 12  # bytes that tell what a file is


@dataclass(frozen=True, slots=True)
class FoundPicture:
    """A picture: where it is and its media type, as its first bytes tell."""

    path: Path
    media_type: str


def find_item(workspace: Workspace, item_id: str) -> StoredItem:
    """An item by its own id. Raises NotFoundError."""
    stored = workspace.items.get(item_id)
    if stored is None:
        raise NotFoundError("no_item", where=item_id)
    return stored


def show_item(item: Item, folder: Path) -> ShownItem:
    """An item for a page; of its other columns only the conversation before it is shown: they may hold answers.

    Args:
        item: the item.
        folder: the workspace's: pictures outside of it are named only.
    """
    content = item.content
    text = content.text[:TEXT_SHOWN]
    return ShownItem(
        id=item.id,
        kind=content.kind.value,
        language=item.language,
        direction="rtl" if item.language.partition("-")[0].lower() in _RIGHT_TO_LEFT else "auto",
        text=text,
        text_length=len(content.text),
        query=content.query,
        context=read_context(item.meta.get("context")),
        turns=split_turns(text),
        media=[Picture(name, find_picture(folder, name) is not None) for name in content.media],
        source=item.source,
    )


def read_context(given: object) -> list[Remark]:
    """The remarks in a `context` column: a list of texts or of `{"role": ..., "text": ...}`, or lines of a text."""
    if isinstance(given, str):
        return (split_turns(given) or [Remark("", given)])[-_CONTEXT_SHOWN:] if given.strip() else []
    if not isinstance(given, Sequence):
        return []
    return [turn for one in given[-_CONTEXT_SHOWN:] if (turn := _read_turn(one)) is not None]


def _read_turn(given: object) -> Remark | None:
    if isinstance(given, str):
        return Remark("", given)
    if not isinstance(given, Mapping):
        return None
    text = given.get("text", given.get("content"))
    return Remark(str(given.get("role", given.get("author", ""))), text) if isinstance(text, str) else None


def split_turns(text: str) -> list[Remark]:
    """A text whose lines begin with `USER:`, `AGENT:` and the like, as remarks; empty where it is no conversation."""
    starts = list(_SPEAKER.finditer(text))
    if len(starts) < _FEWEST_TURNS or text[: starts[0].start()].strip():
        return []
    ends = [start.start() for start in starts[1:]] + [len(text)]
    return [
        Remark(start[0].strip().rstrip(":：").strip(), text[start.end() : end].strip())
        for start, end in zip(starts, ends, strict=True)
    ]


def read_translation(meta: Mapping[str, object], wanted: str) -> Translation | None:
    """A translation that came with an item.

    Args:
        meta: the item's other columns: `translation_LANGUAGE`, or `translation` with the text or `{text, language}`.
        wanted: the reader's language.
    """
    given = meta.get(f"translation_{wanted}")
    if isinstance(given, str) and given:
        return Translation(given[:TEXT_SHOWN], wanted)
    given = meta.get("translation")
    if isinstance(given, Mapping) and isinstance(given.get("text"), str):
        return Translation(str(given["text"])[:TEXT_SHOWN], str(given.get("language", UNKNOWN_LANGUAGE)))
    return Translation(given[:TEXT_SHOWN], UNKNOWN_LANGUAGE) if isinstance(given, str) and given else None


def find_picture(folder: Path, name: str) -> FoundPicture | None:
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
    return None if kind is None else FoundPicture(path, kind)


def media_type(head: bytes) -> str | None:
    """What the first bytes of a file say it is; None for all but PNG, JPEG, GIF and WebP: SVG can hold scripts."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _KINDS.items() if head.startswith(magic)), None)
