"""An evaluation as plain data for JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np

from assistant.reports.page import MARK
from evals.evaluation import Evaluation


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """Everything of an evaluation, in the order of its classes: names as in the code, arrays as lists.

    What isn't a finite number is None. `report` comes first and tells what the document is.
    """
    return {"report": MARK, "format": 1, **_plain(evaluation)}


def _plain(value: object) -> Any:
    if isinstance(value, (np.ndarray, np.generic, Enum)):
        return _plain(value.value if isinstance(value, Enum) else value.tolist())
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, (str, int)):
        return value
    raise TypeError(f"{type(value).__name__} has no place in JSON")
