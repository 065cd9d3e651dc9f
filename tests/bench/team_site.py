"""A team's site on loopback: `assistant serve` processes behind nginx with TLS, with the snippet that the docs ship."""

from __future__ import annotations

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SNIPPET = Path(__file__).parents[2] / "examples" / "deploy" / "nginx.conf"
NAME = "labels.example.com"
_PATIENCE = 60.0


@dataclass
class ServeProcess:
    """One `assistant serve --team`, which may be ended and started again on its port."""

    folder: Path
    port: int
    public_url: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it; returns once it answers."""
        words = [sys.executable, "-m", "assistant", "serve", "--team", "--port", str(self.port), "--log", "stderr"]
        words += ["--public-url", self.public_url, "--trusted-proxy", "127.0.0.1", "--workspace", str(self.folder)]
        path = self.folder.parent / f"serve-{self.port}.log"
        with path.open("ab") as log:
            self.process = subprocess.Popen(
                words, stdout=subprocess.DEVNULL, stderr=log, env=os.environ | self.environment
            )
        _until_listening(self.port, self.process, path)

    def end(self, number: signal.Signals) -> int:
        """Send it a signal and wait for its end; its status."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(_PATIENCE)


@dataclass(frozen=True)
class Site:
    """What people type, the certificate they trust, and the processes behind it."""

    host: str
    port: int
    certificate: Path
    servers: list[ServeProcess]

    def tls(self) -> ssl.SSLContext:
        """Trusts this site's certificate and no other."""
        return ssl.create_default_context(cafile=str(self.certificate))


@contextmanager
def team_site(folder: Path, workspace: Path, *, servers: int, environment: dict[str, str]) -> Iterator[Site]:
    """A site until the end of the block; what was started is ended by its id.

    Args:
        folder: for certificate, configuration and logs.
        workspace: what is served.
        servers: how many processes.
        environment: what they are given beside this one's.
    """
    certificate, key = _certificate(folder)
    public, plain, *ports = _free_ports(servers + 2)
    made = [ServeProcess(workspace, port, f"https://localhost:{public}", environment) for port in ports]
    with ExitStack() as stack:
        for one in made:
            one.start()
            stack.callback(_end, one)
        stack.callback(_stop, _nginx(folder, certificate, key, public=public, plain=plain, ports=ports))
        yield Site("localhost", public, certificate, made)


def _nginx(
    folder: Path, certificate: Path, key: Path, *, public: int, plain: int, ports: list[int]
) -> subprocess.Popen[bytes]:
    """nginx with the snippet, its names, ports and files replaced."""
    text = SNIPPET.read_text(encoding="utf-8")
    [first, *others] = re.findall(r"  server 127\.0\.0\.1:\d+.*\n", text)
    text = text.replace(first, "".join(re.sub(r":\d+", f":{port}", first) for port in ports))
    text = "".join(line for line in text.splitlines(keepends=True) if line not in others)
    for old, new in (
        ("listen 443 ssl", f"listen 127.0.0.1:{public} ssl"),
        ("listen 80", f"listen 127.0.0.1:{plain}"),
        (NAME, "localhost"),
        ("/etc/nginx/tls/labels.crt", str(certificate)),
        ("/etc/nginx/tls/labels.key", str(key)),
        ("/var/log/nginx/labels.log", str(folder / "nginx-access.log")),
    ):
        assert old in text, old
        text = text.replace(old, new)
    temporary = "".join(
        f"  {kind}_temp_path {folder / kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off;\nuser root;\nworker_processes 1;\npid {folder / 'nginx.pid'};\n"
        f"error_log {folder / 'nginx-error.log'};\n"
        f"events {{ worker_connections 512; }}\nhttp {{\n{temporary}{text}}}\n",
        encoding="utf-8",
    )
    words = ["/usr/sbin/nginx", "-c", str(configuration), "-p", str(folder), "-e", str(folder / "nginx-error.log")]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _until_listening(public, process, folder / "nginx-error.log")
    return process


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that holds for a day, and its key."""
    certificate, key = folder / "labels.crt", folder / "labels.key"
    words = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    subprocess.run(
        [*words.split(), "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True, timeout=60
    )
    return certificate, key


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _until_listening(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    said = log.read_text("utf-8", "replace")[-600:]
    raise RuntimeError(f"nothing listens on port {port}; status {process.poll()}: {said}")


def _end(server: ServeProcess) -> None:
    if server.process is not None:
        _stop(server.process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
