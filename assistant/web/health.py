"""For whoever looks after the server: is it well, and what has it counted."""

from __future__ import annotations

import hmac

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from assistant.policy.lock import held
from assistant.store.workload import answers, count_assignments
from assistant.web.language import marked
from assistant.web.open_door import open_to_all
from assistant.web.options import is_loopback
from assistant.web.problems import Problem
from assistant.web.site import Site, address, site
from assistant.wiring.backup import seconds_since_backup

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
@open_to_all
def healthz(request: Request) -> JSONResponse:
    """200 when the database answers, else 503; and how the index stands. Names nothing and nobody."""
    here = site(request)
    well = answers(here.database)
    database = "ok" if well else "does not answer"
    told = {"status": "ok" if well else "unwell", "database": database, "index": _index(here)}
    return JSONResponse(told, 200 if well else 503)


@router.get("/metrics")
@open_to_all
def metrics(request: Request) -> Response:
    """Counters for Prometheus: to this machine, or to whoever has the token.

    Raises:
        Problem: 403 for everybody else.
    """
    here = site(request)
    if not _may_read(request, here):
        raise Problem(
            403,
            marked("Figures are for this machine, or for a bearer token set with ASSISTANT_METRICS_TOKEN."),
            code="metrics",
        )
    here.metrics.backup(seconds_since_backup(here.database))
    return Response(here.metrics.text(count_assignments(here.database)), media_type=here.metrics.content_type)


def _may_read(request: Request, here: Site) -> bool:
    if token := here.options.metrics_token:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    # Behind a proxy that isn't trusted everybody seems to be on this machine.
    passed_on = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip", "via"))
    return is_loopback(address(request)) and not passed_on and not here.options.public_url


def _index(here: Site) -> str:
    """`server`, `none` (not built), `free`, or `in use`."""
    if here.workspace.settings.storage.chroma_url:
        return "server"
    folder = here.workspace.state / "chroma"
    if not folder.is_dir():
        return "none"
    return "in use" if held(folder) else "free"
