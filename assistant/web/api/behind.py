"""What is behind an item one holds or held: the rest of a long text, pictures, precedents, a translation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from assistant.application.review.content import TEXT_SHOWN, read_translation
from assistant.application.review.task_view import ShownPrecedent, Translation
from assistant.web.pictures import picture_of
from assistant.web.presentation.rendering import language_of
from assistant.web.review_service import OpaqueId, Reviewer, review_service

router = APIRouter(prefix="/api/v1/assignments", tags=["review"])


@dataclass(frozen=True, slots=True)
class TextPart:
    """A part of a long text, and where the next begins; None at the end."""

    text: str
    next_offset: int | None


@dataclass(frozen=True, slots=True)
class SimilarPrecedents:
    """Settled items like this one, nearest first."""

    precedents: list[ShownPrecedent]


@dataclass(frozen=True, slots=True)
class Translated:
    """The content in your language; None where it came without."""

    translation: Translation | None


@router.get("/{assignment_id}/text")
def text(
    request: Request,
    who: Reviewer,
    assignment_id: OpaqueId,
    offset: Annotated[int, Query(ge=0, le=2**40)] = 0,
) -> TextPart:
    """The text from a character on."""
    whole = review_service(request).item(who, assignment_id).content.text
    end = offset + TEXT_SHOWN
    return TextPart(whole[offset:end], end if end < len(whole) else None)


@router.get("/{assignment_id}/precedents")
def precedents(request: Request, who: Reviewer, assignment_id: OpaqueId) -> SimilarPrecedents:
    """Settled items like it; none where you answer blind."""
    return SimilarPrecedents(review_service(request).precedents(who, assignment_id))


@router.get("/{assignment_id}/translation")
def translation(request: Request, who: Reviewer, assignment_id: OpaqueId) -> Translated:
    """A translation that came with the item, in your language where there is one."""
    meta = review_service(request).item(who, assignment_id).meta
    return Translated(read_translation(meta, language_of(request).code))


@router.get("/{assignment_id}/media/{number}", response_class=Response)
def media(request: Request, who: Reviewer, assignment_id: OpaqueId, number: int) -> Response:
    """A picture of the item, counted from 0: a file of the workspace, never an address elsewhere."""
    return picture_of(request, review_service(request).item(who, assignment_id), number)
