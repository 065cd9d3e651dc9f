"""Results as files: JSON lines, Parquet, CSV or Excel, written in constant memory and only shown when complete."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import orjson

from assistant.domain.certificates import Origin
from assistant.domain.runs import Run
from assistant.errors import InputError, InvalidValueError, NotFoundError
from assistant.file_modes import hand_on

COLUMNS: dict[str, str] = {
    "item_id": "text",
    "text": "text",
    "query": "text",
    "language": "text",
    "source": "text",
    "meta": "json",
    "final_labels": "list",
    "final_unknown": "list",
    "final_origin": "text",
    "final_version": "text",
    "final_confidence": "number",
    "final_certificate": "integer",
    "final_policy_version": "text",
    "final_raters": "integer",
    "labels": "list",
    "status": "text",
    "error": "text",
    "route": "text",
    "route_reason": "text",
    "doubts": "list",
    "inclusion_probability": "number",
    "signals": "json",
    "clauses": "list",
    "rationale": "text",
    "run": "text",
    "prompt_name": "text",
    "prompt_version": "text",
    "prompt_hash": "text",
    "policy_id": "text",
    "policy_version": "text",
    "policy_hash": "text",
    "model": "text",
    "prompt_tokens": "integer",
    "completion_tokens": "integer",
    "cached_tokens": "integer",
    "cost_usd": "number",
    "latency_ms": "number",
    "attempts": "integer",
    "shared_answer": "boolean",
    "near_duplicate_group": "integer",
}
"""Column -> type. `list` columns are lists in JSON lines and Parquet, joined by `|` in CSV and Excel.

