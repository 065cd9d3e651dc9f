"""How long a reviewer waits for the next item: from the key that decides to the item on the screen."""

from __future__ import annotations

import os
import shutil
import statistics
from collections.abc import Iterator
from pathlib import Path

from tests.browser.made_up import Site, served

_DECISIONS = 30
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
_WATCH = """() => {
    window.waits = [];
    let pressed = 0;
    addEventListener("keydown", (event) => { if (event.key === "Enter") pressed = performance.now(); }, true);
    const painted = () => requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => window.waits.push(performance.now() - pressed);
        channel.port2.postMessage(null);
    });
    new MutationObserver(painted).observe(document.getElementById("item-title"), { childList: true });
}"""


def decisions(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Thirty decisions in Chromium, a third of a second apart, on SQLite beside it."""
    path = os.environ.get("ASSISTANT_CHROMIUM") or shutil.which("chromium")
    if path is None:
        yield "from a decision to the next item on the screen", "no Chromium is installed here", "<= 100 ms"
        return
    os.environ.setdefault("ASSISTANT__EMBEDDER__NAME", "hashing")
    with served(folder / "decisions") as site:
        waits = sorted(_measure(site, path))
    told = (
        f"p50 {statistics.median(waits):.0f} ms, p95 {waits[int(0.95 * len(waits))]:.0f} ms, longest {waits[-1]:.0f} ms"
    )
    yield f"from a decision to the next item on the screen, {len(waits)} of them", told, "<= 100 ms"


def _measure(site: Site, path: str) -> list[float]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - the other figures need no browser

    user = site.person()
    site.tasks(user, site.posts[: _DECISIONS + 1])
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=list(_FLAGS))
        context = browser.new_context()
        context.add_cookies([site.cookie(user)])
        page = context.new_page()
        page.goto(f"{site.base_url}/review")
        page.locator("#labels button").first.wait_for()
        page.evaluate(_WATCH)
        for _ in range(_DECISIONS):
            page.wait_for_timeout(300)
            page.keyboard.press("2")
            page.keyboard.press("Enter")
        page.wait_for_function("most => window.waits.length >= most", arg=_DECISIONS)
        waits: list[float] = page.evaluate("window.waits")
        browser.close()
    return waits
