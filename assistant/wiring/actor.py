"""Who is at work."""

from __future__ import annotations

import os


def actor() -> str:
    """Who is at work, as the system knows it; a container may know no names."""
    return os.environ.get("USER") or f"uid {os.getuid()}"
