"""Rounds before reviewers' answers count, and training: begun by themselves or by their lead."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from pydantic import Field

from assistant.application.review import practice
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal, QualificationState
from assistant.web.api.people.people import RoundShown
from assistant.web.api_schema import Body, Language, Shown, group, problems
from assistant.web.context import site
from assistant.web.review_service import Reviewer
from assistant.web.security.authentication import needs

router = group("practice")

Lead = Annotated[Principal, Depends(needs(Permission.MANAGE_GOLD))]
Items = Annotated[int, Field(strict=True, ge=1, le=practice.MOST_TRAINED)]


class OpenRoundShown(Shown):
    """A round you have to pass for what waits; `state` is how the last one went, null before the first."""

    language: str
    asked: int
    state: QualificationState | None


class OpenRounds(Shown):
    """Rounds that stand between you and what waits in your languages."""

    rounds: list[OpenRoundShown]


class OwnRound(Body):
    """The round to begin."""

    language: Language


class RoundOf(OwnRound):
    """The round to begin, and for whom."""

    name: Annotated[str, Field(min_length=1, max_length=200, examples=["ana"])]


class TrainingOf(RoundOf):
    """Who is to train, and on how many items."""

    items: Items = 10


class AssignedTraining(Shown):
    """Items that were given."""

    items: int


@router.get("/mine", responses=problems())
def list_own_rounds(request: Request, who: Reviewer) -> OpenRounds:
    """What you have to pass before your answers count."""
    found = practice.open_rounds(site(request).workspace, who)
    return OpenRounds(rounds=[OpenRoundShown.of(one) for one in found])


@router.post("/mine", responses=problems(409))
def begin_own_round(request: Request, who: Reviewer, wanted: OwnRound) -> RoundShown:
    """Begin a round; its items come to you before any other work. After one that failed, your lead begins the next."""
    workspace = site(request).workspace
    return RoundShown.of(practice.begin_round(workspace, who.name, wanted.language, actor=who.name, again=False))


@router.post("/rounds", responses=problems(404, 409))
def begin_round(request: Request, lead: Lead, wanted: RoundOf) -> RoundShown:
    """Begin a qualification round for somebody, or go on with the one that runs."""
    return RoundShown.of(practice.begin_round(site(request).workspace, wanted.name, wanted.language, actor=lead.name))


@router.post("/training", responses=problems(404, 409))
def give_training(request: Request, lead: Lead, wanted: TrainingOf) -> AssignedTraining:
    """Give somebody items to train on: the known answer and why it is right are told after each."""
    workspace = site(request).workspace
    given = practice.give_training(workspace, wanted.name, wanted.language, wanted.items, actor=lead.name)
    return AssignedTraining(items=given)
