"""A report as one HTML file that loads nothing: no script, no font, no picture from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from importlib import resources

import jinja2
from markupsafe import Markup

from assistant.reports.blocks import Report
from assistant.reports.visible import clipped, visible
from assistant.reports.words import LANGUAGES, Words

MARK = "labeling-assistant evaluation report"
"""Stands in every file of a report, so that nothing else is overwritten by one."""

_TEXT = 1_000  # characters of an item's text that are shown
_SENTENCE = 30  # characters of a cell that is to be read rather than compared
_TIED = re.compile(r"(?<=\d) (?=%)|(?<=\b[np]) (?=[=<])|(?<=\b[np] [=<]) (?=\d)")


def as_page(report: Report) -> str:
    """The report as HTML; the same report gives the same page.

    All text of the report is shown as text, with unseen characters made visible. Texts of items are veiled until asked
    for. A Content-Security-Policy lets the page's own style apply and nothing else load.
    """
    words = Words(report.language)
    style = Markup(_file("report.css"))  # noqa: S704 - our own file
    environment = _environment(words)
    environment.globals["counter"] = itertools.count(1).__next__
    return environment.from_string(_file("report.html.j2")).render(
        report=report,
        words=words,
        tag=LANGUAGES[report.language],
        mark=MARK,
        style=style,
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )


def _environment(words: Words) -> jinja2.Environment:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, finalize=_finalized, keep_trailing_newline=True
    )
    environment.globals["_"] = words.say
    environment.filters["tied"] = lambda text: _TIED.sub("\u00a0", text)
    environment.filters["drawn"] = Markup
    environment.filters["cut"] = lambda text: _cut(text, words)
    environment.tests["sentence"] = lambda cell: len(cell) > _SENTENCE
    return environment


def _finalized(value: object) -> object:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _cut(text: str, words: Words) -> str:
    if len(text) <= _TEXT:
        return text
    return words.say("{text} (cut, {count} characters in all)", text=clipped(text, _TEXT), count=f"{len(text):,}")


def _file(name: str) -> str:
    return resources.files("assistant.reports").joinpath("templates", name).read_text("utf-8")
