"""Running the product's own commands as whole processes, and what the operating system says they took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Finished:
    """A process that ended: seconds of wall time and CPU, peak memory in MB, when it began (Unix time), its words."""

    status: int
    seconds: float
    cpu_seconds: float
    peak_mb: float
    began: float
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """Its standard output as JSON."""
        return json.loads(self.stdout)


def run(*words: str, base_url: str = "", check: Sequence[int] = (0,), timeout: float = 1800) -> Finished:
    """Run `python WORDS` to its end."""
    with start(*words, base_url=base_url) as process:
        return finish(process, check=check, timeout=timeout)


def assistant(workspace: Path, *words: str, base_url: str = "", check: Sequence[int] = (0,)) -> Finished:
    """Run `assistant WORDS --workspace ... --json` to its end."""
    return run("-m", "assistant", *words, "--workspace", str(workspace), "--json", base_url=base_url, check=check)


@contextmanager
def start(*words: str, base_url: str = "") -> Iterator[subprocess.Popen[str]]:
    """A process under way; killed when the block is left before its end."""
    environment = {**os.environ, "OPENAI_BASE_URL": base_url, "BENCH_BEGAN": str(time.time())}
    process = subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    process.began = time.time()  # type: ignore[attr-defined]  # kept beside the process it belongs to
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def finish(process: subprocess.Popen[str], *, check: Sequence[int], timeout: float = 1800) -> Finished:
    """Wait for the end; its output must be small enough for a pipe. Children it waited for count as its CPU."""
    began = process.began  # type: ignore[attr-defined]  # as above
    before = os.times()
    stdout, stderr = process.communicate(timeout=timeout)
    after = os.times()
    seconds = time.time() - began
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    if process.returncode not in check:
        raise RuntimeError(f"{process.args} ended with {process.returncode}:\n{stderr[-2000:]}")
    return Finished(process.returncode, seconds, cpu, _peak(stderr), began, stdout, stderr)


def _peak(stderr: str) -> float:
    line = next((line for line in stderr.splitlines() if line.startswith("peak_mb=")), "")
    return float(line.removeprefix("peak_mb=") or "nan")


@contextmanager
def dev_server(*options: str) -> Iterator[str]:
    """`assistant dev-server` in a process of its own; gives its base URL."""
    with start("-m", "assistant", "dev-server", "--port", "0", "--json", *options) as process:
        assert process.stdout is not None
        text = ""
        while not text.rstrip().endswith("}"):
            text += process.stdout.readline()
        yield json.loads(text)["base_url"]
        process.terminate()
        process.communicate(timeout=30)


def counts(base_url: str) -> dict[str, Any]:
    """What the test server has seen so far."""
    root = base_url.removesuffix("/v1")
    with urllib.request.urlopen(f"{root}/dev/counts", timeout=10) as response:  # noqa: S310 - loopback, http
        return dict(json.loads(response.read()))
