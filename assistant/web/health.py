"""For whoever looks after the server: does it run, can it work, and what has it counted.

These addresses pass no login and wait for no thread and no connection that people's requests use.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import anyio.to_thread
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute

from assistant import __version__
from assistant.application.workspace.health import AWAY, HealthProbe
from assistant.application.workspace.schema import SCHEMA
from assistant.domain.health import Backlog, DatabaseState
from assistant.failures import words_of
from assistant.messages.language import marked
from assistant.web.context import Site, address, site
from assistant.web.problems import Problem, respond
from assistant.web.server.log import LOG
from assistant.web.server.metrics import State
from assistant.web.server.options import is_loopback
from assistant.web.server.public_routes import open_to_all
from assistant.web.server.shared_probe import SharedLook

Found = TypeVar("Found")

LIMIT_SECONDS = 2.0
_LOOK_SECONDS = 1.5  # of one look, so that what it found can be said within the limit
_LOOKS_EVERY = 0.2  # seconds: each takes the write lock for an instant
_SILENT = DatabaseState(AWAY, reason="no answer in time")


class Looks:
    """What is looked at, each in a thread of its own.

    Args:
        here: the app.
    """

    def __init__(self, here: Site) -> None:
        self._probe = probe = HealthProbe(here.workspace, _LOOK_SECONDS)
        self._condition = SharedLook(probe.condition, every_seconds=_LOOKS_EVERY)
        self._backlog = SharedLook(probe.backlog, every_seconds=_LOOKS_EVERY)
        self._index = SharedLook(probe.index)
        self._job = SharedLook(probe.job_running)
        self._backup = SharedLook(probe.backup_seconds, every_seconds=_LOOKS_EVERY)
        self._said = ""

    def close(self) -> None:
        """Free their connections."""
        self._probe.close()

    async def condition(self) -> DatabaseState:
        """Whether the database can be written; its own words go to the log when they change, not to whoever asks."""
        found = await _in_time(self._condition, _SILENT)
        if found.reason != self._said:
            self._said = found.reason
            LOG.warning({"database": found.database, "message": found.reason})
        return found

    async def backlog(self) -> Backlog | None:
        """What waits; None where the database doesn't answer in time."""
        return await _in_time(self._backlog, None)

    async def index(self) -> str:
        """How the search index stands: `none` (not built), `free`, `in use`, `server`, or `does not answer`."""
        return await _in_time(self._index, AWAY)

    async def backup_seconds(self) -> float | None:
        """How long ago the last backup was made; None for never, or where the database doesn't answer in time."""
        return await _in_time(self._backup, None)

    async def job_running(self) -> bool:
        """Whether a job is at work."""
        return await _in_time(self._job, False)


async def livez(_: Request) -> JSONResponse:
    """200 while the process answers at all: nothing else is looked at."""
    return JSONResponse({"status": "ok"})


async def readyz(request: Request) -> JSONResponse:
    """200 when answers can be stored, else 503; with the version and the schema.

    503 as well where a newer program has upgraded the database since: this one would write rows of the old shape.
    """
    condition, told = await _told(request)
    newer = condition.schema > SCHEMA
    known = {"version": __version__, "schema": condition.schema or None}
    if newer:
        known["needs"] = "a newer program has upgraded the database: restart this server as that version"
    return JSONResponse(told | known, 200 if condition.well and not newer else 503)


async def healthz(request: Request) -> JSONResponse:
    """200 when answers can be stored, else 503; and how the index stands. Names nothing and nobody."""
    condition, told = await _told(request)
    return JSONResponse(told, 200 if condition.well else 503)


async def metrics(request: Request) -> Response:
    """Figures for Prometheus: to this machine, or to whoever has the token; 403 for everybody else."""
    here = site(request)
    if not _may_read(request, here):
        detail = marked("Metrics are served to this host only, or to a bearer token set with ASSISTANT_METRICS_TOKEN.")
        return respond(request, Problem(403, detail, code="metrics"))
    looks = _looks(request)
    backlog, backup_seconds, index, job_running = await asyncio.gather(
        looks.backlog(), looks.backup_seconds(), looks.index(), looks.job_running()
    )
    threads = anyio.to_thread.current_default_thread_limiter().statistics()
    here.metrics.threads(threads.borrowed_tokens, int(threads.total_tokens), threads.tasks_waiting)
    state = State(
        backlog=backlog,
        backup_seconds=backup_seconds,
        index_up=index != AWAY,
        job_running=job_running,
        connections_in_use=here.workspace.database.connections_in_use,
        connections=here.connections,
    )
    return Response(here.metrics.text(state), media_type=here.metrics.content_type)


# Not of a router: the app's routers have the door before them, which takes a thread and the database.
_HANDLERS: dict[str, Callable[[Request], Awaitable[Response]]] = {
    "/livez": livez,
    "/readyz": readyz,
    "/healthz": healthz,
    "/metrics": metrics,
}
routes = [
    APIRoute(path, open_to_all(handler), response_model=None, methods=["GET", "HEAD"], include_in_schema=False)
    for path, handler in _HANDLERS.items()
]


async def _told(request: Request) -> tuple[DatabaseState, dict[str, Any]]:
    looks = _looks(request)
    condition, index = await asyncio.gather(looks.condition(), looks.index())
    status = "ok" if condition.well else "unwell"
    return condition, {"status": status, "database": condition.database, "index": index}


async def _in_time(look: SharedLook[Found], otherwise: Found) -> Found:
    try:
        return await look.within(LIMIT_SECONDS)
    except Exception as error:  # noqa: BLE001 - whatever keeps a look from ending well, health is told all the same
        if not isinstance(error, TimeoutError):
            LOG.warning({"look": type(error).__name__, "message": words_of(error)})
        return otherwise


def close(app: FastAPI) -> None:
    """Free what looks hold, where there were any."""
    if hasattr(app.state, "looks"):
        app.state.looks.close()


def _looks(request: Request) -> Looks:
    """The app's own, made at the first look: from then on it has two connections more."""
    state = request.app.state
    if not hasattr(state, "looks"):
        state.looks = Looks(site(request))
    held_looks: Looks = state.looks
    return held_looks


def _may_read(request: Request, here: Site) -> bool:
    if token := here.options.metrics_token:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    # Behind a proxy that isn't trusted everybody seems to be on this machine.
    passed_on = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip", "via"))
    return is_loopback(address(request)) and not passed_on
