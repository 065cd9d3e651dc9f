"""Which items a run is about: named by a user, found or made in the store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assistant.domain.batches import BatchState
from assistant.domain.populations import ItemList, ItemPopulation, PopulationChoice, read_conditions
from assistant.domain.runs import Run
from assistant.errors import ConflictError, InvalidValueError, NotFoundError
from assistant.store.runs.populations import list_of
from assistant.wiring.workspace import Workspace

_NAMED = 10  # ids an error names


def open_population(workspace: Workspace, choice: PopulationChoice, *, dry_run: bool = False) -> ItemPopulation | None:
    """The population a run is to ask about, with what came to it since; None where none is named.

    A dry run keeps nothing of a batch; what conditions or a list of ids choose is kept all the same, to be counted.

    Raises:
        NotFoundError: there is no such batch.
        InvalidValueError: a condition or a list of ids that can't be read, names what is not there, or leaves no item.
        ConflictError: the batch is paused, cancelled, delivered or accepted: nothing is asked about it.
    """
    if not choice.given:
        return None
    if choice.known is not None:
        about = workspace.populations.get(choice.known)
        refuse_unasked(workspace, about.batch)
        return workspace.populations.refresh(about)
    refuse_unasked(workspace, choice.batch)
    conditions, listed, keys = read_conditions(choice.where), None, tuple[int, ...]()
    if choice.ids is not None:
        listed, keys = _listed(workspace, choice.ids)
    if dry_run and choice.batch and not conditions and listed is None:
        return workspace.populations.planned(choice.batch)
    return workspace.populations.open(choice.batch or "", conditions, listed, keys)


def find_run_about(workspace: Workspace, name: str | None, choice: PopulationChoice) -> Run:
    """The run of that name; without one the newest with an answer, of the population that is named.

    Where no population is named it is the newest about the whole project, and where there is none the newest of any.

    Raises:
        NotFoundError: no such run or batch, or no run has an answer about that population.
        InvalidValueError: as `open_population`.
        ConflictError: the run is about another population than the one named.
    """
    if not choice.given:
        return workspace.runs.find(name)
    return workspace.runs.find(name, _known(workspace, choice))


def name_run_about(workspace: Workspace, name: str | None, choice: PopulationChoice) -> str | None:
    """Name of the run of `find_run_about` where a population is named; else the name that was given, if any."""
    return find_run_about(workspace, name, choice).name if choice.given else name


def list_runs_about(workspace: Workspace, choice: PopulationChoice) -> list[Run]:
    """Every run of production about a population, oldest first; of the whole workspace where none is named."""
    if not choice.given:
        return workspace.runs.all()
    about = _known(workspace, choice)
    return [run for run in workspace.runs.all() if run.population is not None and run.population.id == about.id]


def refuse_unasked(workspace: Workspace, batch: str | None) -> None:
    """Raises ConflictError where nothing is asked about a batch now; a batch of None is none."""
    if not batch:
        return
    state = workspace.batches.get(batch).state
    if not state.asks:
        raise ConflictError("batch_not_asked", batch=batch, state=BatchState(state).value)


def _known(workspace: Workspace, choice: PopulationChoice) -> ItemPopulation:
    listed = None if choice.ids is None else _listed(workspace, choice.ids)[0]
    conditions = read_conditions(choice.where)
    found = workspace.populations.find(choice.batch or "", conditions, listed)
    if found is None:
        named = ItemPopulation(0, "", choice.batch or "", conditions, listed).name
        raise NotFoundError("no_run_of_population", population=named)
    return found


def _listed(workspace: Workspace, file: Path) -> tuple[ItemList, tuple[int, ...]]:
    """The items a file names, and their row numbers. Raises InvalidValueError where one is not there, naming them."""
    ids = _read(file)
    found, several = workspace.items.resolve(ids)
    if several:
        raise _wrong("ids_ambiguous", file, ids, list(several))
    missing = [name for name in ids if name not in found]
    if missing:
        raise _wrong("ids_not_there", file, ids, missing)
    keys = tuple(sorted(set(found.values())))
    return list_of(file.name, [str(key) for key in keys]), keys


def _wrong(code: str, file: Path, given: Sequence[str], wrong: Sequence[str]) -> InvalidValueError:
    named = [*wrong[:_NAMED], *(["..."] if len(wrong) > _NAMED else [])]
    return InvalidValueError(code, where=str(file), field="ids", count=len(wrong), given=len(given), ids=named)


def _read(file: Path) -> list[str]:
    """The ids of a file, a line each, each once."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else "it is no UTF-8 text"
        raise InvalidValueError("ids_file_unreadable", where=str(file), field="ids", said=said) from None
    ids = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if not ids:
        raise InvalidValueError("population_empty", where=str(file), field="ids", population=file.name)
    return ids
