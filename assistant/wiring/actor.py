"""Who is at work."""

from __future__ import annotations

import os
import pwd
import re

_NOT_IN_A_NAME = re.compile(r"[^\w.@+-]")
_LONGEST_NAME = 64


def actor() -> str:
    """Who is at work, as the system knows it; a container may know no names."""
    return os.environ.get("USER") or _account() or f"uid {os.getuid()}"


def actor_as_user() -> str:
    """The same as a name to sign in with: a space or a backslash becomes a dot."""
    return _NOT_IN_A_NAME.sub(".", actor()).strip(".").lower()[:_LONGEST_NAME]


def _account() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return ""
