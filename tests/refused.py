"""Errors as the terminal words them: what was wrong, where, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import typer

from assistant.cli.error_words import error_words
from assistant.cli.main import app
from assistant.errors import AssistantError, InputError


def words_of(error: AssistantError) -> str:
    """`where: what`, and a line with what to do; options are named as those of `assistant ingest`."""
    command = typer.main.get_command(app).commands["ingest"]  # type: ignore[attr-defined]
    return str(error_words(error, command))


@contextmanager
def refused(match: str = "", kind: type[AssistantError] = InputError) -> Iterator[pytest.ExceptionInfo[AssistantError]]:
    """What is inside raises an error; its words on the terminal (`where: what`, a line with advice) have `match`."""
    with pytest.raises(kind) as raised:
        yield raised
    words = words_of(raised.value)
    assert re.search(match, words), f"{match!r} is not in {words!r}"
