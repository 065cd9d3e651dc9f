"""The demo: the main job on content written for this project, with the embedded language model.

Runs the commands a person would type, in the folder `demo/`, and shows each of them. No key, no network.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parent
FOLDER = Path("demo")
COMMANDS = (
    ("init", str(FOLDER)),
    ("ingest", str(EXAMPLES / "posts.csv")),
    ("labels", "import", str(EXAMPLES / "posts.csv"), "--each-rater", "label_a", "--each-rater", "label_b"),
    ("precedents", "add", "--agreed", "--limit", "150"),
    ("prelabel",),
    ("export", str(FOLDER / "labels.csv")),
)


def main() -> int:
    """Run the commands one after the other; the exit status of the first that fails."""
    if (FOLDER / "assistant.toml").exists():
        shutil.rmtree(FOLDER)
    for command in COMMANDS:
        words = [*command] if command[0] == "init" else [*command, "--workspace", str(FOLDER)]
        print(f"\n$ assistant {' '.join(words)}", flush=True)  # noqa: T201 - the demo shows what it types
        status = subprocess.run([sys.executable, "-m", "assistant", *words], check=False).returncode  # noqa: S603
        if status not in {0, 3}:
            return status
    command = os.path.relpath(Path(sys.executable).parent / "assistant")
    print(  # noqa: T201 - as above
        f"\nnext: {command} status --workspace {FOLDER}                  what went to people, and why"
        f"\n      {command} prompts render post-001 --workspace {FOLDER}  what the model was asked"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
