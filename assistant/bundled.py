"""Files that ship with the package: prompts and examples."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def bundled(folder: str) -> Path:
    """A shipped folder (`prompts`, `examples`): inside an installed package, or beside the package in a checkout."""
    inside = _PACKAGE / "data" / folder
    return inside if inside.is_dir() else _PACKAGE.parent / folder
