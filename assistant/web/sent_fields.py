"""What a form has sent: fields that are there though empty, and lists written with commas."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request


async def _sent(request: Request) -> frozenset[str]:
    """The fields a form has sent, empty ones too: what is not among them stays as it is."""
    return frozenset(await request.form())


SentFields = Annotated[frozenset[str], Depends(_sent)]


def listed(text: str) -> list[str]:
    """Words parted by commas, Chinese ones too, each once."""
    return list(dict.fromkeys(word.strip() for word in text.replace("，", ",").split(",") if word.strip()))
