"""An HTTP answer that is no success, taken apart: its status, its codes, what it says and how long it asks to wait.

No part of it holds a key: texts of servers, which like to quote it, are scrubbed. What is shown is cut short and
reduced to the server's own words, because validation errors quote the request, and content does not belong into logs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from assistant.models.chat_api import MalformedReplyError, load_json
from assistant.models.http.limits import retry_after_of, seconds_of

_KEY_SHAPED = re.compile(r"\b(?:(?:sk|pk|gsk|xai|key)[-_]|Bearer )[A-Za-z0-9_\-.*]{6,}")
_LONGEST_QUOTE = 240
_LONGEST_READ = 4000  # characters of a server's words that are searched for a meaning
_WAIT = re.compile(
    r"(?:retry|try again)(?: your request)? (?:after|in):? "
    r"(?P<number>[0-9.]+)(?P<rest>[0-9.hms]*) ?(?P<unit>m(?:illi|in)|hour)?",
    re.IGNORECASE,
)
_CODES = ("code", "type", "status", "status_code", "error_code", "error_type", "reason")
_TEXTS = ("message", "msg", "detail", "status_msg", "error_msg", "error_description", "error")
_SECONDS = {"milli": 1e-3, "min": 60.0, "hour": 3600.0}


@dataclass(frozen=True, slots=True)
class HttpRefusal:
    """An HTTP answer that is no success.

    Args:
        status: the HTTP status.
        code, param: the machine-readable words of an OpenAI-style error object, empty where missing.
        message: what the server says, scrubbed, one line, at most 240 characters.
        retry_after: seconds it asked to wait.
        details: all it says, scrubbed, to be searched for a meaning and shown nowhere; the message where empty.
        page: whether the body is a web page.
    """

    status: int
    code: str = ""
    param: str = ""
    message: str = ""
    retry_after: float | None = None
    details: str = ""
    page: bool = False

    @property
    def words(self) -> str:
        """All that can be searched for a meaning."""
        return f"{self.code} {self.param} {self.details or self.message}"


def read_refusal(status: int, headers: Mapping[str, str], body: bytes, *, key: str | None = None) -> HttpRefusal:
    """Take an error reply apart; never raises, whatever the body is.

    Args:
        status: the HTTP status.
        headers: case-insensitive, or with names in lower case.
        body: as received.
        key: the key in use, which is taken out of the server's words.
    """
    page = is_web_page(body)
    try:
        reply = load_json(body)
    except MalformedReplyError:
        reply = None if page else body[:_LONGEST_READ].decode("utf-8", "replace")
    problem = problem_of(reply)
    if isinstance(problem, str):
        problem = {"message": problem}
    code = " ".join(str(problem[name]) for name in _CODES if isinstance(problem.get(name), str | int))
    said = scrub(message_of(problem), key, longest=_LONGEST_READ)
    waits = retry_after_of(headers)
    return HttpRefusal(
        status,
        scrub(code, key),
        scrub(str(problem.get("param") or ""), key),
        scrub(said, key),
        _told_wait(problem, said) if waits is None else waits,
        said,
        page,
    )


def is_web_page(body: bytes) -> bool:
    """Whether a body is HTML: what web servers, portals and chat front ends answer on addresses they don't know."""
    start = body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith(b"<") and any(tag in start for tag in (b"<!doctype html", b"<html", b"<head", b"<body"))


def problem_of(reply: object) -> dict[str, object] | str:
    """The error object in a reply, or its text; an empty object where there is none. Gemini puts it into a list."""
    if isinstance(reply, list):
        reply = reply[0] if reply else {}
    if isinstance(reply, dict):
        inner = reply.get("error") or reply.get("base_resp") or reply.get("errors")
        inner = inner[0] if isinstance(inner, list) and inner else inner
        if isinstance(inner, str):
            return {name: value for name, value in reply.items() if name != "error"} | {"message": inner}
        return inner if isinstance(inner, dict) else reply
    return reply if isinstance(reply, str) else {}


def message_of(problem: Mapping[str, object]) -> str:
    """What an error object says: its message, and behind a gateway what the provider said to it."""
    message = next((problem[name] for name in _TEXTS if problem.get(name)), "")
    if isinstance(message, list):
        # FastAPI's validation errors quote the whole request under `input`; their `loc` and `msg` are enough.
        parts = [part for part in message if isinstance(part, dict)]
        places = [".".join(str(step) for step in part.get("loc") or ()) for part in parts]
        message = "; ".join(f"{place} {part.get('msg', '')}" for place, part in zip(places, parts, strict=True))
    metadata = problem.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, dict) else None
    behind = _said_behind(raw) if isinstance(raw, str) else ""
    return " ".join(text for text in (message, behind) if isinstance(text, str) and text)


def _said_behind(raw: str) -> str:
    """The words of the provider behind a gateway; without a JSON body they may be anything, and are left out."""
    try:
        problem = problem_of(load_json(raw.encode("utf-8", "replace")))
    except MalformedReplyError:
        return ""
    return problem if isinstance(problem, str) else message_of({**problem, "metadata": None})


def _told_wait(problem: Mapping[str, object], said: str) -> float | None:
    """Seconds to wait where a server names them in its words (OpenAI, Azure, Groq) or in the error object (Gemini)."""
    details = problem.get("details")
    for part in details if isinstance(details, list) else ():
        if isinstance(part, dict) and isinstance(part.get("retryDelay"), str):
            return seconds_of(part["retryDelay"])
    found = _WAIT.search(said)
    if found is None:
        return None
    number, rest = found["number"].rstrip("."), found["rest"].rstrip(".")
    seconds = seconds_of(number + rest)
    return None if seconds is None else seconds * (1.0 if rest else _SECONDS.get((found["unit"] or "").lower(), 1.0))


def scrub(text: str, key: str | None, *, longest: int = _LONGEST_QUOTE) -> str:
    """A server's words without the key and anything shaped like one, on one line, at most 240 characters."""
    if key:
        text = text.replace(key, "***")
    text = " ".join(_KEY_SHAPED.sub("***", text).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"
