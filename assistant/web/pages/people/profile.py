"""One's own profile: language, theme, keys, password."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.application.people.accounts import find_user, save_preferences, set_password
from assistant.application.people.passwords import UnfitPasswordError
from assistant.messages.language import marked
from assistant.web.context import site, visit
from assistant.web.pages.people.login import local_path
from assistant.web.presentation.advice import sentences
from assistant.web.presentation.rendering import LANGUAGE_COOKIE, YEAR_SECONDS, language_of, render
from assistant.web.presentation.terms import ROLES
from assistant.web.security.authentication import Current
from assistant.web.security.reauthentication import is_own
from assistant.web.server.public_routes import of_all_projects

router = APIRouter()

KEY_PROFILES = {"own": marked("Default"), "label_studio": "Label Studio", "prodigy": "Prodigy"}
PAGE_SIZES = (25, 50, 100)

UiLanguage = Literal["en", "zh"]
Theme = Literal["auto", "light", "dark"]


@router.get("/profile")
@of_all_projects
def profile(request: Request, who: Current, saved: bool = False) -> HTMLResponse:
    """The form."""
    return _page(request, who.name, saved=saved)


@router.post("/profile")
@of_all_projects
def save(
    request: Request,
    who: Current,
    *,
    ui_language: Annotated[UiLanguage, Form()],
    theme: Annotated[Theme, Form()],
    keys: Annotated[Literal["own", "label_studio", "prodigy"], Form()],
    page_size: Annotated[Literal["25", "50", "100"], Form()],
) -> Response:
    """Keep what was chosen."""
    changes = {"ui_language": ui_language, "theme": theme, "keys": keys, "page_size": int(page_size)}
    save_preferences(site(request).workspace, who.name, changes, actor=who.name)
    return _remembered(request, RedirectResponse("/profile?saved=1", 303), ui_language)


@router.post("/profile/switch")
@of_all_projects
def switch(
    request: Request,
    who: Current,
    *,
    ui_language: Annotated[UiLanguage | None, Form()] = None,
    theme: Annotated[Theme | None, Form()] = None,
    next: Annotated[str, Form(max_length=2000)] = "/",  # noqa: A002 - the word in the form
) -> Response:
    """Language or theme from the menu, and back to the page."""
    chosen = {"ui_language": ui_language, "theme": theme}
    changes = {key: value for key, value in chosen.items() if value is not None}
    if changes:
        save_preferences(site(request).workspace, who.name, changes, actor=who.name)
    return _remembered(request, RedirectResponse(local_path(next), 303), ui_language)


@router.post("/profile/password")
@of_all_projects
def change_password(
    request: Request,
    who: Current,
    present: Annotated[str, Form(max_length=2000)],
    new: Annotated[str, Form(max_length=2000)],
    again: Annotated[str, Form(max_length=2000)],
) -> HTMLResponse:
    """A new password; all other sessions end.

    Raises:
        Problem: 429 after too many wrong ones.
    """
    if not is_own(request, who, present):
        return _page(request, who.name, error=marked("Incorrect current password."), status=400)
    if new != again:
        return _page(request, who.name, error=marked("The new passwords don't match."), status=400)
    try:
        set_password(site(request).workspace, who.name, new, actor=who.name, keep_session=visit(request).session)
    except UnfitPasswordError as error:
        return _page(request, who.name, error=sentences(error, language_of(request)), status=400)
    return _page(request, who.name, saved=True)


def _remembered(request: Request, response: Response, language: str | None) -> Response:
    """For the login page and for errors on the way in."""
    if language:
        response.set_cookie(
            LANGUAGE_COOKIE,
            language,
            max_age=YEAR_SECONDS,
            samesite="lax",
            httponly=True,
            secure=request.url.scheme == "https",
        )
    return response


def _page(request: Request, name: str, *, saved: bool = False, error: str = "", status: int = 200) -> HTMLResponse:
    return render(
        request,
        "profile/index.html",
        status=status,
        user=find_user(site(request).workspace, name),
        roles=ROLES,
        key_profiles=KEY_PROFILES,
        page_sizes=PAGE_SIZES,
        saved=saved,
        error=error,
    )
