"""A run over six items, for what hangs on runs."""

import pytest

from assistant.domain.items import Content, Item
from assistant.domain.prelabels import RunIdentity
from assistant.domain.runs import Run
from assistant.store.content.items import ItemStore, NewItem
from assistant.store.database import Database
from assistant.store.runs.runs import RunStore


@pytest.fixture
def run(database: Database) -> Run:
    """Run r1 over the items i0 to i5."""
    ItemStore(database).add([NewItem(Item(f"i{n}", Content(f"text {n}")), b"", n) for n in range(6)])
    return RunStore(database).open(RunIdentity("p", "q", "openai:x", "{}"), prompt=("demo", "1"), policy=("rules", "2"))


@pytest.fixture
def other_run(database: Database, run: Run) -> Run:
    """Run r2 over the same items: asked a second time."""
    identity = RunIdentity("p", "q", run.model, "{}", run.replicate + 1)
    return RunStore(database).open(identity, prompt=("demo", "1"), policy=("rules", "2"))
