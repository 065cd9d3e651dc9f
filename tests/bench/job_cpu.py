"""CPU of a whole job's loop in this process: retrieve, render, call, parse, store. Imports and set-up not counted."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

import orjson

from assistant.application.labeling.session import RunSession
from assistant.application.labeling.work import JobChoice
from assistant.wiring.workspace import Workspace


def main(folder: str, concurrency: str, limit: str, replicate: str) -> None:
    """Run one session and print its CPU and counts as JSON."""
    choice = JobChoice(model="openai:dev", concurrency=int(concurrency), limit=int(limit), replicate=int(replicate))
    with Workspace.open(Path(folder)) as workspace:
        session = RunSession(workspace, choice)
        session.prepare(lambda _: None)
        cpu, wall = time.process_time(), time.perf_counter()
        asyncio.run(session.work(lambda _: None))
        figures = {
            "items": session.progress.done,
            "cpu_ms_per_item": (time.process_time() - cpu) * 1000 / session.progress.done,
            "seconds": time.perf_counter() - wall,
        }
    sys.stdout.write(orjson.dumps(figures).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
