"""A small reverse proxy on loopback that gives a site a path: takes the path off or keeps it, as real ones do."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade"}


@dataclass
class Proxy:
    """Where it listens, and what it was asked for.

    Args:
        path: the path it gives the site, e.g. `/labels`; what is asked for elsewhere is answered 404.
        strips: whether the site sees paths without it.
        keeps_host: whether the site sees the host people typed, or its own.
        elsewhere: paths somebody asked for that are not below `path`: each is an address that was wrong.
    """

    path: str
    strips: bool = True
    keeps_host: bool = True
    base_url: str = ""
    site_url: str = ""
    elsewhere: list[str] = field(default_factory=list)

    @property
    def public_url(self) -> str:
        """What people type."""
        return self.base_url + self.path


@contextmanager
def proxying(proxy: Proxy) -> Iterator[Proxy]:
    """Let it listen; `site_url` may be given later."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if not (self.path + "/").startswith((f"{proxy.path}/", f"{proxy.path}?")):
                proxy.elsewhere.append(self.path)
                self.send_error(404, "not below the path of the site")
                return
            path = self.path.removeprefix(proxy.path) if proxy.strips else self.path
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
            if not proxy.keeps_host:
                headers["Host"] = urlsplit(proxy.site_url).netloc
            there = http.client.HTTPConnection(urlsplit(proxy.site_url).netloc, timeout=300)
            try:
                there.request(self.command, path if path.startswith("/") else f"/{path}", body or None, headers)
                answer = there.getresponse()
                answered = answer.read()
            finally:
                there.close()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _HOP_BY_HOP | {"content-length", "date", "server"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answered)))
            self.end_headers()
            self.wfile.write(answered)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = pass_on  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Silence."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        proxy.base_url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()
