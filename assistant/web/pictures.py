"""Pictures of items, sent so that one opened on its own runs nothing and reaches nothing."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import FileResponse

from assistant.application.review.content import find_picture
from assistant.domain.items import Item
from assistant.messages.language import marked
from assistant.web.context import site
from assistant.web.problems import Problem

_INERT = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "private, max-age=600"}


def picture_of(request: Request, item: Item, number: int) -> FileResponse:
    """A picture of an item, counted from 0. Raises Problem 404 for all that is no file of the workspace."""
    names = item.content.media
    name = names[number] if 0 <= number < len(names) else None
    found = None if name is None else find_picture(site(request).workspace.folder, name)
    if found is None:
        raise Problem(404, marked("There is no picture to show: it is not a file of this workspace."), code="picture")
    return FileResponse(found.path, media_type=found.media_type, headers=_INERT)
