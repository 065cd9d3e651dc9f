"""How soon `assistant serve` answers, what it holds, and what its own layers cost a request."""

from __future__ import annotations

import statistics
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.bench.commands import run
from tests.web.serving import Server, serving

_STARTS, _REQUESTS = 5, 300


def serve(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Start to first answer, memory after the pages were used, and time of a page with its door."""
    workspace = folder / "served"
    run("-m", "assistant", "init", str(workspace))
    seconds, cpu, peaks, pages, bare = [], [], [], [], []
    for _ in range(_STARTS):
        began = time.time()
        with serving(workspace) as server:
            urllib.request.urlopen(f"{server.base_url}/healthz", timeout=10).close()  # noqa: S310 - loopback, http
            seconds.append(time.time() - began)
            cpu.append(_cpu_seconds(server))
            with server.browser() as client:
                pages = [_timed(lambda: client.get("/")) for _ in range(_REQUESTS)]
                bare = [_timed(lambda: client.get("/healthz")) for _ in range(_REQUESTS)]
            peaks.append(_peak_megabytes(server))
            server.stop()
    told = f"{min(seconds):.1f} s (median {statistics.median(seconds):.1f}; {min(cpu):.1f} s of CPU)"
    yield "`assistant serve`, start to first answer, least", told, "<= 2 s"
    yield "  memory after its pages were used", f"{max(peaks):.0f} MB", "<= 150 MB"
    yield "  the start page, signed in, p50 / p95 at the client", _quantiles(pages), ""
    yield "  /healthz, p50 / p95 at the client", _quantiles(bare), ""


def _timed(call: object) -> float:
    began = time.perf_counter()
    call()  # type: ignore[operator]  # a function without arguments
    return (time.perf_counter() - began) * 1000


def _quantiles(milliseconds: list[float]) -> str:
    cut = statistics.quantiles(milliseconds, n=20)
    return f"{cut[9]:.1f} / {cut[18]:.1f} ms"


def _cpu_seconds(server: Server) -> float:
    fields = Path(f"/proc/{server.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100  # user and system, in the kernel's hundredths


def _peak_megabytes(server: Server) -> float:
    status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
