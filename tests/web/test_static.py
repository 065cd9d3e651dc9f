"""Static files: where they are, that nothing else is served, and that what was vendored is what it says."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from assistant.web.presentation.assets import FOLDER, assets
from assistant.web.presentation.rendering import TEMPLATES

VENDOR = FOLDER / "vendor"
CSS = (FOLDER / "app.css").read_text(encoding="utf-8")


def test_files_are_kept_for_ever_under_an_address_with_their_digest(nobody: TestClient) -> None:
    address = assets().address("app.css")
    answer = nobody.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.text == CSS
    plain = nobody.get(address, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == CSS


def test_a_page_from_before_an_upgrade_gets_the_present_file_and_may_not_keep_it(nobody: TestClient) -> None:
    answer = nobody.get("/static/0123456789ab/app.css")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")


@pytest.mark.parametrize(
    "path",
    [
        "/static/x/../../../etc/passwd",
        "/static/x/..%2f..%2fapp.py",
        "/static/x/%2e%2e/app.py",
        "/static/x//etc/passwd",
        "/static/x/....//app.py",
        "/static/x/..\\app.py",
        "/static/x/app.css%00.png",
        "/static/x/",
        "/static/x/vendor",
        "/static/x/%00",
        "/static/x/" + "a" * 5000,
        "/static/../assistant/web/app.py",
    ],
)
def test_no_path_leads_out_of_the_folder(nobody: TestClient, path: str) -> None:
    assert nobody.get(path).status_code == 404


def test_vendored_files_are_those_of_the_manifest_with_licence_and_digest() -> None:
    manifest = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    files = {path.name for path in VENDOR.iterdir()} - {"manifest.json"}
    assert files == set(manifest) | {entry["licence_file"] for entry in manifest.values()}
    for name, entry in manifest.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == entry["sha256"], name
        assert (VENDOR / entry["licence_file"]).read_text(encoding="utf-8").strip()
        assert entry["version"]


def test_no_page_has_a_script_or_a_style_of_its_own() -> None:
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if path.relative_to(TEMPLATES).as_posix() == "quality/panel.html":
            text = text.replace("{{ block.drawing|safe }}", "", 1)  # charts we draw ourselves; the policy still holds
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|\|\s*safe\b|hx-on|Markup", text), path.name
        for script in re.findall(r"<script[^>]*>", text):
            assert "src=" in script or 'type="application/json"' in script, path.name


def test_every_file_a_page_asks_for_is_there() -> None:
    for path in TEMPLATES.rglob("*.html"):
        for name in re.findall(r"asset\(['\"]([^'\"]+)['\"]\)", path.read_text(encoding="utf-8")):
            assert assets().get(name), f"{path.name}: {name}"


# Contrast by WCAG 2.2: 4.5 for text, 3 for what only has to be seen (borders of fields, focus).
_TEXT = [
    *(
        (text, ground)
        for text in ("text", "text-quiet", "accent", "bad", "good", "warning")
        for ground in ("ground", "raised")
    ),
    *((f"severity-{level}", ground) for level in range(5) for ground in ("ground", "raised")),
    *((text, "sunken") for text in ("text", "text-quiet", "accent")),
    *((text, "accent-ground") for text in ("text", "accent", "text-quiet")),
    ("on-accent", "accent"),
    ("text", "mark"),
    ("text", "bad-ground"),
    ("bad", "bad-ground"),
    ("ground", "text"),
]
_SEEN = [(line, ground) for line in ("line-strong", "focus") for ground in ("ground", "raised")]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("front", "ground", "least"), [*((*pair, 4.5) for pair in _TEXT), *((*pair, 3.0) for pair in _SEEN)]
)
def test_colours_can_be_read_in_both_themes(theme: str, front: str, ground: str, least: float) -> None:
    colours = {name: pair for name, *pair in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", CSS)}
    index = ("light", "dark").index(theme)
    brighter, darker = sorted((_luminance(colours[front][index]), _luminance(colours[ground][index])), reverse=True)
    assert (brighter + 0.05) / (darker + 0.05) >= least


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_fonts_for_chinese_are_named() -> None:
    for font in ("PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC"):
        assert font in CSS


def test_the_folder_holds_nothing_that_is_not_served() -> None:
    assert not [
        path
        for path in Path(FOLDER).rglob("*")
        if path.is_file() and not assets().get(path.relative_to(FOLDER).as_posix())
    ]
