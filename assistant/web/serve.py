"""Serving until told to stop: the port, the login link, the log, and an orderly end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from typing import cast

import uvicorn

from assistant import __version__
from assistant.application.people.accounts import list_users, passwords_are_used
from assistant.application.people.sign_in import issue_login_link
from assistant.application.workspace.audit_anchors import anchor_day, close_counted_periods
from assistant.application.workspace.schema import SCHEMA
from assistant.errors import AssistantError, InputError
from assistant.failures import words_of
from assistant.web.app import Sweep, create_app
from assistant.web.context import Site
from assistant.web.server.connections import ACCEPTED_AT_ONCE, Connections, TrustedProxies
from assistant.web.server.log import LOG, logging_to
from assistant.web.server.options import ServeOptions
from assistant.web.server.protocol import TimedProtocol
from assistant.wiring.workspace import Workspace

LOG_FILE = "serve.log"
_PATIENCE_SECONDS = 20  # for requests under way at the end
_WAITING = 2048  # connections that the system keeps for us until they are accepted
_TICKS = 10  # of uvicorn's ten a second, between two looks at what took too long


@dataclass(frozen=True, slots=True)
class Started:
    """A server that listens.

    Args:
        base_url: what people type.
        address: where it listens; the same, where there is no public URL.
        login_url: opens it once; None where people sign in with a password.
        user: whom the link signs in.
    """

    base_url: str
    address: str
    login_url: str | None
    user: str | None


def serve(
    workspace: Workspace,
    options: ServeOptions,
    announce: Callable[[Started], None],
    *,
    person: str,
    log_to_stderr: bool = False,
) -> None:
    """Serve until Ctrl-C or SIGTERM; what was begun is finished first.

    Args:
        workspace: what is served.
        options: how.
        announce: called once it listens.
        person: whom the login link signs in; made an admin where there is nobody of that name.
        log_to_stderr: instead of the workspace's own log file.

    Raises:
        InputError: the port is taken, or the host is open to others while nobody has a password.
    """
    _refuse_open_house(workspace, options)
    log = None if log_to_stderr else workspace.state / LOG_FILE
    with listening(options.host, options.port) as listener, logging_to(log):
        real = replace(options, port=listener.getsockname()[1])
        connections = Connections(workspace.settings.server, TrustedProxies(real.trusted_proxies))
        app = create_app(workspace, real, _sweeps(workspace), connections)
        link = None
        if real.local and not real.team:
            link = real.login_url(issue_login_link(workspace, person, actor=person, seconds=real.link_seconds))
        started = Started(real.base_url, replace(real, public_url="").base_url, link, person if link else None)
        config = uvicorn.Config(
            app,
            http=cast("type[asyncio.Protocol]", partial(TimedProtocol, connections)),
            backlog=ACCEPTED_AT_ONCE,
            timeout_keep_alive=ceil(connections.limits.keep_alive_seconds),
            log_config=None,
            access_log=False,
            server_header=False,
            ws="none",
            proxy_headers=bool(real.trusted_proxies),
            forwarded_allow_ips=list(real.trusted_proxies),
            timeout_graceful_shutdown=_PATIENCE_SECONDS,
        )
        _log_start(workspace, real, connections)
        server = _Server(config, app.state.site, lambda: announce(started))
        asyncio.run(server.run_until_told(listener))


def _sweeps(workspace: Workspace) -> tuple[Sweep, ...]:
    """What is done again and again while the server runs."""
    return (
        partial(_sweep_queues, workspace),
        workspace.memberships.follow_days,
        workspace.read_log.retry,
        partial(_look_at_schema, workspace),
        partial(close_counted_periods, workspace),
        partial(anchor_day, workspace),
    )


def _sweep_queues(workspace: Workspace) -> None:
    """In every project: leases that have ended, and gold that has been seen too often."""
    for project in workspace.projects.all():
        try:
            queue = workspace.of_project(project.key).queue
            queue.return_expired()
            queue.retire_aged_gold()
        except AssistantError as error:  # a policy that can't be read, say: the other projects need theirs
            LOG.warning({"sweep": "queues", "project": project.key, "message": words_of(error)})


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens.

    Raises:
        InputError: the port is taken or the address isn't this machine's.
    """
    try:
        listener = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=_WAITING
        )
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError("address_not_free", where=f"{host}:{port}", reason=reason) from None
    with listener:
        # Connections inherit it. asyncio sets it only on sockets that name their protocol, which this one doesn't;
        # without it every answer waits 40 ms for the client's acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listener


def _log_start(workspace: Workspace, options: ServeOptions, connections: Connections) -> None:
    """What somebody wants to know who has only the log; no secrets."""
    LOG.info(
        {
            "message": "started",
            "version": __version__,
            "schema": SCHEMA,
            "pid": os.getpid(),
            "database": "SQLite" if workspace.database.is_sqlite else "PostgreSQL",
            "host": options.host,
            "port": options.port,
            "team": options.team,
            "public_url": options.public_url,
            "trusted_proxies": options.trusted_proxies,
            "metrics_token": bool(options.metrics_token),
            "connections": connections.most,
            "connections_per_address": connections.limits.connections_per_address,
        }
    )
    if options.unheard_proxy:
        LOG.warning({"message": "no proxy is trusted: all requests seem to come from the proxy's address"})


class _Server(uvicorn.Server):
    """uvicorn with our own signals and time limits: it ends with status 0, after what was begun."""

    def __init__(self, config: uvicorn.Config, site: Site, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._site = site
        self._announce = announce

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The loop has them already."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say so once it listens."""
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(_WAITING)  # asyncio has made it as few as are accepted at once
        self._announce()

    async def on_tick(self, counter: int) -> bool:
        """Close what took too long."""
        connections = self._site.connections
        if counter % _TICKS == 0 and connections is not None and (closed := connections.end_overdue()):
            LOG.warning({"connections_closed": dict(closed)})
            for reason, count in closed.items():
                self._site.metrics.closed(reason, count)
        return await super().on_tick(counter)

    async def run_until_told(self, listener: socket.socket) -> None:
        """Serve until SIGINT or SIGTERM; the second one doesn't wait for requests under way."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, self._told)
        await self.serve(sockets=[listener])

    def _told(self) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


def _look_at_schema(workspace: Workspace) -> None:
    """Whether a newer program has upgraded the database under this one; then it should be replaced."""
    before = workspace.database.newer_schema
    workspace.database.look_at_schema()
    if (found := workspace.database.newer_schema) and not before:
        LOG.warning({"message": "the database was upgraded by a newer program: replace this one", "schema": found})


def _refuse_open_house(workspace: Workspace, options: ServeOptions) -> None:
    if (options.local and not options.team) or passwords_are_used(workspace):
        return
    there = [user.name for user in list_users(workspace) if not user.disabled]
    where = "--team" if options.local else f"--host {options.host}"
    if there:
        raise InputError("no_password_yet", where=where, user=there[0])
    raise InputError("no_users_yet", where=where)
