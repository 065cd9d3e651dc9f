"""One `assistant` command in this process, telling its peak memory on stderr when it ends."""

from __future__ import annotations

import resource
import sys

from assistant.cli.main import app

if __name__ == "__main__":
    try:
        app(sys.argv[1:], prog_name="assistant")
    finally:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        sys.stderr.write(f"\npeak_mb={peak:.1f}\n")
