"""Sends a reply, whole or broken in one of the ways in which networks and gateways break them."""

from __future__ import annotations

import socket
import struct

from aiohttp import web

_PAGE = (
    b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>Sign in to the network</h1>"
    b"<p>This page was sent by a gateway.</p></body></html>"
)


async def send(request: web.BaseRequest, body: bytes, media: str, kind: str) -> web.StreamResponse:
    """Answer with 200 and the body, but for what the fault breaks.

    Args:
        request: to be answered.
        body: of the reply.
        media: its content type.
        kind: a name from `TRANSPORT`; anything else breaks nothing.
    """
    if kind == "reset":
        _reset(request)
        return web.Response(status=444)  # as nginx notes it: closed without an answer
    if kind == "html":
        return web.Response(body=_PAGE, content_type="text/html")
    if kind == "cut_json":
        return web.Response(body=body[: len(body) * 2 // 3], content_type=media)
    if kind not in {"broken_body", "short_body"}:
        return web.Response(body=body, content_type=media)
    response = web.StreamResponse(headers={"content-type": media})
    if kind == "short_body":
        response.content_length = len(body)
    else:
        response.enable_chunked_encoding()
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if kind == "broken_body":
        _reset(request)
    elif request.transport is not None:
        request.transport.close()
    return response


def _reset(request: web.BaseRequest) -> None:
    """Close with a TCP reset instead of an orderly end."""
    if request.transport is None:
        return
    connection = request.transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()
