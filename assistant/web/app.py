"""The app: layers around it, doors before it, and every page group and API group that is there."""

from __future__ import annotations

import asyncio
import pkgutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cache
from importlib import import_module
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Depends, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from assistant import __version__
from assistant.application.people.login_limits import LoginLimits
from assistant.errors import AssistantError
from assistant.failures import words_of
from assistant.web import api, health, openapi, pages, problems
from assistant.web.access_log import Access
from assistant.web.api_schema import known_query
from assistant.web.context import Site
from assistant.web.presentation import assets
from assistant.web.security import api_access
from assistant.web.security.allowed_hosts import HostCheck
from assistant.web.security.authentication import door, look
from assistant.web.security.body_limit import BodyLimit
from assistant.web.security.headers import SecurityHeaders
from assistant.web.server.connections import Connections
from assistant.web.server.log import LOG
from assistant.web.server.metrics import Metrics
from assistant.web.server.options import ServeOptions
from assistant.web.server.project_path import PAGES, ProjectPath
from assistant.web.server.root_path import Root, RootPath
from assistant.wiring.workspace import Workspace

TITLE = "Label Assistant"
_THREADS = 12  # handlers at once: below the database's connections, so that none waits for one
Sweep = Callable[[], object]


def create_app(
    workspace: Workspace,
    options: ServeOptions,
    sweeps: tuple[Sweep, ...] = (),
    connections: Connections | None = None,
) -> FastAPI:
    """The pages and the API of a workspace.

    Args:
        workspace: open as long as the app runs; the app doesn't close it.
        options: how it is served; with the real port, since the cookie's name holds it.
        sweeps: what is done every `lease_sweep_seconds`, in a thread.
        connections: those that are open, for the figures.
    """
    logins = LoginLimits(workspace.login_attempts)
    root = Root(options.root)
    site = Site(workspace, options, Metrics(), logins, look=look, root=root, connections=connections)
    app = FastAPI(
        title=TITLE,
        version=__version__,
        telemetry={"tracing": False, "metrics": False},
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(site, sweeps),
        dependencies=[Depends(door)],
        middleware=[
            Middleware(RootPath, root=site.root, scheme=options.declared_scheme, takes_off=lambda: not _is_ours(site)),
            Middleware(ProjectPath),
            Middleware(SecurityHeaders),
            Middleware(Access, site=site),
            Middleware(HostCheck, allowed=options.allowed_hosts, probed=not options.private),
            Middleware(BodyLimit, largest=options.largest_body),
        ],
    )
    app.state.site = site
    problems.install(app)
    routes, site.paths = _routes()
    app.router.routes.extend(routes)
    openapi.describe(app, site.root)
    return app


@cache
def _routes() -> tuple[Sequence[BaseRoute], frozenset[str]]:
    """Health, pages and API with their paths: FastAPI takes long to build them, so a process does it once."""
    shared = APIRouter(dependencies=[Depends(door)])
    paths = {PAGES, *(route.path for route in health.routes)}
    for router in (assets.router, *_routers(pages)):
        shared.include_router(router, include_in_schema=False)
        paths |= _paths(router)
    for router in _routers(api):
        api_access.tell_access(router)
        shared.include_router(
            router,
            responses=openapi.ERRORS,
            dependencies=[Depends(known_query)],
            generate_unique_id_function=api_access.operation_id,
        )
        paths |= _paths(router)
    return (*health.routes, *shared.routes), frozenset(paths)


def api_document() -> dict[str, Any]:
    """The same as a server has at `/api/v1/openapi.json`: it depends on the program's version alone."""
    return openapi.description(TITLE, _routes()[0])


def _is_ours(site: Site) -> bool:
    """Whether the public path begins like an address inside, so that a path alone doesn't say which is meant."""
    return site.root.path.split("/")[1] in {path.split("/")[1] for path in site.paths}


def _routers(package: Any) -> list[APIRouter]:
    """The router of each module below a package, by name."""
    names = sorted(module.name for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."))
    found = [getattr(import_module(name), "router", None) for name in names]
    return [router for router in found if isinstance(router, APIRouter)]


def _paths(router: APIRouter) -> set[str]:
    return {str(path) for route in router.routes if (path := getattr(route, "path", None))}


def _lifespan(site: Site, sweeps: tuple[Sweep, ...]) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
        task = asyncio.create_task(_sweep(site, sweeps))
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        health.close(app)

    return lifespan


async def _sweep(site: Site, sweeps: tuple[Sweep, ...]) -> None:
    while True:
        await asyncio.sleep(site.options.lease_sweep_seconds)
        for sweep in sweeps:
            try:
                await run_in_threadpool(sweep)
            except AssistantError as error:  # the database is busy: the next round will do
                LOG.warning({"sweep": type(error).__name__, "message": words_of(error)})
                site.metrics.sweep_failed()
