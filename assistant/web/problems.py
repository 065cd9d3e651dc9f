"""What goes wrong, told: problem details (RFC 9457) to programs, a plain page to people; never a stack trace."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from assistant.errors import (
    AssistantError,
    ConflictError,
    InputError,
    ModelError,
    NotAllowedError,
    NotFoundError,
    SettingsError,
    StorageError,
    VectorIndexError,
    WorkspaceError,
)
from assistant.failures import words_of
from assistant.messages import wording
from assistant.messages.language import Language, marked
from assistant.web.context import request_id, site, visit
from assistant.web.presentation.advice import advice
from assistant.web.presentation.problem_codes import PUBLISHED
from assistant.web.presentation.rendering import language_of, render
from assistant.web.server.log import LOG
from assistant.web.server.project_path import PAGES

API = "/api/"
FOR_MACHINES = frozenset({"/livez", "/readyz", "/healthz", "/metrics"})  # asked by probes and scrapers, never by people
CONFIRM = "confirm"
"""The code of a problem that is over once people have given their password once more."""
PROBLEM_TYPE = "application/problem+json"

_OF_THE_SERVER = (StorageError, VectorIndexError, ModelError, SettingsError, WorkspaceError)

_STATUSES: tuple[tuple[type[AssistantError], int], ...] = (
    (NotFoundError, 404),
    (ConflictError, 409),
    (NotAllowedError, 403),
    (InputError, 400),
)

_TITLES = {
    400: marked("Invalid request"),
    401: marked("Please sign in"),
    403: marked("Permission denied"),
    404: marked("Page not found"),
    405: marked("Method not allowed"),
    409: marked("Changed in the meantime"),
    413: marked("Too large"),
    415: marked("Unsupported content type"),
    422: marked("Invalid input"),
    429: marked("Too many attempts"),
    500: marked("Something went wrong"),
    503: marked("Temporarily unavailable"),
}
_DETAILS = {
    401: marked("Sign in, or send a valid API token."),
    404: marked("Check the address: the page may have moved, or you may have no access to it."),
    405: marked("The API documentation lists the supported methods."),
    500: marked("Saved data is not affected. The request ID below identifies the details in the server log."),
    503: marked("Try again in a moment."),
}


class Problem(Exception):  # noqa: N818 - named as RFC 9457 names it
    """Something to tell whoever asked.

    Args:
        status: the HTTP status.
        detail: one or two sentences: what was wrong and what to do, in English, with `%(name)s` for values. Write it
            as `marked("...")`, so that it is translated.
        code: a short stable word for programs; by default the status's own.
        values: what stands in the detail; texts there is a translation for are translated, lists joined.
        title: by default the status's own.
        hint: one more sentence, not translated.
        headers: more headers of the answer.
        extra: more members of the problem document.
    """

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        code: str = "",
        values: Mapping[str, object] | None = None,
        title: str = "",
        hint: str = "",
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title or _TITLES.get(status, _TITLES[500 if status >= 500 else 400])
        self.detail = detail or _DETAILS.get(status, "")
        self.code = code or f"status_{status}"
        self.values = dict(values or {})
        self.hint = hint
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})

    def told(self, language: Language) -> str:
        """The detail in a language, with its values in it."""
        text = language.gettext(self.detail) if self.detail else ""
        return text % {name: _told(value, language) for name, value in self.values.items()} if self.values else text


def _told(value: object, language: Language) -> object:
    if isinstance(value, str):
        return language.gettext(value)
    return ", ".join(str(_told(one, language)) for one in value) if isinstance(value, tuple | list) else value


def respond(request: Request, problem: Problem) -> Response:
    """The answer that tells a problem, in the reader's language."""
    language = language_of(request)
    detail, title = problem.told(language), language.gettext(problem.title)
    if _for_programs(request):
        body = {
            "type": "about:blank",
            "title": title,
            "status": problem.status,
            "detail": detail,
            "code": problem.code,
            "request_id": request_id(request),
        }
        told = body | ({"hint": problem.hint} if problem.hint else {}) | problem.extra
        return JSONResponse(told, problem.status, {**problem.headers, "Cache-Control": "no-store"}, PROBLEM_TYPE)
    number = request_id(request) if problem.status >= 500 else ""
    headers = problem.headers | {"X-Problem": quote(f"{title}. {detail}"[:1000])}
    shown = {"title": title, "detail": detail, "hint": problem.hint, "number": number}
    return render(
        request, "error.html", status=problem.status, headers=headers, **shown | {"status_code": problem.status}
    )


