"""A report as files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from assistant.reports.as_json import plain
from assistant.reports.files import write_files
from assistant.reports.markdown import as_markdown
from assistant.reports.page import MARK, as_page
from evals.evaluation import Evaluation
from evals.report.document import as_report

FILES = ("report.html", "report.md", "report.json")


def write_report(evaluation: Evaluation, folder: Path, language: str = "en") -> tuple[Path, ...]:
    """Write `FILES` into a folder, which is made where there is none; the same evaluation gives the same bytes.

    An earlier report is replaced, any other file of these names is left alone.

    Args:
        evaluation: what is reported.
        folder: where.
        language: one of `words.LANGUAGES`; JSON is the same in all.

    Returns:
        The files' paths, in the order of `FILES`.

    Raises:
        InputError: another language, a file there is no report, or the folder can't be written.
    """
    report = as_report(evaluation, language)
    document = json.dumps(as_json(evaluation), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    contents = (as_page(report), as_markdown(report), document)
    return write_files(folder, dict(zip(FILES, contents, strict=True)))


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """Everything of an evaluation, in the order of its classes. `report` comes first and tells what the document is."""
    return {"report": MARK, "format": 1, **plain(evaluation)}
