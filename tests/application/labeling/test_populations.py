"""A run over part of a project sees that part alone, whatever else is there."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from assistant.application.labeling.populations import find_run_about, open_population
from assistant.application.labeling.run_states import progress_of_run
from assistant.application.routing.settlement import settle_run
from assistant.application.workspace.create import make_workspace
from assistant.domain.items import Content, Item
from assistant.domain.populations import ItemPopulation, PopulationChoice
from assistant.domain.prelabels import Prelabel, PrelabelStatus, RunIdentity
from assistant.domain.reviews import Review
from assistant.domain.runs import Run
from assistant.store.content.batches import BatchToJoin
from assistant.store.content.items import NewItem
from assistant.store.runs.prelabels import AnsweredItem
from assistant.wiring.workspace import Workspace

ASKED = RunIdentity("p", "q", "openai:x", "{}")
LANGUAGES, TOPICS = ("en", "zh"), ("a", "b")


class History:
    """Items in batches, some of the same content, with what is expected of each population worked out beside."""

    def __init__(self, workspace: Workspace, seed: int) -> None:
        self.workspace, self.random = workspace, Random(seed)
        self.items: dict[str, Item] = {}
        self.batches: dict[str, set[str]] = {}
        for number in range(5):
            self.arrive(f"w{number % 3}", 6)

    def arrive(self, batch: str, count: int) -> None:
        """New items, and some of those there are, come in a batch."""
        first = len(self.items)
        new = [self.item(f"i{first + n}") for n in range(count)]
        again = self.random.sample(sorted(self.items), min(3, len(self.items)))
        rows = [*new, *(self.items[name] for name in again)]
        self.random.shuffle(rows)
        self.workspace.items.add([NewItem(one, b"", 1) for one in rows], BatchToJoin(batch))
        self.items.update({one.id: one for one in new})
        self.batches.setdefault(batch, set()).update(one.id for one in rows)

    def item(self, name: str) -> Item:
        text = f"text {self.random.randrange(8)}"  # contents repeat, within batches and across
        meta = {"topic": self.random.choice(TOPICS)}
        return Item(name, Content(text), self.random.choice(LANGUAGES), self.random.choice(("x", None)), meta)

    def columns(self, name: str) -> dict[str, object]:
        item = self.items[name]
        return {"language": item.language, "source": item.source, "meta.topic": item.meta["topic"]}

    def expected(self, choice: PopulationChoice) -> set[str]:
        """Ids of the items a choice means, worked out from the items themselves."""
        found = set(self.items) if choice.batch is None else set(self.batches[choice.batch])
        for condition in choice.where:
            field, _, value = condition.partition("=")
            found = {name for name in found if self.columns(name)[field] == value}
        if choice.ids is not None:
            found &= set(choice.ids.read_text().split())
        return found


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    make_workspace(tmp_path / "w")
    return Workspace.open(tmp_path / "w")


def choices(history: History, folder: Path) -> list[PopulationChoice]:
    named = folder / "ids.txt"
    named.write_text("\n".join(history.random.sample(sorted(history.items), 7)))
    return [
        PopulationChoice("w0"),
        PopulationChoice("w1"),
        PopulationChoice(where=("language=zh",)),
        PopulationChoice("w2", ("meta.topic=a", "source=x")),
        PopulationChoice(ids=named),
    ]


def ask_all(workspace: Workspace, run: Run) -> set[int]:
    """Answer all that a job would ask and share, as it does; returns the row numbers of the items it touched."""
    answer = Prelabel(PrelabelStatus.LABELLED, ("safe",), attempts=1, model="m")
    store, touched = workspace.prelabels, set()
    asked = store.pending(run, "community")
    assert len({one.stored.content_digest for one in asked}) == len(asked)  # each content is asked once
    store.commit(run, [AnsweredItem(one.stored.key, one.revision, answer, None) for one in asked], [])
    touched |= {one.stored.key for one in asked}
    shared = store.unshared(run)
    store.commit(
        run, [AnsweredItem(one.key, revision, given, None, source) for one, source, given, revision in shared], []
    )
    return touched | {one.key for one, *_ in shared}


def opened(workspace: Workspace, population: ItemPopulation | None) -> Run:
    return workspace.runs.open(ASKED, population, prompt=("demo", "1"), policy=("community", "1"))


@pytest.mark.parametrize("seed", range(6))
def test_a_run_touches_and_shows_the_items_of_its_population_and_no_other(
    workspace: Workspace, tmp_path: Path, seed: int
) -> None:
    with workspace:
        history = History(workspace, seed)
        whole = opened(workspace, None)
        assert whole.key == ASKED.key  # a run about the whole project keeps the key it had before there were others
        for choice in choices(history, tmp_path):
            expected = history.expected(choice)
            run = opened(workspace, open_population(workspace, choice))
            keys = workspace.items.keys_of(expected)
            assert ask_all(workspace, run) == set(keys.values())
            assert [row["external_id"] for page in workspace.results.pages(run) for row in page] == sorted(
                expected, key=keys.__getitem__
            )
            assert sum(workspace.results.totals(run).statuses.values()) == len(expected)
            assert progress_of_run(workspace, run) == (len(expected), len(expected))
            assert {name for page in workspace.pool.pages(run.id) for name in page.ids} == expected
            assert find_run_about(workspace, None, choice) == run
            # what people say of every item settles those of the population alone
            given = workspace.items.keys_of(history.items)
            workspace.reviews.add(
                [(key, Review(name, f"ann{run.id}", ("safe",), source="f")) for name, key in given.items()]
            )
            assert settle_run(workspace, run).people == len(expected)
            assert {one.item_id for one in workspace.settlements.newest(run.id)} == expected
            assert not list(workspace.pool.pages(whole.id))


@pytest.mark.parametrize("seed", range(3))
def test_what_comes_to_a_batch_or_meets_a_filter_later_is_asked_by_the_same_run(
    workspace: Workspace, seed: int
) -> None:
    with workspace:
        history = History(workspace, seed)
        for choice in (PopulationChoice("w1"), PopulationChoice(where=("language=zh", "meta.topic=b"))):
            run = opened(workspace, open_population(workspace, choice))
            before = ask_all(workspace, run)
            history.arrive("w1", 8)
            again = opened(workspace, open_population(workspace, choice))
            assert again == run
            now = set(workspace.items.keys_of(history.expected(choice)).values())
            assert before | ask_all(workspace, again) == now
