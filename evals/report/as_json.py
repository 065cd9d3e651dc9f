"""An evaluation as plain data for JSON."""

from __future__ import annotations

from typing import Any

from assistant.reports.as_json import plain
from assistant.reports.page import MARK
from evals.evaluation import Evaluation


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """Everything of an evaluation, in the order of its classes. `report` comes first and tells what the document is."""
    return {"report": MARK, "format": 1, **plain(evaluation)}
