"""What a lead does for one reviewer's practice from their page: a qualification round, items to train on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from assistant.application.review.practice import MOST_TRAINED, begin_round, give_training
from assistant.domain.permissions import Permission
from assistant.domain.review_work import Principal
from assistant.web.context import site
from assistant.web.security.authentication import needs

router = APIRouter()

Lead = Annotated[Principal, Depends(needs(Permission.MANAGE_GOLD))]
Language = Annotated[str, Form(max_length=35)]


@router.post("/people/{name}/round")
def round_of(request: Request, name: str, lead: Lead, language: Language) -> Response:
    """Begin a qualification round for a reviewer, or resume the one that runs."""
    begin_round(site(request).workspace, name, language, actor=lead.name)
    return _back(name)


@router.post("/people/{name}/training")
def training_of(
    request: Request,
    name: str,
    lead: Lead,
    language: Language,
    items: Annotated[int, Form(ge=1, le=MOST_TRAINED)] = 10,
) -> Response:
    """Give a reviewer items to train on."""
    give_training(site(request).workspace, name, language, items, actor=lead.name)
    return _back(name)


def _back(name: str) -> Response:
    return RedirectResponse(f"/people/{name}#practice", 303)
