"""Results as a pandas DataFrame, for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.domain.runs import Run
from assistant.exchange.tables import COLUMNS, as_record
from assistant.store.certification.results import ResultStore

if TYPE_CHECKING:
    from pandas import DataFrame


def results_frame(results: ResultStore, run: Run) -> DataFrame:
    """Every item with its answer and route in one frame; the columns of the export, lists and objects as they are.

    Holds the whole run in memory, about 2 KB an item; larger runs are better exported to Parquet.
    """
    # pandas costs 0.4 s of CPU to import; only notebooks need it.
    from pandas import DataFrame  # noqa: PLC0415

    records = [as_record(result, run) for page in results.pages(run) for result in page]
    return DataFrame.from_records(records, columns=list(COLUMNS))
