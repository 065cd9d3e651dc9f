"""Replies that real servers and models gave, kept beside the repository; tests skip where they are not."""

from __future__ import annotations

from pathlib import Path

import pytest


def shared_cases() -> Path:
    """The folder of cases, in the nearest `shared` above the repository; skips the test where there is none."""
    for parent in Path(__file__).resolve().parents:
        if (parent / "shared" / "cases").is_dir():
            return parent / "shared" / "cases"
    pytest.skip("../shared/cases is not here: the replies of real servers are not read")


def reply_bodies() -> dict[str, bytes]:
    """The body of every `reply-...` case by its name."""
    return {path.parent.name: path.read_bytes() for path in sorted(shared_cases().glob("reply-*/body"))}
