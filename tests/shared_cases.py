"""Where the small failing inputs are that are handed round beside the repository, and are never committed to it."""

from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]


def shared_case(name: str) -> Path:
    """The folder of a case under `shared/cases`, beside the repository or above; without it the test is skipped."""
    for folder in _ROOT.parents:
        if (found := folder / "shared" / "cases" / name).is_dir():
            return found
    pytest.skip(f"shared/cases/{name} is not here")