`labels` is the machine's answer. The `final_...` columns are what was settled, null where nothing was yet:
`final_unknown` lists categories of a multi-label set that `final_labels` says nothing about (a category in neither was
answered with no), empty for a complete label;
`final_origin` says whose the answer is, `person`, `model` or `classifier` (which learned from people's labels); of the
machine's `final_version` says which model or which fit of the classifier; `final_raters` how many people stand behind,
`final_certificate` by which certificate the machine's may stand without one, `final_policy_version` the policy version
it was given under, null where that was not kept.
"""

EXCEL_ROWS = 1_048_575  # one sheet's rows less the header
_CUT = -2  # xlsxwriter's sign that a text was cut to the 32,767 UTF-16 units a cell holds

Record = dict[str, Any]


def as_record(result: Mapping[str, Any], run: Run) -> Record:
    """One result in the columns of the export."""
    prompt_name, _, prompt_version = (run.prompt or "").rpartition("@")
    policy_id, _, policy_version = (run.policy or "").rpartition("@")
    error = f"{result['reason']}: {result['detail']}" if result["reason"] else None
    return {
        "item_id": result["external_id"],
        **{name: result[name] for name in ("text", "query", "language", "source", "meta", "status")},
        **{
            name: result[name]
            for name in ("final_labels", "final_unknown", "final_origin", "final_confidence", "final_raters")
        },
        "final_version": _version(result, run),
        "final_certificate": result["final_certificate_id"],
        "final_policy_version": result["final_policy_version"],
        "labels": result["labels"] or [],
        "error": error,
        **{name: result[name] for name in ("route", "route_reason", "inclusion_probability", "rationale")},
        "doubts": result["doubts"] or [],
        "signals": result["signals"] or {},
        "clauses": result["clauses"] or [],
        "run": run.name,
        "prompt_name": prompt_name or None,
        "prompt_version": prompt_version or None,
        "prompt_hash": run.prompt_digest,
        "policy_id": policy_id or None,
        "policy_version": policy_version or None,
        "policy_hash": run.policy_digest,
        "model": result["model"],
        **{name: result[name] for name in ("prompt_tokens", "completion_tokens", "cached_tokens", "cost_usd")},
        **{name: result[name] for name in ("latency_ms", "attempts")},
        "shared_answer": result["shared_from"] is not None,
        "near_duplicate_group": result["group_id"],
    }


def _version(result: Mapping[str, Any], run: Run) -> str | None:
    """Which model or which fit of the classifier gave the final label."""
    if result["final_origin"] == Origin.CLASSIFIER:
        return f"fit {result['final_fit_id']}"
    return run.model if result["final_origin"] == Origin.MODEL else None


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: rows, the file's SHA-256 in hex, and cells cut to what Excel can hold (else 0)."""

    rows: int
    sha256: str
    cut_cells: int = 0


def write_table(path: Path, records: Iterable[Record]) -> Written:
    """Write records to a file whose ending says the format.

    The file appears when it is complete; an interrupted export leaves nothing half written.

    Raises:
        InputError: an ending that is not known, a folder that isn't there, no right or no room to write there, or
            too many rows for Excel.
    """
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise InvalidValueError("export_format_unknown", file=path.name, endings=tuple(_WRITERS))
    if not path.parent.is_dir():
        raise NotFoundError("folder_not_found", where=str(path.parent))
    try:
        with _appearing(path) as part:
            rows, cut_cells = writer(part, records)
            return Written(rows, _sha256(part), cut_cells)
    except OSError as error:
        raise InputError("file_not_written", where=str(path), reason=error.strerror) from None


@contextmanager
def _appearing(path: Path) -> Iterator[Path]:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        hand_on(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _write_jsonl(path: Path, records: Iterable[Record]) -> tuple[int, int]:
    count = 0
    with path.open("wb") as file:
        for count, record in enumerate(records, 1):  # noqa: B007 - the last number is the count
            file.write(orjson.dumps({name: record[name] for name in COLUMNS}, option=orjson.OPT_APPEND_NEWLINE))
    return count, 0


def _write_csv(path: Path, records: Iterable[Record]) -> tuple[int, int]:
    # With the mark Excel reads it as UTF-8; all readers here, pandas and DuckDB pass over it.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        return _write_rows(file, records)


def _write_rows(file: IO[str], records: Iterable[Record]) -> tuple[int, int]:
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    count = 0
    for count, record in enumerate(records, 1):  # noqa: B007 - as above
        writer.writerow(_flat(record))
    return count, 0


def _write_excel(path: Path, records: Iterable[Record]) -> tuple[int, int]:
    # xlsxwriter is needed for this format only.
    from xlsxwriter import Workbook  # noqa: PLC0415

    # Content may begin with "=": in a sheet that goes to a colleague it must stay text.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False}
    count = cut = 0
    with Workbook(str(path), options) as book:
        sheet = book.add_worksheet("labels")
        sheet.write_row(0, 0, list(COLUMNS))
        sheet.freeze_panes(1, 1)
        for count, record in enumerate(records, 1):
            if count > EXCEL_ROWS:
                raise InvalidValueError("too_many_rows_for_excel", rows=EXCEL_ROWS)
            for column, value in enumerate(_flat(record)):
                if isinstance(value, str):
                    cut += sheet.write_string(count, column, value) == _CUT
                else:
                    sheet.write(count, column, value)
    return count, cut


def _write_parquet(path: Path, records: Iterable[Record]) -> tuple[int, int]:
    # pyarrow is needed for this format only.
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    types = {
        "text": pa.string(),
        "json": pa.string(),
        "list": pa.list_(pa.string()),
        "number": pa.float64(),
        "integer": pa.int64(),
        "boolean": pa.bool_(),
    }
    schema = pa.schema([(name, types[kind]) for name, kind in COLUMNS.items()])
    count = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in _batches(records, 10_000):
            writer.write_table(pa.Table.from_pylist([_typed(record) for record in batch], schema=schema))
            count += len(batch)
    return count, 0


def _batches(records: Iterable[Record], size: int) -> Iterator[list[Record]]:
    batch: list[Record] = []
    for record in records:
        batch.append(record)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _typed(record: Record) -> Record:
    return {
        name: orjson.dumps(record[name], option=orjson.OPT_SORT_KEYS).decode() if kind == "json" else record[name]
        for name, kind in COLUMNS.items()
    }


def _flat(record: Record) -> list[Any]:
    return [
        _joined(value, "[]" if name == "final_labels" else "") if COLUMNS[name] == "list" else value
        for name, value in _typed(record).items()
    ]


def _joined(labels: Sequence[str] | None, empty: str) -> str:
    """A list in a cell: joined by `|`, as a JSON list where a name holds that sign or looks like a list itself."""
    if labels is not None and not labels:
        return empty  # that no label applies is an answer too
    if any("|" in label or label[:1] in "[{(" for label in labels or ()):
        return orjson.dumps(labels).decode()
    return "|".join(labels or ())


def _sha256(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


_WRITERS: dict[str, Callable[[Path, Iterable[Record]], tuple[int, int]]] = {
    ".jsonl": _write_jsonl,
    ".parquet": _write_parquet,
    ".csv": _write_csv,
    ".xlsx": _write_excel,
}
