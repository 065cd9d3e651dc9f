"""Making a page: a template with the reader's language, theme, menu and CSRF token; content as text only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from assistant.domain.permissions import Permission
from assistant.messages.language import LANGUAGES, Language, choose, speaking, spoken
from assistant.reports.visible import clipped, visible
from assistant.web.context import Visit, site, visit
from assistant.web.presentation.assets import assets
from assistant.web.presentation.navigation import allowed, menu
from assistant.web.presentation.projects import BANNERS, switcher
from assistant.web.server.project_path import in_page

TEMPLATES = Path(__file__).parent.parent / "templates"
LANGUAGE_COOKIE = "assistant-language"
YEAR_SECONDS = 365 * 24 * 3600
THEMES = ("auto", "light", "dark")
_EXCERPT = 160  # characters
_FILTERS = ("number", "percent", "money", "date", "moment", "ago", "duration")


def render(
    request: Request, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **context: Any
) -> HTMLResponse:
    """A page for this reader; addresses in templates begin at `/`, whatever path a proxy gives this site.

    Args:
        request: what is answered.
        template: a file below `templates/`, e.g. `queue/index.html`.
        status: the HTTP status.
        headers: more headers.
        context: what the template shows, beside what every template has: `request`, `principal`, `may`, `language`,
            `languages`, `theme`, `csrf_token`, `entries` (the menu), `asset(name)`, and `partial` (asked for by htmx).
    """
    chosen = language_of(request)
    with speaking(chosen):
        body = environment().get_template(template).render(_frame(request, chosen) | context)
    told = {"Cache-Control": "no-store", "Vary": "HX-Request"} | dict(headers or {})
    if visit(request).project is not None:  # else its links would lead where they may not go
        body = in_page(body, request.scope)
    return HTMLResponse(site(request).root.in_page(body), status_code=status, headers=told)


def language_of(request: Request) -> Language:
    """The reader's language: asked for in the address, chosen in the profile, by cookie, or by their browser."""
    chosen = (
        request.query_params.get("lang")
        or visit(request).preferences.get("ui_language")
        or request.cookies.get(LANGUAGE_COOKIE)
    )
    return choose(chosen, request.headers.get("accept-language", ""))


def _frame(request: Request, chosen: Language) -> dict[str, Any]:
    here: Visit = visit(request)
    principal, project = here.principal, here.project.project if here.project else None
    theme = here.preferences.get("theme", "auto")
    return {
        "request": request,
        "principal": principal,
        "display_name": here.display_name,
        "may": _may(here),
        "language": chosen,
        "languages": LANGUAGES,
        "theme": theme if theme in THEMES else "auto",
        "csrf_token": here.csrf,
        "entries": menu(here, site(request).paths),
        "project": project,
        "project_title": project.titled(chosen.code) if project else "",
        "banner": BANNERS.get(project.state, "") if project else "",
        "projects": switcher(request, here, chosen),
        "partial": request.headers.get("hx-request") == "true",
    }


def _may(here: Visit) -> Callable[[str], bool]:
    return lambda permission: allowed(here, Permission(permission))


@cache
def environment() -> Environment:
    """Jinja, always escaping; a name that isn't there is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]  # comes with the extension
        lambda text: spoken().gettext(text),
        lambda singular, plural, number: spoken().ngettext(singular, plural, number),
        newstyle=True,
    )
    made.globals["asset"] = assets().address
    for name in _FILTERS:
        made.filters[name] = _filter(name)
    return made


def _filter(name: str) -> Callable[..., str]:
    return lambda *values: str(getattr(spoken(), name)(*values))


def excerpt(text: str, length: int = _EXCERPT) -> str:
    """The beginning of a text in one line."""
    return clipped(visible(" ".join(text[: 8 * length].split())), length)


def whole(text: str) -> str:
    """All of a text, lines kept."""
    return visible(text)
