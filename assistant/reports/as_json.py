"""What was measured as plain data for JSON: English sentences under their names, and their codes beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np

from assistant.domain.reasons import Reason
from assistant.reports.reasons.in_files import written
from assistant.reports.reasons.worded import english, english_method
from assistant.stats.agreement.coefficient import Coefficient


def plain(value: object) -> Any:
    """Dictionaries, lists, numbers and strings; names as in the code, arrays as lists.

    What isn't a finite number is None. A reason is its English sentence, with `..._code` beside it; several are a list
    of sentences (one text, where the name is no plural) with `..._codes` beside it; a count by reason has the name
    that files have for it.

    Raises:
        TypeError: it holds what has no place in JSON.
    """
    if isinstance(value, Reason):
        return english(value)
    if isinstance(value, (np.ndarray, np.generic, Enum)):
        value = value.value if isinstance(value, Enum) else value.tolist()
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if is_dataclass(value) and not isinstance(value, type):
        return _fields(value)
    if isinstance(value, Mapping):
        return {written(key) if isinstance(key, Reason) else str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(one) for one in value]
    if value is not None and not isinstance(value, (str, int)):
        raise TypeError(f"{type(value).__name__} has no place in JSON")
    return value


def _fields(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields(value):
        name, held = field.name, getattr(value, field.name)
        found[name] = plain(held)
        if isinstance(held, Reason):
            found[f"{name}_code"] = held.code
        elif isinstance(held, tuple) and held and all(isinstance(one, Reason) for one in held):
            if not name.endswith("s"):  # sentences of one text
                found[name] = " ".join(map(english, held))
            found[f"{name.removesuffix('s')}_codes"] = codes(held)
    if isinstance(value, Coefficient):
        found |= {"method": english_method(value.method), "method_code": value.method}
    return found


def codes(reasons: Sequence[Reason]) -> list[str]:
    """Their codes."""
    return [one.code for one in reasons]
