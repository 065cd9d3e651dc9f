"""Whose review page it is, and how they like it: keys and covers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import Field

from assistant.application.review.preferences import review_profile, save_review_preferences
from assistant.messages.language import marked
from assistant.web.api_schema import Body
from assistant.web.context import site, visit
from assistant.web.presentation.review_texts import ACTIONS
from assistant.web.problems import Problem
from assistant.web.review_service import Reviewer

router = APIRouter(prefix="/api/v1/profile", tags=["review"])

KeyName = Annotated[str, Field(min_length=1, max_length=30)]


class ReviewPreferences(Body):
    """All of them: what is left out has its default."""

    keys: Annotated[Literal["own", "label_studio", "prodigy"], Field(description="The profile of keys.")] = "own"
    remapped: Annotated[
        dict[str, Annotated[list[KeyName], Field(max_length=4)]],
        Field(
            default_factory=dict,
            max_length=40,
            description='Keys of single actions, instead of the profile\'s: `{"skip": ["x"]}`.',
        ),
    ]
    tap: Annotated[bool, Field(description="Press once to reveal, again to hide; no need to hold.")] = False
    cover_all: Annotated[bool, Field(description="Cover every item, blind ones included.")] = False
    at_once: Annotated[bool, Field(description="A single choice is submitted when its label is picked.")] = False


@dataclass(frozen=True, slots=True)
class Saved:
    """Done."""

    saved: bool


@dataclass(frozen=True, slots=True)
class CurrentSession:
    """Whose session it is, and the token that a page sends along; what waits for one `desk` is sent by no other."""

    desk: str
    csrf: str


@router.get("/session")
def session(request: Request, who: Reviewer) -> CurrentSession:
    """The session as it is now: for a page that was opened in an earlier one. The token is empty for an API token."""
    return CurrentSession(review_profile(site(request).workspace, who.name).outbox, visit(request).csrf)


@router.put("/review")
def save(request: Request, who: Reviewer, wanted: ReviewPreferences) -> Saved:
    """Keep how you like your review page."""
    if unknown := sorted(set(wanted.remapped) - set(ACTIONS)):
        detail = marked("Unknown action: %(actions)s.")
        raise Problem(422, detail, code="action", values={"actions": ", ".join(unknown)[:200]})
    chosen = wanted.model_dump()
    save_review_preferences(site(request).workspace, who.name, chosen.pop("keys"), chosen)
    return Saved(saved=True)
