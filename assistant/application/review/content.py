"""An item as a page shows it: conversations told apart by who speaks, pictures by name, long texts in parts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.application.review.pictures import find_picture
from assistant.application.review.task_view import Picture, ShownItem, Translation, Turn
from assistant.domain.items import UNKNOWN_LANGUAGE, Item

TEXT_SHOWN = 100_000  # characters that come with a task; the rest is asked for
_CONTEXT_SHOWN = 200  # remarks before the one that is judged
_RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_SPEAKERS = "user|agent|assistant|human|bot|system|customer|support|moderator|用户|客服|助手|机器人|系统|客户"
_SPEAKER = re.compile(rf"^[ \t]*({_SPEAKERS})(?: ?\d{{1,3}})?[ \t]*[:：]", re.IGNORECASE | re.MULTILINE)
_FEWEST_TURNS = 2  # one such line may be anything


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


def read_context(given: object) -> list[Turn]:
    """The remarks in a `context` column: a list of texts or of `{"role": ..., "text": ...}`, or lines of a text."""
    if isinstance(given, str):
        return (split_turns(given) or [Turn("", given)])[-_CONTEXT_SHOWN:] if given.strip() else []
    if not isinstance(given, Sequence):
        return []
    return [turn for one in given[-_CONTEXT_SHOWN:] if (turn := _read_turn(one)) is not None]


def _read_turn(given: object) -> Turn | None:
    if isinstance(given, str):
        return Turn("", given)
    if not isinstance(given, Mapping):
        return None
    text = given.get("text", given.get("content"))
    return Turn(str(given.get("role", given.get("author", ""))), text) if isinstance(text, str) else None


def split_turns(text: str) -> list[Turn]:
    """A text whose lines begin with `USER:`, `AGENT:` and the like, as remarks; empty where it is no conversation."""
    starts = list(_SPEAKER.finditer(text))
    if len(starts) < _FEWEST_TURNS or text[: starts[0].start()].strip():
        return []
    ends = [start.start() for start in starts[1:]] + [len(text)]
    return [
        Turn(start[0].strip().rstrip(":：").strip(), text[start.end() : end].strip())
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
