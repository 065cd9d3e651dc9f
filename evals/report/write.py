"""A report as files."""

from __future__ import annotations

import json
from pathlib import Path

from assistant.errors import ConflictError, InputError
from assistant.file_modes import hand_on
from assistant.reports.markdown import as_markdown
from assistant.reports.page import MARK, as_page
from evals.evaluation import Evaluation
from evals.report.as_json import as_json
from evals.report.document import as_report

FILES = ("report.html", "report.md", "report.json")
_HEAD = 4_096  # bytes of a file in which its mark stands


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
    paths = tuple(folder / name for name in FILES)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in paths:
            _check_replaceable(path)
        for path, content in zip(paths, contents, strict=True):
            _write(path, content)
    except OSError as error:
        raise InputError("report_unwritable", where=str(folder), reason_given=error.strerror) from error
    return paths


def _check_replaceable(path: Path) -> None:
    if not path.exists():
        return
    with path.open("rb") as file:
        if MARK.encode() not in file.read(_HEAD):
            raise ConflictError("not_a_report", where=str(path))


def _write(path: Path, content: str) -> None:
    """Whole or not at all; half a surrogate pair, which UTF-8 can't hold, is written out."""
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(content.encode("utf-8", "backslashreplace"))
    hand_on(unfinished)
    unfinished.replace(path)