def _for_programs(request: Request) -> bool:
    path = request.scope["path"]
    return path.startswith(API) or path in FOR_MACHINES


def install(app: FastAPI) -> None:
    """Let an app tell its problems this way."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(AssistantError, _ours)


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - as installed
    if error.status == 401 and not _for_programs(request):
        return _to_login(request)
    if error.code == CONFIRM and not request.url.path.startswith(API):
        return _to_confirm(request)
    return respond(request, error)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as installed
    if not hasattr(request.state, "visit") and not _for_programs(request):
        with suppress(AssistantError):  # who asks only decides how the page looks
            request.state.visit = await run_in_threadpool(site(request).look, request)
    # Of its own words only those about a body that can't be read say more than the status does.
    hint = str(error.detail) if error.status_code == 400 and error.detail != "Bad Request" else ""
    return respond(request, Problem(error.status_code, hint=hint, headers=error.headers))


async def _invalid(request: Request, error: Exception) -> Response:
    """Where and what, without repeating the input: it may be content."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as installed
    errors = [{"where": ".".join(map(str, one["loc"])), "what": str(one["msg"])} for one in error.errors()[:20]]
    places = ", ".join(sorted({one["where"] for one in errors}))
    detail = marked("Check: %(places)s")
    return respond(
        request, Problem(422, detail, code="invalid", values={"places": places[:300]}, extra={"errors": errors})
    )


async def _ours(request: Request, error: Exception) -> Response:
    """Errors written for users, worded in the reader's language.

    What is wrong with a disk or a server is for whoever looks after this one: its reason, which may name hosts, ports
    and paths, goes to the log, and whoever asked is asked to try again.
    """
    assert isinstance(error, AssistantError)  # noqa: S101 - as installed
    code = type(error).__name__
    if error.code == "project_not_named" and request.method in {"GET", "HEAD"} and not _for_programs(request):
        return _to_project(request)
    if isinstance(error, _OF_THE_SERVER):
        place = {"where": error.where} if error.where else {}
        LOG.warning({"id": request_id(request), "error": code, "message": words_of(error), **place})
        return respond(request, Problem(503, code=code))
    prefix = f"{error.where}: " if error.where else ""
    values = {"what": f"{prefix}{wording.what(error, language_of(request))}"}
    extra: dict[str, Any] = {"field": error.field} if error.field else {}
    if "current" in error.values:  # what stands in the way, by its number
        extra["current"] = error.values["current"]
    hint = advice(error.code, language_of(request)) or error.hint
    status, published = PUBLISHED.get(error.code, (_status(error), error.code or code))
    return respond(request, Problem(status, "%(what)s", code=published, values=values, hint=hint, extra=extra))


def _status(error: AssistantError) -> int:
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 409)


def _to_login(request: Request) -> Response:
    """People are led to the login page and from there back; a part of a page asked for by htmx takes the page along."""
    if request.headers.get("hx-request") == "true":
        return Response(status_code=401, headers={"HX-Redirect": "/login"})
    back = f"?next={quote(request.url.path)}" if request.method == "GET" and request.url.path != "/" else ""
    return RedirectResponse(f"/login{back}", 303, {"Cache-Control": "no-store"})


def _to_project(request: Request) -> Response:
    """People are led to the same page of the project they chose last, or to where they choose one."""
    here, target = visit(request), request.url.path + (f"?{request.url.query}" if request.url.query else "")
    chosen = here.preferences.get("project", "")
    onward = f"{PAGES}/{chosen}{target}" if chosen in here.access.keys else f"/projects?next={quote(target)}"
    if request.headers.get("hx-request") == "true":
        return Response(status_code=409, headers={"HX-Redirect": onward})
    return RedirectResponse(onward, 303, {"Cache-Control": "no-store"})


def _to_confirm(request: Request) -> Response:
    """People are led to where they give their password, and from there back to the page with the form."""
    came_from = urlsplit(request.headers.get("referer", "")).path.removeprefix(site(request).root.path)
    onward = f"/confirm?next={quote(request.url.path if request.method == 'GET' else came_from or '/')}"
    if request.headers.get("hx-request") == "true":
        return Response(status_code=403, headers={"HX-Redirect": onward})
    return RedirectResponse(onward, 303, {"Cache-Control": "no-store"})
