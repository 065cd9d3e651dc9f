"""Keeps LangChain from sending prompts to third parties because of an environment variable set for another project."""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping

OPT_IN = "ASSISTANT_ALLOW_TRACING"

_SENDING = frozenset({"LANGSMITH_GATEWAY", "LANGSMITH_RUNS_ENDPOINTS", "LANGSMITH_OTEL_ENABLED"})


def forbid_tracing(environ: MutableMapping[str, str] | None = None) -> tuple[str, ...]:
    """Remove the variables that switch LangSmith tracing, or its gateway, on; content is confidential.

    Nothing is removed when the user has set `ASSISTANT_ALLOW_TRACING=1`.

    Args:
        environ: of the process when None.

    Returns:
        The names removed, sorted; for `doctor`.
    """
    environ = os.environ if environ is None else environ
    if environ.get(OPT_IN) == "1":
        return ()
    prefixes = ("LANGSMITH_", "LANGCHAIN_")
    found = sorted(name for name in environ if name in _SENDING or (name.startswith(prefixes) and "TRACING" in name))
    for name in found:
        del environ[name]
    if "langsmith" in sys.modules:
        # It remembers what it has read from the environment.
        sys.modules["langsmith.utils"].get_env_var.cache_clear()
    return tuple(found)
