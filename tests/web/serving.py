"""`assistant serve` as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx


@dataclass
class Server:
    """A server that listens."""

    process: subprocess.Popen[str]
    base_url: str
    login_url: str | None

    @contextmanager
    def browser(self) -> Iterator[httpx.Client]:
        """Signed in by the link, with the CSRF token of its pages."""
        assert self.login_url is not None
        with httpx.Client(base_url=self.base_url, timeout=300) as client:
            page = client.get(self.login_url, follow_redirects=True)
            assert page.status_code == 200, page.text
            client.headers["x-csrf-token"] = page.text.split('name="csrf-token" content="')[1].split('"')[0]
            yield client

    def stop(self) -> int:
        """Tell it to end, as a service manager does; its status."""
        self.process.terminate()
        return self.process.wait(300)


@contextmanager
def serving(folder: Path, *options: str, **environment: str) -> Iterator[Server]:
    """A server on a free port of loopback; killed where the block leaves it running."""
    words = [sys.executable, "-m", "assistant", "serve", "--port", "0", "--json", "--workspace", str(folder), *options]
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment}
    )
    try:
        assert process.stdout is not None
        text = ""
        while not text.rstrip().endswith("}"):
            line = process.stdout.readline()
            assert line, process.communicate()[1]
            text += line
        told = json.loads(text)
        yield Server(process, told["base_url"], told["login_url"])
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
