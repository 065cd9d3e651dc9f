"""What a lead does for one person's practice from their page: a qualification round, items to train on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from assistant.domain.accounts import User
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.web.named_users import person_named
from assistant.web.practice import MOST_TRAINED, begin_round, give_training
from assistant.web.security.authentication import needs

router = APIRouter()

Lead = Annotated[Principal, Depends(needs(Permission.MANAGE_GOLD))]
Language = Annotated[str, Form(max_length=35)]


@router.post("/people/{name}/round")
def round_of(request: Request, name: str, lead: Lead, language: Language) -> Response:
    """Begin a qualification round for somebody, or go on with the one that runs."""
    user = person_named(request, name)
    begin_round(request, user.id, language, actor=lead.name)
    return _back(user)


@router.post("/people/{name}/training")
def training_of(
    request: Request,
    name: str,
    lead: Lead,
    language: Language,
    items: Annotated[int, Form(ge=1, le=MOST_TRAINED)] = 10,
) -> Response:
    """Give somebody items to train on."""
    user = person_named(request, name)
    give_training(request, user.id, language, items, actor=lead.name)
    return _back(user)


def _back(user: User) -> Response:
    return RedirectResponse(f"/people/{user.name}#practice", 303)
