"""What an error says to whoever types commands: for `pytest.raises(..., check=says("no model"))`."""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.cli.error_words import error_words
from assistant.errors import AssistantError


def says(pattern: str) -> Callable[[AssistantError], bool]:
    """Whether an error's words, with its place and what to do next, match a pattern."""
    return lambda error: re.search(pattern, str(error_words(error))) is not None
