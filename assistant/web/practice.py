"""Qualification rounds and training, begun from a page or by a program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request

from assistant.application.review import practice
from assistant.domain.accounts import Qualification
from assistant.messages.language import marked
from assistant.review.qualify import PracticeError, Refusal
from assistant.web.context import site
from assistant.web.problems import Problem

MOST_TRAINED = 200  # items of a training, at most

_TOLD = {
    Refusal.NO_ROUNDS: marked("Qualification tests are off: [review] qualification_items is 0."),
    Refusal.PASSED: marked("This test has already been passed."),
    Refusal.FAILED: marked("You did not pass your last test: your lead can start another one for you."),
    Refusal.UNFIT: marked("This person doesn't label in this language: their items would never be claimed."),
    Refusal.TOO_LITTLE_GOLD: marked(
        "There are %(found)s gold items in this language, and %(needed)s are needed: leads add "
        "adjudicated items to gold."
    ),
}


def begin_round(request: Request, user_id: int, language: str, *, actor: str, again: bool = True) -> Qualification:
    """Begin a round, or go on with one; after one that failed only `again`. Raises Problem 409 where it can't begin."""
    with _told():
        return practice.begin_round(site(request).workspace, user_id, language, actor=actor, again=again)


def give_training(request: Request, user_id: int, language: str, count: int, *, actor: str) -> int:
    """Give items to train on; returns how many. Raises Problem 409 where there is too little gold."""
    with _told():
        return practice.give_training(site(request).workspace, user_id, language, count, actor=actor)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except PracticeError as error:
        values = {"found": error.found, "needed": error.needed}
        raise Problem(409, _TOLD[error.why], code=error.why.value, values=values) from None
