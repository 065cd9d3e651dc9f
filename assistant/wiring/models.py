"""Models by name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from assistant.errors import InputError, SettingsError
from assistant.models.interface import LabelModel


def openai_access() -> dict[str, Any]:
    """Where an OpenAI-compatible server is and its key, from the environment."""
    return {
        "base_url": os.environ.get("OPENAI_BASE_URL") or None,
        "api_key": os.environ.get("OPENAI_API_KEY") or None,
    }
