"""Takes the pictures of docs/pages: every page in English and Chinese, from a made-up workspace.

python -m tests.browser.screenshots [FOLDER] [NAME ...]
"""

from __future__ import annotations

import base64
import os
import struct
import sys
import tempfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from assistant.domain.disagreements import DisagreementFilter
from assistant.store.review.disagreements import disagreement_list
from tests.browser.conftest import FLAGS, find_chromium
from tests.browser.demo import Demo, demo

FOLDER = Path(__file__).parents[2] / "docs" / "pages"
SIZE = {"width": 1280, "height": 800}
_COLOURS = 256
_PIXELS = """async (picture) => {
  const image = new Image();
  image.src = "data:image/png;base64," + picture;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  const bytes = canvas.getImageData(0, 0, image.width, image.height).data;
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}"""


def pages(site: Demo) -> dict[str, str]:
    """What is shown: a picture's name and the page's address."""
    database = site.workspace.database
    waiting = disagreement_list.page(database, DisagreementFilter(), limit=20)
    settled = disagreement_list.page(database, DisagreementFilter(kind="people", settled=True), limit=20)
    return {
        "start": "/",
        "review": "/review",
        "disagreements": "/disagreements",
        "adjudication": f"/disagreements/{waiting[-1].id}",
        "settled": f"/disagreements/{settled[0].id}?kind=people&settled=yes",
        "queue": "/queue",
        "tasks": "/queue/tasks",
        "runs": "/runs",
        "run": "/runs/r1",
        "run-items": "/runs/r1/items",
        "start-a-run": "/jobs/new",
        "quality": "/quality?run=r1",
        "prompts": "/prompts",
        "prompt-diff": "/prompts/diff?old=moderation@2&new=moderation@3",
        "policy": "/policy",
        "policy-diff": "/policy/diff?old=0.9",
        "people": "/people?days=90",
        "person": "/people/ana?days=90",
        "gold": "/gold",
        "audit": "/audit",
        "profile": "/profile",
    }


def take(browser: Browser, site: Demo, folder: Path, language: str, names: set[str]) -> None:
    """Pictures of all pages in one language."""
    context = browser.new_context(viewport=SIZE, device_scale_factor=1, reduced_motion="reduce")  # type: ignore[arg-type]
    context.add_cookies([site.cookie(site.admin(ui_language=language, theme="light"))])  # type: ignore[list-item]
    page, tool = context.new_page(), browser.new_page()
    for name, path in pages(site).items():
        if not names or name in names:
            page.goto(site.base_url + path, wait_until="networkidle")
            target = folder / f"{name}.{language}.png"
            target.write_bytes(shrunk(tool, page))
            print(f"{target.name}: {target.stat().st_size // 1024} KB")  # noqa: T201 - a script
    if not names or "login" in names:
        stranger = browser.new_context(viewport=SIZE, locale={"en": "en-US", "zh": "zh-CN"}[language])  # type: ignore[arg-type]
        page = stranger.new_page()
        page.goto(f"{site.base_url}/login", wait_until="networkidle")
        (folder / f"login.{language}.png").write_bytes(shrunk(tool, page))
        stranger.close()
    context.close()
    tool.close()


def shrunk(tool: Page, page: Page) -> bytes:
    """A picture of a page with at most 256 colours, a third as large; the same page gives the same bytes."""
    whole = base64.b64encode(page.screenshot()).decode()
    pixels = np.frombuffer(base64.b64decode(tool.evaluate(_PIXELS, whole)), np.uint8)
    rgb = (pixels.reshape(SIZE["height"], SIZE["width"], 4)[..., :3] & 0xF8).astype(np.int64)
    codes = rgb[..., 0] << 16 | rgb[..., 1] << 8 | rgb[..., 2]
    colours, place, counts = np.unique(codes, return_inverse=True, return_counts=True)
    kept = colours[np.argsort(-counts, kind="stable")[:_COLOURS]]
    split = np.stack([kept >> 16, kept >> 8 & 0xFF, kept & 0xFF], axis=1)
    everything = np.stack([colours >> 16, colours >> 8 & 0xFF, colours & 0xFF], axis=1)
    nearest = ((everything[:, None] - split[None]) ** 2).sum(axis=2).argmin(axis=1).astype(np.uint8)
    return _png(nearest[place.reshape(codes.shape)], (split | split >> 5).astype(np.uint8))


def _png(indexes: Any, palette: Any) -> bytes:
    height, width = indexes.shape
    rows = b"".join(b"\0" + row.tobytes() for row in indexes)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", palette.tobytes()),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    packed = (struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def main(words: list[str]) -> None:
    """Take them all, or those named."""
    folder = Path(words[0]) if words else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["ASSISTANT__EMBEDDER__NAME"] = "hashing"
    with (
        tempfile.TemporaryDirectory() as temporary,
        demo(Path(temporary) / "demo") as site,
        sync_playwright() as started,
    ):
        browser = started.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        for language in ("en", "zh"):
            take(browser, site, folder, language, set(words[1:]))
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
