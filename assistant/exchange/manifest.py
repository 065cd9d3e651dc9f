"""What stands beside an exported file: where it came from, how many of what, and its hash."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import orjson

from assistant import __version__
from assistant.domain.runs import Run, RunTotals
from assistant.exchange.anchors import Anchor
from assistant.exchange.release import Released
from assistant.exchange.tables import Written
from assistant.file_modes import hand_on
from assistant.store.database import now


def write_manifest(
    path: Path, run: Run, totals: RunTotals, written: Written, released: Released, *, head: Anchor
) -> Path:
    """Write `<file>.manifest.json` beside an exported file and return its path.

    It carries the signed head of the log of changes, so that one is known wherever the file goes.
    """
    target = path.with_name(f"{path.name}.manifest.json")
    manifest = {**_manifest(path, run, totals, written), **released.as_json(), "audit_head": head.as_json()}
    target.write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2) + b"\n")
    hand_on(target)
    return target


def _manifest(path: Path, run: Run, totals: RunTotals, written: Written) -> Mapping[str, object]:
    return {
        "file": path.name,
        "sha256": written.sha256,
        "rows": written.rows,
        "cells_cut_for_excel": written.cut_cells,
        "written_at": now(),
        "written_by": f"labeling-assistant {__version__}",
        "run": {
            "name": run.name,
            "key": run.key,
            "prompt": run.prompt,
            "prompt_hash": run.prompt_digest,
            "policy": run.policy,
            "policy_hash": run.policy_digest,
            "model": run.model,
            "parameters": run.parameters,
            "replicate": run.replicate,
            "population": None if run.population is None else run.population.as_json(),
        },
        "items": totals.statuses,
        "failures": totals.failures,
        "routes": [
            {"route": route, "reason": reason, "items": count} for (route, reason), count in totals.routes.items()
        ],
        "cost_usd": totals.cost_usd,
    }
