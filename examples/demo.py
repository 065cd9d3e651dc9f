"""The demo: the main job on content written for this project, with the embedded language model.

Runs the commands a person would type, in the folder `demo/`, and shows each of them. No key, no network. Reviewers have
labelled the first 180 of the 240 posts; the last 60 are left to whoever opens the pages.
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from itertools import islice
from pathlib import Path

EXAMPLES = Path(__file__).parent
POSTS = EXAMPLES / "posts.csv"
FOLDER = Path("demo")
REVIEWED = FOLDER / "reviewed.csv"
REVIEWED_POSTS = 180
COMMANDS = (
    ("init", str(FOLDER)),
    ("ingest", str(POSTS)),
    ("labels", "import", str(REVIEWED), "--each-rater", "label_a", "--each-rater", "label_b"),
    ("precedents", "add", "--agreed", "--limit", "130"),
    ("prelabel",),
    ("enqueue",),
    ("export", str(FOLDER / "labels.csv")),
)


def main() -> int:
    """Run the commands one after the other; the exit status of the first that fails."""
    if (FOLDER / "assistant.toml").exists():
        shutil.rmtree(FOLDER)
    for command in COMMANDS:
        if command[:2] == ("labels", "import"):
            _write_reviewed()
        words = [*command] if command[0] == "init" else [*command, "--workspace", str(FOLDER)]
        print(f"\n$ assistant {' '.join(words)}", flush=True)  # noqa: T201 - the demo shows what it types
        status = subprocess.run([sys.executable, "-m", "assistant", *words], check=False).returncode  # noqa: S603
        if status not in {0, 3}:
            return status
    command = os.path.relpath(Path(sys.executable).parent / "assistant")
    print(  # noqa: T201 - as above
        f"\nnext: {command} serve --workspace {FOLDER}                   open its link, press Review, and decide"
        f"\n      {command} status --workspace {FOLDER}                  what went to review, and why"
        f"\n      {command} prompts render post-001 --workspace {FOLDER}  the request the model got"
    )
    return 0


def _write_reviewed() -> None:
    """The posts that two reviewers have labelled, in a file of their own."""
    with POSTS.open(encoding="utf-8", newline="") as file, REVIEWED.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(islice(csv.reader(file), 1 + REVIEWED_POSTS))


if __name__ == "__main__":
    sys.exit(main())
